"""What makes no sense in an agent, a team...: found before anything is written."""

from __future__ import annotations

from typing import Any

from jobs_tui.agents.directory import Directory
from jobs_tui.agents.registry import get_runner
from jobs_tui.agents.teams.prompts import check_inner
from jobs_tui.guard.secrets.entries import SCHEMES, parse_entry, parse_reference
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import InvalidInput, JobsTuiError, NotFound
from jobs_tui.models.job_input import ExecutionEnvironmentInput
from jobs_tui.models.resource import ResourceKind
from jobs_tui.models.surroundings import EnvironmentInput, IntegrationInput, PolicyInput
from jobs_tui.models.team import Strategy, TeamInput, WorkflowInput
from jobs_tui.service.context import Context
from jobs_tui.store import secrets as secret_rows


def check_spec(ctx: Context, kind: ResourceKind, spec: dict[str, Any], known: Directory) -> None:
    """Look at what a shape alone does not tell.

    Raises:
        InvalidInput: with ``field``.
    """
    if kind is ResourceKind.AGENT:
        _agent(AgentInput.model_validate(spec), known)
    elif kind is ResourceKind.TEAM:
        _team(TeamInput.model_validate(spec), known)
    elif kind is ResourceKind.WORKFLOW:
        _workflow(WorkflowInput.model_validate(spec), known)
    elif kind is ResourceKind.ENVIRONMENT:
        _environment(EnvironmentInput.model_validate(spec), known)
    elif kind is ResourceKind.INTEGRATION:
        _secrets(IntegrationInput.model_validate(spec).secrets)
    elif kind is ResourceKind.POLICY:
        _policy(ctx, PolicyInput.model_validate(spec))


def _agent(agent: AgentInput, known: Directory) -> None:
    try:
        get_runner(agent.kind)
    except NotFound as error:
        raise InvalidInput(error.message, error.hint, field="kind") from None
    _secrets(agent.execution_environment.secrets)
    _integrations(agent.execution_environment, known)
    if agent.base_url is not None:
        from jobs_tui.agents.llm.endpoints import is_url

        if not is_url(agent.base_url):
            raise InvalidInput(
                f"{agent.base_url!r:.100} is not the address of an endpoint.",
                "Write one with http or https, such as http://127.0.0.1:11434/v1.",
                field="base_url",
            )
    if agent.api_key is not None:
        try:
            parse_reference(agent.api_key)
        except InvalidInput as error:
            raise InvalidInput(error.message, error.hint, field="api_key") from None
        if agent.api_key.startswith(("sk-", "sk_")):
            raise InvalidInput(
                "api_key is a reference to a key, not the key itself.",
                "Keep the key with `jobs-tui secret set NAME` and write NAME here.",
                field="api_key",
            )
    if agent.tools is not None:
        from jobs_tui.tools.registry import tool_names

        for name in agent.tools:
            if name not in tool_names():
                raise InvalidInput(
                    f"There is no tool {name!r:.60}.",
                    f"Tools: {', '.join(tool_names())}.",
                    field="tools",
                )
    if agent.kind == "command" and not (agent.template or agent.command):
        from jobs_tui.agents.command.templates import TEMPLATES

        raise InvalidInput(
            "An agent of kind command needs a template or a command.",
            f"Templates: {', '.join(TEMPLATES)}.",
            field="template",
        )
    if agent.kind == "command" and agent.template and agent.command is None:
        from jobs_tui.agents.command.templates import TEMPLATES

        if agent.template not in TEMPLATES:
            raise InvalidInput(
                f"There is no template {agent.template!r:.60}.",
                f"Templates: {', '.join(TEMPLATES)}.",
                field="template",
            )


def _team(team: TeamInput, known: Directory) -> None:
    for number, member in enumerate(team.members):
        agent = _known_agent(known, member.agent, f"members.{number}.agent")
        if number == 0 and team.strategy is Strategy.LEAD and agent.kind != "llm":
            raise InvalidInput(
                f"The agent {agent.id} cannot lead: only an agent of kind llm can give tasks to"
                " others.",
                "Put an llm agent first, or choose sequential or parallel.",
                field="members.0.agent",
            )
    _inner(team, known, "members")


def _workflow(workflow: WorkflowInput, known: Directory) -> None:
    for number, step in enumerate(workflow.steps):
        if step.agent != "smart":
            _known_agent(known, step.agent, f"steps.{number}.agent")
        if not step.prompt.strip():
            raise InvalidInput(
                f"The prompt of the step {step.name} is empty.", field=f"steps.{number}.prompt"
            )
    _inner(workflow, known, "steps")


def _inner(entity: TeamInput | WorkflowInput, known: Directory, field: str) -> None:
    """The prompts inside, which their runs would refuse; the message names the step."""
    try:
        check_inner(entity, known)
    except InvalidInput as error:
        raise InvalidInput(error.message, error.hint, field=field) from None


def _known_agent(known: Directory, agent_id: str, field: str) -> AgentInput:
    try:
        return known.agent(agent_id)
    except NotFound as error:
        raise InvalidInput(error.message, error.hint, field=field) from None


def _environment(environment: EnvironmentInput, known: Directory) -> None:
    _secrets(environment.secrets)
    _integrations(environment, known)


def _integrations(around: ExecutionEnvironmentInput, known: Directory) -> None:
    for integration_id in around.integration_ids:
        if integration_id not in known.integrations:
            raise InvalidInput(
                f"There is no integration {integration_id!r:.80}.",
                "Create it first with `jobs-tui integration create`.",
                field="integration_ids",
            )


def _secrets(entries: list[str]) -> None:
    for entry in entries:
        parse_entry(entry)


def _policy(ctx: Context, policy: PolicyInput) -> None:
    from jobs_tui.guard.policy.engine import policy_engine

    if policy.token is not None and not _names_a_secret(ctx, policy.token):
        raise InvalidInput(
            "token is a reference to the server's token, not the token itself, and no secret of"
            " this home has such a name.",
            "Keep it with `jobs-tui secret set NAME` and write store:NAME, or write env:NAME.",
            field="token",
        )
    problem = policy_engine().check_policy(policy)
    if problem:
        field = "module"
        if policy.engine == "opa" or policy.url is not None:
            field = "url"
        elif policy.token is not None:
            field = "token"
        raise InvalidInput(f"The policy {policy.id} cannot be used. {problem}", field=field)


def _names_a_secret(ctx: Context, reference: str) -> bool:
    """Whether it is a reference with its scheme, or the name of a secret that there is."""
    if reference.partition(":")[0] in SCHEMES:
        return True
    return secret_rows.get(ctx.store.jobs.reader(), reference) is not None


def warnings_of(ctx: Context, kind: ResourceKind, spec: dict[str, Any]) -> list[str]:
    """What a careful person would still want to know of one that can be kept."""
    from jobs_tui.agents.doer import agent_not_ready

    if kind is ResourceKind.TEAM:
        return list(check_inner(TeamInput.model_validate(spec), ctx.directory))
    if kind is ResourceKind.WORKFLOW:
        return list(check_inner(WorkflowInput.model_validate(spec), ctx.directory))
    if kind is not ResourceKind.AGENT:
        return []
    try:
        problem = agent_not_ready(AgentInput.model_validate(spec))
    except JobsTuiError as error:
        problem = error.sentence()
    return [problem] if problem else []
