"""Binding an address, and who may be let in there: the same for every listener of an engine."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from ipaddress import ip_address

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.service.context import Context
from jobs_tui.service.first_token import any_valid
from jobs_tui.store.settings import Settings

BACKLOG = 512

_log = logging.getLogger(__name__)


def shown_address(bound: socket.socket, *, encrypted: bool) -> str:
    """``host:port`` (``[host]:port`` for IPv6), after ``https://`` when it is encrypted."""
    address = bound.getsockname()
    shown = f"[{address[0]}]" if bound.family == socket.AF_INET6 else address[0]
    return f"{'https://' if encrypted else ''}{shown}:{address[1]}"


def refuse_open_door(ctx: Context, settings: Settings, bound: socket.socket) -> None:
    """Beyond this machine: say so, and do not open without a token. Raises JobsTuiError."""
    address = bound.getsockname()[0]
    if ip_address(address).is_loopback:
        return
    if not any_valid(ctx):
        raise JobsTuiError(
            f"{address} can be reached by other machines, and there is no valid token.",
            "Make one with `jobs-tui token create --scope admin`, or listen on 127.0.0.1.",
            field="host",
        )
    plain = "" if settings.tls_cert else ", and it is not encrypted (see tls_cert)"
    _log.warning("listening on %s: other machines can reach this%s", address, plain)


async def bind(host: str, port: int, *, option: str, variable: str) -> socket.socket:
    """A socket that listens.

    Args:
        port: 0 takes any free one.
        option, variable: how another port is chosen.

    Raises:
        JobsTuiError: the port is taken, or the address cannot be used (names both).
    """
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
        raise _cannot_listen(error, host, port, option, variable) from None
    return listening


def _cannot_listen(
    error: OSError, host: str, port: int, option: str, variable: str
) -> JobsTuiError:
    if error.errno == errno.EADDRINUSE:
        return JobsTuiError(
            f"port {port} on {host} is taken by another process.",
            f"Choose another one with {option} or {variable}; 0 takes any that is free.",
            field="port",
        )
    if error.errno == errno.EACCES:
        return JobsTuiError(
            f"port {port} on {host} may not be used by this user.",
            f"Choose one above 1023 with {option} or {variable}.",
            field="port",
        )
    return JobsTuiError(
        f"{host}:{port} cannot be listened on: {error.strerror or error}.",
        f"Check --host and {option}.",
        field="host",
    )
