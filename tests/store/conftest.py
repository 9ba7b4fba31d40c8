"""A store in a fresh home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from tests.fakes import FakeClock


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that does not exist yet."""
    return Home(tmp_path / "home", tmp_path / "home" / "config.toml")


@pytest.fixture
def store(home: Home, clock: FakeClock) -> Iterator[Store]:
    """An open, empty store."""
    opened = Store(home, clock)
    yield opened
    opened.close()
