"""A job as a start right now would find it: prompt, who, command line, checks. Nothing is run.

Looks at programs and secrets, ranks agents and asks policies: not for an event loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from jobs_tui.agents import prompt as prompts
from jobs_tui.agents.missing import not_here
from jobs_tui.models.errors import Forbidden, JobsTuiError
from jobs_tui.models.job import Definition, Job
from jobs_tui.models.job_input import JobPreview, validated
from jobs_tui.models.verdict import Verdict
from jobs_tui.service import jobs, preview_checks
from jobs_tui.service.around import around
from jobs_tui.service.checks import check
from jobs_tui.service.context import Context
from jobs_tui.service.delivery_checks import outgoing
from jobs_tui.service.outbox import target_words
from jobs_tui.service.policy_gate import refuse_denied
from jobs_tui.service.preview import SchedulePreview, of_definition, readings, rendered
from jobs_tui.service.preview_checks import Check
from jobs_tui.service.preview_who import Command, Who, who_of
from jobs_tui.service.starts import refuse_unknown
from jobs_tui.store import jobs as job_rows


@dataclass(frozen=True, slots=True)
class Whole:
    """A job as it would be, nothing written."""

    definition: Definition
    prompt: str
    """Filled in; a variable without a value is shown as ``<name>``."""
    missing: tuple[str, ...]
    """Parameters that a start would have to bring."""
    schedule: SchedulePreview | None
    readings: Mapping[str, str]
    """How its times were read, by field."""
    who: Who
    commands: tuple[Command, ...]
    policy: Verdict | None
    """Of a start now; None when no policy has a say."""
    deliver_to: tuple[str, ...]
    """Where its results would go, in words."""
    checks: tuple[Check, ...]
    warnings: tuple[str, ...]


def of_fields(
    ctx: Context, data: Mapping[str, Any], n: int = 5, *, job_id: str | None = None
) -> Whole:
    """Everything that creating (or changing) and starting a job would decide.

    Args:
        data: fields of JobPreview.
        job_id: the job that these are to be the fields of; None for a new one.
        n: next runs to tell.

    Raises:
        InvalidInput: what a creation would refuse too, or a value that does not fit.
    """
    asked = validated(JobPreview, data)
    before = None if job_id is None else jobs.get(ctx, job_id).definition
    results = outgoing(ctx, asked, before)
    checked = check(results.sent, ctx.directory, around(ctx, job_id))
    warnings = checked.warnings + tuple(results.warnings)
    done = "created" if job_id is None else "saved"
    made = Check("definition", True, f"The job can be {done}.")
    try:
        action: Literal["create", "update"] = "create" if job_id is None else "update"
        warnings += refuse_denied(ctx, action, checked.definition, job_id)
    except Forbidden as error:
        made = Check("definition", False, error.message)
    return _whole(ctx, checked.definition, asked.values, made, warnings, job_id, n)


def of_job(ctx: Context, job: Job, values: Mapping[str, Any], n: int = 5) -> Whole:
    """Everything that a start of a job by hand would decide.

    Args:
        values: of its parameters, as the start would bring them.

    Raises:
        InvalidInput: a value does not fit, or the prompt no longer can be read.
    """
    definition, known = job.definition, ctx.directory
    warnings = (*prompts.check_prompt(definition, known), *not_here(definition, known))
    return _whole(ctx, definition, values, None, warnings, job.id, n)


def _whole(
    ctx: Context,
    definition: Definition,
    values: Mapping[str, Any],
    made: Check | None,
    warnings: tuple[str, ...],
    job_id: str | None,
    n: int,
) -> Whole:
    refuse_unknown(ctx.directory, definition, values)
    missing = tuple(
        parameter.name
        for parameter in prompts.declared_and_used(definition, ctx.directory)
        if parameter.required and parameter.default is None and parameter.name not in values
    )
    prompt = rendered(ctx, definition, {**{name: f"<{name}>" for name in missing}, **values})
    kept = None if job_id is None else job_rows.get(ctx.store.jobs.reader(), job_id)
    timing = of_definition(ctx, definition, kept, n)
    who = who_of(ctx, definition, prompt)
    trouble = None
    try:
        around = preview_checks.around_of(definition, ctx, who)
    except JobsTuiError as error:
        around, trouble = {}, Check("integration", False, error.sentence())
    commands = preview_checks.commands_of(definition, who, around)
    shown = preview_checks.with_prompt(definition, prompt)
    verdict = preview_checks.policy(ctx, shown, who, commands, job_id)
    checks = [
        *([made] if made is not None else []),
        _agent(who),
        _parameters(missing),
        *_schedule(timing),
        *preview_checks.environment(ctx, definition),
        *([trouble] if trouble is not None else []),
        *preview_checks.secrets(ctx, who, around),
        preview_checks.policy_check(verdict),
        *preview_checks.budgets(ctx, definition, who, job_id),
        preview_checks.queue(ctx, definition, who, job_id),
    ]
    return Whole(
        definition=definition,
        prompt=prompt,
        missing=missing,
        schedule=timing,
        readings=readings(ctx, definition),
        who=who,
        commands=commands,
        policy=verdict,
        deliver_to=tuple(target_words(ctx, definition.deliver_to)),
        checks=tuple(checks),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _agent(who: Who) -> Check:
    if who.problem:
        return Check("agent", False, who.problem)
    if who.smart is not None:
        return Check("agent", True, who.smart.reason)
    several = {"team": "Every member of the team", "workflow": "Every agent of the workflow"}
    return Check("agent", True, f"{several.get(who.kind.value, f'The agent {who.id}')} is ready.")


def _parameters(missing: tuple[str, ...]) -> Check:
    words = "Every variable of the prompt has a value."
    if missing:
        words = f"A start has to bring: {', '.join(missing)}."
    return Check("parameters", not missing, words)


def _schedule(timing: SchedulePreview | None) -> Iterator[Check]:
    if timing is not None:
        fires = bool(timing.next_runs)
        words = "The schedule fires." if fires else "The schedule never fires again."
        yield Check("schedule", fires, words)


def answer(found: Whole) -> dict[str, Any]:
    """The dry run as programs read it."""
    timing, who, verdict = found.schedule, found.who, found.policy
    moments = () if timing is None else timing.next_runs
    return {
        "name": found.definition.name,
        "trigger_type": str(found.definition.trigger_type),
        "prompt": None if found.missing else found.prompt,
        "missing": list(found.missing),
        "schedule": None if timing is None else timing.words,
        "readings": dict(found.readings),
        "timezone": found.definition.cron_timezone,
        "next_runs": [moment.isoformat(timespec="seconds") for moment in moments],
        "clock_changes": [] if timing is None else list(timing.clock_changes),
        "agent": who.id,
        "agent_ready": not who.problem,
        "who": _who_answer(who),
        "smart": None if who.smart is None else who.smart.to_json(),
        "commands": [
            {
                "agent": one.agent_id,
                "argv": list(one.argv),
                "working_directory": one.directory,
            }
            for one in found.commands
        ],
        "policy": None
        if verdict is None
        else {"decision": str(verdict.decision), "reason": verdict.reason or None},
        "deliver_to": list(found.deliver_to),
        "deliver_when": str(found.definition.deliver_when),
        "checks": [
            {"name": one.name, "ok": one.ok, "message": one.message} for one in found.checks
        ],
        "warnings": list(found.warnings),
    }


def _who_answer(who: Who) -> dict[str, Any]:
    return {
        "kind": str(who.kind),
        "id": who.id,
        "name": who.name,
        "ready": not who.problem,
        "reason": who.problem or who.note or None,
        "strategy": None if who.strategy is None else str(who.strategy),
        "parts": [
            {
                "name": part.name,
                "agent": part.agent_id,
                "needs": list(part.needs),
                "ready": not part.problem,
                "reason": part.problem or None,
            }
            for part in who.parts
        ],
    }
