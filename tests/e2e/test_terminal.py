"""The main job in a real terminal, with keys only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.home import LiveHome, wait_for
from tests.e2e.terminal import Terminal, needs_tmux

pytestmark = [pytest.mark.e2e, needs_tmux]

OpenTerminal = Callable[[int, int], Terminal]


@pytest.fixture
def open_terminal(home: LiveHome) -> Iterator[OpenTerminal]:
    """Opens the app in a terminal; closed again after the test."""
    opened: list[Terminal] = []

    def make(width: int, height: int) -> Terminal:
        opened.append(Terminal(home, width, height))
        return opened[-1]

    yield make
    for terminal in opened:
        terminal.close()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
def test_examples_run_and_are_found_again(
    home: LiveHome, open_terminal: OpenTerminal, width: int, height: int
) -> None:
    terminal = open_terminal(width, height)
    terminal.shows("No jobs yet", "UP")
    terminal.keys("D")
    terminal.shows("system-health", "disk-report", "webhook-echo")
    terminal.keys("r")
    terminal.shows("+ ok")
    terminal.keys("l")
    terminal.shows("Jobs > system-health #1", "healthy on")
    terminal.keys("Escape")
    terminal.shows("3 jobs", "enter open")
    terminal.keys("Enter")
    terminal.shows("#1", "History")
    assert [row["status"] for row in home.history("system-health")] == ["completed"]


def test_the_screen_attaches_to_a_running_engine(
    home: LiveHome, open_terminal: OpenTerminal
) -> None:
    home.create("seen", "echo here")
    home.serve()
    assert home.engine is not None
    terminal = open_terminal(80, 24)
    terminal.shows("seen", "attached")
    terminal.keys("r")
    terminal.shows("+ ok")
    assert home.json("list")[0]["successful_executions"] == 1
    terminal.keys("q")
    terminal.shows("left with 0")
    assert home.json_status()["running"] is True


def test_a_closed_terminal_hurts_no_run(
    home: LiveHome, open_terminal: OpenTerminal, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    home.create("long", f"until [ -e {go} ]; do sleep 0.02; done; echo survived")
    terminal = open_terminal(80, 24)
    terminal.shows("long", "UP")
    terminal.keys("r")
    wait_for("the run", lambda: [row["status"] for row in home.history("long")] == ["running"])
    terminal.close()
    assert home.history("long")[0]["status"] == "running"
    go.touch()
    wait_for("its end", lambda: home.history("long")[0]["status"] == "completed")
    execution_id = home.history("long")[0]["execution_id"]
    assert home.command("logs", execution_id).out == "survived\n"
    assert home.json_status()["running"] is True
    home.command("stop")
    assert home.json_status()["running"] is False
