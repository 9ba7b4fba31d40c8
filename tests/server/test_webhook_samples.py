"""The commands that we show do reach us, and a test delivery does."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess

import pytest

from jobs_tui.models.enums import HookStyle, Verdict
from jobs_tui.models.errors import JobsTuiError, Refused
from jobs_tui.service import hook_trial, jobs
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import EngineState
from jobs_tui.service.hook_samples import curl_sample
from jobs_tui.service.hook_trial import send_test
from tests.server.face import Face
from tests.service.hooks import hook, records
from tests.service.made import made

TOOLS = all(shutil.which(tool) for tool in ("bash", "curl", "openssl"))
VALUES = {"a": 'it\'s "$(id)" `x` \\ ü'}
HOOK = {"overlap": "allow", "webhook": {"events": ["Note $(id) 'Hook'"]}}


@pytest.mark.skipif(not TOOLS, reason="the samples use bash, curl and openssl")
@pytest.mark.parametrize("style", list(HookStyle))
async def test_every_sample_is_accepted(face: Face, style: HookStyle) -> None:
    job = hook(face.ctx, "echo {{ a }}", config=HOOK)
    command = curl_sample(
        f"http://{face.address}/webhooks/{job.path}", VALUES, style, HOOK["webhook"]["events"]
    )
    # The clock of the test stands; the command asks the machine's.
    stamp = int(face.ctx.now().timestamp())
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET": job.secret,
        "BASH_FUNC_date%%": f"() {{ echo {stamp}; }}",
    }
    done = await asyncio.to_thread(
        subprocess.run, ["bash", "-c", command], env=environment, capture_output=True, check=False
    )
    assert b'"started"' in done.stdout, done
    (record,) = records(face.ctx, job.id)
    assert (record.style, record.verdict) == (style, Verdict.ACCEPTED)
    (run,) = face.ctx.store.rows("select parameters from executions")
    assert "$(id)" in run[0]


def listening(monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
    """As if an engine held the home and listened there."""

    def state(ctx: Context) -> EngineState:
        return EngineState(True, "serve", "h", 1, "1", ctx.now(), ctx.now(), address, "port taken")

    monkeypatch.setattr(hook_trial, "engine_state", state)


@pytest.mark.parametrize("style", list(HookStyle))
async def test_a_signed_test(face: Face, monkeypatch: pytest.MonkeyPatch, style: HookStyle) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    listening(monkeypatch, face.address)
    config = {"webhook": {"styles": [style], "events": ["issues"]}}
    job = hook(face.ctx, "echo {{ a }}", config=config)
    tested = await asyncio.to_thread(send_test, face.ctx, job.id, {"a": "b"})
    assert (tested.status_code, tested.style, tested.answer["status"]) == (200, style, "started")
    tested = await asyncio.to_thread(send_test, face.ctx, job.id)
    assert tested.status_code == 422
    refused, accepted = records(face.ctx, job.id)
    assert (accepted.style, refused.style) == (style, style)
    (run,) = face.ctx.store.rows("select trigger_metadata from executions")
    assert '"test"' in run[0]


async def test_a_style_that_the_job_does_not_take_shows_the_refusal(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening(monkeypatch, face.address)
    job = hook(face.ctx, config={"webhook": {"styles": ["github"]}})
    tested = await asyncio.to_thread(send_test, face.ctx, job.id, {}, HookStyle.GITLAB)
    assert tested.status_code == 401
    assert "X-Hub-Signature-256" in tested.answer["detail"]


async def test_every_address_is_this_machine_too(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = face.address.rpartition(":")[2]
    listening(monkeypatch, f"0.0.0.0:{port}")
    tested = await asyncio.to_thread(send_test, face.ctx, hook(face.ctx).id)
    assert tested.status_code == 200


def test_nobody_there(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    job = hook(ctx)
    with pytest.raises(Refused, match="No engine"):
        send_test(ctx, job.id)
    listening(monkeypatch, None)
    with pytest.raises(Refused, match="port taken"):
        send_test(ctx, job.id)
    listening(monkeypatch, "127.0.0.1:1")
    with pytest.raises(JobsTuiError, match="did not answer"):
        send_test(ctx, job.id)
    with pytest.raises(Refused, match="no webhook"):
        send_test(ctx, made(ctx).id)
    jobs.edit(ctx, job.id, {"trigger_type": "manual"})
    with pytest.raises(Refused, match="not started by its webhook"):
        send_test(ctx, job.id)
