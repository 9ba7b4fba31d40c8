"""What a schedule and a prompt would do, computed by the code that does it (UX.md 5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs_tui.agents import prompt as prompts
from jobs_tui.models.ids import new_execution_id
from jobs_tui.models.job import Definition
from jobs_tui.models.job_input import JobCreate, validated
from jobs_tui.schedule.clock_notes import clock_changes
from jobs_tui.schedule.cron import parse_cron
from jobs_tui.schedule.next_fires import next_fires
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


def draft(ctx: Context, data: Mapping[str, Any]) -> Checked:
    """Check the fields of JobCreate as a creation would; nothing is written.

    Raises:
        InvalidInput: with ``field``.
    """
    return check(validated(JobCreate, data), ctx.directory, around(ctx))


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
