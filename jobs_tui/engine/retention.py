"""Old history, logs and deliveries go, a little at a time (settings ``*_days``)."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from functools import partial

from jobs_tui.models.times import to_text
from jobs_tui.store import answers
from jobs_tui.store.database import Store
from jobs_tui.store.settings import Settings

BATCH = 200
"""Rows deleted in one transaction."""
EVENT_DAYS = 90
"""Days that engine events are kept."""


async def retain(store: Store, settings: Settings, now: datetime) -> int:
    """Delete what is older than the settings say.

    Returns:
        How many executions went.
    """
    before = partial(_before, now)
    gone = 0
    while batch := await store.awrite(
        partial(_delete_executions, before=before(settings.history_days))
    ):
        await store.logs.writer.awrite(partial(_delete_logs, ids=batch))
        gone += len(batch)
    while ids := _old_logs(store, before(settings.log_days)):
        await store.logs.writer.awrite(partial(_delete_logs, ids=ids))
        await store.awrite(partial(_forget_logs, ids=ids))
    await store.awrite(
        partial(
            _delete_others,
            deliveries=before(settings.delivery_days),
            events=before(EVENT_DAYS),
            history=before(settings.history_days),
        )
    )
    return gone


def _before(now: datetime, days: int) -> str:
    return to_text(now - timedelta(days=days))


def _delete_executions(connection: sqlite3.Connection, before: str) -> list[str]:
    ids = [
        row[0]
        for row in connection.execute(
            "select id from executions where completed_at < ? and status not in"
            " ('queued', 'blocked', 'waiting_for_input', 'running') limit ?",
            (before, BATCH),
        )
    ]
    connection.executemany("delete from executions where id = ?", [(i,) for i in ids])
    return ids


def _old_logs(store: Store, before: str) -> list[str]:
    rows = store.rows(
        "select id from executions where completed_at < ? and log_lines > 0 limit ?",
        (before, BATCH),
    )
    return [row[0] for row in rows]


def _delete_logs(connection: sqlite3.Connection, ids: list[str]) -> None:
    connection.executemany("delete from chunks where execution_id = ?", [(i,) for i in ids])


def _forget_logs(connection: sqlite3.Connection, ids: list[str]) -> None:
    answers.forget(connection, ids)
    connection.executemany(
        "update executions set log_lines = 0, log_bytes = 0 where id = ?", [(i,) for i in ids]
    )


def _delete_others(
    connection: sqlite3.Connection, deliveries: str, events: str, history: str
) -> None:
    connection.execute("delete from deliveries where received_at < ?", (deliveries,))
    connection.execute("delete from events where at < ?", (events,))
    # What people did is kept; that a hook was called is kept as long as the run it started.
    connection.execute("delete from audit where face = 'webhook' and at < ?", (history,))
