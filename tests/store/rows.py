"""Rows for tests of the store, without the service on top."""

from __future__ import annotations

import itertools
import sqlite3
from datetime import UTC, datetime
from typing import Any

from jobs_tui.models.enums import ExecutionStatus, Kind, TriggerType
from jobs_tui.models.job import Definition
from jobs_tui.models.times import to_text
from jobs_tui.store import executions, jobs
from jobs_tui.store.queue import Outcome

AT = datetime(2026, 8, 21, 14, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def add_job(
    connection: sqlite3.Connection, job_id: str, definition: Definition | None = None, **more: Any
) -> str:
    """A job as the service would write it."""
    definition = definition or Definition(
        name=job_id, prompt_template="true", trigger_type=TriggerType.MANUAL
    )
    columns = {
        "id": job_id,
        "enabled": True,
        "webhook_path": None,
        "webhook_secret": None,
        "cursor_at": to_text(AT),
        "due_at": None,
        "next_due_at": None,
        "waiting_on": None,
        "copied_from": None,
        "at": to_text(AT),
        "by": "tester",
    }
    connection.execute(jobs.INSERT, jobs.definition_columns(definition) | columns | more)
    jobs.save_revision(connection, job_id, 1, definition, AT, "tester")
    return job_id


def add_run(
    connection: sqlite3.Connection,
    job_id: str,
    *,
    status: ExecutionStatus = ExecutionStatus.QUEUED,
    priority: int = 0,
    not_before: datetime | None = None,
    **more: Any,
) -> str:
    """An execution; its id."""
    fields: dict[str, Any] = {"kind": Kind.MANUAL, "created_at": AT} | more
    new = executions.NewExecution(
        id=f"exec_{next(_numbers)}",
        job_id=job_id,
        revision=1,
        trigger_type=TriggerType.MANUAL,
        status=status,
        **fields,
    )
    executions.insert(connection, new)
    connection.execute(
        "update executions set priority = ?, not_before = ? where id = ?",
        (priority, None if not_before is None else to_text(not_before), new.id),
    )
    return new.id


def outcome(status: ExecutionStatus = ExecutionStatus.COMPLETED, **more: Any) -> Outcome:
    """How an attempt ended."""
    fields: dict[str, Any] = {
        "started_at": AT,
        "completed_at": AT,
        "exit_code": 0,
        "error_message": None,
        "result": None,
        "usage": {},
        "log_lines": 0,
        "log_bytes": 0,
        "retry_at": None,
    }
    return Outcome(status=status, **(fields | more))
