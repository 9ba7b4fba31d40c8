"""Which agents there are, and the runner of each (DESIGN 8).

Built-in agents cost nothing to find. Third parties add kinds by the entry point group
``jobs_tui.agents``: their packages are looked at only when an id is asked for that we do not know,
or when all agents are listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from jobs_tui.agents.shell import ShellRunner
from jobs_tui.models.errors import NotFound, Refused

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from jobs_tui.agents.runner import Runner

GROUP = "jobs_tui.agents"
"""Entry point group; the entry's name is the agent's id, its object a class without arguments."""

_BUILT_IN: dict[str, type[Runner]] = {"shell": ShellRunner}


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


def get_runner(agent_id: str) -> Runner:
    """The runner of an agent; one instance serves all runs.

    Raises:
        NotFound: no such agent.
        Refused: a third party's agent that cannot be loaded.
    """
    if agent_id in _BUILT_IN:
        return _built_in(agent_id)
    for entry in _third_parties():
        if entry.name == agent_id:
            return _loaded(entry)
    known = sorted({*_BUILT_IN, *(entry.name for entry in _third_parties())})
    raise NotFound(
        f"There is no agent {agent_id!r}.", f"Known agents: {', '.join(known)}.", field="agent"
    )


def agents() -> list[AgentInfo]:
    """All agents, built-in ones first, then by id."""
    found = [_info(agent_id, _built_in(agent_id)) for agent_id in _BUILT_IN]
    for entry in sorted(_third_parties(), key=lambda entry: entry.name):
        try:
            found.append(_info(entry.name, _loaded(entry)))
        except Refused as refused:
            found.append(AgentInfo(entry.name, entry.name, "unknown", "", False, refused.message))
    return found


def _info(agent_id: str, runner: Runner) -> AgentInfo:
    reason = runner.not_ready()
    return AgentInfo(
        agent_id, runner.name, runner.kind, runner.description, ready=not reason, reason=reason
    )


@cache
def _built_in(agent_id: str) -> Runner:
    return _BUILT_IN[agent_id]()


def _third_parties() -> Iterator[EntryPoint]:
    from importlib.metadata import entry_points

    return (entry for entry in entry_points(group=GROUP) if entry.name not in _BUILT_IN)


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
