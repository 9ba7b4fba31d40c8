"""One engine per home: a lock file that dies with its process, and a row that names it."""

from __future__ import annotations

import fcntl
import os
import socket
import sqlite3
import time
from datetime import datetime

from jobs_tui import __version__
from jobs_tui.engine.launcher.sweep import boot_id, process_start_time
from jobs_tui.models.errors import EngineBusy, StoreError
from jobs_tui.models.times import to_text
from jobs_tui.store.database import Store

TRIES = 20
PAUSE = 0.02
"""Seconds between tries: whoever only looks whether the lock is held has it for a moment."""


class HomeLease:
    """The right to be the engine of a home.

    Raises (on acquire):
        EngineBusy: names the holder's host and pid.
    """

    def __init__(self, store: Store, token: str, mode: str) -> None:
        self._store = store
        self.token = token
        self.mode = mode
        self._lock: int | None = None

    @property
    def held(self) -> bool:
        """Whether this process holds it."""
        return self._lock is not None

    def acquire(self, now: datetime) -> None:
        """Take the lease of a free home or of a dead engine, at once; blocks for moments only."""
        path = self._store.home.lock_file
        try:
            lock = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"The lock file {path} cannot be written: {error.strerror}.",
                "Check the owner and permissions of the home directory.",
            ) from None
        for attempt in range(TRIES):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if attempt == TRIES - 1:
                    os.close(lock)
                    raise self._busy() from None
                time.sleep(PAUSE)
        self._lock = lock
        at = to_text(now)
        pid = os.getpid()
        start = process_start_time(pid)
        self._store.write(
            lambda connection: connection.execute(
                "insert or replace into engine (id, token, mode, host, pid, pid_start, boot_id,"
                " version, started_at, heartbeat_at) values (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self.token,
                    self.mode,
                    socket.gethostname(),
                    pid,
                    start,
                    boot_id(),
                    __version__,
                    at,
                    at,
                ),
            )
        )

    def _busy(self) -> EngineBusy:
        row = self._store.row("select host, pid, mode, started_at from engine where id = 1")
        if row is None:
            return EngineBusy("Another engine is just starting on this home.", "Try again.")
        return EngineBusy(
            f"The engine of this home is already running: pid {row['pid']} on {row['host']}"
            f" ({row['mode']}, since {row['started_at'][:19].replace('T', ' ')} UTC).",
            "Stop it with `jobs-tui stop`, or use another home.",
        )

    def note(
        self,
        connection: sqlite3.Connection,
        *,
        address: str | None,
        problem: str | None,
        mcp_address: str | None = None,
        mcp_problem: str | None = None,
    ) -> None:
        """Write where the engine listens, or why it does not; for HTTP and for MCP."""
        connection.execute(
            "update engine set address = ?, hooks_problem = ? where id = 1 and token = ?",
            (address, problem, self.token),
        )
        for name, value in (("mcp_address", mcp_address), ("mcp_problem", mcp_problem)):
            connection.execute("delete from facts where name = ?", (name,))
            if value is not None:
                connection.execute("insert into facts (name, value) values (?, ?)", (name, value))

    def heartbeat(self, connection: sqlite3.Connection, now: datetime) -> None:
        """Say that the engine lives."""
        connection.execute(
            "update engine set heartbeat_at = ? where id = 1 and token = ?",
            (to_text(now), self.token),
        )

    def stop_requested(self) -> bool:
        """Whether someone asked this engine to stop."""
        row = self._store.row(
            "select 1 from engine where id = 1 and token = ? and stop_requested_at is not null",
            (self.token,),
        )
        return row is not None

    def release(self, now: datetime) -> None:
        """Give the home free. Harmless when repeated."""
        if self._lock is None:
            return
        try:
            self._store.write(
                lambda connection: connection.execute(
                    "update engine set stopped_at = ?, address = null where id = 1 and token = ?",
                    (to_text(now), self.token),
                )
            )
        finally:
            os.close(self._lock)
            self._lock = None
