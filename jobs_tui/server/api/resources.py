"""Agents, teams, workflows, environments, queues, integrations, policies; rules in ``service``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from jobs_tui.agents.directory import MODELS
from jobs_tui.models.resource import ResourceKind
from jobs_tui.server.answers import json_response
from jobs_tui.server.api import reading
from jobs_tui.server.api.models import HTTPValidationError, Problem
from jobs_tui.server.api.resource_models import (
    AgentResponse,
    Changes,
    CheckResponse,
    EnvironmentResponse,
    IntegrationResponse,
    PolicyPage,
    PolicyResponse,
    QueueResponse,
    TeamResponse,
    WorkflowResponse,
)
from jobs_tui.server.api.routing import Answer, Query, Route, context_of
from jobs_tui.service import catalogue, resources
from jobs_tui.service import policies as policy_checks
from jobs_tui.service.context import Context
from jobs_tui.service.resource_answers import answer

FURTHEST_PAGE = 1_000_000
MOST_POLICIES = 100
POLICIES = 20
"""Policies of a page: at most, and without ``limit``."""

PATHS: dict[ResourceKind, tuple[str, type[BaseModel]]] = {
    ResourceKind.AGENT: ("agents", AgentResponse),
    ResourceKind.TEAM: ("teams", TeamResponse),
    ResourceKind.WORKFLOW: ("workflows", WorkflowResponse),
    ResourceKind.ENVIRONMENT: ("environments", EnvironmentResponse),
    ResourceKind.QUEUE: ("worker-queues", QueueResponse),
    ResourceKind.INTEGRATION: ("integrations", IntegrationResponse),
    ResourceKind.POLICY: ("policies", PolicyResponse),
}

Check = Callable[[Context, ResourceKind, str], Awaitable[dict[str, Any]]]
"""Tries out an agent or an environment; given by whoever starts the listener."""


def routes(check: Check) -> list[Route]:
    """Those of every kind."""
    found = [route for kind in PATHS for route in _routes_of(kind)]
    for kind in (ResourceKind.AGENT, ResourceKind.ENVIRONMENT):
        path = PATHS[kind][0]
        found.append(
            Route(
                "POST",
                f"/api/v1/{path}/{{resource_id}}/check",
                _checking(kind, check),
                "trigger",
                f"Try out now whether the {kind} can work",
                {200: CheckResponse, 404: Problem},
                tag=path,
            )
        )
    found.append(
        Route(
            "POST",
            "/api/v1/policies/{resource_id}/check",
            check_policy,
            "trigger",
            "Check whether the policy can decide",
            {200: CheckResponse, 404: Problem},
            tag="policies",
        )
    )
    return found


def _routes_of(kind: ResourceKind) -> list[Route]:
    path, model = PATHS[kind]
    place, one = f"/api/v1/{path}", f"/api/v1/{path}/{{resource_id}}"
    wrong: dict[int, Answer] = {400: Problem, 422: HTTPValidationError}
    many: Any = list[model]  # type: ignore[valid-type]
    force = Query("force", {"type": "boolean", "default": False}, "also when something uses it")
    if kind is ResourceKind.POLICY:
        paging = (
            Query(
                "page", {"type": "integer", "minimum": 1, "maximum": FURTHEST_PAGE, "default": 1}
            ),
            Query(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MOST_POLICIES, "default": POLICIES},
            ),
        )
        listing = Route(
            "GET", place, policies, "read", "List policies",
            {200: PolicyPage, 422: HTTPValidationError}, query=paging, tag=path,
        )  # fmt: skip
    else:
        listing = Route(
            "GET", place, _listing(kind), "read", f"List {kind.plural}", {200: many}, tag=path
        )
    return [
        listing,
        Route("POST", place, _creating(kind), "admin", f"Create one of the {kind.plural}",
              {**wrong, 201: model}, MODELS[kind], True, tag=path),
        Route("GET", one, _getting(kind), "read", f"Get one of the {kind.plural}",
              {200: model, 404: Problem}, tag=path),
        Route("PATCH", one, _changing(kind), "admin", f"Change one of the {kind.plural}",
              {**wrong, 200: model, 404: Problem}, Changes, True, tag=path),
        Route("DELETE", one, _deleting(kind), "admin", f"Delete one of the {kind.plural}",
              {**wrong, 204: "", 404: Problem}, query=(force,), tag=path),
    ]  # fmt: skip


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _named(handler: Handler, name: str, kind: ResourceKind) -> Handler:
    handler.__name__ = f"{name}_{kind}"
    return handler


def _listing(kind: ResourceKind) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        ctx = context_of(request)
        return json_response(await asyncio.to_thread(catalogue.listing, ctx, kind))

    return _named(handle, "list", kind)


def _getting(kind: ResourceKind) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        wanted = reading.path_part(request, "resource_id")
        return json_response(
            await asyncio.to_thread(catalogue.one, context_of(request), kind, wanted)
        )

    return _named(handle, "get", kind)


def _creating(kind: ResourceKind) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        ctx = context_of(request)
        body = await reading.body_of(request)

        def work() -> dict[str, Any]:
            return catalogue.shown(ctx, kind, answer(ctx, resources.create(ctx, kind, body)))

        return json_response(await asyncio.to_thread(work), 201)

    return _named(handle, "create", kind)


def _changing(kind: ResourceKind) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        ctx, wanted = context_of(request), reading.path_part(request, "resource_id")
        body = await reading.body_of(request)

        def work() -> dict[str, Any]:
            changed = resources.update(ctx, kind, wanted, body)
            return catalogue.shown(ctx, kind, answer(ctx, changed))

        return json_response(await asyncio.to_thread(work))

    return _named(handle, "change", kind)


def _deleting(kind: ResourceKind) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        wanted = reading.path_part(request, "resource_id")
        force = bool(reading.flag(request, "force"))
        ctx = context_of(request)
        await asyncio.to_thread(resources.delete, ctx, kind, wanted, force=force)
        return web.Response(status=204)

    return _named(handle, "delete", kind)


def _checking(kind: ResourceKind, check: Check) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        wanted = reading.path_part(request, "resource_id")
        return json_response(await check(context_of(request), kind, wanted))

    return _named(handle, "check", kind)


async def check_policy(request: web.Request) -> web.Response:
    """Compile it, run its own tests, ask it; by id alone, a caller has no files here."""
    ctx, wanted = context_of(request), reading.path_part(request, "resource_id")

    def work() -> dict[str, Any]:
        resources.get(ctx, ResourceKind.POLICY, wanted)
        return policy_checks.check(ctx, wanted)

    return json_response(await asyncio.to_thread(work))


async def policies(request: web.Request) -> web.Response:
    """A page."""
    page = reading.number(request, "page", 1, FURTHEST_PAGE) or 1
    limit = reading.number(request, "limit", 1, MOST_POLICIES) or POLICIES
    return json_response(
        await asyncio.to_thread(catalogue.policies, context_of(request), page, limit)
    )
