"""A runner whose work a test writes, and the parts that an attempt needs around it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jobs_tui.agents.runner import Output, Result, Task
from jobs_tui.agents.shell import ShellRunner
from jobs_tui.engine import crew
from jobs_tui.engine.local_dispatcher import LocalDispatcher
from jobs_tui.engine.parts import Parts
from jobs_tui.store.database import Store
from jobs_tui.store.settings import Settings

Work = Callable[[Task, Output], Awaitable[Result]]


class Scripted(ShellRunner):
    """Does what the test says, and keeps the tasks that it was given."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work
        self.tasks: list[Task] = []

    async def run(self, task: Task, output: Output) -> Result:
        """See Runner."""
        self.tasks.append(task)
        return await self._work(task, output)


def use(monkeypatch: pytest.MonkeyPatch, work: Work) -> Scripted:
    """Let every job of the test be done by this work."""
    runner = Scripted(work)
    monkeypatch.setattr(crew, "get_runner", lambda kind: runner)
    return runner


class NoLauncher:
    """Stands where the launcher stands; nothing is spawned through it."""

    def __init__(self) -> None:
        self.acked: list[str] = []

    def ack(self, run_id: str) -> None:
        """See Launcher."""
        self.acked.append(run_id)


def dispatcher_of(store: Store, **settings: Any) -> LocalDispatcher:
    """A dispatcher that is ready to claim."""
    parts = Parts(store, Settings(**settings), launcher=NoLauncher(), owner="{}")  # type: ignore[arg-type]
    return LocalDispatcher(parts, "token")


async def until(condition: Callable[[], bool]) -> None:
    """Return when the condition holds; fails after ten seconds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the condition lives in the store
            await asyncio.sleep(0.002)


async def completed(task: Task, output: Output) -> Result:
    """Work that is done at once."""
    return Result("completed", exit_code=0, result="done")
