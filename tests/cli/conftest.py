"""The command line over a fresh home, in this process and with a clock that stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from jobs_tui.store.home import find_home
from tests.cli.command import Command
from tests.fakes import FakeClock


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of the home; commands of this test use it."""
    path = tmp_path / "home"
    monkeypatch.setenv("JOBS_TUI_HOME", str(path))
    monkeypatch.setenv("JOBS_TUI_PORT", "0")
    monkeypatch.setenv("JOBS_TUI_MCP_PORT", "0")
    monkeypatch.delenv("COLUMNS", raising=False)
    return path


@pytest.fixture
def jt(home: Path, clock: FakeClock) -> Command:
    """``jobs-tui``."""
    return Command(clock)


@pytest.fixture
def ctx(home: Path, clock: FakeClock) -> Iterator[Context]:
    """The same home, for a look behind the commands."""
    store = Store(find_home(), clock)
    yield Context(store, "ada", "cli")
    store.close()
