"""Who comes in over HTTP: the name that was asked for, where a page is from, the token.

The same rules as in :mod:`jobs_tui.server.access`, in the terms of ASGI.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken

from jobs_tui.models.errors import Forbidden, JobsTuiError, NotFound, StoreError, Unauthorised
from jobs_tui.models.token import Token
from jobs_tui.server.authorization import token_text
from jobs_tui.server.hosts import AllowedHosts
from jobs_tui.server.mcp.calling import FACE, Caller
from jobs_tui.service.context import Context
from jobs_tui.service.token_check import TokenCheck

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = "/mcp"
CALLER = "jobs_tui.caller"
"""Where a request's scope holds who sends it."""


class Gate:
    """What every request passes before the protocol sees it."""

    def __init__(self, app: App, ctx: Context, tokens: TokenCheck, hosts: AllowedHosts) -> None:
        self._app = app
        self._ctx = ctx
        self._tokens = tokens
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            return
        try:
            self._check_names(scope)
            token = self._tokens.find(token_text(_header(scope, b"authorization") or ""))
            if scope["path"].rstrip("/") != PATH:
                raise NotFound("There is nothing at this address.", f"MCP is at {PATH}.")
        except JobsTuiError as error:
            await _refuse(error, send)
            return
        client = scope.get("client") or (None,)
        ctx = replace(self._ctx, actor=token.name, face=FACE, origin=client[0])
        # A session belongs to the token that began it: the SDK looks at the user for that.
        known = {CALLER: Caller(ctx, token.scope), "user": _user(token)}
        await self._app({**scope, **known}, receive, send)

    def _check_names(self, scope: Scope) -> None:
        """Raises Forbidden for a name of somebody else, and for pages from elsewhere."""
        for name, value in scope["headers"]:
            text = value.decode("latin-1")
            if name == b"host" and not self._hosts.allows(text):
                raise Forbidden(
                    f"This server does not answer to the name {text!r:.100}.",
                    "If it is meant, add the name to the setting allowed_hosts.",
                )
            if name == b"origin" and not self._hosts.allows(_host_of(text)):
                raise Forbidden(
                    f"Pages of {text!r:.100} may not ask this server.",
                    "If it is meant, add the name to the setting allowed_hosts.",
                )


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).hostname or origin
    except ValueError:
        return origin


def _header(scope: Scope, wanted: bytes) -> str | None:
    # As aiohttp has them: bytes that are no UTF-8 as surrogates.
    found = next((value for name, value in scope["headers"] if name == wanted), None)
    return None if found is None else found.decode("utf-8", "surrogateescape")


def _user(token: Token) -> AuthenticatedUser:
    return AuthenticatedUser(AccessToken(token="", client_id=token.id, scopes=[str(token.scope)]))


async def _refuse(error: JobsTuiError, send: Send) -> None:
    body = json.dumps({"detail": error.sentence()}, ensure_ascii=False).encode("utf-8", "replace")
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    if isinstance(error, Unauthorised):
        headers.append((b"www-authenticate", b"Bearer"))
    if isinstance(error, StoreError):
        headers.append((b"retry-after", b"2"))
    await send({"type": "http.response.start", "status": error.http_status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
