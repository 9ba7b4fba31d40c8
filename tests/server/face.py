"""A listener and a client that talks to it."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import ClientSession

from jobs_tui.models.ids import new_token_id
from jobs_tui.models.resource import ResourceKind
from jobs_tui.models.token import Scope, Token
from jobs_tui.server.listener import Listener
from jobs_tui.service.context import Context
from jobs_tui.service.tokens import digest
from jobs_tui.store import tokens as rows
from jobs_tui.store.settings import Settings

LIMIT = 4096
"""Bytes: the body limit of these tests."""
TOKEN = "jt_of-the-tests"
"""An admin token of the homes of these tests; the fixture's session sends it."""
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def accept_token(
    ctx: Context, text: str = TOKEN, scope: str = "admin", name: str = "tests"
) -> Token:
    """Put a token with this text into the store, valid for ever."""
    token = Token(new_token_id(), name, Scope(scope), ctx.now(), None)
    ctx.store.write(lambda connection: rows.insert(connection, token, digest(text)))
    return token


async def nothing_is_tried(ctx: Context, kind: ResourceKind, resource_id: str) -> dict[str, Any]:
    """In place of an engine that tries out agents and environments."""
    return {"id": resource_id, "ready": True, "message": f"{kind} was tried"}


class Face:
    """The listener under test."""

    def __init__(
        self, ctx: Context, session: ClientSession, settings: Settings | None = None
    ) -> None:
        self.ctx = ctx
        self.session = session
        self.ready = {"scheduler": True, "store": True}
        self.woken = 0
        self.address = ""
        settings = settings or Settings(body_limit=LIMIT)
        self.listener = Listener(ctx, settings, lambda: self.ready, self._wake, nothing_is_tried)

    def _wake(self) -> None:
        self.woken += 1

    async def listen(self) -> None:
        """Bind to any free port."""
        self.address = await self.listener.start("127.0.0.1", 0)

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        """Status and JSON body of a request."""
        async with self.session.request(method, f"http://{self.address}{path}", **more) as answer:
            assert answer.content_type == "application/json"
            return answer.status, await answer.json()

    async def raw(self, request: bytes) -> bytes:
        """Bytes in, all bytes out until the server closes."""
        reader, writer = await self.connect()
        writer.write(request)
        found = await reader.read()
        writer.close()
        return found

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A bare connection."""
        host, port = self.address.rsplit(":", 1)
        return await asyncio.open_connection(host, int(port))
