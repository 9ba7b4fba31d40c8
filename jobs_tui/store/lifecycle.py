"""The one place that writes what became of a job, with its reason and an audit row (DESIGN 4)."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from jobs_tui.models.enums import JobStatus
from jobs_tui.models.job import Job
from jobs_tui.models.lifecycle import refuse_transition
from jobs_tui.models.times import to_text

ENDS = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED})
"""Statuses in which nothing starts a job any more."""


def move(
    connection: sqlite3.Connection,
    job: Job,
    to: JobStatus,
    reason: str,
    now: datetime,
    *,
    actor: str,
    face: str,
    origin: str | None = None,
) -> None:
    """End a job (completed, failed, cancelled) or pause it; what is live goes on.

    Args:
        job: as it stands in this transaction.
        reason: one sentence, shown with the status.
        actor, face, origin: for the audit row, see ``service.context.Context``.

    Raises:
        Refused: the transition is not in the table of :mod:`jobs_tui.models.lifecycle`.
        ValueError: this status is not one that is written here.
    """
    refuse_transition(job.name, job.status, to)
    if to in ENDS:
        ended: tuple[str | None, str | None] = (str(to), to_text(now))
    elif to is JobStatus.PAUSED:
        ended = (None, None)
    else:
        raise ValueError(f"{to} follows from other columns")
    connection.execute(
        "update jobs set enabled = 0, ended_as = ?, ended_at = ?, status_reason = ?,"
        " next_due_at = null, due_at = null, updated_at = ?, updated_by = ? where id = ?",
        (*ended, reason, to_text(now), actor, job.id),
    )
    connection.execute(
        "insert into audit (at, actor, face, action, subject, detail, origin)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (to_text(now), actor, face, f"job.{to}", job.id, f"was {job.status}: {reason}", origin),
    )
