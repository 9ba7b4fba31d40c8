"""Read-only resources that clients of the platform ask for; what they hold is in ``service``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from aiohttp import web

from jobs_tui.server.answers import json_response
from jobs_tui.server.api import reading
from jobs_tui.server.api.models import Answer, HTTPValidationError, Problem
from jobs_tui.server.api.routing import Handler, Query, Route, context_of
from jobs_tui.service import catalogue
from jobs_tui.service.context import Context

FURTHEST_PAGE = 1_000_000
MOST_POLICIES = 100
POLICIES = 20
"""Policies of a page: at most, and without ``limit``."""


class AgentResponse(Answer):
    """Who can do a job."""

    id: str
    organization_id: str
    name: str
    description: str
    status: Literal["ready", "not_ready"]
    status_reason: str | None
    runtime: str
    """The kind of agent."""
    model_id: str | None
    capabilities: list[str]


class RuntimeResponse(Answer):
    """A kind of agents."""

    id: str
    name: str
    available: bool


class WorkerQueueResponse(Answer):
    """Where runs wait for their turn."""

    id: str
    organization_id: str
    environment_id: str | None
    name: str
    description: str
    status: Literal["active"]
    max_workers: int
    active_workers: int
    max_running: int
    """Runs at once."""
    running: int
    queued: int


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


class Named(Answer):
    """Something with a name: a team, an environment, a model, a secret without its value."""

    id: str
    name: str


class PolicyPage(Answer):
    """A page of policies."""

    policies: list[Named]
    total: int
    page: int
    limit: int
    has_more: bool


def routes() -> list[Route]:
    """All of them."""
    missing = {404: Problem}
    paging = (
        Query("page", {"type": "integer", "minimum": 1, "maximum": FURTHEST_PAGE, "default": 1}),
        Query(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": MOST_POLICIES, "default": POLICIES},
        ),
    )
    return [
        _route("agents", _all("agents", catalogue.agents), "List agents",
               {200: list[AgentResponse]}),
        _route("agents/{agent_id}", agent, "Get an agent",
               {200: AgentResponse, **missing}, tag="agents"),
        _route("teams", _none("teams"), "List teams; there are none", {200: list[Named]}),
        _route("environments", _none("environments"), "List environments; there are none",
               {200: list[Named]}),
        _route("environments/{environment_id}/worker-queues", environment_queues,
               "List the queues of an environment", {200: list[WorkerQueueResponse], **missing},
               tag="environments"),
        _route("worker-queues", _all("worker_queues", catalogue.worker_queues),
               "List worker queues", {200: list[WorkerQueueResponse]}),
        _route("models", _none("models"), "List models; there are none", {200: list[Named]}),
        _route("models/default", default_model, "The model of agents that name none",
               {200: Named, **missing}, tag="models"),
        _route("models/providers", _none("providers"), "List model providers; there are none",
               {200: list[Named]}, tag="models"),
        _route("runtimes", _all("runtimes", catalogue.runtimes),
               "List kinds of agents", {200: list[RuntimeResponse]}),
        _route("workers", _all("workers", catalogue.workers),
               "List workers: the engine while it runs", {200: list[WorkerResponse]}),
        _route("secrets", _none("secrets"), "List the names of secrets; there are none",
               {200: list[Named]}),
        _route("policies", policies, "List policies; there are none",
               {200: PolicyPage, 422: HTTPValidationError}, query=paging),
    ]  # fmt: skip


def _route(path: str, handler: Handler, summary: str, answers: Any, **more: Any) -> Route:
    more.setdefault("tag", path)
    return Route("GET", f"/api/v1/{path}", handler, "read", summary, answers, **more)


def _all(name: str, find: Callable[[Context], list[dict[str, Any]]]) -> Handler:
    async def listing(request: web.Request) -> web.Response:
        return json_response(await asyncio.to_thread(find, context_of(request)))

    listing.__name__ = name
    return listing


def _none(name: str) -> Handler:
    async def listing(request: web.Request) -> web.Response:
        return json_response([])

    listing.__name__ = name
    return listing


async def agent(request: web.Request) -> web.Response:
    """One agent."""
    wanted = reading.path_part(request, "agent_id")
    return json_response(await asyncio.to_thread(catalogue.agent, context_of(request), wanted))


async def environment_queues(request: web.Request) -> web.Response:
    """404: there is no environment."""
    catalogue.environment_queues(reading.path_part(request, "environment_id"))


async def default_model(request: web.Request) -> web.Response:
    """404: there is no model."""
    catalogue.default_model()


async def policies(request: web.Request) -> web.Response:
    """A page."""
    page = reading.number(request, "page", 1, FURTHEST_PAGE) or 1
    limit = reading.number(request, "limit", 1, MOST_POLICIES) or POLICIES
    return json_response(catalogue.policies(page, limit))
