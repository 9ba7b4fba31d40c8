"""Rows of ``executions`` and ``attempts``: making and reading them. The queue is in ``queue``."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jobs_tui.models.enums import ExecutionStatus, Kind, TriggerType
from jobs_tui.models.execution import Attempt, Execution
from jobs_tui.models.times import from_text, maybe_from_text, maybe_to_text, to_text

SELECT = """
select executions.*, jobs.name as job_name
from executions join jobs on jobs.id = executions.job_id
"""

SEALED = "sealed"
"""Under this name the state of a waiting run is kept when secrets are in it."""


@dataclass(slots=True)
class NewExecution:
    """What a decision says about the row to be made."""

    id: str
    job_id: str
    revision: int
    trigger_type: TriggerType
    kind: Kind
    created_at: datetime
    prompt: str = ""
    status: ExecutionStatus = ExecutionStatus.QUEUED
    reason: str | None = None
    count: int = 1
    nominal_at: datetime | None = None
    last_nominal_at: datetime | None = None
    clock_epoch: int = 0
    parallel: int = 1
    max_attempts: int = 1
    parameters: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, Any] | None = None
    """Variables beyond the parameters that the prompt uses (``payload``, ``headers``)."""
    config_override: dict[str, Any] = field(default_factory=dict)
    trigger_metadata: dict[str, Any] = field(default_factory=dict)
    requested_by: str | None = None
    queue: str = "default"
    agent_id: str | None = None
    not_before: datetime | None = None
    """It waits in the queue until then."""
    depth: int = 0
    """How many runs of agents lie between a person and it."""


def insert(connection: sqlite3.Connection, new: NewExecution) -> int:
    """Make the row and move the job's counters in the same transaction.

    Returns:
        The number of the execution within its job.
    """
    at = to_text(new.created_at)
    if new.status is ExecutionStatus.SKIPPED:
        row = connection.execute(
            "update jobs set last_number = last_number + 1 where id = ? returning last_number",
            (new.job_id,),
        ).fetchone()
    else:
        row = connection.execute(
            "update jobs set last_number = last_number + 1,"
            " total_executions = total_executions + 1, last_execution_id = ?,"
            " last_triggered_at = ? where id = ? returning last_number",
            (new.id, at, new.job_id),
        ).fetchone()
    number = int(row[0])
    skipped = new.status is ExecutionStatus.SKIPPED
    connection.execute(
        "insert into executions (id, job_id, number, revision, trigger_type, kind, status, reason,"
        " count, nominal_at, last_nominal_at, clock_epoch, parallel, created_at, completed_at,"
        " parameters, inputs, config_override, trigger_metadata, requested_by, prompt,"
        " max_attempts, queue, agent_id, not_before, depth)"
        " values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            new.id,
            new.job_id,
            number,
            new.revision,
            new.trigger_type,
            new.kind,
            new.status,
            new.reason,
            new.count,
            maybe_to_text(new.nominal_at),
            maybe_to_text(new.last_nominal_at),
            new.clock_epoch,
            new.parallel,
            at,
            at if skipped else None,
            _dump(new.parameters),
            None if new.inputs is None else _dump(new.inputs),
            _dump(new.config_override),
            _dump(new.trigger_metadata),
            new.requested_by,
            new.prompt,
            new.max_attempts,
            new.queue,
            new.agent_id,
            maybe_to_text(new.not_before),
            new.depth,
        ),
    )
    return number


def insert_failed(connection: sqlite3.Connection, new: NewExecution, why: str) -> int:
    """As :func:`insert`, for a run that cannot begin: it has failed, and its row says why."""
    new.status = ExecutionStatus.FAILED
    number = insert(connection, new)
    connection.execute(
        "update executions set error_message = ?, completed_at = ?, duration_ms = 0,"
        " log_lines = 0, log_bytes = 0 where id = ?",
        (why, to_text(new.created_at), new.id),
    )
    connection.execute(
        "update jobs set failed_executions = failed_executions + 1 where id = ?", (new.job_id,)
    )
    return number


def execution_from(row: sqlite3.Row) -> Execution:
    """A row of :data:`SELECT`."""
    return Execution(
        id=row["id"],
        job_id=row["job_id"],
        job_name=row["job_name"],
        number=row["number"],
        revision=row["revision"],
        trigger_type=TriggerType(row["trigger_type"]),
        kind=Kind(row["kind"]),
        status=ExecutionStatus(row["status"]),
        reason=row["reason"],
        count=row["count"],
        nominal_at=maybe_from_text(row["nominal_at"]),
        last_nominal_at=maybe_from_text(row["last_nominal_at"]),
        created_at=from_text(row["created_at"]),
        started_at=maybe_from_text(row["started_at"]),
        completed_at=maybe_from_text(row["completed_at"]),
        duration_ms=row["duration_ms"],
        parameters=json.loads(row["parameters"]),
        config_override=json.loads(row["config_override"]),
        trigger_metadata=json.loads(row["trigger_metadata"]),
        requested_by=row["requested_by"],
        prompt=row["prompt"],
        attempt=row["attempt"],
        max_attempts=row["max_attempts"],
        exit_code=row["exit_code"],
        error_message=row["error_message"],
        result=row["result"],
        usage=json.loads(row["usage"]) if row["usage"] else {},
        log_lines=row["log_lines"],
        log_bytes=row["log_bytes"],
        cancel_requested_at=maybe_from_text(row["cancel_requested_at"]),
        queue=row["queue"],
        agent_id=row["agent_id"],
        selection=json.loads(row["selection"]) if row["selection"] else None,
        plan=json.loads(row["plan"]) if row["plan"] else None,
        blocked_at=maybe_from_text(row["blocked_at"]),
        resumes=row["resume"] is not None,
        not_before=maybe_from_text(row["not_before"]),
        parallel=row["parallel"],
        depth=row["depth"],
        verdict=row["verdict"],
        verdict_reason=row["verdict_reason"],
        worth_reporting=None if row["worth_reporting"] is None else bool(row["worth_reporting"]),
        change=row["change"],
        goal=row["goal"],
        problem=row["problem"],
    )


def get(connection: sqlite3.Connection, execution_id: str) -> Execution | None:
    """The execution of an id."""
    row = connection.execute(f"{SELECT} where executions.id = ?", (execution_id,)).fetchone()
    return None if row is None else execution_from(row)


def inputs(connection: sqlite3.Connection, execution_id: str) -> dict[str, Any]:
    """The variables beyond the parameters that were kept with an execution."""
    row = connection.execute(
        "select inputs from executions where id = ?", (execution_id,)
    ).fetchone()
    return json.loads(row[0]) if row is not None and row[0] else {}


def attempts(connection: sqlite3.Connection, execution_id: str) -> list[Attempt]:
    """The tries of an execution, oldest first."""
    return [
        Attempt(
            execution_id=row["execution_id"],
            number=row["number"],
            status=ExecutionStatus(row["status"]),
            started_at=from_text(row["started_at"]),
            completed_at=from_text(row["completed_at"]),
            exit_code=row["exit_code"],
            error_message=row["error_message"],
        )
        for row in connection.execute(
            "select * from attempts where execution_id = ? order by number", (execution_id,)
        )
    ]


def resume(connection: sqlite3.Connection, execution_id: str) -> dict[str, Any]:
    """What a run had done when it began to wait: ``steps``, ``states``, ``booked`` by step.

    All of it within :data:`SEALED` when there are secrets in it.
    """
    row = connection.execute(
        "select resume from executions where id = ?", (execution_id,)
    ).fetchone()
    return json.loads(row[0]) if row is not None and row[0] else {}


def sealed_states(connection: sqlite3.Connection) -> list[tuple[str, bytes]]:
    """Runs that wait with secrets in what they had done: id, and what is sealed."""
    rows = connection.execute(
        "select id, json_extract(resume, ?) as sealed from executions"
        " where resume is not null and sealed is not null",
        (f"$.{SEALED}",),
    )
    return [(row["id"], row["sealed"].encode()) for row in rows]


def reseal_state(connection: sqlite3.Connection, execution_id: str, sealed: bytes) -> None:
    """Keep what :func:`sealed_states` gave, sealed with another key."""
    connection.execute(
        "update executions set resume = ? where id = ?",
        (json.dumps({SEALED: sealed.decode()}), execution_id),
    )


def note_choice(
    connection: sqlite3.Connection,
    execution_id: str,
    *,
    agent_id: str | None = None,
    selection: dict[str, Any] | None = None,
    plan: dict[str, Any] | None = None,
    prompt: str | None = None,
) -> None:
    """Keep what was decided about a run when it started; what is None stays as it was."""
    connection.execute(
        "update executions set agent_id = coalesce(?, agent_id),"
        " selection = coalesce(?, selection), plan = coalesce(?, plan),"
        " prompt = coalesce(?, prompt) where id = ?",
        (
            agent_id,
            None if selection is None else _dump(selection),
            None if plan is None else _dump(plan),
            prompt,
            execution_id,
        ),
    )


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
