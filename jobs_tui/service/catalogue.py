"""What else there is in a home, as clients of the platform ask for it (compatibility.md)."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from jobs_tui.agents.missing import DEFAULT_QUEUE
from jobs_tui.agents.registry import agents as registered
from jobs_tui.models.errors import NotFound
from jobs_tui.models.resource import ResourceKind
from jobs_tui.models.times import maybe_to_text
from jobs_tui.service import resources
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import engine_state
from jobs_tui.service.resource_answers import ORGANISATION, all_answers, answer, find_answer
from jobs_tui.store.settings import load_settings

PROVIDERS = {
    "openai": ("OpenAI and all that talk like it", "openai"),
    "anthropic": ("Anthropic", "anthropic"),
    "google": ("Google", "google.genai"),
}
"""By id: a name, and the module that has to be installed."""


def listing(ctx: Context, kind: ResourceKind) -> list[dict[str, Any]]:
    """All of a kind; may load third parties' packages."""
    return [shown(ctx, kind, one) for one in all_answers(ctx, kind)]


def one(ctx: Context, kind: ResourceKind, resource_id: str) -> dict[str, Any]:
    """One of them. Raises NotFound."""
    return shown(ctx, kind, find_answer(ctx, kind, resource_id))


def shown(ctx: Context, kind: ResourceKind, found: dict[str, Any]) -> dict[str, Any]:
    """With the further fields that clients of the platform know."""
    if kind is not ResourceKind.QUEUE:
        return found
    name = str(found["id"])
    return {
        **found,
        "environment_id": name.removeprefix("env:") if name.startswith("env:") else None,
        "max_workers": 1,
        "active_workers": 0 if found["remote"] else len(workers(ctx)),
        "max_running": found["concurrency"] or load_settings(ctx.store.home).max_running,
    }


def runtimes(ctx: Context) -> list[dict[str, Any]]:
    """The kinds of agents; one is available when an agent of it is ready."""
    found: dict[str, bool] = {}
    for info in registered(ctx.directory):
        found[info.kind] = found.get(info.kind, False) or info.ready
    return [{"id": kind, "name": kind, "available": ready} for kind, ready in found.items()]


def environment_queues(ctx: Context, environment_id: str) -> list[dict[str, Any]]:
    """The queue of an environment. Raises NotFound."""
    resources.get(ctx, ResourceKind.ENVIRONMENT, environment_id)
    name = f"env:{environment_id}"
    found = [one for one in listing(ctx, ResourceKind.QUEUE) if one["id"] == name]
    return found or [
        {**one, "id": name, "name": name, "environment_id": environment_id, "running": 0,
         "queued": 0, "oldest_queued_at": None}
        for one in listing(ctx, ResourceKind.QUEUE)
        if one["id"] == DEFAULT_QUEUE
    ]  # fmt: skip


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


def models(ctx: Context) -> list[dict[str, Any]]:
    """The models that agents of this home use, by name."""
    found: dict[tuple[str, str], list[str]] = {}
    for agent in ctx.directory.agents.values():
        if agent.model is not None:
            key = (agent.model, agent.provider or ("openai" if agent.kind == "llm" else agent.kind))
            found.setdefault(key, []).append(agent.id)
    return [
        {"id": model, "name": model, "provider": provider, "agents": agents}
        for (model, provider), agents in sorted(found.items())
    ]


def default_model(ctx: Context) -> dict[str, Any]:
    """The first of them. Raises NotFound: no agent has one."""
    found = models(ctx)
    if not found:
        raise NotFound(
            "No model is configured in this home.", "The agents shell and ops need none."
        )
    return found[0]


def providers(ctx: Context) -> list[dict[str, Any]]:
    """Who offers models."""
    return [
        {"id": name, "name": label, "available": _installed(module)}
        for name, (label, module) in PROVIDERS.items()
    ]


def policies(ctx: Context, page: int, limit: int) -> dict[str, Any]:
    """A page of them."""
    found = resources.listing(ctx, ResourceKind.POLICY)
    start = (page - 1) * limit
    return {
        "policies": [answer(ctx, one) for one in found[start : start + limit]],
        "total": len(found),
        "page": page,
        "limit": limit,
        "has_more": start + limit < len(found),
    }


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
