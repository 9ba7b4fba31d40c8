"""``jobs-tui webhook``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from jobs_tui.cli.hooks import curl_sample
from jobs_tui.guard.signatures import verify
from jobs_tui.models.execution import Delivery
from jobs_tui.service.context import Context
from jobs_tui.store import deliveries
from tests.cli.command import Command


def test_list_shows_only_hooks(jt: Command) -> None:
    assert jt.ok("webhook", "list", "--json").json == []
    jt.created("by hand")
    hook = jt.created("hook", "--webhook")
    (entry,) = jt.ok("webhook", "list", "--json").json
    assert entry == {
        "id": hook["id"],
        "name": "hook",
        "enabled": True,
        "trigger_type": "webhook",
        "webhook_url": hook["webhook_url"],
    }
    assert hook["webhook_url"] in jt.ok("webhook", "list").out


def test_url_with_a_sample(jt: Command) -> None:
    hook = jt.created("hook", "--webhook", "--prompt", "echo {{ a }}", "--param", "b=2")
    answer = jt.ok("webhook", "url", "hook")
    assert answer.lines[0] == hook["webhook_url"]
    assert '{"parameters": {"b": "2", "a": "..."}}' in answer.out
    assert hook["webhook_secret"] not in answer.out
    assert "no engine is running" in answer.err
    assert "no webhook" in jt.refused("webhook", "url", jt.created("other")["id"])


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the sample uses openssl")
def test_the_sample_signs_what_it_sends(tmp_path: Path) -> None:
    """A ``curl`` that notes what it was given, whatever stands in the values."""
    curl = tmp_path / "curl"
    curl.write_text('#!/bin/bash\nprintf "%s\\0" "$@"\n')
    curl.chmod(0o755)
    values = {"a": 'it\'s "$(id)" `x` \\ ü'}
    sent = subprocess.run(
        ["bash", "-c", curl_sample("http://127.0.0.1:1/webhooks/x", values)],
        env={"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "SECRET": "s3 cret"},
        capture_output=True,
        check=True,
    )
    words = sent.stdout.decode().split("\0")
    body = words[words.index("-d") + 1]
    signature = next(word for word in words if word.startswith("X-Webhook-Signature: "))
    assert json.loads(body) == {"parameters": values}
    assert verify("s3 cret", body.encode(), signature.partition(": ")[2])


def test_rotate_shows_another_secret_once(jt: Command, ctx: Context) -> None:
    hook = jt.created("hook", "--webhook")
    answer = jt.ok("webhook", "rotate", "hook", "--json").json
    assert answer["webhook_url"] == hook["webhook_url"]
    assert answer["webhook_secret"] != hook["webhook_secret"]
    row = ctx.store.row("select webhook_secret from jobs")
    assert row is not None
    assert row[0] == answer["webhook_secret"]
    assert answer["webhook_secret"] not in jt.ok("webhook", "rotate", "hook").out
    jt.created("other")
    assert "no webhook" in jt.refused("webhook", "rotate", "other")


def test_deliveries_newest_first(jt: Command, ctx: Context) -> None:
    hook = jt.created("hook", "--webhook")
    for number, (code, reason) in enumerate([(200, ""), (401, "bad\x1b[2J signature")]):
        delivery = Delivery(
            id=f"dlv_{number}",
            job_id=hook["id"],
            path="p",
            received_at=ctx.now(),
            remote="127.0.0.1",
            headers={"x": "y"},
            body=b"{}\xff",
            status_code=code,
            reason=reason,
            execution_id="exec_1" if code == 200 else None,
        )
        ctx.store.write(lambda c, delivery=delivery: deliveries.insert(c, delivery))
    entries = jt.ok("webhook", "deliveries", "hook", "--json").json
    assert [(entry["id"], entry["status_code"]) for entry in entries] == [
        ("dlv_1", 401),
        ("dlv_0", 200),
    ]
    assert entries[0]["body"] == "{}\ufffd"
    _, refused, accepted = jt.ok("webhook", "deliveries", "hook").lines
    assert refused.split()[2] == "401"
    assert refused.endswith("bad signature")
    assert accepted.endswith("accepted")
    assert len(jt.ok("webhook", "deliveries", "hook", "-n", "1", "--json").json) == 1
