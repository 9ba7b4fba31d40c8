"""What is known of the engine of a home, and how to ask it to stop."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from jobs_tui.models.times import from_text, to_text
from jobs_tui.service.context import Context

_MCP = ("mcp_address", "mcp_problem")
"""Facts that the engine's lease notes."""


@dataclass(frozen=True, slots=True)
class EngineState:
    """The engine that holds the home, or the last one that did."""

    running: bool
    mode: str | None
    """``serve``, ``tui`` or ``background``."""
    host: str | None
    pid: int | None
    version: str | None
    started_at: datetime | None
    heartbeat_at: datetime | None
    address: str | None
    """``host:port`` of the listener, after ``https://`` when it is encrypted; None when it does
    not listen."""
    hooks_problem: str | None
    """Why there is no listener, in words."""
    mcp_address: str | None = None
    """As ``address``, of the listener for MCP."""
    mcp_problem: str | None = None
    """Why there is none, in words."""

    @property
    def mcp_url(self) -> str | None:
        """Where MCP clients connect; None when nothing listens."""
        return None if self.mcp_address is None else f"{url_of(self.mcp_address)}/mcp"


def engine_state(ctx: Context) -> EngineState:
    """Who holds the home; a dead holder is seen as such at once (the lock went with it)."""
    row = ctx.store.row("select * from engine where id = 1")
    if row is None:
        return EngineState(False, *([None] * 8))
    return EngineState(
        running=row["stopped_at"] is None and _held(ctx),
        mode=row["mode"],
        host=row["host"],
        pid=row["pid"],
        version=row["version"],
        started_at=from_text(row["started_at"]),
        heartbeat_at=from_text(row["heartbeat_at"]),
        address=row["address"],
        hooks_problem=row["hooks_problem"],
        **_mcp(ctx),
    )


def _mcp(ctx: Context) -> dict[str, str]:
    rows = ctx.store.rows("select name, value from facts where name in (?, ?)", _MCP)
    return {row["name"]: row["value"] for row in rows}


def _held(ctx: Context) -> bool:
    """Whether some process holds the engine's lock on this machine."""
    try:
        lock = os.open(ctx.store.home.lock_file, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def request_stop(ctx: Context) -> None:
    """Ask the engine to stop gracefully; it notices within 100 ms."""

    def operation(connection: sqlite3.Connection) -> None:
        connection.execute(
            "update engine set stop_requested_at = ? where id = 1 and stopped_at is null",
            (to_text(ctx.now()),),
        )
        ctx.audit(connection, "engine.stop", "engine")

    ctx.store.write(operation)


def webhook_url(ctx: Context, path: str) -> str:
    """The address of the webhook with this path."""
    return f"{webhook_base(ctx)}/webhooks/{path}"


def webhook_base(ctx: Context) -> str:
    """See :func:`jobs_tui.store.addresses.base_url`."""
    # Slow to load, and most jobs have no hook.
    from jobs_tui.store.addresses import base_url
    from jobs_tui.store.settings import load_settings

    return base_url(ctx.store, load_settings(ctx.store.home))


def url_of(address: str) -> str:
    """The URL of a listener's address: ``http://`` unless it says that it is encrypted."""
    return address if address.startswith("https://") else f"http://{address}"
