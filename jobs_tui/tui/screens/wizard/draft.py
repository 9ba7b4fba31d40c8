"""What stands in the wizard's fields, as plain data that can be kept and sent (UX.md 5.2).

Texts are kept as they were typed, good or bad, so that a draft comes back exactly as it was left.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from jobs_tui.models.config import job_config
from jobs_tui.models.enums import ExecutorType, PlanningMode
from jobs_tui.models.job import DEFAULT_AGENT, Job
from jobs_tui.tui.screens.wizard import deliver, limits, when
from jobs_tui.tui.screens.wizard.deliver import DeliverDraft


@dataclass(slots=True)
class Variable:
    """What the form knows of one variable of the prompt."""

    default: Any = None
    """None: no default."""
    required: bool | None = None
    """None: required when there is no default."""
    description: str = ""
    declared: bool = False
    """The job declared it already: it stays even when the prompt no longer uses it."""

    @property
    def needed(self) -> bool:
        """Whether a start must bring a value."""
        return self.default is None if self.required is None else self.required

    @property
    def shown(self) -> str:
        """The default as the form shows it; typed values (numbers, lists) as JSON."""
        if self.default is None or isinstance(self.default, str):
            return self.default or ""
        return json.dumps(self.default, ensure_ascii=False)

    def typed(self, text: str) -> None:
        """Take the text of the field; a typed value that was not changed keeps its type."""
        if text != self.shown:
            self.default = text or None


@dataclass(slots=True)
class Draft(DeliverDraft):
    """The whole form. ``config`` and ``unseen`` carry what the form does not show."""

    name: str = ""
    description: str = ""
    enabled: bool = True
    tags: str = ""
    mode: str = PlanningMode.PREDEFINED_AGENT.value
    entity_id: str = DEFAULT_AGENT
    """Of the agent, team or workflow; empty for Smart."""
    executor: str = ExecutorType.AUTO.value
    queue: str = ""
    environment: str = ""
    prompt: str = ""
    system_prompt: str = ""
    variables: dict[str, Variable] = field(default_factory=dict)
    used: tuple[str, ...] = ()
    """Variables that the prompt uses, in order, built-in ones left out."""
    unseen: dict[str, Any] = field(default_factory=dict)
    """Fields of a job that the form does not show: a copy has them too."""

    def job_fields(self) -> dict[str, Any]:
        """The fields of JobCreate.

        Raises:
            InvalidInput: a number or a duration cannot be read; ``field`` names it.
        """
        return self.unseen | self.basics() | self.when() | self.who() | self.what()

    def basics(self) -> dict[str, Any]:
        """The fields of the first step. Raises as :meth:`job_fields`."""
        return self.delivery() | {
            "name": self.name,
            "description": self.description or None,
            "enabled": self.enabled,
            "tags": self.tag_list(),
        }

    def when(self) -> dict[str, Any]:
        """The fields of the second step. Raises as :meth:`job_fields`."""
        return self.timing() | {"depends_on": self.needs(), "config": self.job_config()}

    def who(self) -> dict[str, Any]:
        """The fields of the third step."""
        queued = self.executor == ExecutorType.SPECIFIC_QUEUE.value
        around = self.executor == ExecutorType.ENVIRONMENT.value
        return {
            "planning_mode": self.mode,
            "entity_id": self.entity_id or None,
            "executor_type": self.executor,
            "worker_queue_name": (self.queue.strip() or None) if queued else None,
            "environment_name": (self.environment.strip() or None) if around else None,
        }

    @property
    def smart(self) -> bool:
        """Whether the agent is chosen at run time."""
        return self.mode == PlanningMode.ON_THE_FLY.value

    @property
    def script(self) -> bool:
        """Whether the prompt is a script for bash."""
        if self.mode == PlanningMode.PREDEFINED_WORKFLOW.value:
            return not self.entity_id
        return self.mode == PlanningMode.PREDEFINED_AGENT.value and self.entity_id == DEFAULT_AGENT

    def what(self) -> dict[str, Any]:
        """The fields of the fourth step."""
        return {
            "prompt_template": self.prompt,
            "system_prompt": self.system_prompt or None,
            "parameters": self.parameters(),
        }

    def tag_list(self) -> list[str]:
        """The tags, split at commas, each once."""
        return list(dict.fromkeys(tag.strip() for tag in self.tags.split(",") if tag.strip()))

    def names(self) -> tuple[str, ...]:
        """Variables in the order of the table: those of the prompt, then other declared ones."""
        kept = (name for name, one in self.variables.items() if one.declared)
        return tuple(dict.fromkeys((*self.used, *kept)))

    def variable(self, name: str) -> Variable:
        """What is known of a variable."""
        return self.variables.get(name) or Variable()

    def own(self, name: str) -> Variable:
        """The entry of a variable that is about to be filled in."""
        return self.variables.setdefault(name, Variable())

    def use(self, names: tuple[str, ...]) -> None:
        """The prompt uses these variables now; what was never filled in is forgotten."""
        self.used = names
        self.variables = {
            name: one
            for name, one in self.variables.items()
            if name in names or one.declared or one != Variable()
        }

    def parameters(self) -> list[dict[str, Any]]:
        """The parameters to declare: every variable of the table."""
        return [
            {
                "name": name,
                "default": one.default,
                "required": one.needed,
                "description": one.description,
            }
            for name in self.names()
            for one in (self.variable(name),)
        ]

    def to_json(self) -> dict[str, Any]:
        """Plain data for the store of drafts."""
        return asdict(self)


def of_job(job: Job, called: Callable[[str], str] = str) -> Draft:
    """The form of a job that exists.

    Args:
        called: how another job is named, by its id.
    """
    definition = job.definition
    draft = Draft(
        name=definition.name,
        description=definition.description or "",
        enabled=job.enabled,
        tags=", ".join(definition.tags),
        mode=definition.planning_mode.value,
        entity_id=definition.entity_id or "",
        executor=definition.executor_type.value,
        queue=definition.worker_queue_name or "",
        environment=definition.environment_name or "",
        prompt=definition.prompt_template,
        system_prompt=definition.system_prompt or "",
        variables={
            one.name: Variable(one.default, one.required, one.description, declared=True)
            for one in definition.parameters
        },
        unseen={"execution_environment": definition.execution_environment},
    )
    fields = limits.fields_of(job_config(definition.config), definition.config)
    fields |= when.fields_of(definition, called) | deliver.fields_of(definition, called)
    for name, value in fields.items():
        setattr(draft, name, value)
    return draft


def from_json(data: Mapping[str, Any]) -> Draft:
    """A draft that was kept; what has another type than it should have is left at its default.

    A draft may be older than the program, so it is read with care and never refused.
    """
    draft = Draft()
    for one in fields(Draft):
        value = data.get(one.name)
        if type(value) is type(getattr(draft, one.name)) and one.name != "variables":
            setattr(draft, one.name, value)
    draft.used = tuple(str(name) for name in data.get("used") or ())
    kept = data.get("variables")
    for name, value in kept.items() if isinstance(kept, Mapping) else ():
        if isinstance(value, Mapping):
            required = value.get("required")
            draft.variables[name] = Variable(
                default=value.get("default"),
                required=required if isinstance(required, bool) else None,
                description=str(value.get("description") or ""),
                declared=value.get("declared") is True,
            )
    return draft


def changes(draft: Draft, base: Draft) -> dict[str, Any]:
    """The fields of JobPatch in which the form differs from where it began.

    Raises:
        InvalidInput: as :meth:`Draft.job_fields`.
    """
    before = base.job_fields()
    return {name: value for name, value in draft.job_fields().items() if before[name] != value}


def carried_over(draft: Draft, base: Draft, current: Draft) -> Draft:
    """A kept edit on top of the job as it is now: only what was changed in the form wins.

    Args:
        draft: the form as it was left.
        base: the job when that edit began.
        current: the job now.
    """
    merged = from_json(current.to_json())
    for one in fields(Draft):
        if getattr(draft, one.name) != getattr(base, one.name):
            setattr(merged, one.name, getattr(draft, one.name))
    return merged
