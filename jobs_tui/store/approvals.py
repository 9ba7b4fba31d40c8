"""Rows of ``approvals``: what persons are asked while runs wait, and what they decided.

Those that wait when their run ends become ``withdrawn`` by a trigger, however it ends.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from jobs_tui.models.approval import (
    RUN,
    Approval,
    ApprovalStatus,
    Call,
    Decided,
    call_key,
    digest_of,
    verdict_of,
)
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.ids import new_approval_id
from jobs_tui.models.times import from_text, maybe_from_text, to_text
from jobs_tui.store.queue import count, end_waiting

SELECT = """
select approvals.*, executions.job_id, executions.number, jobs.name as job_name
from approvals join executions on executions.id = approvals.execution_id
join jobs on jobs.id = executions.job_id
"""
OVERDUE = """
select id, execution_id from approvals indexed by approvals_waiting
where status = 'waiting' and expires_at <= ? order by expires_at
"""
"""Those that nobody has decided in time; costs a look at an index when there are none."""


def open_approvals(
    connection: sqlite3.Connection,
    execution_id: str,
    calls: Sequence[Call],
    *,
    reason: str,
    now: datetime,
    expires: datetime,
    agent_id: str | None = None,
    step: str = "",
    mask: Callable[[str], str] = str,
) -> None:
    """Ask about calls of a run that begins to wait.

    Args:
        expires: when no decision counts as a denial.
        mask: takes secrets out of the arguments, which are kept to be shown.
    """
    for call in calls:
        connection.execute(
            "insert into approvals (id, execution_id, call_id, tool, arguments, digest, agent_id,"
            " step, reason, requested_at, expires_at, status)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting')"
            # The id was used for another call before, which was decided: this one was not.
            " on conflict (execution_id, call_id) do update set id = excluded.id,"
            " tool = excluded.tool, arguments = excluded.arguments, digest = excluded.digest,"
            " agent_id = excluded.agent_id, step = excluded.step, reason = excluded.reason,"
            " requested_at = excluded.requested_at, expires_at = excluded.expires_at,"
            " status = 'waiting', decided_at = null, decided_by = null, decided_reason = null",
            (
                new_approval_id(),
                execution_id,
                call_key(step, call.id),
                call.tool,
                json.dumps(_masked(dict(call.arguments), mask), ensure_ascii=False, default=repr),
                digest_of(call.arguments),
                agent_id,
                step,
                reason,
                to_text(now),
                to_text(expires),
            ),
        )


def listing(
    connection: sqlite3.Connection,
    *,
    statuses: Collection[ApprovalStatus] = (),
    execution_id: str | None = None,
    limit: int = 1000,
) -> list[Approval]:
    """Waiting ones first, those that expire soonest at the top; then decided ones, newest first."""
    where, values = ["1"], list[Any]()
    if statuses:
        where.append(f"approvals.status in ({', '.join('?' * len(statuses))})")
        values += [str(status) for status in statuses]
    if execution_id is not None:
        where.append("approvals.execution_id = ?")
        values.append(execution_id)
    rows = connection.execute(
        f"{SELECT} where {' and '.join(where)} order by approvals.status != 'waiting',"
        " case approvals.status when 'waiting' then approvals.expires_at end,"
        " approvals.decided_at desc, approvals.id limit ?",
        [*values, limit],
    )
    return [approval_from(row) for row in rows]


def get(connection: sqlite3.Connection, approval_id: str) -> Approval | None:
    """The approval of an id."""
    row = connection.execute(f"{SELECT} where approvals.id = ?", (approval_id,)).fetchone()
    return None if row is None else approval_from(row)


def decisions(connection: sqlite3.Connection, execution_id: str) -> dict[str, Decided]:
    """What was decided about calls of a run, by :func:`jobs_tui.models.approval.call_key`."""
    found: dict[str, Decided] = {}
    for row in connection.execute(
        "select * from approvals where execution_id = ?"
        " and status in ('approved', 'denied', 'expired')",
        (execution_id,),
    ):
        decision, reason = verdict_of(
            ApprovalStatus(row["status"]), row["decided_reason"], row["decided_by"]
        )
        found[row["call_id"]] = Decided(decision, reason, row["tool"], row["digest"])
    return found


def decide(
    connection: sqlite3.Connection,
    approval_id: str,
    status: ApprovalStatus,
    *,
    now: datetime,
    by: str | None,
    reason: str | None,
) -> bool:
    """Write a decision, and let the run go on, or end, when it was the last that it waited for.

    Returns:
        False when there is nothing to decide any more: then nothing is written.
    """
    row = connection.execute(
        "update approvals set status = ?, decided_at = ?, decided_by = ?, decided_reason = ?"
        " where id = ? and status = 'waiting' returning execution_id, call_id",
        (status, to_text(now), by, reason, approval_id),
    ).fetchone()
    if row is None:
        return False
    execution_id = row["execution_id"]
    if row["call_id"] == RUN and status is not ApprovalStatus.APPROVED:
        _fail(connection, execution_id, now, verdict_of(status, reason, by)[1])
    else:
        _go_on(connection, execution_id)
    return True


def expire(connection: sqlite3.Connection, now: datetime) -> int:
    """Deny what nobody has decided in time; returns how many were."""
    overdue = connection.execute(OVERDUE, (to_text(now),)).fetchall()
    return sum(
        decide(connection, row["id"], ApprovalStatus.EXPIRED, now=now, by=None, reason=None)
        for row in overdue
    )


def approval_from(row: sqlite3.Row) -> Approval:
    """A row of :data:`SELECT`."""
    return Approval(
        id=row["id"],
        execution_id=row["execution_id"],
        job_id=row["job_id"],
        job_name=row["job_name"],
        number=row["number"],
        call_id=row["call_id"],
        tool=row["tool"],
        arguments=json.loads(row["arguments"]),
        agent_id=row["agent_id"],
        step=row["step"],
        reason=row["reason"],
        requested_at=from_text(row["requested_at"]),
        expires_at=from_text(row["expires_at"]),
        status=ApprovalStatus(row["status"]),
        decided_at=maybe_from_text(row["decided_at"]),
        decided_by=row["decided_by"],
        decided_reason=row["decided_reason"],
    )


def _go_on(connection: sqlite3.Connection, execution_id: str) -> None:
    """Queue a run again that waits for nobody any more."""
    connection.execute(
        "update executions set status = 'queued', reason = null, blocked_at = null"
        " where id = :id and status = 'waiting_for_input' and not exists"
        " (select 1 from approvals where execution_id = :id and status = 'waiting')",
        {"id": execution_id},
    )


def _fail(connection: sqlite3.Connection, execution_id: str, now: datetime, reason: str) -> None:
    job = connection.execute(
        "select job_id from executions where id = ?", (execution_id,)
    ).fetchone()
    if end_waiting(connection, execution_id, now, ExecutionStatus.FAILED, reason):
        count(connection, job["job_id"], ExecutionStatus.FAILED)


def _masked(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {mask(str(key)): _masked(item, mask) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(item, mask) for item in value]
    return value
