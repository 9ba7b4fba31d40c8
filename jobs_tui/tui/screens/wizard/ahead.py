"""What the second step of the form would start, computed by the code that fires (UX.md 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from jobs_tui.models.job import Definition
from jobs_tui.models.times import from_text
from jobs_tui.schedule.clock_notes import clock_changes
from jobs_tui.schedule.cron import parse_cron
from jobs_tui.schedule.timing import Timing, timing_of, upcoming
from jobs_tui.schedule.timing_words import timing_words
from jobs_tui.schedule.zones import zone
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.service.due import first_due
from jobs_tui.tui.screens.wizard.checks import when_definition
from jobs_tui.tui.screens.wizard.draft import Draft


@dataclass(frozen=True, slots=True)
class Ahead:
    """A timing in words and in instants."""

    definition: Definition
    words: str
    timing: Timing
    place: ZoneInfo
    """The job's zone."""
    next_runs: tuple[datetime, ...]
    """Aware, in the job's zone; empty when nothing is left to start."""
    warnings: tuple[str, ...]
    clock_changes: tuple[str, ...]
    """Notes on the next changes of the clock, in words."""


def ahead(ctx: Context, draft: Draft, n: int, job_id: str | None = None) -> Ahead | None:
    """The next ``n`` starts if it were saved now; None where the clock starts nothing.

    Args:
        job_id: the job that is edited: the grid of its interval stays, its runs count.

    Raises:
        InvalidInput: the second step is not right yet.
    """
    definition, now = when_definition(ctx, draft, job_id), ctx.now()
    job = jobs.get(ctx, job_id) if job_id is not None else None
    created_at = now if job is None else job.created_at
    due_at = first_due(definition, now, created_at).due_at
    if job is not None and timing_words(definition) == timing_words(job.definition):
        due_at = job.due_at or due_at  # nothing that moves it was changed
    timing = timing_of(definition, created_at, due_at)
    if timing is None:
        return None
    place = zone(definition.cron_timezone or "UTC")
    if definition.max_runs is not None:
        n = min(n, max(0, definition.max_runs - (0 if job is None else job.counted_runs)))
    warnings: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    if definition.schedule is not None:
        parsed = parse_cron(definition.schedule)
        warnings, changes = tuple(parsed.warnings), tuple(clock_changes(parsed, place, now))
    return Ahead(
        definition,
        timing_words(definition, zoned=False),
        timing,
        place,
        tuple(moment.astimezone(place) for moment in upcoming(timing, now, n)),
        warnings,
        changes,
    )


def moments(found: Ahead) -> tuple[datetime | None, datetime | None, datetime | None]:
    """The times that were typed, as they were read: start, begin and end, in the job's zone."""
    one, place = found.definition, found.place
    start, begin, end = (
        None if text is None else from_text(text).astimezone(place)
        for text in (one.run_at, one.start_at, one.end_at)
    )
    return start, begin, end
