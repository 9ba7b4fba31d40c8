"""``job_create`` and ``job_update``: from the words of a chat to the fields of a job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jobs_tui.models.enums import JobStatus, TriggerType
from jobs_tui.models.errors import InvalidInput, Refused
from jobs_tui.models.job import Definition
from jobs_tui.models.job import Job as KeptJob
from jobs_tui.models.lifecycle import GOING_ON
from jobs_tui.schedule.spoken import read_moment
from jobs_tui.schedule.zones import zone
from jobs_tui.server.mcp import arguments as asked_for
from jobs_tui.server.mcp import who
from jobs_tui.server.mcp.finding import the_job
from jobs_tui.server.mcp.results import OneJob
from jobs_tui.server.mcp.views import TIMING, TYPES, engine_warnings, job_view, type_of
from jobs_tui.server.mcp.wording import BRINGS_BACK, in_our_words
from jobs_tui.service import jobs, lifecycle
from jobs_tui.service.context import Context

TRIGGERS = {name: trigger for trigger, name in TYPES.items()}
NEEDED = {
    TriggerType.ONE_OFF: ("run_at", 'a time such as "2026-08-24T09:00" or "in 3 days", or "now"'),
    TriggerType.CRON: ("cron_schedule", 'for example "0 9 * * 1" for every Monday at 09:00'),
    TriggerType.RECURRING: ("interval_seconds", 'for example 900 or "15m"'),
}
"""What a type cannot do without, and an example."""
WATCHED = {"what": "answer"}
NO_LIMIT = {"start_at": "none", "end_at": "none", "max_runs": "0"}
"""What takes a limit away, said to job_update."""
AT_ONCE = ("now", "at once", "immediately", "asap")
_ZONE = "cron_timezone"
_CRON = "cron_schedule"
_TIMES = ("run_at", "start_at", "end_at")
_APART = ("UTC", "Asia/Tokyo")
"""Zones whose clocks never agree, without summer time."""


def create(ctx: Context, asked: asked_for.JobCreate) -> OneJob:
    """``job_create``. Raises InvalidInput, Refused, Forbidden; then nothing was written."""
    trigger = TRIGGERS[asked.job_type]
    timing = asked_for.given(asked.trigger_config)
    _fits(asked.job_type, trigger, timing)
    _complete(asked.job_type, trigger, timing, waits=bool(asked.depends_on))
    doer = _doer(ctx, asked.agent, asked.instructions)
    fields = {
        "name": asked.title,
        "description": asked.description,
        "trigger_type": str(trigger),
        "prompt_template": asked.instructions,
        "tags": asked.tags,
        "parameters": [
            {"name": name, "default": value} for name, value in asked.parameters.items()
        ],
        "depends_on": asked.depends_on,
        "deliver_to": asked.deliver_to,
        "deliver_when": asked.deliver_when,
        "watch": WATCHED if asked.watch else None,
        **doer.fields,
        **_timed(timing),
    }
    with in_our_words():
        saved = jobs.create(ctx, fields)
    warnings = (*doer.warnings, *saved.warnings, *_about_zone(timing, ctx.now()))
    return _answer(ctx, saved.job, f"Created the job {saved.job.name!r}.", warnings)


def update(ctx: Context, asked: asked_for.JobUpdate) -> OneJob:
    """``job_update``: all or nothing. Raises InvalidInput, Refused, NotFound, Forbidden."""
    job = the_job(ctx, asked.job_id)
    status = None if asked.status is None else JobStatus(asked.status.lower())
    changes, warnings = _changes(ctx, job, asked)
    if not changes and status is None:
        raise InvalidInput(
            "Nothing to change was given.",
            "Give title, description, instructions, agent, trigger_config, watch, depends_on,"
            " deliver_to, deliver_when, tags or status.",
        )
    said = f"Changed the job {job.name!r}."
    if status is not None:
        job = put(ctx, job, status, asked.reason, changes)
        said = f"The job {job.name!r} is {job.status.upper()}."
    else:
        with in_our_words(job):
            saved = jobs.edit(ctx, job.id, changes)
        job, warnings = saved.job, (*warnings, *saved.warnings)
    return _answer(ctx, job, said, warnings)


def put(
    ctx: Context,
    job: KeptJob,
    status: JobStatus,
    reason: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> KeptJob:
    """Give a job a status, and change fields of it with that; harmless when it has it already.

    A deleted job that is made active comes back, and goes on unless it has ended for good.

    Raises:
        NotFound, Refused, InvalidInput: with a way out that a model has; nothing was changed.
    """
    with in_our_words(job):
        if job.status is JobStatus.ARCHIVED and status is JobStatus.ACTIVE:
            if changes:
                raise Refused(f"The job {job.name!r:.80} is deleted.", BRINGS_BACK)
            back = jobs.restore(ctx, job.id)
            return jobs.resume(ctx, job.id) if back.status is JobStatus.PAUSED else back
        if _is(job, status):
            return jobs.edit(ctx, job.id, changes).job if changes else job
        return lifecycle.set_status(ctx, job.id, str(status), reason, changes).job


def _is(job: KeptJob, status: JobStatus) -> bool:
    """Whether a job is so already; what goes on is active, whatever it does just now."""
    return job.status is status or (status is JobStatus.ACTIVE and job.status in GOING_ON)


def _changes(
    ctx: Context, job: KeptJob, asked: asked_for.JobUpdate
) -> tuple[dict[str, Any], tuple[str, ...]]:
    changes: dict[str, Any] = {}
    if asked.title is not None:
        changes["name"] = asked.title
    if asked.description is not None:
        changes["description"] = asked.description
    if asked.instructions is not None:
        changes["prompt_template"] = asked.instructions
    warnings: tuple[str, ...] = ()
    if asked.agent is not None and asked.agent.strip():
        doer = who.named(ctx, asked.agent.strip())
        changes |= doer.fields
        warnings += doer.warnings
    for name in ("depends_on", "deliver_to", "deliver_when", "tags"):
        if getattr(asked, name) is not None:
            changes[name] = getattr(asked, name)
    if asked.watch is not None:
        changes["watch"] = WATCHED if asked.watch else None
    return changes | _retimed(ctx, job.definition, asked), warnings


def _retimed(ctx: Context, old: Definition, asked: asked_for.JobUpdate) -> dict[str, Any]:
    timing = asked_for.given(asked.trigger_config)
    if asked.job_type is None and not timing:
        return {}
    trigger = old.trigger_type if asked.job_type is None else TRIGGERS[asked.job_type]
    name = type_of(old) if asked.job_type is None else asked.job_type
    _fits(name, trigger, timing)
    changes: dict[str, Any] = {}
    if trigger is not old.trigger_type:
        waits = old.depends_on if asked.depends_on is None else asked.depends_on
        _complete(name, trigger, timing, waits=bool(waits))
        stale = {field for fields in TIMING.values() for field in fields}
        changes = dict.fromkeys(stale - {"interval_mode", "cron_schedule"})
        changes["trigger_type"] = str(trigger)
    return changes | _without_limits(_timed(timing))


def _without_limits(timing: dict[str, Any]) -> dict[str, Any]:
    """What takes a limit away as no value."""
    return {
        name: None if str(value).strip().lower() == NO_LIMIT.get(name) else value
        for name, value in timing.items()
    }


def _doer(ctx: Context, agent: str | None, instructions: str) -> who.Chosen:
    if agent is not None and agent.strip():
        return who.named(ctx, agent.strip())
    return who.fitting(ctx, instructions)


def _fits(name: str, trigger: TriggerType, timing: dict[str, Any]) -> None:
    """Raises InvalidInput for what belongs to another type: the model has mixed them up."""
    known = (*TIMING.get(trigger, ()), _ZONE)
    for field in timing:
        if field not in known:
            owners = [TYPES[one] for one, fields in TIMING.items() if field in fields]
            raise InvalidInput(
                f"trigger_config.{field} does not belong to job_type {name}.",
                f"It is for {' and '.join(owners)}; {name} takes {', '.join(known)}.",
                field=f"trigger_config.{field}",
            )


def _complete(name: str, trigger: TriggerType, timing: dict[str, Any], *, waits: bool) -> None:
    """Raises InvalidInput when what a type cannot do without is missing.

    Args:
        waits: whether it depends on other jobs; then a ONE_OFF may start when they have run.
    """
    if waits and trigger is TriggerType.ONE_OFF:
        return
    if trigger is TriggerType.ONGOING:
        if not {"end_condition", "max_runs", "end_at"} & timing.keys():
            raise InvalidInput(
                "An ONGOING job needs to know when it is done: trigger_config.end_condition is"
                " missing.",
                'Give the goal in words ("the invoice is paid"), or max_runs or end_at; a job'
                " without an end is RECURRING.",
                field="trigger_config.end_condition",
            )
        return
    field, example = NEEDED[trigger]
    if field not in timing:
        raise InvalidInput(
            f"trigger_config.{field} is missing: a job of type {name} needs it.",
            f"Give {example}.",
            field=f"trigger_config.{field}",
        )


def _timed(timing: dict[str, Any]) -> dict[str, Any]:
    run_at = timing.get("run_at")
    if isinstance(run_at, str) and run_at.strip().casefold() in AT_ONCE:
        return {**timing, "run_at": "now"}
    return timing


def _about_zone(timing: dict[str, Any], now: datetime) -> tuple[str, ...]:
    if _ZONE in timing or not (
        _CRON in timing or any(_local(timing, name, now) for name in _TIMES)
    ):
        return ()
    return (
        "Times without an offset are read in UTC, because cron_timezone was not given: say so, or"
        " set the user's zone with job_update.",
    )


def _local(timing: dict[str, Any], name: str, now: datetime) -> bool:
    """Whether a time means another moment in another zone: "in 3 days" does not, "at 9" does."""
    if name not in timing:
        return False
    first, second = (read_moment(timing[name], zone(place), now, name) for place in _APART)
    return first.instant != second.instant


def _answer(ctx: Context, job: KeptJob, message: str, warnings: tuple[str, ...]) -> OneJob:
    view = job_view(ctx, job)
    if job.archived_at is None:
        view.who = who.pick_words(ctx, job.definition)
    return OneJob(
        message=message,
        job=view,
        warnings=[*dict.fromkeys(warnings), *engine_warnings(ctx)],
    )
