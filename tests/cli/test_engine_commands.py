"""``jobs-tui serve``, ``status`` and ``stop``."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs_tui.cli import engine
from jobs_tui.service import starts
from jobs_tui.service.context import Context
from tests.cli.command import Command
from tests.service.made import claimed, cron_job, made

PATIENCE = 30


@pytest.fixture
def held(ctx: Context) -> Iterator[None]:
    """An engine's row and lock, without the engine."""
    lock = os.open(ctx.store.home.lock_file, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)

    def operation(connection: sqlite3.Connection) -> None:
        connection.execute(
            "insert into engine (id, token, mode, host, pid, boot_id, version, started_at,"
            " heartbeat_at, address) values (1, 't', 'tui', 'box', 42, 'b', '0.1.0',"
            " '2026-08-21T14:00:00.000Z', '2026-08-21T14:02:00.000Z', '127.0.0.1:40123')"
        )

    ctx.store.write(operation)
    yield
    os.close(lock)


class TestStatus:
    def test_without_an_engine(self, jt: Command, home: Path) -> None:
        answer = jt("status")
        assert answer.code == 0
        assert "not running" in answer.out
        answer = jt("status", "--json")
        assert answer.code == 0
        assert answer.json["running"] is False
        assert answer.json["pid"] is None
        assert answer.json["home"] == str(home)

    def test_with_one(self, jt: Command, ctx: Context, held: None) -> None:
        busy = made(ctx)
        claimed(ctx, starts.start(ctx, busy.id).execution_id)
        starts.start(ctx, busy.id)
        cron_job(ctx, name="hourly")
        answer = jt.ok("status", "--json").json
        expected = {
            "running": True,
            "pid": 42,
            "host": "box",
            "mode": "tui",
            "address": "127.0.0.1:40123",
            "version": "0.1.0",
            "started_at": "2026-08-21T14:00:00.000Z",
            "queue": {"running": 1, "queued": 1},
            "next": {"name": "hourly", "at": "2026-08-21T15:00:00.000Z"},
        }
        assert {name: answer[name] for name in expected} == expected
        text = jt.ok("status").out
        assert "pid 42 on box (tui" in text
        assert "1 running, 1 queued" in text
        assert "hourly in 57m 49s" in text


class TestStop:
    def test_without_an_engine(self, jt: Command) -> None:
        assert "No engine is running" in jt.ok("stop").out

    def test_asks_and_waits(
        self, jt: Command, ctx: Context, held: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[object] = []

        def let_go(seconds: float) -> None:
            row = ctx.store.row("select stop_requested_at from engine")
            assert row is not None
            asked.append(row[0])
            ctx.store.write(lambda c: c.execute("update engine set stopped_at = 'now'"))

        monkeypatch.setattr(engine.time, "sleep", let_go)
        assert "Stopped the engine (pid 42)" in jt.ok("stop").out
        assert asked == ["2026-08-21T14:02:11.000Z"]

    def test_does_not_wait_for_ever(
        self, jt: Command, held: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(engine.time, "sleep", jt.clock.advance)
        answer = jt("stop", "--timeout", "5")
        assert answer.code == 1
        assert "still finishing" in answer.err


@pytest.mark.e2e
class TestServe:
    def serve(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "jobs_tui", "serve", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def test_listens_refuses_a_second_one_and_stops_when_asked(
        self, jt: Command, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = self.serve("--host", "127.0.0.1", "--port", "0", "--mcp-port", "0")
        try:
            assert first.stdout is not None
            line = first.stdout.readline()
            address = jt.ok("status", "--json").json["address"]
            assert f"listening on http://{address}" in line
            second = self.serve()
            _, err = second.communicate(timeout=PATIENCE)
            assert second.returncode == 1
            assert f"pid {first.pid}" in err
            monkeypatch.setenv("JOBS_TUI_HOME", str(tmp_path / "other"))
            port = address.rpartition(":")[2]
            third = self.serve("--port", port)
            _, err = third.communicate(timeout=PATIENCE)
            assert third.returncode == 1
            assert port in err
            assert err.startswith("jobs-tui: ")
            monkeypatch.setenv("JOBS_TUI_HOME", str(home))
            stopped = subprocess.run(
                [sys.executable, "-m", "jobs_tui", "stop"],
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
            assert stopped.returncode == 0
            assert f"pid {first.pid}" in stopped.stdout
            assert first.wait(timeout=PATIENCE) == 0
        finally:
            first.kill()
            first.communicate(timeout=PATIENCE)
        assert jt("status").code == 0

    @pytest.mark.parametrize("port", ["-1", "65536", "http"])
    def test_a_bad_port(self, jt: Command, port: str) -> None:
        assert "--port" in jt.refused("serve", "--port", port)
        assert "--mcp-port" in jt.refused("serve", "--mcp-port", port)

    @pytest.mark.parametrize("host", ["", " "])
    def test_an_empty_host_is_not_every_interface(self, jt: Command, host: str) -> None:
        assert "--host" in jt.refused("serve", "--host", host)
