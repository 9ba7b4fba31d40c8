"""Agents, teams, queues... as every face prints them: what was sent, and how they stand now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jobs_tui.agents.directory import BUILT_IN, MODELS
from jobs_tui.agents.doer import Doer, DoerKind
from jobs_tui.agents.missing import DEFAULT_QUEUE
from jobs_tui.agents.registry import info
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.resource import Resource, ResourceKind
from jobs_tui.models.team import TeamInput, WorkflowInput
from jobs_tui.models.times import to_text
from jobs_tui.service import resources
from jobs_tui.service.agent_readiness import missing_secret
from jobs_tui.service.context import Context
from jobs_tui.service.environments import state_of
from jobs_tui.service.resource_uses import used_by

ORGANISATION = "local"
"""A home is the project."""


def answer(ctx: Context, resource: Resource) -> dict[str, Any]:
    """One of them with all its fields, defaults included."""
    spec = MODELS[resource.kind].model_validate(resource.spec)
    return {
        **spec.model_dump(mode="json"),
        "name": resource.name,
        "organization_id": ORGANISATION,
        **_STATE.get(resource.kind, _nothing)(ctx, spec),
        "created_at": to_text(resource.created_at),
        "created_by": resource.created_by,
        "updated_at": to_text(resource.updated_at),
        "updated_by": resource.updated_by,
    }


def all_answers(ctx: Context, kind: ResourceKind) -> list[dict[str, Any]]:
    """All of a kind, by id; agents: built-in ones first, those of programs and packages last;
    queues: the default one first, and those in which something waits."""
    found = [answer(ctx, one) for one in resources.listing(ctx, kind)]
    if kind is ResourceKind.AGENT:
        made = {one["id"] for one in found}
        others = [one for one in ctx.directory.all_agents() if one.id not in made]
        built_in = [_implied(ctx, one) for one in others if one.id in BUILT_IN]
        return built_in + found + [_implied(ctx, one) for one in others if one.id not in BUILT_IN]
    if kind is ResourceKind.QUEUE:
        return _with_unmade(ctx, found)
    return found


def find_answer(ctx: Context, kind: ResourceKind, resource_id: str) -> dict[str, Any]:
    """One by its id, built-in ones included, with what uses it. Raises NotFound."""
    users = used_by(ctx.store.jobs.reader(), ctx.directory, kind, resource_id)
    if kind is ResourceKind.AGENT and resource_id not in ctx.directory.agents:
        return _implied(ctx, ctx.directory.agent(resource_id)) | {"used_by": users}
    if kind is ResourceKind.QUEUE and resource_id not in ctx.directory.queues:
        for one in all_answers(ctx, kind):
            if one["id"] == resource_id:
                return one | {"used_by": users}
    return answer(ctx, resources.get(ctx, kind, resource_id)) | {"used_by": users}


def _implied(ctx: Context, agent: AgentInput) -> dict[str, Any]:
    return {
        **agent.model_dump(mode="json"),
        "name": agent.label,
        "organization_id": ORGANISATION,
        **_agent(ctx, agent),
        "created_at": None,
        "created_by": None,
        "updated_at": None,
        "updated_by": None,
    }


def _nothing(ctx: Context, spec: Any) -> dict[str, Any]:
    return {}


def _agent(ctx: Context, agent: AgentInput) -> dict[str, Any]:
    reason = info(agent).reason or missing_secret(ctx, agent)
    return {
        "ready": not reason,
        "reason": reason or None,
        "status": "not_ready" if reason else "ready",
        "status_reason": reason or None,
        "runtime": agent.kind,
        "model_id": agent.model,
    }


def _team(ctx: Context, team: TeamInput) -> dict[str, Any]:
    reason = Doer(DoerKind.TEAM, team.id, team=team).not_ready(ctx.directory)
    return {"ready": not reason, "reason": reason or None}


def _workflow(ctx: Context, workflow: WorkflowInput) -> dict[str, Any]:
    reason = Doer(DoerKind.WORKFLOW, workflow.id, workflow=workflow).not_ready(ctx.directory)
    return {"ready": not reason, "reason": reason or None}


def _environment(ctx: Context, environment: Any) -> dict[str, Any]:
    state = state_of(ctx, environment)
    return {
        "ready": not state.problem,
        "reason": state.problem or None,
        "status": "not_ready" if state.problem else "ready",
        "checked_at": state.checked_at,
    }


def _queue(ctx: Context, queue: Any) -> dict[str, Any]:
    status = "paused" if queue.paused else "remote" if queue.remote else "active"
    return {"status": status, **queue_load(ctx, queue.id)}


def queue_load(ctx: Context, queue_id: str) -> dict[str, Any]:
    """What runs and waits in a queue now."""
    row = ctx.store.row(
        "select sum(status = 'running') as running, sum(status = 'queued') as queued,"
        " min(case when status = 'queued' then created_at end) as oldest"
        " from executions where status in ('running', 'queued') and queue = ?",
        (queue_id,),
    )
    assert row is not None
    return {
        "running": row["running"] or 0,
        "queued": row["queued"] or 0,
        "oldest_queued_at": row["oldest"],
    }


def _with_unmade(ctx: Context, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The queues that nobody has made, but that have something in them; the default one always."""
    made = {one["id"] for one in found}
    names = [DEFAULT_QUEUE] + [
        row[0]
        for row in ctx.store.rows(
            "select distinct queue from executions where status in ('running', 'queued')"
            " order by queue"
        )
    ]
    others = [name for name in dict.fromkeys(names) if name not in made]
    model = MODELS[ResourceKind.QUEUE]
    implied = [
        {
            **model.model_construct(id=name).model_dump(mode="json"),
            "name": name,
            "organization_id": ORGANISATION,
            "status": "active",
            **queue_load(ctx, name),
            "created_at": None,
            "created_by": None,
            "updated_at": None,
            "updated_by": None,
        }
        for name in others
    ]
    return implied + found


_STATE: dict[ResourceKind, Callable[[Context, Any], dict[str, Any]]] = {
    ResourceKind.AGENT: _agent,
    ResourceKind.TEAM: _team,
    ResourceKind.WORKFLOW: _workflow,
    ResourceKind.ENVIRONMENT: _environment,
    ResourceKind.QUEUE: _queue,
}
