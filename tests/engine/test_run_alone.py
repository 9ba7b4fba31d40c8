"""One run carried by a process that is no engine (``run --follow`` without one)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs_tui import host
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.job import Job
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import resources, runs, starts
from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from tests.engine.scripted import until


async def test_a_run_that_is_blocked_goes_on_when_its_environment_is_ready(
    store: Store,
    ctx: Context,
    make_job: Callable[..., Job],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(host, "LOOK_AT_WAITING", 0)
    place = tmp_path / "place"
    resources.create(ctx, ResourceKind.ENVIRONMENT, {"id": "prod", "working_directory": str(place)})
    job = make_job(executor_type="environment", environment_name="prod")
    execution_id = starts.start(ctx, job.id).execution_id

    def status() -> ExecutionStatus:
        return runs.get(ctx, execution_id).status

    alone = asyncio.create_task(asyncio.to_thread(host.run_alone, store, execution_id))
    await until(lambda: status() is ExecutionStatus.BLOCKED)
    place.mkdir()
    await asyncio.wait_for(alone, 20)
    assert status() is ExecutionStatus.COMPLETED
