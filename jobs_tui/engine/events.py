"""What the engine has to tell that belongs to no run: clock jumps, moved starts, faults."""

from __future__ import annotations

import logging
import sqlite3
from concurrent.futures import Future

from jobs_tui.models.times import to_text
from jobs_tui.store.database import Store

log = logging.getLogger("jobs_tui.engine")


def tell(store: Store, kind: str, message: str) -> None:
    """Keep an event, written behind, and say it in the engine's log."""
    log.warning("%s: %s", kind, message)
    at = to_text(store.clock.now())

    def operation(connection: sqlite3.Connection) -> None:
        connection.execute(
            "insert into events (at, kind, message) values (?, ?, ?)", (at, kind, message)
        )

    store.submit(operation).add_done_callback(_notice)


def _notice(future: Future[None]) -> None:
    error = future.exception()
    if error is not None:
        log.error("an event could not be stored: %s", error)
