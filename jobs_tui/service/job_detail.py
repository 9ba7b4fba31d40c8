"""Read models of one job's detail screen (UX.md 5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jobs_tui.models.enums import BAD, ExecutionStatus
from jobs_tui.models.execution import Delivery, Execution
from jobs_tui.service import runs
from jobs_tui.service.context import Context
from jobs_tui.store import deliveries as delivery_rows


@dataclass(frozen=True, slots=True)
class Streak:
    """How many of the newest runs failed one after the other."""

    failed: int
    since: datetime | None
    """When the first of them began."""


def streak(ctx: Context, job_id: str, look: int = 100) -> Streak:
    """Failures in a row among the newest ``look`` runs; skipped, cancelled and live ones aside."""
    ended = [*BAD, ExecutionStatus.COMPLETED]
    failed, since = 0, None
    for run in runs.history(ctx, job_id, limit=look, statuses=ended).executions:
        if run.status not in BAD:
            break
        failed, since = failed + 1, run.started_at or run.created_at
    return Streak(failed, since)


def status_counts(ctx: Context, job_id: str) -> dict[ExecutionStatus, int]:
    """How many rows of each status the job's history has; a skip row counts what it stands for."""
    return {
        ExecutionStatus(row["status"]): row["n"]
        for row in ctx.store.rows(
            "select status, sum(count) as n from executions where job_id = ? group by status",
            (job_id,),
        )
    }


def deliveries(ctx: Context, job_id: str, limit: int = 200) -> list[Delivery]:
    """What its webhook received, newest first, refused requests included."""
    return delivery_rows.listing(ctx.store.jobs.reader(), job_id, limit)


def last_run(ctx: Context, job_id: str) -> Execution | None:
    """The newest run that was started or waits."""
    found = runs.history(
        ctx,
        job_id,
        limit=1,
        statuses=[s for s in ExecutionStatus if s is not ExecutionStatus.SKIPPED],
    ).executions
    return found[0] if found else None
