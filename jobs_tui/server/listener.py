"""Binding the application to an address, and letting go of it again."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from jobs_tui.server.access import access
from jobs_tui.server.api.resources import Check
from jobs_tui.server.app import build_app
from jobs_tui.server.binding import BACKLOG, bind, refuse_open_door, shown_address
from jobs_tui.server.health import Ready
from jobs_tui.server.hosts import AllowedHosts
from jobs_tui.server.noise import server_log
from jobs_tui.server.tls import tls_context
from jobs_tui.service.context import Context
from jobs_tui.service.first_token import from_environment
from jobs_tui.service.token_check import TokenCheck
from jobs_tui.store.settings import Settings

IDLE_SECONDS = 30
"""A connection without a complete request head for so long is closed."""
STOP_SECONDS = 5.0
"""How long requests in flight may take to end when the listener stops."""
LINGER_SECONDS = 2.0
"""How long the rest of a refused body is read, so that its sender sees the answer."""


class Listener:
    """One engine's HTTP server. Its methods belong to the engine's event loop."""

    def __init__(
        self,
        ctx: Context,
        settings: Settings,
        ready: Ready,
        wake: Callable[[], None],
        check: Check,
    ) -> None:
        self._ctx = ctx
        self._settings = settings
        self._ready = ready
        self._wake = wake
        self._check = check
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> str:
        """Listen.

        Args:
            port: 0 takes any free one.

        Returns:
            The address that was bound, ``host:port`` (``[host]:port`` for IPv6), after
            ``https://`` when it is encrypted.

        Raises:
            JobsTuiError: the port is taken, or the address cannot be used (names both); the
                certificate cannot; others could come in, and there is no token to keep them out.
        """
        tls = tls_context(self._settings, self._ctx.store.home.data)
        bound = await bind(host, port, option="--port", variable="JOBS_TUI_PORT")
        try:
            refuse_open_door(self._ctx, self._settings, bound)
        except BaseException:
            bound.close()
            raise
        variable = from_environment()
        hosts = AllowedHosts(bound.getsockname()[0], host, self._settings)
        guard = access(self._ctx, TokenCheck(self._ctx.store, variable), hosts)
        runner = web.AppRunner(
            build_app(self._ctx, self._settings, self._ready, self._wake, guard, self._check),
            access_log=None,
            logger=server_log(),
            keepalive_timeout=IDLE_SECONDS,
            lingering_time=LINGER_SECONDS,
            shutdown_timeout=STOP_SECONDS,
            # Signatures are over the bytes that were sent; unpacking them is nobody's business.
            auto_decompress=False,
        )
        try:
            await runner.setup()
            await web.SockSite(runner, bound, backlog=BACKLOG, ssl_context=tls).start()
        except BaseException:
            bound.close()
            await runner.cleanup()
            raise
        self._runner = runner
        return shown_address(bound, encrypted=tls is not None)

    async def stop(self) -> None:
        """Take no more requests, let those in flight end, close. Harmless when repeated."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
