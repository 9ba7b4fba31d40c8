"""Whether an agent has the secrets that it needs: looked at beside the state of its runner."""

from __future__ import annotations

from jobs_tui.agents.directory import Directory
from jobs_tui.agents.doer import Doer, agent_not_ready
from jobs_tui.guard.secrets.entries import parse_entry, parse_reference
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.service.context import Context


def missing_secret(ctx: Context, agent: AgentInput) -> str:
    """The first secret of an agent that cannot be had, in words; empty when all can."""
    references = [agent.api_key] if agent.api_key else []
    around = agent.execution_environment
    entries = list(around.secrets)
    for integration_id in around.integration_ids:
        integration = ctx.directory.integrations.get(integration_id)
        if integration is None:
            return f"There is no integration {integration_id!r:.80}."
        entries += integration.secrets
    if not references and not entries:
        return ""
    from jobs_tui.guard.secrets.resolver import Secrets

    secrets = Secrets(ctx.store)
    for reference in [*references, *entries]:
        try:
            wanted = (
                parse_reference(reference)
                if reference in references
                else parse_entry(reference).reference
            )
            problem = secrets.problem(wanted)
        except JobsTuiError as error:
            problem = error.message
        if problem:
            return problem
    return ""


def not_ready(ctx: Context, agent: AgentInput) -> str:
    """Why an agent cannot work now, secrets included; empty when it can."""
    return agent_not_ready(agent) or missing_secret(ctx, agent)


def doer_not_ready(ctx: Context, doer: Doer, known: Directory) -> str:
    """As :func:`not_ready`, for whoever does a job."""
    problem = doer.not_ready(known)
    if not problem and doer.agent is not None:
        problem = missing_secret(ctx, doer.agent)
    return problem
