"""The one place that writes what became of a job, with its reason and an audit row (DESIGN 4)."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from jobs_tui.models.enums import ExecutionStatus, JobStatus
from jobs_tui.models.errors import WrongStatus
from jobs_tui.models.job import Job
from jobs_tui.models.lifecycle import ENDS, in_words, refuse_transition
from jobs_tui.models.times import maybe_to_text, to_text
from jobs_tui.store import dependencies
from jobs_tui.store.queue import end_waiting

ACTION = {
    JobStatus.PAUSED: "job.pause",
    JobStatus.COMPLETED: "job.complete",
    JobStatus.FAILED: "job.fail",
    JobStatus.CANCELLED: "job.cancel",
    JobStatus.ARCHIVED: "job.delete",
    JobStatus.ACTIVE: "job.resume",
}
"""What the audit calls each change."""


def move(
    connection: sqlite3.Connection,
    job: Job,
    to: JobStatus,
    reason: str | None,
    now: datetime,
    *,
    actor: str,
    face: str,
    origin: str | None = None,
) -> None:
    """End a job (completed, failed, cancelled), pause or delete it.

    Runs that wait end with a cancelled or deleted job; of a cancelled one those that run are asked
    to stop as well. In all other cases what is live goes on.

    Args:
        job: as it stands in this transaction.
        reason: one sentence, shown with the status; None when it says itself.
        actor, face, origin: for the audit row, see ``service.context.Context``.

    Raises:
        WrongStatus: the transition is not in the table of :mod:`jobs_tui.models.lifecycle`.
        ValueError: this status is not one that is written here.
    """
    refuse_transition(job, to)
    at = to_text(now)
    if to in ENDS or to is JobStatus.PAUSED:
        connection.execute(
            "update jobs set enabled = 0, ended_as = ?, ended_at = ?, status_reason = ?,"
            " next_due_at = null, due_at = case when ? then null else due_at end,"
            " updated_at = ?, updated_by = ? where id = ?",
            (
                str(to) if to in ENDS else None,
                at if to in ENDS else None,
                reason,
                to in ENDS,
                at,
                actor,
                job.id,
            ),
        )
    elif to is JobStatus.ARCHIVED:
        connection.execute(
            "update jobs set archived_at = ?, next_due_at = null, updated_at = ?, updated_by = ?"
            " where id = ?",
            (at, at, actor, job.id),
        )
    else:
        raise ValueError(f"{to} follows from other columns")
    if to is JobStatus.CANCELLED:
        _stop_running(connection, job, now, actor)
        end_waiting_runs(connection, job, now, "the job was cancelled")
    elif to is JobStatus.ARCHIVED:
        end_waiting_runs(connection, job, now, "the job was deleted")
    _audit(connection, job, ACTION[to], reason, now, actor, face, origin)
    if to in ENDS:
        dependencies.note_end(connection, job, by_engine=face == "engine")
    _refresh(connection, job)


def arm(
    connection: sqlite3.Connection,
    job: Job,
    due_at: datetime | None,
    next_due_at: datetime | None,
    now: datetime,
    *,
    actor: str,
    face: str,
    origin: str | None = None,
) -> None:
    """Let a paused or failed job start by itself again, from now.

    Args:
        due_at, next_due_at: when it starts next, see ``service.due``; None: nothing is planned.

    Raises:
        WrongStatus: it has ended for good, or was not stopped.
    """
    refuse_transition(job, JobStatus.ACTIVE)
    connection.execute(
        "update jobs set enabled = 1, ended_as = null, ended_at = null, status_reason = null,"
        " failures_in_row = 0, cursor_at = ?, due_at = ?, next_due_at = ?, updated_at = ?,"
        " updated_by = ? where id = ?",
        (
            to_text(now),
            maybe_to_text(due_at),
            maybe_to_text(next_due_at),
            to_text(now),
            actor,
            job.id,
        ),
    )
    _audit(connection, job, ACTION[JobStatus.ACTIVE], None, now, actor, face, origin)
    _refresh(connection, job)
    if job.definition.depends_on:
        dependencies.wake(connection, job.id)


def bring_back(
    connection: sqlite3.Connection,
    job: Job,
    due_at: datetime | None,
    next_due_at: datetime | None,
    now: datetime,
    *,
    actor: str,
    face: str,
    origin: str | None = None,
) -> None:
    """Take a delete back: the job is again what it was, paused or ended included.

    Raises:
        WrongStatus: it is not deleted.
    """
    if job.archived_at is None:
        raise WrongStatus(
            f"The job {job.name!r:.80} is not deleted.", "There is nothing to restore."
        )
    connection.execute(
        "update jobs set archived_at = null, cursor_at = ?, due_at = ?, next_due_at = ?,"
        " updated_at = ?, updated_by = ? where id = ?",
        (
            to_text(now),
            maybe_to_text(due_at),
            maybe_to_text(next_due_at),
            to_text(now),
            actor,
            job.id,
        ),
    )
    _audit(connection, job, "job.restore", None, now, actor, face, origin)
    _refresh(connection, job)


def end_waiting_runs(connection: sqlite3.Connection, job: Job, now: datetime, reason: str) -> int:
    """End the runs of a job that have not begun. Returns how many."""
    waiting = connection.execute(
        "select id from executions where job_id = ?"
        " and status in ('queued', 'blocked', 'waiting_for_input')",
        (job.id,),
    ).fetchall()
    for row in waiting:
        end_waiting(connection, row["id"], now, ExecutionStatus.CANCELLED, reason)
    return len(waiting)


def _refresh(connection: sqlite3.Connection, job: Job) -> None:
    """What it waits for, and what others that depend on it wait for, is told anew."""
    dependencies.refresh(connection, job.id)
    dependencies.refresh_dependants(connection, job.id)


def _stop_running(connection: sqlite3.Connection, job: Job, now: datetime, actor: str) -> None:
    connection.execute(
        "update executions set cancel_requested_at = coalesce(cancel_requested_at, ?),"
        " cancel_requested_by = coalesce(cancel_requested_by, ?)"
        " where job_id = ? and status = 'running'",
        (to_text(now), actor, job.id),
    )


def _audit(
    connection: sqlite3.Connection,
    job: Job,
    action: str,
    reason: str | None,
    now: datetime,
    actor: str,
    face: str,
    origin: str | None,
) -> None:
    was = f"was {in_words(job.status)}"
    connection.execute(
        "insert into audit (at, actor, face, action, subject, detail, origin)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (to_text(now), actor, face, action, job.id, f"{was}: {reason}" if reason else was, origin),
    )
