"""``jobs-tui webhook`` rotate, replay, test, and the samples of every style."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import subprocess
from typing import Any

import pytest

from jobs_tui.guard.signatures import sign
from jobs_tui.guard.standard_webhooks import shown_secret
from jobs_tui.models.enums import HookStyle
from jobs_tui.service import hook_trial
from jobs_tui.service.context import Context
from jobs_tui.service.hook_records import IncomingDelivery
from jobs_tui.service.hook_trial import Sent
from jobs_tui.service.webhooks import deliver
from jobs_tui.store import deliveries
from tests.cli.command import Command


def received(ctx: Context, job: dict[str, Any], *, good: bool = True) -> str:
    """The id of a delivery that the job's webhook received."""
    secret = job["webhook_secret"] if good else "x"
    headers = {"x-webhook-signature": sign(secret, b"{}")}
    path = job["webhook_url"].rpartition("/")[2]
    asyncio.run(deliver(ctx, IncomingDelivery(path, headers, b"{}", "10.0.0.1")))
    ctx.store.write(lambda connection: None)
    return deliveries.listing(ctx.store.jobs.reader())[0].id


def test_rotate_with_an_overlap(jt: Command) -> None:
    hook = jt.created("hook", "--webhook")
    made = jt.ok("webhook", "rotate", "hook", "--json").json
    assert made["previous_secret_until"].startswith("2026-08-22T14:02:11")
    assert made["standard_secret"].startswith("whsec_")
    shown = base64.b64decode(made["standard_secret"].removeprefix("whsec_"))
    assert shown.decode() == made["webhook_secret"]
    answer = jt.ok("webhook", "rotate", hook["id"], "--overlap", "60")
    assert "2026-08-21 14:03:11Z" in answer.out
    assert "from now on" in jt.ok("webhook", "rotate", "hook", "--overlap", "0").out
    assert "overlap" in jt("webhook", "rotate", "hook", "--overlap", "-1").err


@pytest.mark.parametrize("style", list(HookStyle))
def test_url_for_every_sender(jt: Command, style: HookStyle) -> None:
    hook = jt.created("hook", "--webhook")
    entry = jt.ok("webhook", "url", "hook", "--style", str(style), "--json").json
    assert "$SECRET" in entry["curl"]
    assert hook["webhook_secret"] not in json.dumps(entry)
    assert entry["styles"] == [str(one) for one in HookStyle]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the command uses openssl")
def test_the_secret_as_standard_webhooks_want_it(jt: Command) -> None:
    secret = jt.created("hook", "--webhook")["webhook_secret"]
    command = jt.ok("webhook", "url", "hook", "--style", "standard").lines[-1]
    environment = {"PATH": os.environ["PATH"], "SECRET": secret}
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, check=True)
    assert done.stdout.decode().strip() == shown_secret(secret)


def test_replay(jt: Command, ctx: Context) -> None:
    hook = jt.created("hook", "--webhook", "--overlap", "allow")
    delivery_id = received(ctx, hook)
    again = jt.ok("webhook", "replay", delivery_id, "--json").json
    assert (again["status"], again["replay_of"]) == ("started", delivery_id)
    answer = jt.ok("webhook", "replay", delivery_id[:14])
    assert "is queued" in answer.out
    assert "No engine is running" in answer.err
    listed = jt.ok("webhook", "deliveries", "hook", "--json").json
    assert [entry["replay_of"] for entry in listed] == [delivery_id, delivery_id, None]
    assert delivery_id[:12] in jt.ok("webhook", "deliveries", "hook").out
    assert "no delivery" in jt.refused("webhook", "replay", "dlv_nothing")


def test_replay_of_what_nobody_vouched_for(jt: Command, ctx: Context) -> None:
    bad = received(ctx, jt.created("hook", "--webhook"), good=False)
    assert "did not prove itself" in jt.refused("webhook", "replay", bad)
    assert jt.ok("webhook", "replay", bad, "--unverified", "--json").json["status"] == "started"
    refused = jt.ok("webhook", "deliveries", "hook", "--verdict", "refused", "--json").json
    assert [entry["id"] for entry in refused] == [bad]


def test_a_test_without_an_engine(jt: Command) -> None:
    jt.created("hook", "--webhook")
    assert "No engine is running" in jt.refused("webhook", "test", "hook")


def test_a_test_tells_what_the_engine_said(jt: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    jt.created("hook", "--webhook", "--prompt", "echo {{ a }}")
    asked: list[Any] = []

    def send(ctx: Context, job_id: str, values: Any, style: Any) -> Sent:
        asked.append((values, style))
        if not values:
            return Sent("u", HookStyle.GENERIC, 422, {"detail": [{"msg": "a\x1b[2J is missing"}]})
        return Sent("u", style, 200, {"status": "started", "message": "Run #1 is queued."})

    monkeypatch.setattr(hook_trial, "send_test", send)
    answer = jt.ok("webhook", "test", "hook", "-p", "a=1", "--style", "github")
    assert answer.out == "200 (github): Run #1 is queued.\n"
    assert asked == [({"a": "1"}, HookStyle.GITHUB)]
    refused = jt("webhook", "test", "hook")
    assert refused.code == 1
    assert "is missing" in refused.out
    assert "\x1b" not in refused.out
    assert jt("webhook", "test", "hook", "--json").json["status_code"] == 422


def test_set(jt: Command) -> None:
    jt.created("hook", "--webhook", "--timeout", "5")
    words = ("--style", "github", "--style", "gitlab", "--event", "push", "--map", "a=payload.ref")
    entry = jt.ok("webhook", "set", "hook", *words, "--json").json
    assert (entry["styles"], entry["events"]) == (["github", "gitlab"], ["push"])
    assert entry["mapping"] == {"a": "payload.ref"}
    entry = jt.ok("webhook", "set", "hook", "--map", "b=headers.x", "--json").json
    assert entry["mapping"] == {"a": "payload.ref", "b": "headers.x"}
    assert entry["events"] == ["push"]
    assert jt.ok("show", "hook", "--json").json["config"]["timeout"] == 5
    assert "a=payload.ref, b=headers.x" in jt.ok("webhook", "set", "hook", "--event", "x").out
    assert "webhook.mapping.a" in jt.refused("webhook", "set", "hook", "--map", "a=ref")
    assert "built-in" in jt.refused("webhook", "set", "hook", "--map", "run_id=payload.ref")
    assert "nothing to set" in jt.refused("webhook", "set", "hook")
    jt.ok("webhook", "set", "hook", "--reset")
    assert jt.ok("show", "hook", "--json").json["config"] == {"timeout": 5}
