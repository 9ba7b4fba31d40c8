"""Callers over an empty home, and clients of the SDK that talk to our server in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from jobs_tui.models.token import Scope
from jobs_tui.server.mcp.calling import Caller, call
from jobs_tui.server.mcp.protocol import JobsServer
from jobs_tui.server.mcp.results import Answer
from jobs_tui.server.mcp.tools import BY_NAME
from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from tests.fakes import FakeClock

Ask = Callable[..., Any]


@pytest.fixture
def ctx(tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    """An empty home of an assistant; 21 August 2026, a Friday."""
    store = Store(Home(tmp_path, tmp_path / "config.toml"), clock)
    yield Context(store, "claude", "mcp")
    store.close()


@pytest.fixture
def ask(ctx: Context) -> Iterator[Ask]:
    """Calls a tool: ``await ask("job_create", title=...)``; an admin unless said otherwise."""
    executor = ThreadPoolExecutor(2)

    async def calling(name: str, scope: Scope = Scope.ADMIN, **sent: Any) -> Answer:
        return await call(BY_NAME[name], Caller(ctx, scope), sent, executor)

    yield calling
    executor.shutdown()


@pytest.fixture
def create(ask: Ask) -> Ask:
    """Makes a job by the tool, monthly for the shell unless said otherwise; its view."""

    async def creating(**more: Any) -> Any:
        fields = {
            "title": "nightly",
            "job_type": "SCHEDULED",
            "trigger_config": {"cron_schedule": "0 9 1 * *", "cron_timezone": "UTC"},
            "instructions": "echo done",
            "agent": "shell",
            **more,
        }
        return (await ask("job_create", **fields)).job

    return creating


@asynccontextmanager
async def connected(ctx: Context, mode: str, **options: Any) -> AsyncIterator[Client]:
    """A client of one era, ``legacy`` or ``auto``."""
    caller = Caller(replace(ctx, face="mcp"), Scope.ADMIN)
    server = JobsServer(lambda request: caller, caller)
    try:
        async with Client(server, mode=mode, **options) as client:
            yield client
    finally:
        await server.aclose()
