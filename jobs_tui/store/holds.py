"""Claimed runs that have to wait, for an environment or a person, and what becomes of them.

As in ``queue``, a statement about a claimed run names the lease under which it was claimed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.times import to_text


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a claimed run does not go on now, for :func:`hold`."""

    status: ExecutionStatus
    """``blocked`` or ``waiting_for_input``."""
    reason: str
    at: datetime
    log_lines: int | None = None
    log_bytes: int | None = None
    resume: dict[str, Any] | None = None
    """What it has done so far, see :func:`jobs_tui.store.executions.resume`; None keeps."""
    begun: bool = False
    """Whether its work has begun: then the time of its start stays."""


def hold(connection: sqlite3.Connection, execution_id: str, token: str, held: Hold) -> bool:
    """Let a claimed run wait; the attempt does not count.

    Returns:
        False when the lease is not ours any more: then nothing is written.
    """
    changed = connection.execute(
        "update executions set status = :status, reason = :reason, attempt = attempt - 1,"
        " started_at = case when :begun then started_at else null end,"
        " blocked_at = coalesce(blocked_at, :at), log_lines = coalesce(:lines, log_lines),"
        " log_bytes = coalesce(:bytes, log_bytes), resume = coalesce(:resume, resume),"
        " lease_owner = null, lease_token = null, lease_expires_at = null, pid = null,"
        " pid_start = null where id = :id and status = 'running' and lease_token = :token",
        {
            "status": held.status,
            "reason": held.reason,
            "at": to_text(held.at),
            "begun": held.begun,
            "lines": held.log_lines,
            "bytes": held.log_bytes,
            "resume": None if held.resume is None else json.dumps(held.resume),
            "id": execution_id,
            "token": token,
        },
    ).rowcount
    return bool(changed)


def release(connection: sqlite3.Connection, execution_id: str) -> bool:
    """Put a run that waited back into the queue; False when it does not wait any more."""
    return bool(
        connection.execute(
            "update executions set status = 'queued', reason = null, blocked_at = null"
            " where id = ? and status in ('blocked', 'waiting_for_input')",
            (execution_id,),
        ).rowcount
    )


def give_up(
    connection: sqlite3.Connection, execution_id: str, token: str, now: datetime, reason: str
) -> bool:
    """End a claimed run before its work has begun, as skipped.

    Returns:
        False when the lease is not ours any more: then nothing is written.
    """
    changed = connection.execute(
        "update executions set status = 'skipped', reason = :reason, attempt = attempt - 1,"
        " started_at = null, completed_at = :now, log_lines = 0, log_bytes = 0, resume = null,"
        " lease_owner = null, lease_token = null, lease_expires_at = null, pid = null,"
        " pid_start = null where id = :id and status = 'running' and lease_token = :token",
        {"reason": reason, "now": to_text(now), "id": execution_id, "token": token},
    ).rowcount
    return bool(changed)


def waiting(connection: sqlite3.Connection, status: ExecutionStatus) -> Sequence[sqlite3.Row]:
    """Every execution that is blocked or waits for a person."""
    return connection.execute(
        "select id, job_id, revision, config_override, created_at, blocked_at, reason"
        " from executions indexed by executions_blocked"
        " where status in ('blocked', 'waiting_for_input') and status = ?",
        (status,),
    ).fetchall()
