"""Opening SQLite the way the measurements of PROTOTYPES B want it, and its errors in words."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from jobs_tui.models.errors import StoreError

BUSY_MS = 10_000
"""Milliseconds to wait for another process's write."""


def connect(path: Path, *, synchronous: str = "FULL", create: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode with rows by name; transactions are spelled out.

    Args:
        synchronous: FULL for what must survive a power cut, NORMAL for logs (DESIGN 5).
        create: make the file, mode 0600, if it is missing.

    Raises:
        StoreError: the file cannot be opened or is not a database.
    """
    try:
        if create and not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode=rw",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_MS / 1000,
        )
        connection.row_factory = sqlite3.Row
        connection.execute("pragma journal_mode = wal")
        connection.execute(f"pragma synchronous = {synchronous}")
        connection.execute("pragma foreign_keys = on")
    except (sqlite3.Error, OSError) as error:
        raise explain(error, path) from None
    return connection


def connect_reading(path: Path, *, synchronous: str = "FULL") -> sqlite3.Connection:
    """A connection for reading, also where nothing may be written. Raises as :func:`connect`."""
    if _writable(path):
        connection = connect(path, synchronous=synchronous)
        connection.execute("pragma query_only = on")
        return connection
    try:
        return connect_read_only(path)
    except (sqlite3.Error, OSError) as error:
        raise explain(error, path) from None


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A connection that leaves the file untouched whatever it is. Raises sqlite3.Error, OSError.

    SQLite keeps a log and an index beside a database in WAL mode, which even a reader needs. Where
    they cannot be made, an engine that lives has made them already. When there is no log nobody is
    writing, and the file is read as one that does not change; one with a log never is, because the
    newest commits stand in the log alone.
    """
    log, index = (path.with_name(f"{path.name}-{suffix}") for suffix in ("wal", "shm"))
    logged = log.exists() and (log.stat().st_size > 0 or index.exists())
    still = not logged and not _writable(path)
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=ro{'&immutable=1' if still else ''}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_MS / 1000,
    )
    connection.row_factory = sqlite3.Row
    return connection


def _writable(path: Path) -> bool:
    """Whether this process may write the file and make others beside it."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def explain(error: BaseException, path: Path) -> StoreError:
    """The error of a database file as a sentence with a way out."""
    text = str(getattr(error, "strerror", None) or error)
    low = text.lower()
    if "not a database" in low or "malformed" in low or "corrupt" in low:
        return StoreError(
            f"The database {path} is damaged ({text}).",
            "Nothing was changed. Restore it from a backup, or move it away to start afresh.",
        )
    if "full" in low or "no space" in low or ("disk i/o" in low and not _has_space(path)):
        return StoreError(
            f"There is no space left on the disk of {path}.",
            "Nothing was changed. Free some space and try again.",
        )
    if "readonly" in low or "read-only" in low or "permission" in low or "unable to open" in low:
        return StoreError(
            f"The database {path} cannot be written ({text}).",
            "Check the owner and permissions of the home directory, or set JOBS_TUI_HOME.",
        )
    if "locked" in low or "busy" in low:
        return StoreError(
            f"The database {path} is locked by another process.",
            "Try again in a moment; `jobs-tui status` names the engine that uses it.",
        )
    return StoreError(f"The database {path} cannot be used: {text}.", "Run `jobs-tui doctor`.")


def _has_space(path: Path) -> bool:
    """Whether the disk takes more than a page: SQLite calls some kinds of full an I/O error."""
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return True
    return disk.f_bavail * disk.f_frsize > 64 * 1024
