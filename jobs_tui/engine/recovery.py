"""The lost-run sweep: restart and crash recovery are the same thing (DESIGN 7).

A run whose owner is dead was either never started (then it is queued again) or was started and
is lost. The dead engine's launcher ends every process first and writes down what it had started.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from jobs_tui.engine.identity import Identity, parse_identity
from jobs_tui.engine.launcher.journal import forget_journal, read_journal
from jobs_tui.engine.launcher.sweep import sweep_marked
from jobs_tui.models.config import job_config
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.times import from_text
from jobs_tui.store import jobs, queue
from jobs_tui.store.database import Store


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did."""

    lost: int
    requeued: int
    waiting: int
    """Runs of a dead engine whose launcher is still ending them: sweep again soon."""


async def sweep(store: Store, token: str, now: datetime) -> Swept:
    """Decide every run whose owner is gone; runs of ``token`` and of living engines stay."""
    rows = [row for row in queue.running(store.jobs.reader()) if row["lease_token"] != token]
    groups: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        groups[row["lease_token"] or ""].append(row)
    lost = requeued = waiting = 0
    for lease, members in groups.items():
        owner = parse_identity(members[0]["lease_owner"])
        if owner is not None and owner.here():
            if owner.alive():
                continue
            if owner.launcher_alive():
                waiting += len(members)
                continue
        elif not _expired(members, now, owner):
            continue
        never, gone = await asyncio.to_thread(_sort, store, lease, owner, members)
        await store.awrite(partial(_write, gone=gone, never=never, lease=lease, now=now))
        # Only now is all that the journal says in the store.
        await asyncio.to_thread(forget_journal, str(store.home.journal(lease)))
        lost += len(gone)
        requeued += len(never)
    return Swept(lost, requeued, waiting)


def _expired(members: list[sqlite3.Row], now: datetime, owner: Identity | None) -> bool:
    """Another machine or an earlier boot: a restart ends everything, a stranger's lease expires."""
    if owner is not None and owner.host == _host():
        return True
    return all(
        row["lease_expires_at"] is None or from_text(row["lease_expires_at"]) < now
        for row in members
    )


def _host() -> str:
    import socket

    return socket.gethostname()


def _sort(
    store: Store, lease: str, owner: Identity | None, members: list[sqlite3.Row]
) -> tuple[list[str], list[str]]:
    """(never started, lost), after making sure that nothing of them lives."""
    ids = [row["id"] for row in members]
    sweep_marked(ids)
    started = (
        read_journal(str(store.home.journal(lease)), owner.launcher_pid)
        if owner is not None
        else None
    )
    if started is None:
        return [], ids
    return [i for i in ids if i not in started], [i for i in ids if i in started]


def _write(
    connection: sqlite3.Connection,
    gone: list[str],
    never: list[str],
    lease: str,
    now: datetime,
) -> None:
    queue.requeue(connection, never, lease)
    for row in queue.running(connection):
        if row["id"] not in gone:
            continue
        definition = jobs.revision(connection, row["job_id"], row["revision"])
        config = job_config(definition.config)
        asked = row["cancel_requested_by"] if row["cancel_requested_at"] else None
        again = (
            config.on_lost == "retry"
            and asked is None
            and row["attempt"] < max(2, row["max_attempts"])
        )
        started = from_text(row["started_at"]) if row["started_at"] else now
        queue.finish(
            connection,
            row["id"],
            row["lease_token"],
            queue.Outcome(
                status=ExecutionStatus.LOST if asked is None else ExecutionStatus.CANCELLED,
                started_at=started,
                completed_at=now,
                exit_code=None,
                error_message="the engine died during the run"
                if asked is None
                else f"cancelled by {asked}",
                result=None,
                usage=None,
                log_lines=None,
                log_bytes=None,
                retry_at=now if again else None,
            ),
        )
