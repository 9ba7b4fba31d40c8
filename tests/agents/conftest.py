"""A launcher that is gone after the test, an output in memory, and tasks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from jobs_tui.agents.runner import Task
from jobs_tui.engine.launcher.client import Launcher


class Collected:
    """An output that keeps everything, and that can be shut."""

    def __init__(self) -> None:
        self.streams = {"stdout": b"", "stderr": b""}
        self.system: list[str] = []
        self.open = asyncio.Event()
        self.open.set()

    def feed(self, stream: str, data: bytes, step: str = "") -> None:
        """See Output."""
        self.streams[stream] += data

    def line(self, stream: str, text: str, step: str = "") -> None:
        """See Output."""
        assert stream == "system"
        self.system.append(text)

    async def ready(self) -> None:
        """See Output."""
        await self.open.wait()


@pytest.fixture
async def launcher(tmp_path: Path) -> AsyncIterator[Launcher]:
    """Ends everything at once when closed."""
    started = await Launcher.start(tmp_path / "journal", grace=0.2)
    yield started
    await started.close()


@pytest.fixture
async def output() -> Collected:
    """An output in memory."""
    return Collected()


@pytest.fixture
def task(launcher: Launcher) -> Callable[..., Task]:
    """Makes a task from a prompt and whatever else differs."""

    def make(prompt: str, **others: Any) -> Task:
        values = others.pop("values", {})
        return Task("exec_a", "job_a", "a job", prompt, values, launcher, **others)

    return make
