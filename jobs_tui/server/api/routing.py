"""What a route is: enough to serve it, to guard it and to describe it (``/openapi.json``)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel

from jobs_tui.service.context import Context

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Scope = Literal["none", "read", "trigger", "admin"]
"""What a token must allow; ``none`` asks for no token (DESIGN 9)."""
Answer = type[BaseModel] | type[list[Any]] | Mapping[str, Any] | str
"""The body of an answer: a model, a list of one (``list[Model]``), a JSON schema, or words for
one without a body."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query parameter. ``schema`` is its JSON schema, default and limits included."""

    name: str
    schema: Mapping[str, Any]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path."""

    method: str
    path: str
    """As aiohttp writes it: ``/api/v1/jobs/{job_id}``."""
    handler: Handler
    scope: Scope
    summary: str
    responses: Mapping[int, Answer]
    """By status; what every route may answer (401, 403, 500) is not repeated here."""
    request_model: type[BaseModel] | None = None
    body_required: bool = False
    query: tuple[Query, ...] = ()
    headers: tuple[Query, ...] = ()
    """Request headers that mean something here, such as ``Idempotency-Key``."""
    media_types: tuple[str, ...] = field(default=("application/json",))
    """What a good answer may be; the first is what no ``Accept`` gets."""
    tag: str = ""
    """The family it belongs to: ``jobs``, ``executions``..."""


CONTEXT = web.RequestKey("ctx", Context)
"""Who asks; read it with :func:`context_of`."""


def either(*answers: Mapping[int, Answer]) -> dict[int, Answer]:
    """Answers of several kinds together, by status."""
    return {status: body for found in answers for status, body in found.items()}


ROUTES = web.AppKey("routes", list[Route])
"""All routes of the application, in the order of registration."""
_BY_PLACE = web.AppKey("routes_by_place", dict[tuple[str, str], Route])


def register(app: web.Application, routes: Iterable[Route]) -> None:
    """Add routes to the application; GET is served as HEAD too.

    Raises:
        RuntimeError: a method of a path is there twice.
    """
    known = app.setdefault(ROUTES, [])
    by_place = app.setdefault(_BY_PLACE, {})
    for route in routes:
        place = (route.method, route.path)
        if place in by_place:
            raise RuntimeError(f"{route.method} {route.path} is registered twice")
        if route.method == "GET":
            app.router.add_get(route.path, route.handler, allow_head=True)
        else:
            app.router.add_route(route.method, route.path, route.handler)
        known.append(route)
        by_place[place] = route


def route_of(request: web.Request) -> Route | None:
    """The route that a request was matched to; None for one that nothing was declared for."""
    resource = request.match_info.route.resource
    if resource is None:
        return None
    method = "GET" if request.method == "HEAD" else request.method
    return request.app[_BY_PLACE].get((method, resource.canonical))


def methods_at(app: web.Application, path: str) -> set[str]:
    """The methods of routes that are declared for exactly this path, without any variable."""
    found = {method for method, declared in app[_BY_PLACE] if declared == path}
    return found | {"HEAD"} if "GET" in found else found


def context_of(request: web.Request) -> Context:
    """Who asks: put there by the check of access, before any handler."""
    return request[CONTEXT]
