"""A context of tools over a real launcher, in a home of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from jobs_tui.agents.runner import Task
from jobs_tui.agents.tool_processes import LauncherProcesses
from jobs_tui.engine.launcher.client import Launcher
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from jobs_tui.tools.registry import get_tool
from jobs_tui.tools.tool import ToolContext, ToolResult
from tests.fakes import FakeClock

Use = Callable[..., Awaitable[ToolResult]]


@pytest.fixture
async def context(tmp_path: Path, clock: FakeClock) -> AsyncIterator[ToolContext]:
    """Works in ``tmp_path / "work"``."""
    work = tmp_path / "work"
    work.mkdir()
    store = Store(Home(tmp_path / "home", tmp_path / "home" / "config.toml"), clock)
    launcher = await Launcher.start(tmp_path / "journal", grace=0.2)
    task = Task("exec_a", "job_a", "a job", "", {}, launcher, working_directory=str(work))
    said: list[str] = []
    yield ToolContext(store, "exec_a", "job_a", str(work), {}, LauncherProcesses(task), said.append)
    await launcher.close()
    store.close()


@pytest.fixture
def work(context: ToolContext) -> Path:
    """The working directory."""
    return Path(context.working_directory)


@pytest.fixture
def use(context: ToolContext) -> Use:
    """``await use("tool_name", argument=...)``."""

    async def call(tool_name: str, /, **arguments: Any) -> ToolResult:
        tool = get_tool(tool_name)
        return await tool.run(tool.arguments.model_validate(arguments), context)

    return call
