"""What a schedule and a prompt would do, computed by the code that does it (UX.md 5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs_tui.agents import prompt as prompts
from jobs_tui.models.ids import new_execution_id
from jobs_tui.models.job import Definition, Job
from jobs_tui.models.job_input import JobCreate, JobPatch, validated
from jobs_tui.models.times import from_text
from jobs_tui.schedule.clock_notes import clock_changes
from jobs_tui.schedule.cron import parse_cron
from jobs_tui.schedule.moment_words import distance_words, moment_words
from jobs_tui.schedule.next_fires import next_fires
from jobs_tui.schedule.timing import first_after_end, timing_of, upcoming
from jobs_tui.schedule.timing_words import REPEATING, timing_words
from jobs_tui.schedule.words import describe
from jobs_tui.schedule.zones import zone
from jobs_tui.service.around import around
from jobs_tui.service.checks import Checked, check
from jobs_tui.service.context import Context


@dataclass(frozen=True, slots=True)
class SchedulePreview:
    """A schedule in words and in instants."""

    words: str
    next_runs: tuple[datetime, ...]
    """Aware, in the schedule's own zone."""
    warnings: tuple[str, ...]
    clock_changes: tuple[str, ...]
    """Notes on the next changes of the clock, in words."""


def schedule(ctx: Context, cron: str, timezone: str, n: int = 5) -> SchedulePreview:
    """Words, the next ``n`` runs and what clock changes do to them.

    Raises:
        InvalidInput: field ``cron_schedule`` or ``cron_timezone``.
    """
    parsed, place, now = parse_cron(cron), zone(timezone), ctx.now()
    return SchedulePreview(
        words=describe(parsed),
        next_runs=tuple(moment.astimezone(place) for moment in next_fires(parsed, place, now, n)),
        warnings=tuple(parsed.warnings),
        clock_changes=tuple(clock_changes(parsed, place, now)),
    )


def of_definition(
    ctx: Context, definition: Definition, job: Job | None = None, n: int = 5
) -> SchedulePreview | None:
    """As :func:`schedule`, for any trigger; None when the clock does not start it.

    A job that counts from the end of its runs has one next run: the others follow from it.

    Args:
        job: as it stands, when the definition is one of it.

    Raises:
        InvalidInput: the schedule or the zone cannot be followed.
    """
    now, place = ctx.now(), zone(definition.cron_timezone or "UTC")
    if job is not None and job.definition == definition:
        timing = timing_of(definition, job.created_at, job.due_at)
    else:
        timing = timing_of(definition, now, first_after_end(definition, now))
    if timing is None:
        return None
    if job is not None and job.ended_as is not None:
        n = 0
    if definition.max_runs is not None and definition.trigger_type in REPEATING:
        n = min(n, max(0, definition.max_runs - (0 if job is None else job.counted_runs)))
    cron = None if definition.schedule is None else parse_cron(definition.schedule)
    return SchedulePreview(
        words=timing_words(definition, zoned=False),
        next_runs=tuple(moment.astimezone(place) for moment in upcoming(timing, now, n)),
        warnings=() if cron is None else tuple(cron.warnings),
        clock_changes=() if cron is None else tuple(clock_changes(cron, place, now)),
    )


def readings(ctx: Context, definition: Definition) -> dict[str, str]:
    """How the times of a job were read, by field: ``Fri 27 Nov 2026 09:00 CET (in 1 day 2 h)``."""
    place, now = zone(definition.cron_timezone or "UTC"), ctx.now()
    times = {name: getattr(definition, name) for name in ("run_at", "start_at", "end_at")}
    moments = {name: from_text(text) for name, text in times.items() if text is not None}
    return {
        name: f"{moment_words(moment, place)} ({distance_words(moment, now)})"
        for name, moment in moments.items()
    }


def draft(
    ctx: Context,
    data: Mapping[str, Any],
    *,
    job_id: str | None = None,
    base: Definition | None = None,
) -> Checked:
    """Check the fields of JobCreate as a creation would; nothing is written.

    Args:
        job_id: the job that these are to be the fields of; None for a new one.
        base: where fields that are not there come from; they are not looked at.

    Raises:
        InvalidInput: with ``field``.
    """
    return check(validated(JobCreate, data), ctx.directory, around(ctx, job_id), base)


def changed(ctx: Context, job: Job, data: Mapping[str, Any]) -> Checked:
    """As :func:`draft`, for fields that change a job. Raises InvalidInput."""
    return check(validated(JobPatch, data), ctx.directory, around(ctx, job.id), job.definition)


def rendered(
    ctx: Context, definition: Definition, parameters: Mapping[str, Any] | None = None
) -> str:
    """The prompt as a start right now would show it.

    Raises:
        InvalidInput: a value is missing.
    """
    return prompts.readable(
        definition,
        prompts.Start(new_execution_id(), ctx.now()),
        prompts.resolve(definition, parameters or {}, ctx.directory),
        ctx.directory,
    )
