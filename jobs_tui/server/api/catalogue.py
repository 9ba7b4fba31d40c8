"""Read-only resources that clients of the platform ask for; what they hold is in ``service``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from aiohttp import web

from jobs_tui.server.answers import json_response
from jobs_tui.server.api import reading
from jobs_tui.server.api.models import Answer, Problem
from jobs_tui.server.api.resource_models import QueueResponse
from jobs_tui.server.api.routing import Handler, Route, context_of
from jobs_tui.service import catalogue
from jobs_tui.service.context import Context


class RuntimeResponse(Answer):
    """A kind of agents."""

    id: str
    name: str
    available: bool


class WorkerResponse(Answer):
    """The engine of this home."""

    id: str
    organization_id: str
    worker_queue_name: str
    status: Literal["active"]
    hostname: str
    pid: int
    mode: str
    version: str
    address: str | None
    started_at: datetime
    last_heartbeat_at: datetime


class ModelResponse(Answer):
    """A model that agents of this home use."""

    id: str
    name: str
    provider: str
    agents: list[str]
    """Ids of the agents that use it."""


class ProviderResponse(Answer):
    """Who offers models, in whose way of talking."""

    id: str
    name: str
    available: bool
    """Whether what it needs is installed."""


def routes() -> list[Route]:
    """All of them."""
    missing = {404: Problem}
    return [
        _route("environments/{environment_id}/worker-queues", environment_queues,
               "List the queues of an environment", {200: list[QueueResponse], **missing},
               tag="environments"),
        _route("models", _all("models", catalogue.models), "List models of agents",
               {200: list[ModelResponse]}),
        _route("models/default", default_model, "The model of the first agent that has one",
               {200: ModelResponse, **missing}, tag="models"),
        _route("models/providers", _all("providers", catalogue.providers),
               "List model providers", {200: list[ProviderResponse]}, tag="models"),
        _route("runtimes", _all("runtimes", catalogue.runtimes),
               "List kinds of agents", {200: list[RuntimeResponse]}),
        _route("workers", _all("workers", catalogue.workers),
               "List workers: the engine while it runs", {200: list[WorkerResponse]}),
    ]  # fmt: skip


def _route(path: str, handler: Handler, summary: str, answers: Any, **more: Any) -> Route:
    more.setdefault("tag", path)
    return Route("GET", f"/api/v1/{path}", handler, "read", summary, answers, **more)


def _all(name: str, find: Callable[[Context], list[dict[str, Any]]]) -> Handler:
    async def listing(request: web.Request) -> web.Response:
        return json_response(await asyncio.to_thread(find, context_of(request)))

    listing.__name__ = name
    return listing


async def environment_queues(request: web.Request) -> web.Response:
    """The one queue of an environment."""
    wanted = reading.path_part(request, "environment_id")
    return json_response(
        await asyncio.to_thread(catalogue.environment_queues, context_of(request), wanted)
    )


async def default_model(request: web.Request) -> web.Response:
    """One, or 404."""
    return json_response(await asyncio.to_thread(catalogue.default_model, context_of(request)))
