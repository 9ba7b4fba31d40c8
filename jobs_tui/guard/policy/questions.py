"""What policies are asked (docs/policies.md): everything about an intention but its secrets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Definition
from jobs_tui.models.times import to_text
from jobs_tui.schedule.zones import zone

Action = Literal["create", "update", "run", "tool"]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def job_question(
    action: Action,
    definition: Definition,
    *,
    now: datetime,
    user: str | None = None,
    face: str = "engine",
    job_id: str | None = None,
    agent: AgentInput | None = None,
    execution: Execution | None = None,
) -> dict[str, Any]:
    """The question about a job or a run of it.

    Args:
        now: aware; told in the job's time zone.
        user: who creates or changes it; None: who started the run.
        face: ``cli``, ``tui``, ``api`` or ``engine``.
        job_id: None before it has one, and for that of the run.
        agent: who does it; None for a team, a workflow, or what is not chosen yet.
        execution: the run; its prompt is the rendered one.
    """
    if execution is not None:
        user, job_id = user or execution.requested_by, job_id or execution.job_id
    return {
        "action": action,
        "job": _job(definition, job_id, execution),
        "agent": None if agent is None else _agent(agent),
        "trigger": {
            "type": str(definition.trigger_type if execution is None else execution.trigger_type),
            "kind": None if execution is None else str(execution.kind),
            "requested_by": None if execution is None else execution.requested_by,
        },
        "user": {"name": user, "face": face},
        "now": _now(definition, now),
        "run": None
        if execution is None
        else {"id": execution.id, "number": execution.number, "attempt": execution.attempt},
    }


def tool_question(
    question: Mapping[str, Any],
    name: str,
    arguments: Mapping[str, Any],
    *,
    read_only: bool,
    step: str = "",
) -> dict[str, Any]:
    """The question about the call of a tool, made from that about its run."""
    tool = {"name": name, "arguments": dict(arguments), "read_only": read_only}
    return {**question, "action": "tool", "step": step, "tool": tool}


def _job(definition: Definition, job_id: str | None, execution: Execution | None) -> dict[str, Any]:
    return {
        "id": job_id,
        "name": definition.name,
        "tags": list(definition.tags),
        "trigger_type": str(definition.trigger_type),
        "prompt": definition.prompt_template if execution is None else execution.prompt,
        "planning_mode": str(definition.planning_mode),
        "entity_type": str(definition.entity_type) if definition.entity_type else None,
        "entity_id": definition.entity_id,
        "executor_type": str(definition.executor_type),
        "worker_queue_name": definition.worker_queue_name,
        "environment_name": definition.environment_name,
        "config": definition.config,
        "execution_environment": _names(definition.execution_environment or {}),
    }


def _names(environment: Mapping[str, Any]) -> dict[str, list[str]]:
    """What an execution environment holds, without any value of it."""
    secrets = (str(one).partition("=")[0] for one in environment.get("secrets") or ())
    return {
        "env_vars": sorted(environment.get("env_vars") or ()),
        "secrets": sorted(secrets),
        "integration_ids": list(environment.get("integration_ids") or ()),
        "mcp_servers": sorted(environment.get("mcp_servers") or ()),
    }


def _agent(agent: AgentInput) -> dict[str, Any]:
    return {
        "id": agent.id,
        "kind": agent.kind,
        "capabilities": list(agent.capabilities),
        "model": agent.model,
    }


def _now(definition: Definition, now: datetime) -> dict[str, Any]:
    name = definition.cron_timezone or "UTC"
    try:
        local = now.astimezone(zone(name))
    except InvalidInput:  # a zone that this machine lacks: the job itself says so elsewhere
        name, local = "UTC", now.astimezone(UTC)
    return {
        "iso": to_text(now),
        "zone": name,
        "weekday": _DAYS[local.weekday()],
        "hour": local.hour,
        "minute": local.minute,
        "time": f"{local:%H:%M}",
    }
