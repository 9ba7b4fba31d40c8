"""Who may do what over HTTP: the name that was asked for, the token, its scope (DESIGN 9)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from aiohttp import web
from aiohttp.typedefs import Middleware

from jobs_tui.models.errors import Forbidden, Unauthorised
from jobs_tui.models.token import Scope
from jobs_tui.server.answers import json_response
from jobs_tui.server.api.routing import CONTEXT, route_of
from jobs_tui.server.authorization import token_text
from jobs_tui.server.hosts import AllowedHosts
from jobs_tui.service.context import Context
from jobs_tui.service.token_check import TokenCheck

WEBHOOKS = ("/webhooks/", "/api/v1/webhooks/", "/api/v1/jobs/webhook/")
"""Beginnings of the addresses to which anybody may send; what is sent there is signed."""
OPEN = ("/healthz", "/api/health", "/api/ready", "/docs", "/openapi.json")
"""What is told to anybody who reaches this server."""
GUARDED = ("/api/", "/metrics")
"""Below these even what is not there needs a token: strangers cannot try addresses."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def access(ctx: Context, tokens: TokenCheck, hosts: AllowedHosts) -> Middleware:
    """The check before every handler; it says who asks, for ``context_of``."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if not _is_webhook(request):
                _check_host(request, hosts)
            request[CONTEXT] = _caller(request, ctx, tokens)
        except Unauthorised as error:
            challenge = {"WWW-Authenticate": "Bearer"}
            return json_response({"detail": error.sentence()}, error.http_status, challenge)
        except Forbidden as error:
            return json_response({"detail": error.sentence()}, error.http_status)
        return await handler(request)

    return middleware


def _check_host(request: web.Request, hosts: AllowedHosts) -> None:
    """A browser always names a host; a program that does not cannot be led astray by one."""
    for header in request.headers.getall("Host", ()):
        if not hosts.allows(header):
            raise Forbidden(
                f"This server does not answer to the name {header!r:.100}.",
                "If it is meant, add the name to the setting allowed_hosts.",
            )


def _caller(request: web.Request, ctx: Context, tokens: TokenCheck) -> Context:
    needed = _needed(request)
    if needed is None:
        return replace(ctx, origin=request.remote)
    token = tokens.find(token_text(request.headers.get("Authorization", "")))
    if not token.scope.allows(needed):
        raise Forbidden(
            f"The token {token.name!r} has the scope {token.scope}, and this needs {needed}.",
            "Use another token; `jobs-tui token create` makes one.",
        )
    return replace(ctx, actor=token.name, face="api", origin=request.remote)


def _needed(request: web.Request) -> Scope | None:
    """The scope that a token must have; None when none is needed."""
    route = route_of(request)
    if route is not None:
        return None if route.scope == "none" else Scope(route.scope)
    if _is_webhook(request) or request.path in OPEN or not request.path.startswith(GUARDED):
        return None
    failed = request.match_info.http_exception
    if failed is None:
        return Scope.ADMIN  # a route that does not say what it needs
    if request.method == "OPTIONS" and failed.status == 405:
        return None  # browsers ask so, without a token: there is no CORS here
    return Scope.READ


def _is_webhook(request: web.Request) -> bool:
    resource = request.match_info.route.resource
    if resource is None:
        return request.path.startswith(WEBHOOKS)
    return resource.canonical in {f"{place}{{path}}" for place in WEBHOOKS}
