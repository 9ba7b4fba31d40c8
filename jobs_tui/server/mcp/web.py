"""The web server of MCP. Imported in a thread when the first client comes: it takes a second."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import uvicorn
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from jobs_tui.models.token import Scope
from jobs_tui.server.hosts import AllowedHosts
from jobs_tui.server.mcp.calling import FACE, Caller
from jobs_tui.server.mcp.gate import CALLER, Gate
from jobs_tui.server.mcp.protocol import JobsServer
from jobs_tui.service.context import Context
from jobs_tui.service.first_token import from_environment
from jobs_tui.service.token_check import TokenCheck
from jobs_tui.store.settings import Settings

STOP_SECONDS = 3
"""How long requests in flight may take to end when the listener stops."""
KEEP_ALIVE = 30
"""Seconds that a connection without a request is kept."""
SESSIONS = 1000
"""Sessions of the older era at once."""
SESSION_IDLE = 30 * 60.0
"""Seconds after which one that nobody uses is ended."""
BACKLOG = 512


class _Server(uvicorn.Server):
    """Signals are the engine's business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    ctx: Context,
    settings: Settings,
    bound: socket.socket,
    *,
    host: str,
    tls: ssl.SSLContext | None,
    stopping: asyncio.Event,
) -> None:
    """Serve MCP on a socket that listens already, until ``stopping`` is set."""
    for name in ("mcp", "uvicorn"):
        logging.getLogger(name).setLevel(logging.WARNING)
    watcher = Caller(Context(ctx.store, ctx.actor, FACE), Scope.READ)
    server = JobsServer(_caller, watcher)
    manager = StreamableHTTPSessionManager(
        server,
        max_request_body_size=settings.body_limit,
        session_idle_timeout=SESSION_IDLE,
        max_sessions=SESSIONS,
    )
    tokens = TokenCheck(ctx.store, from_environment())
    hosts = AllowedHosts(bound.getsockname()[0], host, settings)
    config = uvicorn.Config(
        Gate(manager.handle_request, ctx, tokens, hosts),
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=STOP_SECONDS,
        backlog=BACKLOG,
    )
    config.load()
    config.ssl = tls
    web = _Server(config)
    try:
        async with manager.run():
            serving = asyncio.create_task(web.serve(sockets=[bound]), name="mcp web")
            waiting = asyncio.create_task(stopping.wait())
            await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            await server.aclose()
        # Sessions and streams have ended; now the connections.
        web.should_exit = True
        await serving
    finally:
        await server.aclose()


def _caller(request: Any) -> Caller:
    found: Caller = request.request.scope[CALLER]
    return found
