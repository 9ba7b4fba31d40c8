"""Rows of ``steps``: what each member of a team and each step of a workflow did."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.execution import Step
from jobs_tui.models.times import maybe_from_text, maybe_to_text


@dataclass(frozen=True, slots=True)
class StepRow:
    """The present state of a step."""

    name: str
    position: int
    status: ExecutionStatus
    parent: str = ""
    needs: tuple[str, ...] = ()
    agent_id: str | None = None
    role: str = ""
    started_at: datetime | None = None
    completed_at: datetime | None = None
    result: str | None = None
    error_message: str | None = None
    usage: dict[str, Any] | None = None


def save(connection: sqlite3.Connection, execution_id: str, attempt: int, row: StepRow) -> None:
    """Write a step as it stands now."""
    connection.execute(
        "insert or replace into steps (execution_id, attempt, position, name, parent, needs,"
        " agent_id, role, status, started_at, completed_at, result, error_message, usage)"
        " values (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            execution_id,
            attempt,
            row.position,
            row.name,
            row.parent,
            json.dumps(row.needs),
            row.agent_id,
            row.role,
            row.status,
            maybe_to_text(row.started_at),
            maybe_to_text(row.completed_at),
            row.result,
            row.error_message,
            None if row.usage is None else json.dumps(row.usage),
        ),
    )


def listing(connection: sqlite3.Connection, execution_id: str) -> list[Step]:
    """The steps of the newest attempt that has any, in order."""
    rows = connection.execute(
        "select * from steps where execution_id = :id and attempt ="
        " (select max(attempt) from steps where execution_id = :id) order by position",
        {"id": execution_id},
    )
    return [
        Step(
            execution_id=row["execution_id"],
            attempt=row["attempt"],
            position=row["position"],
            name=row["name"],
            parent=row["parent"],
            needs=tuple(json.loads(row["needs"])),
            agent_id=row["agent_id"],
            role=row["role"],
            status=ExecutionStatus(row["status"]),
            started_at=maybe_from_text(row["started_at"]),
            completed_at=maybe_from_text(row["completed_at"]),
            result=row["result"],
            error_message=row["error_message"],
            usage=json.loads(row["usage"]) if row["usage"] else {},
        )
        for row in rows
    ]


def end_open(connection: sqlite3.Connection, execution_id: str, at: datetime) -> None:
    """Whatever of a run had not ended has been cancelled with it."""
    connection.execute(
        "update steps set completed_at = ?, status ="
        " case when started_at is null then 'skipped' else 'cancelled' end"
        " where execution_id = ? and status in ('queued', 'running')",
        (maybe_to_text(at), execution_id),
    )
