"""A launcher that is gone after the test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs_tui.engine.launcher.client import Launcher


@pytest.fixture
async def launcher(tmp_path: Path) -> AsyncIterator[Launcher]:
    """Ends everything at once when closed."""
    started = await Launcher.start(tmp_path / "journal", grace=0.2)
    yield started
    await started.close()
