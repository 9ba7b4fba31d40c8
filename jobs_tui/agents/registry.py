"""Which kinds of agents there are, and the runner of each (DESIGN 8).

Kinds that come with jobs-tui cost nothing to find. Third parties add kinds by the entry point
group ``jobs_tui.agents``: their packages are looked at only when a kind or an id is asked for that
we do not know, or when all agents are listed. Such a kind brings an agent of the same id.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import NotFound, Refused

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from jobs_tui.agents.directory import Directory
    from jobs_tui.agents.runner import Runner

GROUP = "jobs_tui.agents"
"""Entry point group; the entry's name is the kind, its object a class without arguments."""

_KINDS: dict[str, str] = {
    "shell": "jobs_tui.agents.shell:ShellRunner",
    "ops": "jobs_tui.agents.ops.runner:OpsRunner",
    "command": "jobs_tui.agents.command.runner:CommandRunner",
    "llm": "jobs_tui.agents.llm.runner:LlmRunner",
}
"""Where the runner of each kind is: loaded when the kind is first used."""


@dataclass(frozen=True, slots=True)
class AgentInfo:
    """An agent as lists show it."""

    id: str
    name: str
    kind: str
    description: str
    ready: bool
    reason: str
    """Why it is not ready; empty when it is."""
    capabilities: tuple[str, ...] = ()
    model: str | None = None


def get_runner(kind: str) -> Runner:
    """The runner of a kind; one instance serves all runs.

    Raises:
        NotFound: no such kind.
        Refused: a third party's kind that cannot be loaded.
    """
    if kind in _KINDS:
        return _ours(kind)
    for entry in _third_parties():
        if entry.name == kind:
            return _loaded(entry)
    known = sorted({*_KINDS, *third_party_ids()})
    raise NotFound(
        f"There is no kind of agent {kind!r:.80}.", f"Kinds: {', '.join(known)}.", field="kind"
    )


def implied_agent(agent_id: str) -> AgentInput | None:
    """The agent that comes with an installed program or package of this id."""
    from jobs_tui.agents.command.templates import TEMPLATES, agent_of

    if agent_id in TEMPLATES:
        return agent_of(agent_id)
    for entry in _third_parties():
        if entry.name == agent_id:
            return _of_entry(entry)
    return None


def implied_agents() -> Iterator[AgentInput]:
    """All of them: known agent programs, then packages, by id."""
    from jobs_tui.agents.command.templates import TEMPLATES, agent_of

    yield from (agent_of(name) for name in TEMPLATES)
    for entry in sorted(_third_parties(), key=lambda entry: entry.name):
        if entry.name not in TEMPLATES:
            yield _of_entry(entry)


def third_party_ids() -> list[str]:
    """Kinds that installed packages add."""
    return [entry.name for entry in _third_parties()]


def info(agent: AgentInput) -> AgentInfo:
    """An agent with the state of its runner; secrets are not looked at."""
    try:
        reason = get_runner(agent.kind).not_ready(agent)
    except (NotFound, Refused) as problem:
        reason = problem.message
    if not agent.enabled:
        reason = f"The agent {agent.id} is disabled."
    return AgentInfo(
        agent.id,
        agent.label,
        agent.kind,
        agent.description,
        ready=not reason,
        reason=reason,
        capabilities=tuple(agent.capabilities),
        model=agent.model,
    )


def agents(directory: Directory) -> list[AgentInfo]:
    """All agents of a home."""
    return [info(agent) for agent in directory.all_agents()]


@cache
def _ours(kind: str) -> Runner:
    module, _, name = _KINDS[kind].partition(":")
    runner: Runner = getattr(importlib.import_module(module), name)()
    return runner


def _third_parties() -> Iterator[EntryPoint]:
    from importlib.metadata import entry_points

    return (entry for entry in entry_points(group=GROUP) if entry.name not in _KINDS)


def _of_entry(entry: EntryPoint) -> AgentInput:
    try:
        runner = _loaded(entry)
    except Refused:
        return AgentInput(id=entry.name, kind=entry.name)
    return AgentInput(
        id=entry.name, kind=entry.name, name=runner.name, description=runner.description
    )


@cache
def _loaded(entry: EntryPoint) -> Runner:
    try:
        runner: Runner = entry.load()()
    except Exception as error:  # it is not our code: whatever it raises, say whose it is
        raise Refused(
            f"The agent {entry.name!r} ({entry.value}) cannot be loaded: "
            f"{type(error).__name__}: {error}.",
            "Repair or uninstall the package that provides it.",
            field="agent",
        ) from error
    return runner
