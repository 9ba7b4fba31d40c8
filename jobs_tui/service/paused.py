"""What a pause did to the schedule: one skip record when it ends (SCHEDULING.md 5, S26)."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime

from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import Job
from jobs_tui.schedule.decisions import SkipReason, decide_pause
from jobs_tui.schedule.timing import counts_from_end, timing_of
from jobs_tui.store.occurrences import insert_skip


def record_pause(connection: sqlite3.Connection, job: Job, now: datetime, by: str) -> None:
    """Write the occurrences between the cursor and now as skipped, reason ``paused``."""
    _record(connection, job, now, by, "paused")


def record_wait(connection: sqlite3.Connection, job: Job, now: datetime, by: str) -> None:
    """As :func:`record_pause`, of a job that waited for others: reason ``dependency``."""
    if counts_from_end(job.definition):
        return  # it had no time yet that could pass
    _record(connection, job, now, by, "dependency")


def _record(
    connection: sqlite3.Connection, job: Job, now: datetime, by: str, reason: SkipReason
) -> None:
    try:
        timing = timing_of(job.definition, job.created_at, job.due_at)
    except InvalidInput:
        return  # a zone that went away since: nobody knows what would have been due
    if timing is None:
        return
    decision = decide_pause(timing, job.cursor_at or job.created_at, now)
    for skip in decision.skips:
        insert_skip(connection, job, replace(skip, reason=reason), now, by)
