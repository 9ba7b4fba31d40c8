"""A home of real processes: commands, an engine that can be killed, waiting for conditions."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 30.0
"""Seconds after which a condition that does not come is a failure."""


def wait_for(what: str, condition: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """The condition's first true value; fails naming ``what`` it waited for."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come within {patience:g} s")


@dataclass
class Done:
    """A command that has ended."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """What it printed, parsed."""
        return json.loads(self.out)


class LiveHome:
    """One home directory, the commands of a user, and at most one engine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            name: value for name, value in os.environ.items() if not name.startswith("JOBS_TUI_")
        }
        self.env |= {"JOBS_TUI_HOME": str(folder), "JOBS_TUI_PORT": "0", "JOBS_TUI_MCP_PORT": "0"}
        self.engine: subprocess.Popen[str] | None = None

    def argv(self, *words: str) -> list[str]:
        """A command line of the product."""
        return [sys.executable, "-m", "jobs_tui", *words]

    def command(self, *words: str, status: int | None = 0, timeout: float = 60) -> Done:
        """Run a command to its end and check its exit status."""
        done = subprocess.run(
            self.argv(*words),
            env=self.env,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if status is not None:
            assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    def json(self, *words: str) -> Any:
        """What a command with ``--json`` prints, parsed."""
        return self.command(*words, "--json").json()

    def start(self, *words: str, **options: Any) -> subprocess.Popen[str]:
        """Start a command without waiting for it."""
        return subprocess.Popen(
            self.argv(*words),
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def serve(self) -> str:
        """Start an engine and wait until it listens; returns its ``host:port``."""
        self.engine = self.start("serve")

        def listening() -> str | None:
            assert self.engine is not None
            assert self.engine.poll() is None, self.engine.communicate()
            state = self.json_status()
            return state.get("address") if state.get("pid") == self.engine.pid else None

        return str(wait_for("a listening engine", listening))

    def json_status(self) -> dict[str, Any]:
        """``status --json``, whatever its exit status."""
        return dict(self.command("status", "--json", status=None).json())

    def kill_engine(self) -> None:
        """``kill -9``."""
        assert self.engine is not None
        self.engine.kill()
        self.engine.communicate()
        self.engine = None

    def stop_engine(self) -> None:
        """TERM, and wait for its end."""
        if self.engine is None:
            return
        self.engine.send_signal(signal.SIGTERM)
        try:
            self.engine.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.engine.kill()
            self.engine.communicate()
            raise
        finally:
            self.engine = None

    def create(self, name: str, prompt: str, *options: str) -> dict[str, Any]:
        """``create``; by hand unless the options say otherwise. Returns the JobResponse."""
        named = {"--cron", "--webhook", "--at", "--every", "--until"} & set(options)
        trigger = () if named else ("--manual",)
        return dict(self.json("create", "--name", name, "--prompt", prompt, *trigger, *options))

    def make_due(self, job: str) -> None:
        """Let an occurrence of a job be due now, as if its time had just come."""
        with sqlite3.connect(self.folder / "jobs.db") as connection:
            connection.execute(
                "update jobs set"
                " cursor_at = strftime('%Y-%m-%dT%H:%M:00.000Z', 'now', '-1 minute'),"
                " next_due_at = strftime('%Y-%m-%dT%H:%M:00.000Z', 'now') where name = ?",
                (job,),
            )

    def history(self, job: str, n: int = 10_000) -> list[dict[str, Any]]:
        """Runs of a job, newest first."""
        return list(self.json("history", job, "-n", str(n))["executions"])

    def run_of(self, job: str, execution_id: str) -> dict[str, Any]:
        """One row of a job's history."""
        return next(row for row in self.history(job) if row["execution_id"] == execution_id)


def processes_with(marker: str) -> list[int]:
    """Pids whose environment or command line holds the marker; this process and tmux left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            text = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if marker.encode() in text and state != "Z":
            found.append(int(entry.name))
    return found
