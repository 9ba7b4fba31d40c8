"""Pages of runs: live ones first, filters, neighbours."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs_tui.models.enums import ExecutionStatus, Kind, TriggerType
from jobs_tui.models.execution import Execution
from jobs_tui.models.ids import new_execution_id
from jobs_tui.service import jobs, runs
from jobs_tui.service.context import Context
from jobs_tui.store import executions
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from tests.fakes import FakeClock

Make = Callable[..., Execution]


@pytest.fixture
def ctx(tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    store = Store(Home(tmp_path / "home", tmp_path / "home" / "config.toml"), clock)
    yield Context(store, "tester", "cli")
    store.close()


@pytest.fixture
def make(ctx: Context) -> Make:
    ids: dict[str, str] = {}

    def run(job: str, status: str = "completed", **fields: str) -> Execution:
        if job not in ids:
            data = {
                "name": job,
                "trigger_type": "manual",
                "prompt_template": "true",
                "entity_id": "shell",
            }
            ids[job] = jobs.create(ctx, data).job.id
        new = executions.NewExecution(
            id=new_execution_id(),
            job_id=ids[job],
            revision=1,
            trigger_type=TriggerType.MANUAL,
            kind=Kind.MANUAL,
            created_at=ctx.now(),
        )

        def operation(connection: sqlite3.Connection) -> None:
            executions.insert(connection, new)
            for name, value in {"status": status, **fields}.items():
                connection.execute(
                    f"update executions set {name} = ? where id = ?", (value, new.id)
                )

        ctx.store.write(operation)
        return runs.get(ctx, new.id)

    return run


def test_running_comes_first_then_waiting_then_newest(ctx: Context, make: Make) -> None:
    made = [make("a", s) for s in ("running", "completed", "queued", "failed", "running", "lost")]
    expected = [made[n].id for n in (4, 0, 2, 5, 3, 1)]
    for limit in range(1, 8):
        seen = []
        for offset in range(0, 6, limit):
            total, page = runs.recent(ctx, limit=limit, offset=offset)
            assert total == 6
            seen += [run.id for run in page]
        assert seen == expected


def test_recent_by_job_name_and_status(ctx: Context, make: Make) -> None:
    make("backup"), make("report"), make("Backup 2", "failed")
    total, page = runs.recent(ctx, query="BACK")
    assert (total, [run.job_name for run in page]) == (2, ["Backup 2", "backup"])
    total, page = runs.recent(ctx, query="back", statuses=[ExecutionStatus.COMPLETED])
    assert (total, [run.job_name for run in page]) == (1, ["backup"])


def test_history_by_status_and_text(ctx: Context, make: Make) -> None:
    job = make("a", "failed", error_message="Disk full").job_id
    make("a", "completed", result="sent")
    make("a", "skipped", reason="overlap")
    make("b", "failed", error_message="disk full")
    found = runs.history(ctx, job, query="disk")
    assert (found.total_count, [run.number for run in found.executions]) == (1, [1])
    found = runs.history(ctx, job, statuses=[ExecutionStatus.SKIPPED, ExecutionStatus.COMPLETED])
    assert [run.number for run in found.executions] == [3, 2]
    assert runs.history(ctx, job, query="#2").total_count == 1
    assert runs.history(ctx, job, query="100%").total_count == 0


def test_neighbours_pass_over_what_was_never_started(ctx: Context, make: Make) -> None:
    first, _, _, last = (make("a"), make("a", "skipped"), make("b"), make("a", "running"))
    assert runs.neighbour(ctx, first, newer=True) == last
    assert runs.neighbour(ctx, last, newer=False) == first
    assert runs.neighbour(ctx, last, newer=True) is None
    assert runs.neighbour(ctx, first, newer=False) is None
