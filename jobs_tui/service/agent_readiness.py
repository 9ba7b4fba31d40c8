"""Whether an agent has the secrets that it needs: looked at beside the state of its runner."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jobs_tui.agents import needs
from jobs_tui.agents.directory import Directory
from jobs_tui.agents.doer import Doer
from jobs_tui.agents.needs import SecretState
from jobs_tui.models.agent import AgentInput
from jobs_tui.service.context import Context

if TYPE_CHECKING:
    from jobs_tui.guard.secrets.resolver import Secrets


def states_of(
    ctx: Context, entries: Iterable[str], api_key: str | None = None
) -> tuple[SecretState, ...]:
    """See :func:`jobs_tui.agents.needs.states_of`."""
    return needs.states_of(_secrets(ctx), entries, api_key)


def secrets_of_agent(ctx: Context, agent: AgentInput) -> tuple[SecretState, ...]:
    """See :func:`jobs_tui.agents.needs.secrets_of_agent`."""
    return needs.secrets_of_agent(agent, ctx.directory, _secrets(ctx))


def missing_secret(ctx: Context, agent: AgentInput) -> str:
    """See :func:`jobs_tui.agents.needs.missing_secret`."""
    return needs.missing_secret(agent, ctx.directory, _secrets(ctx))


def not_ready(ctx: Context, agent: AgentInput) -> str:
    """See :func:`jobs_tui.agents.needs.not_ready`."""
    return needs.not_ready(agent, ctx.directory, _secrets(ctx))


def doer_not_ready(ctx: Context, doer: Doer, known: Directory) -> str:
    """As :func:`not_ready`, for whoever does a job."""
    problem = doer.not_ready(known)
    if not problem and doer.agent is not None:
        problem = missing_secret(ctx, doer.agent)
    return problem


def _secrets(ctx: Context) -> Secrets:
    from jobs_tui.guard.secrets.resolver import Secrets

    return Secrets(ctx.store)
