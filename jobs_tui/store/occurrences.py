"""What every decision about occurrences writes, whoever decided (SCHEDULING.md 5)."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from jobs_tui.models.enums import ExecutionStatus, Kind
from jobs_tui.models.ids import new_execution_id
from jobs_tui.models.job import Job
from jobs_tui.schedule.decisions import Skip
from jobs_tui.store import executions


def clock_epoch(connection: sqlite3.Connection) -> int:
    """How often the clock was set back by more than a minute."""
    row = connection.execute("select value from facts where name = 'clock_epoch'").fetchone()
    return 0 if row is None else int(row[0])


def insert_skip(
    connection: sqlite3.Connection, job: Job, skip: Skip, now: datetime, by: str
) -> None:
    """One row for the occurrences that do not start, with their reason and count."""
    executions.insert(
        connection,
        executions.NewExecution(
            id=new_execution_id(),
            job_id=job.id,
            revision=job.revision,
            trigger_type=job.definition.trigger_type,
            kind=Kind.SCHEDULED,
            created_at=now,
            status=ExecutionStatus.SKIPPED,
            reason=skip.reason,
            count=skip.count,
            nominal_at=skip.first,
            last_nominal_at=skip.last,
            clock_epoch=clock_epoch(connection),
            requested_by=by,
        ),
    )
