"""A context over a store in a fresh home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from tests.fakes import FakeClock


@pytest.fixture
def ctx(tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    """An empty home; ``ctx.store.clock`` is the fixture ``clock``."""
    store = Store(Home(tmp_path / "home", tmp_path / "home" / "config.toml"), clock)
    yield Context(store, "ada", "cli")
    store.close()
