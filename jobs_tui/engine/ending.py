"""Whether a job has done its last run, and what it is then (SCHEDULING.md 5, DESIGN 4)."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from jobs_tui.models.enums import JobStatus, TriggerType
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.job import Job
from jobs_tui.models.times import from_text, to_text
from jobs_tui.schedule.timing import counts_from_end, is_timed, timing_of
from jobs_tui.store import jobs, lifecycle

ENGINE = "engine"
"""Actor and face of what the engine does by itself."""


def spent(job: Job) -> bool:
    """Whether all runs that ``max_runs`` allows have started."""
    most = job.definition.max_runs
    return most is not None and job.counted_runs >= most


def end_if_over(connection: sqlite3.Connection, job_id: str, now: datetime) -> bool:
    """Complete a job that nothing will start any more and of which nothing is under way."""
    job = jobs.get(connection, job_id)
    if job is None or job.live or not job.enabled or job.archived_at or job.ended_as:
        return False
    reason = _over(job, now)
    if not reason:
        return False
    end(connection, job, JobStatus.COMPLETED, reason, now)
    return True


def end(
    connection: sqlite3.Connection, job: Job, to: JobStatus, reason: str, now: datetime
) -> None:
    """End or pause a job in the engine's name."""
    lifecycle.move(connection, job, to, reason, now, actor=ENGINE, face=ENGINE)


def _over(job: Job, now: datetime) -> str:
    """Why nothing starts it any more; empty when something may."""
    definition = job.definition
    chained = bool(definition.depends_on)
    if definition.trigger_type is TriggerType.ONE_OFF or not (is_timed(definition) or chained):
        return ""  # what it is follows from its run
    if spent(job):
        most = definition.max_runs
        return "it has had its one run" if most == 1 else f"it has had its {most} runs"
    if definition.end_at is None:
        return ""
    if not is_timed(definition):
        over = to_text(now) > definition.end_at
        return f"its end at {definition.end_at} has come" if over else ""
    cursor = max(now, job.cursor_at or now)
    if counts_from_end(definition):
        over = job.due_at is not None and job.due_at > from_text(definition.end_at)
        return f"its end at {definition.end_at} has come" if over else ""
    try:
        timing = timing_of(definition, job.created_at, job.due_at)
    except JobsTuiError:
        return ""  # blocked, with that reason
    if timing is not None and timing.next(cursor) is None:
        return f"its end at {definition.end_at} has come"
    return ""
