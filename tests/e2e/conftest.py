"""A home for each test, cleaned up whatever happens."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.home import LiveHome, processes_with


@pytest.fixture
def home(tmp_path: Path) -> Iterator[LiveHome]:
    """An empty home; its engine and everything it started are gone afterwards."""
    live = LiveHome(tmp_path / "home")
    yield live
    if live.engine is not None:
        live.kill_engine()
    for pid in processes_with(str(live.folder)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
