"""``jobs-tui mcp``: one client, which started this process, over its standard streams."""

from __future__ import annotations

import asyncio

from jobs_tui.models.token import Scope
from jobs_tui.server.mcp.calling import FACE, Caller
from jobs_tui.service.context import Context, user_name
from jobs_tui.store.database import Store


def serve(store: Store) -> None:
    """Serve until the client closes its end. Standard output carries the protocol alone."""
    caller = Caller(Context(store, user_name(), FACE), Scope.ADMIN)
    asyncio.run(_serve(caller))


async def _serve(caller: Caller) -> None:
    from mcp.server.stdio import stdio_server

    from jobs_tui.server.mcp.protocol import JobsServer

    server = JobsServer(lambda request: caller, caller)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
        await server.aclose()
