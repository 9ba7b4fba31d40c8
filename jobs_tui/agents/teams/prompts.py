"""The prompts inside teams and workflows: what they may name, and how they are checked.

They are written by whoever makes the team or workflow and are templates like a job's prompt. What
agents answered is only ever a value in them, never a part of the template.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from jobs_tui.agents.directory import Directory
from jobs_tui.agents.plain import TextPrompts
from jobs_tui.agents.registry import get_runner
from jobs_tui.agents.runner import Runner
from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.models.team import TeamInput, WorkflowInput

GIVEN = ("prompt", "previous", "results", "steps")
"""Values that every prompt of a step has: the job's prompt, the answers before it joined, the
answers by step, and by step ``result``, ``status`` and ``error``."""
TASK = "task"
"""Of a member that is led: what the leader asks of it."""
_MARKUP = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Inner:
    """One prompt of a team or workflow."""

    label: str
    agent_id: str
    prompt: str
    """As it is rendered: references by name are made safe."""
    given: tuple[str, ...]
    before: frozenset[str] | None = None
    """A workflow's step: those that have ended before it."""
    steps: frozenset[str] = frozenset()
    """All steps of the workflow."""


def referring(prompt: str, names: Collection[str]) -> str:
    """The template with ``steps.NAME.result`` made to mean the step of that name.

    Written so, ``steps.build-app.result`` is a subtraction to Jinja2, and ``steps.copy.result``
    the method of a mapping; as ``steps["build-app"].result`` both are what was meant.
    ``results.NAME`` likewise.
    """
    if not names or ("steps." not in prompt and "results." not in prompt):
        return prompt
    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    by_step = re.compile(rf"(?<![\w.])steps\.({known})(?=\.(?:result|status|error)\b)")
    by_result = re.compile(rf"(?<![\w.])results\.({known})(?![\w-])")

    def mended(found: re.Match[str]) -> str:
        text = by_step.sub(r'steps["\1"]', found[0])
        return by_result.sub(r'results["\1"]', text)

    return _MARKUP.sub(mended, prompt)


def referred(prompt: str) -> set[str]:
    """Names of steps that a prompt speaks of by ``steps[...]``, ``steps.`` or ``results``."""
    found: set[str] = set()
    for markup in _MARKUP.findall(prompt):
        found.update(re.findall(r"(?<![\w.])(?:steps|results)\[[\"']([^\"']+)[\"']\]", markup))
        found.update(re.findall(r"(?<![\w.])(?:steps|results)\.(\w+)(?!\w*\()", markup))
    return found


def before(workflow: WorkflowInput) -> dict[str, frozenset[str]]:
    """By step: all that have ended when it begins, those it needs and those that they need."""
    needs = {step.name: step.needs for step in workflow.steps}
    found: dict[str, frozenset[str]] = {}

    def of(name: str) -> frozenset[str]:
        if name not in found:
            found[name] = frozenset(needs[name]).union(*(of(other) for other in needs[name]))
        return found[name]

    for name in needs:
        of(name)
    return found


def inner_prompts(entity: TeamInput | WorkflowInput) -> Iterator[Inner]:
    """The prompts of a team or workflow, in order."""
    if isinstance(entity, TeamInput):
        for member in entity.members:
            if member.prompt is not None:
                yield Inner(f"member {member.agent}", member.agent, member.prompt, (*GIVEN, TASK))
        return
    ended = before(entity)
    for step in entity.steps:
        prompt = referring(step.prompt, ended)
        yield Inner(
            f"step {step.name}", step.agent, prompt, GIVEN, ended[step.name], frozenset(ended)
        )


def dialect(agent_id: str, directory: Directory) -> Runner | TextPrompts:
    """Who reads the prompt of an agent; plain text for agents that do not exist (yet)."""
    try:
        return get_runner(directory.agent(agent_id).kind)
    except (NotFound, Refused):
        return TextPrompts()


def inner_variables(entity: TeamInput | WorkflowInput, directory: Directory) -> tuple[str, ...]:
    """Names that the prompts use and that the job has to give, each once.

    Raises:
        InvalidInput: a prompt is not a valid template; the message names its step.
    """
    found: dict[str, None] = {}
    for inner in inner_prompts(entity):
        with _named(inner):
            names = dialect(inner.agent_id, directory).variables(inner.prompt)
        found.update(dict.fromkeys(name for name in names if name not in inner.given))
    return tuple(found)


def check_inner(
    entity: TeamInput | WorkflowInput, directory: Directory, names: Collection[str] | None = None
) -> tuple[str, ...]:
    """Warnings about the prompts of a team or workflow.

    Args:
        names: variables that the job gives; None: any that is used.

    Raises:
        InvalidInput: one cannot be used, or speaks of a step that does not come before its own.
    """
    if names is None:
        names = inner_variables(entity, directory)
    warnings: list[str] = []
    for inner in inner_prompts(entity):
        _check_references(inner)
        with _named(inner):
            found = dialect(inner.agent_id, directory).check(inner.prompt, {*names, *inner.given})
        warnings += (f"{inner.label}: {warning}" for warning in found)
    return tuple(warnings)


def _check_references(inner: Inner) -> None:
    if inner.before is None:
        return
    for name in sorted(referred(inner.prompt) - inner.before):
        if name in inner.steps:
            raise InvalidInput(
                f"The prompt of {inner.label} speaks of the step {name}, for which it does not"
                " wait.",
                f"Add {name} to its needs.",
                field="steps",
            )
        raise InvalidInput(
            f"The prompt of {inner.label} speaks of a step {name:.80}, which does not exist.",
            f"It may speak of {', '.join(sorted(inner.before)) or 'none: it needs no step'}.",
            field="steps",
        )


@contextmanager
def _named(inner: Inner) -> Iterator[None]:
    """Say in which of the prompts an error is."""
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput(
            f"{inner.label[0].upper()}{inner.label[1:]}: {error.message}", error.hint,
            field=error.field,
        ) from error  # fmt: skip
