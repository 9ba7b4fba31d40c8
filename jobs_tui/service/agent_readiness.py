"""Whether an agent has the secrets that it needs: looked at beside the state of its runner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jobs_tui.agents.directory import Directory
from jobs_tui.agents.doer import Doer, agent_not_ready
from jobs_tui.guard.secrets.entries import parse_entry, parse_reference
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.service.context import Context


@dataclass(frozen=True, slots=True)
class SecretState:
    """Whether one secret of a run can be had; its value is nowhere in here."""

    name: str
    """The variable that will hold it, or ``api_key``."""
    problem: str
    """Why it cannot be had, a sentence; empty when it can."""


def states_of(
    ctx: Context, entries: Iterable[str], api_key: str | None = None
) -> tuple[SecretState, ...]:
    """Each secret with what is wrong with it; no value is read, no command is run."""
    from jobs_tui.guard.secrets.resolver import Secrets

    secrets = Secrets(ctx.store)
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


def secrets_of_agent(ctx: Context, agent: AgentInput) -> tuple[SecretState, ...]:
    """The secrets of an agent and of its integrations; one that does not exist is a problem."""
    around, known = agent.execution_environment, ctx.directory.integrations
    entries = [
        entry for one in around.integration_ids if one in known for entry in known[one].secrets
    ]
    missing = tuple(
        SecretState(one, f"There is no integration {one!r:.80}.")
        for one in around.integration_ids
        if one not in known
    )
    wanted = [*entries, *around.secrets]
    if not wanted and not agent.api_key:
        return missing
    return (*missing, *states_of(ctx, wanted, agent.api_key))


def missing_secret(ctx: Context, agent: AgentInput) -> str:
    """The first secret of an agent that cannot be had, in words; empty when all can."""
    states = secrets_of_agent(ctx, agent)
    return next((state.problem for state in states if state.problem), "")


def not_ready(ctx: Context, agent: AgentInput) -> str:
    """Why an agent cannot work now, secrets included; empty when it can."""
    return agent_not_ready(agent) or missing_secret(ctx, agent)


def doer_not_ready(ctx: Context, doer: Doer, known: Directory) -> str:
    """As :func:`not_ready`, for whoever does a job."""
    problem = doer.not_ready(known)
    if not problem and doer.agent is not None:
        problem = missing_secret(ctx, doer.agent)
    return problem
