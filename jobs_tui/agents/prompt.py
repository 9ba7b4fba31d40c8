"""From a job's definition and a start's parameters to the values its prompt is rendered with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jobs_tui.agents.directory import Directory
from jobs_tui.agents.doer import doer_of, one_step
from jobs_tui.agents.plain import TextPrompts
from jobs_tui.agents.registry import get_runner
from jobs_tui.agents.runner import SHELL, Runner
from jobs_tui.agents.teams.prompts import check_inner, inner_variables
from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.models.job import Definition, Parameter
from jobs_tui.models.team import TeamInput, WorkflowInput

BUILT_IN = ("run_id", "run_date", "job_name", "scheduled_for")
"""Variables that every prompt may use without declaring them (DESIGN 9)."""
LEARNED = ("last_result", "last_answer", "state")
"""Variables that hold what earlier runs have left, empty in the first one. A job that declares a
parameter of such a name gets its parameter: they came later than many a job."""
FROM_DELIVERY = ("payload", "headers")
"""Variables that a webhook delivery brings; empty for any other start."""
RESERVED = frozenset((*BUILT_IN, *FROM_DELIVERY))
"""Names that no parameter can have."""
KNOWN = RESERVED | frozenset(LEARNED)
"""Names that have a value without being declared."""


@dataclass(frozen=True, slots=True)
class Start:
    """What the built-in variables are made of."""

    execution_id: str
    at: datetime
    """The nominal time of an occurrence, else when it was asked for."""
    learned: Mapping[str, Any] = field(default_factory=dict)
    """Of :data:`LEARNED` those that have a value."""


def template_variables(definition: Definition, directory: Directory) -> tuple[str, ...]:
    """Names that the prompt uses, in order of appearance, then those that the prompts inside its
    team or workflow use.

    Raises:
        InvalidInput: one of them is not a valid template.
    """
    names = _prompts(definition, directory).variables(definition.prompt_template)
    entity = _entity(definition, directory)
    if entity is not None:
        names = tuple(dict.fromkeys((*names, *inner_variables(entity, directory))))
    return names


def check_prompt(definition: Definition, directory: Directory) -> tuple[str, ...]:
    """Warnings about a prompt that can be used.

    Raises:
        InvalidInput: it cannot.
    """
    # A variable that is not declared is a required parameter, so its name is known as well.
    names = {parameter.name for parameter in declared_and_used(definition, directory)} | KNOWN
    if one_step(definition):
        # Its prompt need not have been written for a shell: what a shell says of it is advice.
        try:
            return get_runner(SHELL.kind).check(definition.prompt_template, names)
        except InvalidInput as error:
            return (f"The agent {SHELL.id}, which runs it, will fail: {error.sentence()}",)
    warnings = _prompts(definition, directory).check(definition.prompt_template, names)
    entity = _entity(definition, directory)
    if entity is not None:
        warnings = (*warnings, *check_inner(entity, directory, names))
    return warnings


def declared_and_used(definition: Definition, directory: Directory) -> tuple[Parameter, ...]:
    """The declared parameters, and each further variable of the prompt as a required one."""
    declared = list(definition.parameters)
    known = {parameter.name for parameter in declared} | KNOWN
    declared.extend(
        Parameter(name=name, required=True)
        for name in template_variables(definition, directory)
        if name not in known
    )
    return tuple(declared)


def resolve(
    definition: Definition, given: Mapping[str, Any], directory: Directory
) -> dict[str, Any]:
    """The parameters of one start: what was given, else the defaults.

    Raises:
        InvalidInput: a required one is missing, or a reserved name was given.
    """
    declared = {parameter.name for parameter in definition.parameters}
    for name in given:
        if name in RESERVED or (name in LEARNED and name not in declared):
            raise InvalidInput(
                f"{name} is a built-in variable and cannot be set.",
                "Use another name.",
                field=f"parameters.{name}",
            )
    values = dict(given)
    missing = []
    for parameter in declared_and_used(definition, directory):
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
    directory: Directory,
    inputs: Mapping[str, Any] | None = None,
) -> str:
    """The prompt as a person reads it, all values filled in; never executed.

    Raises:
        InvalidInput: it cannot be rendered with these values.
    """
    values = all_values(definition, start, parameters, inputs)
    return _prompts(definition, directory).readable(definition.prompt_template, values)


def all_values(
    definition: Definition,
    start: Start,
    parameters: Mapping[str, Any],
    inputs: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything a prompt may name."""
    values: dict[str, Any] = {name: {} for name in FROM_DELIVERY}
    values.update(last_result="", last_answer="", state={})
    values.update(start.learned)
    values.update(inputs or {})
    values.update(parameters)
    values.update(built_ins(definition, start))
    return values


def _prompts(definition: Definition, directory: Directory) -> Runner | TextPrompts:
    # A job may name an agent that does not exist yet: its prompt is then checked as plain text.
    if one_step(definition):
        return TextPrompts()
    try:
        return doer_of(definition, directory).prompts
    except (NotFound, Refused):
        return TextPrompts()


def _entity(definition: Definition, directory: Directory) -> TeamInput | WorkflowInput | None:
    """The team or workflow of the job, when there is one with prompts of its own."""
    if one_step(definition):
        return None
    try:
        doer = doer_of(definition, directory)
    except (NotFound, Refused):
        return None
    return doer.team or doer.workflow


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):  # a zone that this machine does not know
        return ZoneInfo("UTC")


def _names(names: Iterable[str]) -> str:
    return ", ".join("{{ " + name + " }}" for name in names)
