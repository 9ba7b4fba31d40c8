"""The queue in the store: claims, leases and results (DESIGN 7); ``holds`` has what waits.

A claim is a lease on the execution row: who may run it and whose result counts. Every statement
that ends a run names the lease token, so that a result without the current lease is refused.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jobs_tui.models.enums import BAD, ExecutionStatus
from jobs_tui.models.execution import Execution
from jobs_tui.models.times import maybe_to_text, to_text
from jobs_tui.store import answers, executions

WAITING_JOBS = """
with recursive waiting (job_id) as (
    select min(job_id) from executions indexed by executions_queue where status = 'queued'
    union all
    select (
        select min(job_id) from executions indexed by executions_queue
        where status = 'queued' and job_id > waiting.job_id
    )
    from waiting where waiting.job_id is not null
)
select job_id from waiting where job_id is not null
"""
"""Jobs with something in the queue, by skipping through the index: 10,000 deliveries that wait
for one job cost no more than one."""

CANDIDATES = """
select id, parallel, priority, seq, queue, agent_id from executions indexed by executions_queue
where status = 'queued' and job_id = :job and (not_before is null or not_before <= :now)
  and (:only is null or id = :only)
order by priority desc, seq
limit :places
"""

CLAIM = """
update executions set
    status = 'running', attempt = attempt + 1, not_before = null,
    started_at = coalesce(started_at, :now),
    lease_owner = :owner, lease_token = :token, lease_expires_at = :expires,
    pid = null, pid_start = null
where id = :id and status = 'queued'
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended, for :func:`finish`."""

    status: ExecutionStatus
    started_at: datetime
    completed_at: datetime
    exit_code: int | None
    error_message: str | None
    result: str | None
    usage: dict[str, Any] | None
    """Of all attempts up to this one; None: not known, that of earlier ones stays."""
    log_lines: int | None
    """None: not known (the engine died); readers then look at the log itself."""
    log_bytes: int | None
    retry_at: datetime | None
    """When the next attempt may start, None if this was the last."""
    answer: str | None = None
    """The whole answer, masked, of a job from whose answers something follows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What queues and agents take at once."""

    closed: frozenset[str] = frozenset()
    """Queues from which nothing is taken here: paused, or with workers elsewhere."""
    queues: Mapping[str, int] = field(default_factory=dict)
    """Runs at once, of queues that have a limit."""
    agents: Mapping[str, int] = field(default_factory=dict)
    """Runs at once, of agents that have a limit."""


def claim(
    connection: sqlite3.Connection,
    *,
    owner: str,
    token: str,
    now: datetime,
    expires: datetime,
    places: int,
    only: str | None = None,
    limits: Limits | None = None,
) -> list[Execution]:
    """Take up to ``places`` queued executions, by priority and age, within all limits.

    Args:
        only: look at this execution alone (a host for one run).
        limits: of queues and agents; those of jobs are on the rows.
    """
    claimed: list[Execution] = []
    for execution_id in _candidates(connection, now, places, only, limits or Limits()):
        connection.execute(
            CLAIM,
            {
                "now": to_text(now),
                "owner": owner,
                "token": token,
                "expires": to_text(expires),
                "id": execution_id,
            },
        )
        connection.execute(
            "update jobs set last_execution_at = ? where id ="
            " (select job_id from executions where id = ?)",
            (to_text(now), execution_id),
        )
        found = executions.get(connection, execution_id)
        if found is not None:
            claimed.append(found)
    return claimed


def _candidates(
    connection: sqlite3.Connection,
    now: datetime,
    places: int,
    only: str | None,
    limits: Limits,
) -> list[str]:
    """Ids that may start: of each job its first ones within its limit, the best of all."""
    if only is None:
        waiting = connection.execute(WAITING_JOBS).fetchall()
    else:
        waiting = connection.execute(
            "select job_id from executions where id = ?", (only,)
        ).fetchall()
    going_on = {
        row[0]: row[1]
        for row in connection.execute(
            "select job_id, count(*) from executions where status = 'running' group by job_id"
        )
    }
    found: list[tuple[int, int, str, str, str | None]] = []
    for (job_id,) in waiting:
        place = going_on.get(job_id, 0)
        values = {"job": job_id, "now": to_text(now), "only": only, "places": places}
        for row in connection.execute(CANDIDATES, values):
            place += 1
            if place > row["parallel"]:
                break
            if row["queue"] not in limits.closed:
                found.append(
                    (-row["priority"], row["seq"], row["id"], row["queue"], row["agent_id"])
                )
    found.sort()
    if not limits.queues and not limits.agents:
        return [one[2] for one in found[:places]]
    return _within(connection, found, places, limits)


def _within(
    connection: sqlite3.Connection,
    found: list[tuple[int, int, str, str, str | None]],
    places: int,
    limits: Limits,
) -> list[str]:
    """The first ``places`` that fit into what queues and agents have left."""
    left_of_queue, left_of_agent = dict(limits.queues), dict(limits.agents)
    for row in connection.execute(
        "select queue, agent_id from executions where status = 'running'"
    ):
        if row["queue"] in left_of_queue:
            left_of_queue[row["queue"]] -= 1
        if row["agent_id"] in left_of_agent:
            left_of_agent[row["agent_id"]] -= 1
    chosen: list[str] = []
    for _, _, execution_id, queue, agent_id in found:
        if left_of_queue.get(queue, 1) <= 0 or left_of_agent.get(agent_id or "", 1) <= 0:
            continue
        if queue in left_of_queue:
            left_of_queue[queue] -= 1
        if agent_id in left_of_agent:
            left_of_agent[agent_id] -= 1
        chosen.append(execution_id)
        if len(chosen) == places:
            break
    return chosen


def next_retry(connection: sqlite3.Connection) -> str | None:
    """The earliest ``not_before`` in the queue, as text."""
    row = connection.execute(
        "select min(not_before) from executions indexed by executions_retry"
        " where status = 'queued' and not_before is not null"
    ).fetchone()
    return None if row is None else row[0]


def renew(connection: sqlite3.Connection, token: str, expires: datetime) -> None:
    """Push the expiry of every lease of an engine."""
    connection.execute(
        "update executions set lease_expires_at = ? where lease_token = ? and status = 'running'",
        (to_text(expires), token),
    )


def note_process(
    connection: sqlite3.Connection, execution_id: str, token: str, pid: int, start: int | None
) -> None:
    """Which process runs it, so that a later engine can tell whether it is gone."""
    connection.execute(
        "update executions set pid = ?, pid_start = ? where id = ? and lease_token = ?",
        (pid, start, execution_id, token),
    )


def cancel_requests(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Live executions that someone wants ended: (id, who asked)."""
    return [
        (row[0], row[1] or "")
        for row in connection.execute(
            "select id, cancel_requested_by from executions indexed by executions_cancel"
            " where status in ('queued', 'blocked', 'waiting_for_input', 'running')"
            " and cancel_requested_at is not null"
        )
    ]


