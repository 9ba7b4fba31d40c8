"""From what a caller sent to a definition that can be kept, or one sentence why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs_tui.agents import prompt as prompts
from jobs_tui.agents.directory import Directory
from jobs_tui.agents.doer import Doer, doer_of
from jobs_tui.agents.missing import not_here
from jobs_tui.models.config import JobConfig, job_config
from jobs_tui.models.enums import EntityType, ExecutorType, PlanningMode, TriggerType
from jobs_tui.models.errors import InvalidInput, JobsTuiError
from jobs_tui.models.job import Definition, Parameter
from jobs_tui.models.job_input import IDENTIFIER, JobPatch
from jobs_tui.schedule.cron import parse_cron
from jobs_tui.schedule.timing import is_timed
from jobs_tui.schedule.zones import zone
from jobs_tui.service.around import Around
from jobs_tui.service.dependency_checks import passed_on
from jobs_tui.service.goal_checks import goal_warnings
from jobs_tui.service.when_checks import when_fields

ENTITY_OF = {
    PlanningMode.PREDEFINED_AGENT: EntityType.AGENT,
    PlanningMode.PREDEFINED_TEAM: EntityType.TEAM,
    PlanningMode.PREDEFINED_WORKFLOW: EntityType.WORKFLOW,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A definition that holds, and what a careful person would still want to know."""

    definition: Definition
    warnings: tuple[str, ...]


def check(
    sent: JobPatch, directory: Directory, around: Around, base: Definition | None = None
) -> Checked:
    """Everything that can be wrong with a job, found before anything is written.

    Args:
        sent: what the caller sent; fields that were not sent are taken from ``base``.
        around: the time and the other jobs.

    Raises:
        InvalidInput: with ``field``.
    """
    values = _merged(sent, base)
    _check_name(values["name"])
    trigger = TriggerType(values["trigger_type"])
    warnings: list[str] = []
    if (values["cron_schedule"] or "").strip():
        # Kept with any trigger, so that a later change to cron finds it; hence always valid.
        warnings += parse_cron(values["cron_schedule"]).warnings
    elif trigger is TriggerType.CRON:
        raise InvalidInput(
            "cron_schedule is missing: a job with trigger_type cron needs one.",
            "For example 0 9 * * 1-5.",
            field="cron_schedule",
        )
    values["cron_timezone"] = values["cron_timezone"] or "UTC"
    zone(values["cron_timezone"])
    when = when_fields(values, frozenset(sent.model_fields_set), around)
    definition = Definition(
        name=values["name"],
        description=values["description"],
        tags=tuple(dict.fromkeys(values["tags"])),
        trigger_type=trigger,
        cron_schedule=values["cron_schedule"],
        cron_timezone=values["cron_timezone"],
        **_who(values),
        prompt_template=values["prompt_template"],
        system_prompt=values["system_prompt"],
        **_where(values),
        parameters=_parameters(values["parameters"]),
        config=values["config"],
        execution_environment=values["execution_environment"],
        **when.fields,
    )
    warnings += when.warnings
    _check_mapping(job_config(definition.config), definition.parameters)
    warnings += _check_prompt(definition, directory)
    warnings += not_here(definition, directory)
    warnings += goal_warnings(definition)
    return Checked(definition, tuple(warnings))


def _merged(sent: JobPatch, base: Definition | None) -> dict[str, Any]:
    values = sent.model_dump(mode="python")
    for name in ("config", "tags", "parameters", "depends_on", "deliver_to"):
        if values[name] is None:  # cleared
            values[name] = {} if name == "config" else []
    if base is not None:
        for name in values.keys() - sent.model_fields_set - {"enabled", "now_if_past"}:
            kept = getattr(base, name)
            if name == "parameters":
                kept = [
                    {
                        "name": item.name,
                        "default": item.default,
                        "required": item.required,
                        "description": item.description,
                    }
                    for item in kept
                ]
            values[name] = kept
        if "planning_mode" in sent.model_fields_set and "entity_type" not in sent.model_fields_set:
            values["entity_type"] = None  # follows from the mode; the old one is no statement
    return values


def _check_name(name: str) -> None:
    if not name.strip():
        raise InvalidInput("The name is blank.", "Give 1 to 255 characters.", field="name")
    if "\x00" in name:
        raise InvalidInput("The name holds a NUL character.", "Remove it.", field="name")


