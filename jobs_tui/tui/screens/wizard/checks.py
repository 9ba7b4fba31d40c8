"""What is wrong with a draft and in which step: the same checks that a creation makes (UX.md 5.2).

Each step is checked inside a job that is good everywhere else, so that one step can be right
while others are still empty.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from jobs_tui.agents import prompt as prompts
from jobs_tui.models.enums import PlanningMode, TriggerType
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.job import DEFAULT_AGENT, Definition
from jobs_tui.service import preview
from jobs_tui.service.context import Context
from jobs_tui.service.doers import refuse_unknown_doer
from jobs_tui.service.dry_run import Whole, of_fields
from jobs_tui.tui.screens.wizard.draft import Draft

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
    "config": TRIGGER,
    "planning_mode": WHO,
    "entity_type": WHO,
    "entity_id": WHO,
    "executor_type": WHO,
    "worker_queue_name": WHO,
    "environment_name": WHO,
    "agent": WHO,
}

_NAME = "Give the job a name, any text of 1 to 255 characters."
SAID = {
    "The name is blank. Give 1 to 255 characters.": _NAME,
    "name: string should have at least 1 character.": _NAME,
    "cron_schedule is missing: a job with trigger_type cron needs one."
    " For example 0 9 * * 1-5.": "Choose a preset or write a cron expression, such as 0 9 * * 1-5.",
    "entity_id is missing: planning_mode predefined_team needs one."
    " For a shell script it is shell.": "There is no team yet: make one on screen 3.",
    "worker_queue_name is missing: executor_type specific_queue needs one.": "Name the queue.",
    "run_at is missing: a job with trigger_type one_off needs one."
    ' For example 2026-12-24T09:00, or "tomorrow 9am".': "Write when it starts: tomorrow 9am.",
    "interval_seconds is missing: a job with trigger_type recurring needs one."
    " For example 300, or 5m.": "Write how often it starts, such as 5m.",
    "end_condition is missing: a job with trigger_type ongoing needs to know when its goal is met."
    " Give end_condition, max_runs or end_at.": "Give it an end or a number of runs below.",
    "environment_name is missing: executor_type environment needs one.": "Name the environment.",
    "The prompt is empty. Say what the job is to do.": "Write what the job is to do.",
}


_WHEN = ("run_at", "start_at", "end_at", "interval_seconds", "max_runs")
_API_ONLY = ", or now_if_past to start it at once"
"""What the form has no field for."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a draft from becoming a job."""

    step: int
    field: str
    """A field of JobCreate, ``config.timeout``, ``parameters.NAME``..."""
    sentence: str


def problem_of(ctx: Context, draft: Draft, step: int) -> Problem | None:
    """The first thing wrong in one step."""
    try:
        if step == WHO:
            refuse_unknown_doer(ctx, draft.who())
        preview.draft(ctx, _GOOD | _part(draft, step))
    except JobsTuiError as error:
        return of_error(error)
    return None


def _part(draft: Draft, step: int) -> dict[str, Any]:
    if step == BASICS:
        return draft.basics()
    if step == TRIGGER:
        return trigger_fields(draft)
    if step == WHO:
        return draft.who()
    # A variable without a default is wrong for what starts by itself only, whenever that is.
    timed = draft.trigger not in ("webhook", "manual")
    schedule = {"trigger_type": "cron" if timed else draft.trigger, "cron_schedule": "0 0 * * *"}
    return draft.who() | draft.what() | schedule


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


def when_definition(ctx: Context, draft: Draft) -> Definition:
    """A job that is good everywhere else, with the timing of the draft.

    Raises:
        InvalidInput: the second step is not right yet.
    """
    found = preview.draft(ctx, _GOOD | trigger_fields(draft)).definition
    return replace(found, **draft.as_kept())


def problems(ctx: Context, draft: Draft) -> tuple[Problem | None, ...]:
    """What is wrong in each of the four steps."""
    return tuple(problem_of(ctx, draft, step) for step in range(len(STEPS)))


def first_problem(ctx: Context, draft: Draft) -> Problem | None:
    """What F2 stumbles over: the first thing wrong, in the order of the steps."""
    return next((found for found in problems(ctx, draft) if found), None) or _whole(ctx, draft)


def _whole(ctx: Context, draft: Draft) -> Problem | None:
    try:
        preview.draft(ctx, draft.job_fields() | _let_be(draft))
    except JobsTuiError as error:
        return of_error(error)
    return None


def of_error(error: JobsTuiError) -> Problem:
    """Where a message of the service belongs in the form."""
    place = error.field or ""
    step = _STEP_BY_FIELD.get(place.split(".")[0], PROMPT)
    return Problem(step, place, _in_words(error))


def _in_words(error: JobsTuiError) -> str:
    return plain_words(error.sentence(), error.field or "")


def plain_words(sentence: str, place: str) -> str:
    """A sentence of the service in the words of the form, which shows no field names."""
    if place == "name" and "at most 255" in sentence:
        return "The name is too long: it may have 255 characters."
    if place.startswith("tags"):
        return "A tag may have 1 to 64 characters."
    if place in _WHEN:
        sentence = sentence.removeprefix(f"{place}: ").replace(_API_ONLY, "")
    if place.startswith("parameters.") and "nobody to ask" in sentence:
        name = place.removeprefix("parameters.")
        return f"{{{{ {name} }}}} needs a default below: a schedule has nobody to ask."
    return SAID.get(sentence, sentence)


def variables_of(ctx: Context, draft: Draft) -> tuple[str, ...]:
    """Variables that the prompt uses, in order, built-in ones left out.

    Raises:
        InvalidInput: the prompt is not a template that can be read.
    """
    found = prompts.template_variables(_definition(draft), ctx.directory)
    return tuple(name for name in found if name not in prompts.KNOWN)


def warnings_of(ctx: Context, draft: Draft) -> tuple[str, ...]:
    """What a careful person would still want to know about the whole draft; () while not valid."""
    try:
        return preview.draft(ctx, draft.job_fields() | _let_be(draft)).warnings
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
    wrong = problems(ctx, draft)
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


def assess(ctx: Context, draft: Draft) -> Assessment:
    """Every check; for a long prompt this belongs into a thread."""
    try:
        text = dry_run(ctx, draft) if draft.prompt.strip() else "nothing is written yet"
    except JobsTuiError as error:
        text = plain_words(error.sentence(), error.field or "")
    return Assessment(problems(ctx, draft), warnings_of(ctx, draft), text)


def _definition(draft: Draft) -> Definition:
    return Definition(
        name=draft.name,
        prompt_template=draft.prompt,
        trigger_type=TriggerType(draft.trigger),
        planning_mode=PlanningMode(draft.mode),
        entity_id=draft.entity_id,
    )
