"""From a job's definition and a start's parameters to the values its prompt is rendered with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jobs_tui.agents.plain import PlainTemplate
from jobs_tui.agents.registry import get_runner
from jobs_tui.agents.runner import Runner
from jobs_tui.models.enums import PlanningMode
from jobs_tui.models.errors import InvalidInput, NotFound
from jobs_tui.models.job import DEFAULT_AGENT, Definition, Parameter

BUILT_IN = ("run_id", "run_date", "job_name", "scheduled_for")
"""Variables that every prompt may use without declaring them (DESIGN 9)."""
FROM_DELIVERY = ("payload", "headers")
"""Variables that a webhook delivery brings; empty for any other start."""
RESERVED = frozenset((*BUILT_IN, *FROM_DELIVERY))


@dataclass(frozen=True, slots=True)
class Start:
    """What the built-in variables are made of."""

    execution_id: str
    at: datetime
    """The nominal time of an occurrence, else when it was asked for."""


def runner_of(definition: Definition) -> Runner:
    """The runner that will do the job.

    A workflow that names no entity has one step, its prompt, done by the agent of jobs that name
    none (compatibility.md).

    Raises:
        NotFound: no such agent, or nothing here can run teams and workflows.
        Refused: a third party's agent that cannot be loaded.
    """
    if one_step(definition):
        return get_runner(DEFAULT_AGENT)
    if definition.planning_mode is PlanningMode.ON_THE_FLY:
        raise NotFound(
            "The job is to be planned on the fly, and nothing in this home plans yet.",
            "Give it planning_mode predefined_agent and an agent that exists, such as shell.",
            field="planning_mode",
        )
    if definition.planning_mode is not PlanningMode.PREDEFINED_AGENT:
        what = definition.planning_mode.value.removeprefix("predefined_")
        raise NotFound(
            f"The job is to be run by the {what} {definition.entity_id!r}, which does not exist"
            " in this home.",
            "Choose an agent that exists, such as shell.",
            field="entity_id",
        )
    return get_runner(definition.entity_id or "")


def one_step(definition: Definition) -> bool:
    """Whether the job is a workflow of nothing but its prompt."""
    return definition.planning_mode is PlanningMode.PREDEFINED_WORKFLOW and not definition.entity_id


def template_variables(definition: Definition) -> tuple[str, ...]:
    """Names that the prompt uses, in order of appearance.

    Raises:
        InvalidInput: the prompt is not a valid template.
    """
    return _template_runner(definition).variables(definition.prompt_template)


def check_prompt(definition: Definition) -> tuple[str, ...]:
    """Warnings about a prompt that can be used.

    Raises:
        InvalidInput: it cannot.
    """
    # A variable that is not declared is a required parameter, so its name is known as well.
    names = {parameter.name for parameter in declared_and_used(definition)} | RESERVED
    if one_step(definition):
        # Its prompt need not have been written for a shell: what a shell says of it is advice.
        try:
            return runner_of(definition).check(definition.prompt_template, names)
        except InvalidInput as error:
            return (f"The agent {DEFAULT_AGENT}, which runs it, will fail: {error.sentence()}",)
    return _template_runner(definition).check(definition.prompt_template, names)


def declared_and_used(definition: Definition) -> tuple[Parameter, ...]:
    """The declared parameters, and each further variable of the prompt as a required one."""
    declared = list(definition.parameters)
    known = {parameter.name for parameter in declared} | RESERVED
    declared.extend(
        Parameter(name=name, required=True)
        for name in template_variables(definition)
        if name not in known
    )
    return tuple(declared)


def resolve(definition: Definition, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of one start: what was given, else the defaults.

    Raises:
        InvalidInput: a required one is missing, or a reserved name was given.
    """
    for name in given:
        if name in RESERVED:
            raise InvalidInput(
                f"{name} is a built-in variable and cannot be set.",
                "Use another name.",
                field=f"parameters.{name}",
            )
    values = dict(given)
    missing = []
    for parameter in declared_and_used(definition):
        if parameter.name in values:
            continue
        if parameter.required and parameter.default is None:
            missing.append(parameter.name)
        else:
            values[parameter.name] = "" if parameter.default is None else parameter.default
    if missing:
        raise InvalidInput(
            f"{_names(missing)} {'has' if len(missing) == 1 else 'have'} no value.",
            f"Give {'it' if len(missing) == 1 else 'each'} with the start, or set a default.",
            field=f"parameters.{missing[0]}",
        )
    return values


def built_ins(definition: Definition, start: Start) -> dict[str, Any]:
    """The variables that exist without being declared; the zone is the job's."""
    local = start.at.astimezone(_zone(definition.cron_timezone))
    return {
        "run_id": start.execution_id,
        "run_date": local.strftime("%Y-%m-%d"),
        "job_name": definition.name,
        "scheduled_for": local.isoformat(timespec="seconds"),
    }


def readable(
    definition: Definition,
    start: Start,
    parameters: Mapping[str, Any],
    inputs: Mapping[str, Any] | None = None,
) -> str:
    """The prompt as a person reads it, all values filled in; never executed.

    Raises:
        InvalidInput: it cannot be rendered with these values.
    """
    values = all_values(definition, start, parameters, inputs)
    return _template_runner(definition).readable(definition.prompt_template, values)


def all_values(
    definition: Definition,
    start: Start,
    parameters: Mapping[str, Any],
    inputs: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything a prompt may name."""
    values: dict[str, Any] = {name: {} for name in FROM_DELIVERY}
    values.update(inputs or {})
    values.update(parameters)
    values.update(built_ins(definition, start))
    return values


def _template_runner(definition: Definition) -> Runner | PlainTemplate:
    # A job may name an agent that does not exist yet: its prompt is then checked as plain text.
    if one_step(definition):
        return PlainTemplate()
    try:
        return runner_of(definition)
    except NotFound:
        return PlainTemplate()


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):  # a zone that this machine does not know
        return ZoneInfo("UTC")


def _names(names: Iterable[str]) -> str:
    return ", ".join("{{ " + name + " }}" for name in names)