def _who(values: Mapping[str, Any]) -> dict[str, Any]:
    mode = PlanningMode(values["planning_mode"])
    entity_id = values["entity_id"] or None
    wanted = ENTITY_OF.get(mode)
    sent_type = EntityType(values["entity_type"]) if values["entity_type"] else None
    needs_entity = mode in (PlanningMode.PREDEFINED_AGENT, PlanningMode.PREDEFINED_TEAM)
    if needs_entity and entity_id is None:
        raise InvalidInput(
            f"entity_id is missing: planning_mode {mode.value} needs one.",
            "For a shell script it is shell.",
            field="entity_id",
        )
    if wanted is not None and sent_type is not None and sent_type is not wanted:
        raise InvalidInput(
            f"entity_type {sent_type.value} does not fit planning_mode {mode.value}.",
            f"Use {wanted.value}.",
            field="entity_type",
        )
    kept = (wanted or sent_type) if entity_id else sent_type
    return {"planning_mode": mode, "entity_type": kept, "entity_id": entity_id}


def _where(values: Mapping[str, Any]) -> dict[str, Any]:
    executor = ExecutorType(values["executor_type"])
    queue, environment = values["worker_queue_name"], values["environment_name"]
    if executor is ExecutorType.SPECIFIC_QUEUE and not queue:
        raise InvalidInput(
            "worker_queue_name is missing: executor_type specific_queue needs one.",
            field="worker_queue_name",
        )
    if executor is ExecutorType.ENVIRONMENT and not environment:
        raise InvalidInput(
            "environment_name is missing: executor_type environment needs one.",
            field="environment_name",
        )
    return {
        "executor_type": executor,
        "worker_queue_name": queue,
        "environment_name": environment,
    }


def _parameters(sent: list[dict[str, Any]]) -> tuple[Parameter, ...]:
    found: dict[str, Parameter] = {}
    for item in sent:
        name = item["name"]
        place = f"parameters.{name}"
        if not IDENTIFIER.match(name):
            raise InvalidInput(
                f"The parameter name {name!r:.60} is not a name.",
                "Use letters, digits and _, beginning with a letter.",
                field="parameters",
            )
        if name in prompts.RESERVED:
            raise InvalidInput(
                f"The parameter {name} has the name of a built-in variable.",
                "Choose another name.",
                field=place,
            )
        if name in found:
            raise InvalidInput(f"The parameter {name} is there twice.", field=place)
        required = item["required"]
        found[name] = Parameter(
            name=name,
            default=item["default"],
            required=item["default"] is None if required is None else required,
            description=item["description"],
        )
    return tuple(found.values())


def _check_mapping(config: JobConfig, declared: tuple[Parameter, ...]) -> None:
    own = {parameter.name for parameter in declared}
    for name in config.webhook.mapping if config.webhook is not None else ():
        if name in prompts.KNOWN and name not in own:
            raise InvalidInput(
                f"config.webhook.mapping.{name}: {name} is a built-in variable and cannot be set.",
                "Map another name.",
                field=f"config.webhook.mapping.{name}",
            )


def _check_prompt(definition: Definition, directory: Directory) -> list[str]:
    if not definition.prompt_template.strip():
        raise InvalidInput(
            "The prompt is empty.", "Say what the job is to do.", field="prompt_template"
        )
    if "\x00" in definition.prompt_template:
        raise InvalidInput(
            "The prompt holds a NUL character.", "Remove it.", field="prompt_template"
        )
    warnings = list(prompts.check_prompt(definition, directory))
    known = prompts.declared_and_used(definition, directory)
    brought = passed_on(definition.depends_on)
    if unknown := sorted(brought - {parameter.name for parameter in known}):
        raise InvalidInput(
            f"depends_on passes {unknown[0]} on, but the prompt has no variable of that name.",
            f"It takes: {', '.join(one.name for one in known) or 'none'}.",
            field="depends_on",
        )
    if is_timed(definition):
        for parameter in known:
            if parameter.name in brought:
                continue
            if parameter.required and parameter.default is None:
                raise InvalidInput(
                    f"The prompt's variable {{{{ {parameter.name} }}}} has no default:"
                    " a schedule has nobody to ask.",
                    f"Declare the parameter {parameter.name} with a default.",
                    field=f"parameters.{parameter.name}",
                )
    try:
        doer = doer_of(definition, directory)
        problem = doer.not_ready(directory) or _unpriced(doer, definition, directory)
    except JobsTuiError as error:
        problem = error.sentence()
    if problem:
        warnings.append(problem)
    return warnings


def _unpriced(doer: Doer, definition: Definition, directory: Directory) -> str:
    """Why the job's budget of money would fail its runs, in words."""
    budget = job_config(definition.config).budget
    if budget is None:
        return ""
    from jobs_tui.agents.llm.endpoints import base_url
    from jobs_tui.agents.llm.prices import unpriced

    found = (
        unpriced(agent.model_copy(update={"budget": budget}), base_url(agent))
        for agent in doer.agents(directory)
        if agent.kind == "llm"
    )
    return next((problem for problem in found if problem), "")
