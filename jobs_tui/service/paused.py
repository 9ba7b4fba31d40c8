"""What a pause did to the schedule: one skip record when it ends (SCHEDULING.md 5, S26)."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from jobs_tui.models.enums import ExecutionStatus, Kind
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.ids import new_execution_id
from jobs_tui.models.job import Job
from jobs_tui.schedule.cron import parse_cron
from jobs_tui.schedule.decisions import Skip, decide_pause
from jobs_tui.schedule.zones import zone
from jobs_tui.store import executions


def record_pause(connection: sqlite3.Connection, job: Job, now: datetime) -> None:
    """Write the occurrences between the cursor and now as skipped, reason ``paused``."""
    definition = job.definition
    if definition.schedule is None:
        return
    try:
        cron, place = parse_cron(definition.schedule), zone(definition.cron_timezone or "UTC")
    except InvalidInput:
        return  # a zone that went away since: nobody knows what would have been due
    decision = decide_pause(cron, place, job.cursor_at or job.created_at, now)
    row = connection.execute("select value from facts where name = 'clock_epoch'").fetchone()
    epoch = 0 if row is None else int(row[0])
    for skip in decision.skips:
        _insert(connection, job, skip, now, epoch)


def _insert(
    connection: sqlite3.Connection, job: Job, skip: Skip, now: datetime, epoch: int
) -> None:
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
            clock_epoch=epoch,
        ),
    )
