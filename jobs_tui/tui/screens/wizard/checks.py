"""What is wrong with a draft and in which step: the same checks that a creation makes (UX.md 5.2).

Each step is checked inside a job that is good everywhere else, so that one step can be right
while others are still empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from jobs_tui.agents import prompt as prompts
from jobs_tui.models.delivery_target import delivery_targets
from jobs_tui.models.enums import PlanningMode, TriggerType
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.job import DEFAULT_AGENT, Definition
from jobs_tui.service import jobs, preview
from jobs_tui.service.checks import Checked
from jobs_tui.service.context import Context
from jobs_tui.service.doers import refuse_unknown_doer
from jobs_tui.service.dry_run import Whole, of_fields
from jobs_tui.tui.screens.wizard.draft import Draft
from jobs_tui.tui.screens.wizard.plain_words import field_of, plain_words

STEPS = ("Basics", "Trigger", "Who", "Prompt")
BASICS, TRIGGER, WHO, PROMPT = range(4)

_GOOD = {
    "name": "job",
    "trigger_type": "manual",
    "entity_id": DEFAULT_AGENT,
    "prompt_template": "true",
}
_STEP_BY_FIELD = {
    "name": BASICS,
    "description": BASICS,
    "enabled": BASICS,
    "tags": BASICS,
    "deliver_to": BASICS,
    "deliver_when": BASICS,
    "trigger_type": TRIGGER,
    "cron_schedule": TRIGGER,
    "cron_timezone": TRIGGER,
    "run_at": TRIGGER,
    "interval_seconds": TRIGGER,
    "interval_mode": TRIGGER,
    "start_at": TRIGGER,
    "end_at": TRIGGER,
    "max_runs": TRIGGER,
    "end_condition": TRIGGER,
    "watch": TRIGGER,
    "conversation": TRIGGER,
    "depends_on": TRIGGER,
    "config": TRIGGER,
    "planning_mode": WHO,
    "entity_type": WHO,
    "entity_id": WHO,
    "executor_type": WHO,
    "worker_queue_name": WHO,
    "environment_name": WHO,
    "agent": WHO,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a draft from becoming a job."""

    step: int
    field: str
    """A field of JobCreate, ``config.timeout``, ``parameters.NAME``..."""
    sentence: str


def problem_of(ctx: Context, draft: Draft, step: int, job_id: str | None = None) -> Problem | None:
    """The first thing wrong in one step.

    Args:
        job_id: the job that is edited.
    """
    try:
        if step == WHO:
            refuse_unknown_doer(ctx, draft.who())
        if step == BASICS:
            delivery_targets(draft.targets())
        _checked(ctx, _good(ctx, job_id) | _part(draft, step), draft, job_id)
    except JobsTuiError as error:
        return of_error(error)
    return None


def _good(ctx: Context, job_id: str | None) -> dict[str, Any]:
    """What stands in for the other steps; jobs that wait for each other are told by name."""
    return _GOOD if job_id is None else _GOOD | {"name": jobs.get(ctx, job_id).name}


def _checked(ctx: Context, fields: dict[str, Any], draft: Draft, job_id: str | None) -> Checked:
    """As a creation would check it; what the edited job waits for anyway is not looked at."""
    if job_id is None or fields.get("depends_on") != draft.kept_needs:
        return preview.draft(ctx, fields, job_id=job_id)
    kept = jobs.get(ctx, job_id).definition.depends_on
    del fields["depends_on"]
    base = Definition("job", "true", TriggerType.MANUAL, depends_on=kept)
    return preview.draft(ctx, fields, job_id=job_id, base=base)


def _part(draft: Draft, step: int) -> dict[str, Any]:
    if step == BASICS:
        return draft.basics()
    if step == TRIGGER:
        # The variables that other jobs fill are those of the fourth step.
        return trigger_fields(draft) | {"parameters": _filled(draft, draft.brought())}
    if step == WHO:
        return draft.who()
    # A variable without a default is wrong for what starts by itself only, whenever that is.
    timed = draft.trigger not in ("webhook", "manual")
    schedule = {"trigger_type": "cron" if timed else draft.trigger, "cron_schedule": "0 0 * * *"}
    brought = {"parameters": _filled(draft, draft.names())}
    return draft.who() | draft.what() | schedule | brought


def _filled(draft: Draft, names: Iterable[str]) -> list[dict[str, Any]]:
    """Parameters, where what other jobs hand on stands in for a default."""
    brought = draft.brought()
    found = [one for one in draft.parameters() if one["name"] in names]
    missing = [name for name in names if name not in draft.names()]
    found += [{"name": name, "default": ""} for name in missing]
    return [
        one | {"default": ""} if one["default"] is None and one["name"] in brought else one
        for one in found
    ]


def trigger_fields(draft: Draft) -> dict[str, Any]:
    """The fields of the second step, for a check: what an edited job has is not refused.

    Raises:
        InvalidInput: one of them cannot be read.
    """
    return draft.when() | _let_be(draft)


