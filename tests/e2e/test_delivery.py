"""Results on their way with real engines: to our own webhook, and over a kill -9."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.home import LiveHome, wait_for
from tests.receiver import receiver

pytestmark = pytest.mark.e2e


def secret(home: LiveHome, name: str, value: str) -> None:
    subprocess.run(
        home.argv("secret", "set", name), env=home.env, input=value, text=True, check=True,
        capture_output=True,
    )  # fmt: skip


def outbox(home: LiveHome) -> list[dict[str, Any]]:
    return list(home.json("outbox", "list"))


def test_a_result_reaches_a_webhook_job_of_the_same_home(home: LiveHome, tmp_path: Path) -> None:
    home.serve()
    hook = home.create("hooked", "echo got {{ answer }}", "--webhook")
    secret(home, "HOOK", hook["webhook_secret"])
    home.command("webhook", "set", "hooked", "--map", "answer=payload.answer", "--style", "generic")
    home.create(
        "first", "echo hello",
        "--deliver-to", hook["webhook_url"], "--deliver-secret", "HOOK",
        "--deliver-to", f"file:{tmp_path}/x.md",
    )  # fmt: skip
    run = home.json("run", "first")["execution_id"]
    started = wait_for(
        "the run of the webhook job",
        lambda: [one for one in home.history("hooked") if one["status"] == "completed"],
    )
    assert started[0]["result"] == "got hello"
    wait_for("both deliveries", lambda: {one["status"] for one in outbox(home)} == {"delivered"})
    (accepted,) = home.json("webhook", "deliveries", "hooked")
    sent = home.json("show", run)["deliveries"]
    assert accepted["sender_id"] == sent[0]["id"]
    assert "hello" in (tmp_path / "x.md").read_text()


def test_an_engine_that_is_killed_before_it_sends_loses_nothing(
    home: LiveHome, tmp_path: Path
) -> None:
    with receiver() as web:
        web.status = 503
        home.create("first", "echo hello", "--deliver-to", f"json://127.0.0.1:{web.port}/t0ken")
        home.serve()
        home.json("run", "first")
        wait_for("a first try", lambda: web.requests)
        home.kill_engine()
        (one,) = outbox(home)
        assert one["status"] == "waiting"
        web.status = 200
        # Its next try would be in half a minute.
        with sqlite3.connect(home.folder / "jobs.db") as connection:
            connection.execute("update result_deliveries set next_at = '2026-01-01T00:00:00.000Z'")
        home.serve()
        wait_for("the delivery", lambda: outbox(home)[0]["status"] == "delivered")
    assert json.loads(web.requests[-1].body)["title"] == "first #1: completed"
    for name in ("engine.log", "jobs.db"):
        path = home.folder / name
        assert not path.exists() or b"t0ken" not in path.read_bytes()


def test_a_run_without_an_engine_delivers_its_own_result(home: LiveHome, tmp_path: Path) -> None:
    home.create("first", "echo hello", "--deliver-to", f"file:{tmp_path}/x.txt")
    home.command("run", "first")  # waits for an engine
    assert home.command("run", "first", "--follow").out == "hello\n"
    assert "first #2: completed" in (tmp_path / "x.txt").read_text()
    assert [one["status"] for one in outbox(home)] == ["delivered"]
