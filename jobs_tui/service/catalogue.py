"""What else there is in a home, as clients of the platform ask for it (compatibility.md).

Nothing is made up: one queue, the agents of the registry, the engine as the only worker; teams,
environments, models, secrets and policies do not exist here yet, so their lists are empty.
"""

from __future__ import annotations

from typing import Any, NoReturn

from jobs_tui.agents.missing import DEFAULT_QUEUE
from jobs_tui.agents.registry import AgentInfo
from jobs_tui.agents.registry import agents as registered
from jobs_tui.models.errors import NotFound
from jobs_tui.models.times import maybe_to_text
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import engine_state
from jobs_tui.store.settings import load_settings

ORGANISATION = "local"
"""A home is the project."""


def agents(ctx: Context) -> list[dict[str, Any]]:
    """Who can do a job; may load third parties' packages."""
    return [_agent(info) for info in registered(ctx.directory)]


def agent(ctx: Context, agent_id: str) -> dict[str, Any]:
    """One of them. Raises NotFound."""
    for info in registered(ctx.directory):
        if info.id == agent_id:
            return _agent(info)
    return _missing("agent", agent_id, "agents")


def _agent(info: AgentInfo) -> dict[str, Any]:
    return {
        "id": info.id,
        "organization_id": ORGANISATION,
        "name": info.name,
        "description": info.description,
        "status": "ready" if info.ready else "not_ready",
        "status_reason": info.reason or None,
        "runtime": info.kind,
        "model_id": info.model,
        "capabilities": list(info.capabilities),
    }


def runtimes(ctx: Context) -> list[dict[str, Any]]:
    """The kinds of agents; one is available when an agent of it is ready."""
    found: dict[str, bool] = {}
    for info in registered(ctx.directory):
        found[info.kind] = found.get(info.kind, False) or info.ready
    return [{"id": kind, "name": kind, "available": ready} for kind, ready in found.items()]


def worker_queues(ctx: Context) -> list[dict[str, Any]]:
    """The one queue, with what waits and runs in it now."""
    live = {
        row["status"]: row["n"]
        for row in ctx.store.rows(
            "select status, count(*) as n from executions where status in ('queued', 'running')"
            " group by status"
        )
    }
    return [
        {
            "id": DEFAULT_QUEUE,
            "organization_id": ORGANISATION,
            "environment_id": None,
            "name": DEFAULT_QUEUE,
            "description": "This machine.",
            "status": "active",
            "max_workers": 1,
            "active_workers": len(workers(ctx)),
            "max_running": load_settings(ctx.store.home).max_running,
            "running": live.get("running", 0),
            "queued": live.get("queued", 0),
        }
    ]


def environment_queues(environment_id: str) -> NoReturn:
    """Those of an environment. Raises NotFound: there is no environment."""
    _missing("environment", environment_id, "environments")


def workers(ctx: Context) -> list[dict[str, Any]]:
    """The engine of this home while it runs."""
    engine = engine_state(ctx)
    if not engine.running:
        return []
    return [
        {
            "id": f"{engine.host}:{engine.pid}",
            "organization_id": ORGANISATION,
            "worker_queue_name": DEFAULT_QUEUE,
            "status": "active",
            "hostname": engine.host,
            "pid": engine.pid,
            "mode": engine.mode,
            "version": engine.version,
            "address": engine.address,
            "started_at": maybe_to_text(engine.started_at),
            "last_heartbeat_at": maybe_to_text(engine.heartbeat_at),
        }
    ]


def default_model() -> NoReturn:
    """The model of agents that name none. Raises NotFound: no model is configured."""
    raise NotFound("No model is configured in this home.", "The agent shell needs none.")


def policies(page: int, limit: int) -> dict[str, Any]:
    """A page of none."""
    return {"policies": [], "total": 0, "page": page, "limit": limit, "has_more": False}


def _missing(what: str, given: str, listed: str) -> NoReturn:
    raise NotFound(f"There is no {what} {given!r:.80}.", f"GET /api/v1/{listed} lists all.")