def _let_be(draft: Draft) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name in draft.as_kept():
        kept |= {"now_if_past": True} if name == "run_at" else {name: None}
    return kept


def when_definition(ctx: Context, draft: Draft, job_id: str | None = None) -> Definition:
    """A job that is good everywhere else, with the timing of the draft.

    Raises:
        InvalidInput: the second step is not right yet.
    """
    fields = _good(ctx, job_id) | _part(draft, TRIGGER)
    found = _checked(ctx, fields, draft, job_id).definition
    return replace(found, **draft.as_kept())


def problems(ctx: Context, draft: Draft, job_id: str | None = None) -> tuple[Problem | None, ...]:
    """What is wrong in each of the four steps."""
    return tuple(problem_of(ctx, draft, step, job_id) for step in range(len(STEPS)))


def first_problem(
    ctx: Context, draft: Draft, job_id: str | None = None, looked: Problem | None = None
) -> Problem | None:
    """What F2 stumbles over: the first thing wrong, in the order of the steps.

    Args:
        looked: what was found by looking where results go.
    """
    found = problems(ctx, draft, job_id)
    first = found[BASICS] or looked or next((one for one in found if one), None)
    return first or _whole(ctx, draft, job_id)


def _whole(ctx: Context, draft: Draft, job_id: str | None) -> Problem | None:
    try:
        _checked(ctx, draft.job_fields() | _let_be(draft), draft, job_id)
    except JobsTuiError as error:
        return of_error(error)
    return None


def of_error(error: JobsTuiError) -> Problem:
    """Where a message of the service belongs in the form."""
    place = error.field or ""
    step = _STEP_BY_FIELD.get(place.split(".")[0], PROMPT)
    return Problem(step, field_of(place), plain_words(error.sentence(), place))


def variables_of(ctx: Context, draft: Draft) -> tuple[str, ...]:
    """Variables that the prompt uses, in order, built-in ones left out.

    Raises:
        InvalidInput: the prompt is not a template that can be read.
    """
    found = prompts.template_variables(_definition(draft), ctx.directory)
    return tuple(name for name in found if name not in prompts.KNOWN)


def warnings_of(ctx: Context, draft: Draft, job_id: str | None = None) -> tuple[str, ...]:
    """What a careful person would still want to know about the whole draft; () while not valid."""
    try:
        return _checked(ctx, draft.job_fields() | _let_be(draft), draft, job_id).warnings
    except JobsTuiError:
        return ()


def dry_run(ctx: Context, draft: Draft) -> str:
    """The prompt as a start now would have it; a variable without a value shows its name.

    Raises:
        JobsTuiError: the prompt cannot be rendered.
    """
    fields = _GOOD | _part(draft, PROMPT) | {"trigger_type": "manual"}
    definition = preview.draft(ctx, fields).definition
    stand_in = {
        one.name: f"<{one.name}>"
        for one in prompts.declared_and_used(definition, ctx.directory)
        if one.required and one.default is None
    }
    named = replace(definition, name=draft.name or "job", cron_timezone=draft.timezone)
    return preview.rendered(ctx, named, stand_in)


def task_of(ctx: Context, draft: Draft) -> str:
    """What Smart would read: the prompt with its values, else as it was written."""
    try:
        return dry_run(ctx, draft)
    except JobsTuiError:
        return draft.prompt


def whole_dry_run(ctx: Context, draft: Draft, job_id: str | None) -> Whole:
    """Everything that a start of the job would meet; steps that are not right yet are left out.

    Raises:
        JobsTuiError: the prompt cannot be rendered.
    """
    wrong = problems(ctx, draft, job_id)
    fields = _GOOD | draft.who() | draft.what()
    if wrong[BASICS] is None:
        fields |= draft.basics()
    if wrong[TRIGGER] is None and wrong[PROMPT] is None:
        fields |= trigger_fields(draft)
    return of_fields(ctx, fields, job_id=job_id)


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that the checks say about one state of the draft."""

    problems: tuple[Problem | None, ...]
    """Per step."""
    warnings: tuple[str, ...]
    dry_run: str

    @property
    def valid(self) -> bool:
        """Whether it can be created."""
        return not any(self.problems)


def assess(ctx: Context, draft: Draft, job_id: str | None = None) -> Assessment:
    """Every check; for a long prompt this belongs into a thread."""
    try:
        text = dry_run(ctx, draft) if draft.prompt.strip() else "nothing is written yet"
    except JobsTuiError as error:
        text = plain_words(error.sentence(), error.field or "")
    return Assessment(problems(ctx, draft, job_id), warnings_of(ctx, draft, job_id), text)


def _definition(draft: Draft) -> Definition:
    return Definition(
        name=draft.name,
        prompt_template=draft.prompt,
        trigger_type=TriggerType(draft.trigger),
        planning_mode=PlanningMode(draft.mode),
        entity_id=draft.entity_id,
    )
