"""Listening for MCP beside the HTTP interface.

The address is bound at once, so that a taken one is known when the engine starts; the libraries
that talk there are loaded when the first client knocks. Whoever uses no MCP pays for none.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from typing import TYPE_CHECKING

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.server.binding import bind, refuse_open_door, shown_address
from jobs_tui.server.tls import tls_context
from jobs_tui.service.context import Context
from jobs_tui.store.settings import Settings

if TYPE_CHECKING:
    import ssl

_log = logging.getLogger(__name__)


class McpListener:
    """One engine's MCP server over HTTP. Its methods belong to the engine's event loop."""

    def __init__(self, ctx: Context, settings: Settings) -> None:
        self._ctx = ctx
        self._settings = settings
        self._socket: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    async def start(self, host: str, port: int) -> str:
        """Listen.

        Args:
            port: 0 takes any free one.

        Returns:
            The address that was bound, as :meth:`jobs_tui.server.listener.Listener.start`.

        Raises:
            JobsTuiError: as there.
        """
        tls = tls_context(self._settings, self._ctx.store.home.data)
        bound = await bind(host, port, option="--mcp-port", variable="JOBS_TUI_MCP_PORT")
        try:
            refuse_open_door(self._ctx, self._settings, bound)
        except BaseException:
            bound.close()
            raise
        self._socket = bound
        loop = asyncio.get_running_loop()
        loop.add_reader(bound, self._knocked, host, tls)
        return shown_address(bound, encrypted=tls is not None)

    async def stop(self) -> None:
        """Take no more requests, end sessions, close. Harmless when repeated."""
        bound, self._socket = self._socket, None
        if bound is None:
            return
        asyncio.get_running_loop().remove_reader(bound)
        self._stopping.set()
        if self._task is not None:
            await self._task
        bound.close()

    def _knocked(self, host: str, tls: ssl.SSLContext | None) -> None:
        """The first client is there; it waits in the socket's queue until the server accepts."""
        assert self._socket is not None
        asyncio.get_running_loop().remove_reader(self._socket)
        serving = self._serve(self._socket, host, tls)
        self._task = asyncio.get_running_loop().create_task(serving, name="mcp")

    async def _serve(self, bound: socket.socket, host: str, tls: ssl.SSLContext | None) -> None:
        try:
            module = await asyncio.to_thread(_load)
            await module.serve(
                self._ctx, self._settings, bound, host=host, tls=tls, stopping=self._stopping
            )
        except JobsTuiError as error:
            _log.error("MCP is not served: %s", error.sentence())
        except Exception:
            _log.exception("MCP is not served any more")
        finally:
            with contextlib.suppress(OSError):
                bound.close()


def _load():  # type: ignore[no-untyped-def]
    from jobs_tui.server.mcp import web

    return web
