"""When a job starts next: apart from the checks, which need all that agents are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jobs_tui.models.job import Definition, Job
from jobs_tui.schedule.timing import INSTANT, counts_from_end, first_after_end, timing_of


@dataclass(frozen=True, slots=True)
class Due:
    """The two columns that say when a job starts."""

    due_at: datetime | None
    """Of a job that counts from the end of its runs."""
    next_due_at: datetime | None


def first_due(definition: Definition, now: datetime, created_at: datetime | None = None) -> Due:
    """Of a job whose schedule begins to count now.

    Args:
        created_at: of the job; None: it is created now.

    Raises:
        InvalidInput: the schedule or zone cannot be followed.
    """
    due_at = first_after_end(definition, now)
    timing = timing_of(definition, created_at or now, due_at)
    return Due(due_at, None if timing is None else timing.next(now))


def due_again(job: Job, now: datetime) -> Due:
    """Of a job that goes on after a pause: nothing is made up. Raises InvalidInput."""
    definition = job.definition
    due_at = None
    if counts_from_end(definition):
        due_at = max(job.due_at or now, now + INSTANT)
    timing = timing_of(definition, job.created_at, due_at)
    return Due(due_at, None if timing is None else timing.next(now))
