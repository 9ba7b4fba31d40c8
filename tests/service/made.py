"""Jobs and runs as tests need them."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from functools import partial
from typing import Any

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.job import Job
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.store import queue, steps


def job_fields(**more: Any) -> dict[str, Any]:
    """The fields of JobCreate for a small manual job."""
    return {
        "name": "nightly",
        "trigger_type": "manual",
        "entity_id": "shell",
        "prompt_template": "echo done",
        **more,
    }


def made(ctx: Context, **more: Any) -> Job:
    """A job, manual unless said otherwise."""
    return jobs.create(ctx, job_fields(**more)).job


def cron_job(ctx: Context, cron: str = "0 * * * *", **more: Any) -> Job:
    """A job on a schedule, hourly in UTC unless said otherwise."""
    return made(ctx, trigger_type="cron", cron_schedule=cron, **more)


def claimed(ctx: Context, execution_id: str) -> None:
    """The run is running, as after an engine's claim."""
    now = ctx.now()

    def operation(connection: sqlite3.Connection) -> None:
        found = queue.claim(
            connection,
            owner="{}",
            token="t",
            now=now,
            expires=now + timedelta(seconds=60),
            places=1,
            only=execution_id,
        )
        assert [item.id for item in found] == [execution_id]

    ctx.store.write(operation)


def ended(
    ctx: Context,
    execution_id: str,
    status: ExecutionStatus = ExecutionStatus.COMPLETED,
    *,
    seconds: float = 1.0,
    **more: Any,
) -> None:
    """The run was claimed now and ended so after some seconds."""
    claimed(ctx, execution_id)
    now = ctx.now()
    outcome = queue.Outcome(
        status=status,
        started_at=now,
        completed_at=now + timedelta(seconds=seconds),
        exit_code=more.get("exit_code", 0 if status is ExecutionStatus.COMPLETED else 1),
        error_message=more.get("error_message"),
        result=more.get("result"),
        usage={},
        log_lines=more.get("log_lines", 0),
        log_bytes=0,
        retry_at=None,
        answer=more.get("answer"),
    )
    assert ctx.store.write(lambda c: queue.finish(c, execution_id, "t", outcome))


def with_steps(ctx: Context, execution_id: str, *rows: steps.StepRow) -> None:
    """Steps of the run's first attempt, as they stand now."""
    for row in rows:
        ctx.store.write(partial(steps.save, execution_id=execution_id, attempt=1, row=row))


def count(ctx: Context, table: str) -> int:
    """Rows of a table."""
    row = ctx.store.row(f"select count(*) from {table}")
    assert row is not None
    return int(row[0])


def audited(ctx: Context) -> list[tuple[str, str, str]]:
    """(actor, face, action) of everything that was noted."""
    return [
        (row["actor"], row["face"], row["action"])
        for row in ctx.store.rows("select * from audit order by seq")
    ]
