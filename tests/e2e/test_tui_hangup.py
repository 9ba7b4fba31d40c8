"""A real terminal that goes away: the screen ends, the engine carries on (UX.md 6.3, DESIGN 7)."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import engine_state, request_stop
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home

PATIENCE = 20.0
pytestmark = pytest.mark.e2e


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for something that must come soon; a busy machine may take its time."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        select.select([], [], [], 0.02)


@dataclass
class Screen:
    """``jobs-tui`` in a pseudo-terminal."""

    home: Path
    pid: int
    master: int
    output: bytes = b""
    status: int | None = field(default=None)

    def read(self) -> None:
        """Take what it has drawn."""
        while select.select([self.master], [], [], 0)[0]:
            try:
                self.output += os.read(self.master, 65_536)
            except OSError:
                return

    def shows(self, text: str) -> bool:
        """Whether this text was drawn at some time."""
        self.read()
        return text.encode() in self.output

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self.master, keys.encode())

    def ended(self) -> bool:
        """Whether the process has ended."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def headless(self) -> bool:
        """Whether the screen has ended and the process lives without a terminal."""
        return os.readlink(f"/proc/{self.pid}/fd/1") == os.devnull


@pytest.fixture(params=["signal", "no signal"])
def screen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Screen]:
    """A screen that hosts its engine, started with or without SIGHUP in force."""
    home = tmp_path / "home"
    pid, master = pty.fork()
    if pid == 0:
        if request.param == "no signal":
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        environment = os.environ | {
            "JOBS_TUI_HOME": str(home),
            "JOBS_TUI_PORT": "0",
            "JOBS_TUI_MCP_PORT": "0",
            "TERM": "xterm-256color",
            "COLUMNS": "80",
            "LINES": "24",
        }
        os.execve(sys.executable, [sys.executable, "-m", "jobs_tui"], environment)
    opened = Screen(home, pid, master)
    yield opened
    if not opened.ended():
        os.kill(pid, signal.SIGKILL)
        until(opened.ended, "the killed process is gone")


def test_the_engine_outlives_its_terminal(screen: Screen) -> None:
    until(lambda: screen.shows("No jobs yet"), "the first paint")
    store = Store(Home(screen.home, screen.home / "config.toml"))
    try:
        ctx = Context(store, "tester", "cli")
        until(lambda: engine_state(ctx).running, "the engine is up")
        screen.press("D")
        until(lambda: screen.shows("system-health"), "the examples are shown")
        os.close(screen.master)
        until(screen.headless, "the screen has ended")
        assert not screen.ended()
        state = engine_state(ctx)
        assert state.running
        assert state.pid == screen.pid
        spent = cpu_ticks(screen.pid)
        select.select([], [], [], 0.5)
        assert cpu_ticks(screen.pid) - spent < 20, "it spins"
        request_stop(ctx)
        until(screen.ended, "the engine has stopped")
        assert screen.status == 0
        assert not engine_state(ctx).running
    finally:
        store.close()


def cpu_ticks(pid: int) -> int:
    """Processor time so far, in hundredths of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