def finish(
    connection: sqlite3.Connection, execution_id: str, token: str | None, outcome: Outcome
) -> bool:
    """Write an attempt's outcome, and either queue the next attempt or end the execution.

    Returns:
        False when the lease is not ours any more: then nothing is written.
    """
    row = connection.execute(
        "select job_id, attempt, started_at from executions"
        " where id = ? and status = 'running' and lease_token is ?",
        (execution_id, token),
    ).fetchone()
    if row is None:
        return False
    connection.execute(
        "insert or replace into attempts (execution_id, number, status, started_at, completed_at,"
        " exit_code, error_message) values (?, ?, ?, ?, ?, ?, ?)",
        (
            execution_id,
            row["attempt"],
            outcome.status,
            to_text(outcome.started_at),
            to_text(outcome.completed_at),
            outcome.exit_code,
            outcome.error_message,
        ),
    )
    again = outcome.retry_at is not None
    first = row["started_at"] or to_text(outcome.started_at)
    duration = round((outcome.completed_at - datetime.fromisoformat(first)).total_seconds() * 1000)
    connection.execute(
        "update executions set status = ?, not_before = ?, completed_at = ?, duration_ms = ?,"
        " exit_code = ?, error_message = ?, result = ?, usage = coalesce(?, usage),"
        " log_lines = ?, log_bytes = ?, resume = null, lease_owner = null, lease_token = null,"
        " lease_expires_at = null, pid = null, pid_start = null where id = ?",
        (
            ExecutionStatus.QUEUED if again else outcome.status,
            maybe_to_text(outcome.retry_at),
            None if again else to_text(outcome.completed_at),
            None if again else max(0, duration),
            outcome.exit_code,
            outcome.error_message,
            outcome.result,
            None if outcome.usage is None else json.dumps(outcome.usage, separators=(",", ":")),
            outcome.log_lines,
            outcome.log_bytes,
            execution_id,
        ),
    )
    if not again:
        count(connection, row["job_id"], outcome.status)
        if outcome.answer is not None:
            answers.save(connection, execution_id, row["job_id"], outcome.answer)
    return True


def count(connection: sqlite3.Connection, job_id: str, status: ExecutionStatus) -> None:
    """Move the job's counters for an execution that has ended."""
    column = None
    if status is ExecutionStatus.COMPLETED:
        column = "successful_executions"
    elif status in BAD:
        column = "failed_executions"
    if column:
        connection.execute(f"update jobs set {column} = {column} + 1 where id = ?", (job_id,))


def end_waiting(
    connection: sqlite3.Connection,
    execution_id: str,
    now: datetime,
    status: ExecutionStatus,
    reason: str,
) -> bool:
    """End an execution that has not started (cancelled while queued, say)."""
    changed = connection.execute(
        "update executions set status = ?, reason = ?, error_message = ?, completed_at = ?,"
        " duration_ms = 0, log_lines = coalesce(log_lines, 0), log_bytes = coalesce(log_bytes, 0)"
        " where id = ? and status in ('queued', 'blocked', 'waiting_for_input')",
        (status, reason, reason, to_text(now), execution_id),
    ).rowcount
    return bool(changed)


def requeue(connection: sqlite3.Connection, ids: Collection[str], token: str) -> int:
    """Give claims back that were never started; the attempt does not count."""
    changed = 0
    for execution_id in ids:
        changed += connection.execute(
            "update executions set status = 'queued', attempt = attempt - 1, started_at ="
            " case when attempt <= 1 then null else started_at end, lease_owner = null,"
            " lease_token = null, lease_expires_at = null, pid = null, pid_start = null"
            " where id = ? and lease_token = ? and status = 'running'",
            (execution_id, token),
        ).rowcount
    return changed


def running(connection: sqlite3.Connection) -> Sequence[sqlite3.Row]:
    """Every execution that is marked running, with its lease and process."""
    return connection.execute(
        "select id, job_id, number, attempt, max_attempts, started_at, lease_owner, lease_token,"
        " lease_expires_at, pid, pid_start, revision, config_override, cancel_requested_at,"
        " cancel_requested_by"
        " from executions where status = 'running'"
    ).fetchall()
