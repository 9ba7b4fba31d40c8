"""Binding the application to an address, and letting go of it again."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from ipaddress import ip_address

from aiohttp import web

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.server.access import access
from jobs_tui.server.api.resources import Check
from jobs_tui.server.app import build_app
from jobs_tui.server.health import Ready
from jobs_tui.server.hosts import AllowedHosts
from jobs_tui.server.noise import server_log
from jobs_tui.server.tls import tls_context
from jobs_tui.service.context import Context
from jobs_tui.service.first_token import any_valid, from_environment
from jobs_tui.service.token_check import TokenCheck
from jobs_tui.store.settings import Settings

IDLE_SECONDS = 30
"""A connection without a complete request head for so long is closed."""
STOP_SECONDS = 5.0
"""How long requests in flight may take to end when the listener stops."""
LINGER_SECONDS = 2.0
"""How long the rest of a refused body is read, so that its sender sees the answer."""
BACKLOG = 512

_log = logging.getLogger(__name__)


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
        bound = await _bind(host, port)
        try:
            self._warn_of_others(bound)
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
        address = bound.getsockname()
        shown = f"[{address[0]}]" if bound.family == socket.AF_INET6 else address[0]
        return f"{'https://' if tls else ''}{shown}:{address[1]}"

    def _warn_of_others(self, bound: socket.socket) -> None:
        """Beyond this machine: say so, and do not open without a token. Raises JobsTuiError."""
        address = bound.getsockname()[0]
        if ip_address(address).is_loopback:
            return
        if not any_valid(self._ctx):
            raise JobsTuiError(
                f"{address} can be reached by other machines, and there is no valid token.",
                "Make one with `jobs-tui token create --scope admin`, or listen on 127.0.0.1.",
                field="host",
            )
        plain = "" if self._settings.tls_cert else ", and it is not encrypted (see tls_cert)"
        _log.warning("listening on %s: other machines can reach this%s", address, plain)

    async def stop(self) -> None:
        """Take no more requests, let those in flight end, close. Harmless when repeated."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()


async def _bind(host: str, port: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise JobsTuiError(
            f"{host!r:.80} is not an address of this machine: {reason}.",
            "Use 127.0.0.1, or 0.0.0.0 for every address.",
            field="host",
        ) from None
    # IPv4 first: `localhost` is both, and senders are told one address.
    family, _, _, _, address = min(found, key=lambda item: item[0] != socket.AF_INET)
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A port is free again right after its listener ended.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise _cannot_listen(error, host, port) from None
    return listening


def _cannot_listen(error: OSError, host: str, port: int) -> JobsTuiError:
    if error.errno == errno.EADDRINUSE:
        return JobsTuiError(
            f"port {port} on {host} is taken by another process.",
            "Choose another one with --port or JOBS_TUI_PORT; 0 takes any that is free.",
            field="port",
        )
    if error.errno == errno.EACCES:
        return JobsTuiError(
            f"port {port} on {host} may not be used by this user.",
            "Choose one above 1023 with --port or JOBS_TUI_PORT.",
            field="port",
        )
    return JobsTuiError(
        f"{host}:{port} cannot be listened on: {error.strerror or error}.",
        "Check --host and --port.",
        field="host",
    )
