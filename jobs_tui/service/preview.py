"""What a schedule and a prompt would do, computed by the code that does it (UX.md 5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs_tui.agents import prompt as prompts
from jobs_tui.agents.doer import doer_of, one_step
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.ids import new_execution_id
from jobs_tui.models.job import DEFAULT_AGENT, Definition
from jobs_tui.models.job_input import JobCreate, JobPreview, validated
from jobs_tui.schedule.clock_notes import clock_changes
from jobs_tui.schedule.cron import parse_cron
from jobs_tui.schedule.next_fires import next_fires
from jobs_tui.schedule.words import describe
from jobs_tui.schedule.zones import zone
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
    return check(validated(JobCreate, data), ctx.directory)


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


@dataclass(frozen=True, slots=True)
class Whole:
    """A job as it would be, nothing written."""

    definition: Definition
    prompt: str | None
    """Filled in; None while values are missing."""
    missing: tuple[str, ...]
    """Parameters that a start would have to bring."""
    schedule: SchedulePreview | None
    agent: str | None
    """The id of the agent, team or workflow that would run it; None when none was named."""
    agent_problem: str
    """Why nothing can run it now; empty when something can."""
    warnings: tuple[str, ...]


def whole(ctx: Context, data: Mapping[str, Any], n: int = 5) -> Whole:
    """Everything that creating and starting a job would decide.

    Args:
        data: fields of JobPreview.
        n: next runs to tell.

    Raises:
        InvalidInput: what a creation would refuse too, or a value that does not fit.
    """
    sent = validated(JobPreview, data)
    checked = check(sent, ctx.directory)
    definition = checked.definition
    missing = tuple(
        parameter.name
        for parameter in prompts.declared_and_used(definition, ctx.directory)
        if parameter.required and parameter.default is None and parameter.name not in sent.values
    )
    agent = DEFAULT_AGENT if one_step(definition) else definition.entity_id
    try:
        problem = doer_of(definition, ctx.directory).not_ready(ctx.directory)
    except JobsTuiError as error:
        problem = error.sentence()
    timing = None
    if definition.schedule is not None:
        timing = schedule(ctx, definition.schedule, definition.cron_timezone or "UTC", n)
    return Whole(
        definition=definition,
        prompt=None if missing else rendered(ctx, definition, sent.values),
        missing=missing,
        schedule=timing,
        agent=agent,
        agent_problem=problem,
        warnings=checked.warnings,
    )


def whole_answer(found: Whole) -> dict[str, Any]:
    """The preview as programs read it."""
    timing = found.schedule
    moments = () if timing is None else timing.next_runs
    checks = [
        ("definition", True, "The job can be created."),
        ("agent", not found.agent_problem, found.agent_problem or "The agent is ready."),
        (
            "parameters",
            not found.missing,
            f"A start has to bring: {', '.join(found.missing)}."
            if found.missing
            else "Every variable of the prompt has a value.",
        ),
    ]
    if timing is not None:
        words = "The schedule fires." if moments else "The schedule never fires again."
        checks.append(("schedule", bool(moments), words))
    return {
        "name": found.definition.name,
        "trigger_type": str(found.definition.trigger_type),
        "prompt": found.prompt,
        "missing": list(found.missing),
        "schedule": None if timing is None else timing.words,
        "timezone": found.definition.cron_timezone,
        "next_runs": [moment.isoformat(timespec="seconds") for moment in moments],
        "clock_changes": [] if timing is None else list(timing.clock_changes),
        "agent": found.agent,
        "agent_ready": not found.agent_problem,
        "checks": [{"name": name, "ok": ok, "message": text} for name, ok, text in checks],
        "warnings": list(found.warnings),
    }
