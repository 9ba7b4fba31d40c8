"""The secrets that an agent needs, and whether they can be had; no value is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobs_tui.agents.directory import Directory
from jobs_tui.agents.doer import agent_not_ready
from jobs_tui.guard.secrets.entries import parse_entry, parse_reference
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import JobsTuiError

if TYPE_CHECKING:
    from jobs_tui.guard.secrets.resolver import Secrets


@dataclass(frozen=True, slots=True)
class SecretState:
    """Whether one secret of a run can be had; its value is nowhere in here."""

    name: str
    """The variable that will hold it, or ``api_key``."""
    problem: str
    """Why it cannot be had, a sentence; empty when it can."""


def states_of(
    secrets: Secrets, entries: Iterable[str], api_key: str | None = None
) -> tuple[SecretState, ...]:
    """Each secret with what is wrong with it; no command is run."""
    found: dict[str, SecretState] = {}
    if api_key:
        try:
            problem = secrets.problem(parse_reference(api_key))
        except JobsTuiError as error:
            problem = error.message
        found["api_key"] = SecretState("api_key", problem)
    for text in entries:
        name = text.partition("=")[0]
        try:
            entry = parse_entry(text)
            name, problem = entry.variable, secrets.problem(entry.reference)
        except JobsTuiError as error:
            problem = error.message
        found[name] = SecretState(name, problem)
    return tuple(found.values())


def secrets_of_agent(
    agent: AgentInput, known: Directory, secrets: Secrets
) -> tuple[SecretState, ...]:
    """The secrets of an agent and of its integrations; one that does not exist is a problem."""
    around = agent.execution_environment
    entries = [
        entry
        for one in around.integration_ids
        if one in known.integrations
        for entry in known.integrations[one].secrets
    ]
    missing = tuple(
        SecretState(one, f"There is no integration {one!r:.80}.")
        for one in around.integration_ids
        if one not in known.integrations
    )
    return (*missing, *states_of(secrets, [*entries, *around.secrets], agent.api_key))


def missing_secret(agent: AgentInput, known: Directory, secrets: Secrets) -> str:
    """The first secret of an agent that cannot be had, in words; empty when all can."""
    states = secrets_of_agent(agent, known, secrets)
    return next((state.problem for state in states if state.problem), "")


def not_ready(agent: AgentInput, known: Directory, secrets: Secrets) -> str:
    """Why an agent cannot work now, secrets included; empty when it can."""
    return agent_not_ready(agent) or missing_secret(agent, known, secrets)
