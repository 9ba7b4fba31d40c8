"""Rows of ``dependencies``: who waits for whom, and what has been met.

The definition keeps what was asked for; the rows keep how far it is. ``met_by`` of a gate is the
run that met it (or the id of the other job, when that had ended without a run); of a chain it is
the newest run of the other job from which nothing has followed yet, fitting or not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from jobs_tui.models.dependency import (
    AS_A_RUN,
    ENDED,
    VERBS,
    Dependency,
    Mode,
    dependencies,
)
from jobs_tui.models.enums import BAD, ExecutionStatus, JobStatus, TriggerType
from jobs_tui.models.job import Definition, Job
from jobs_tui.models.lifecycle import in_words
from jobs_tui.store import jobs


@dataclass(frozen=True, slots=True)
class Waits:
    """One row: what a job waits for, and whether it has come."""

    job_id: str
    position: int
    wish: Dependency
    met_by: str | None


def save(connection: sqlite3.Connection, job_id: str, definition: Definition) -> None:
    """Write the rows of a job's ``depends_on``; what was met by the same wish stays met.

    A job that has ended already meets the gates and the one-off jobs that wait for that end. The
    engine starts a one-off job that is ready at once.
    """
    before = {
        (row["on_job_id"], row["condition"], row["mode"]): row["met_by"]
        for row in connection.execute("select * from dependencies where job_id = ?", (job_id,))
    }
    connection.execute("delete from dependencies where job_id = ?", (job_id,))
    once = definition.trigger_type is TriggerType.ONE_OFF
    wishes = dependencies(definition.depends_on)
    ready = bool(wishes) and once
    for position, wish in enumerate(wishes):
        met_by = before.get((wish.job, str(wish.on), str(wish.mode)))
        if met_by is None and (once or wish.mode is Mode.GATE):
            met_by = _met_already(connection, wish)
        ready = ready and met_by is not None
        connection.execute(
            "insert into dependencies (job_id, position, on_job_id, condition, mode,"
            " delay_seconds, met_by) values (?, ?, ?, ?, ?, ?, ?)",
            (job_id, position, wish.job, wish.on, wish.mode, wish.delay_seconds, met_by),
        )
    if ready:
        wake(connection, job_id)


def of(connection: sqlite3.Connection, job: Job) -> list[Waits]:
    """What a job waits for, in the order of its definition."""
    wishes = dependencies(job.definition.depends_on)
    return [
        Waits(job.id, row["position"], wishes[row["position"]], row["met_by"])
        for row in connection.execute(
            "select position, met_by from dependencies where job_id = ? order by position",
            (job.id,),
        )
        if row["position"] < len(wishes)
    ]


def dependants(connection: sqlite3.Connection, job_id: str) -> list[Job]:
    """The jobs that wait for this one and are not deleted, oldest first."""
    return [
        jobs.job_from(row)
        for row in connection.execute(
            f"{jobs.SELECT} where jobs.archived_at is null and jobs.id in"
            " (select job_id from dependencies where on_job_id = ?)"
            " order by jobs.created_at, jobs.rowid",
            (job_id,),
        )
    ]


def note(connection: sqlite3.Connection, row: Waits, met_by: str | None) -> None:
    """Keep the run from which something may follow; None: it has followed."""
    connection.execute(
        "update dependencies set met_by = ? where job_id = ? and position = ?",
        (met_by, row.job_id, row.position),
    )


def started_by_chain(connection: sqlite3.Connection, job_id: str) -> bool:
    """Whether a run of other jobs has started it before."""
    row = connection.execute(
        "select 1 from executions where job_id = ? and kind = 'chain' and status <> 'skipped'"
        " limit 1",
        (job_id,),
    ).fetchone()
    return row is not None


def refresh(connection: sqlite3.Connection, job_id: str) -> None:
    """Write what a job waits for; a job that waits is not due (a trigger of the table)."""
    job = jobs.get(connection, job_id)
    if job is None:
        return
    words = waiting_on(connection, job)
    if words != job.waiting_on:
        connection.execute("update jobs set waiting_on = ? where id = ?", (words, job_id))


def refresh_dependants(connection: sqlite3.Connection, job_id: str) -> None:
    """As :func:`refresh`, of all that wait for this job, deleted ones too."""
    for row in connection.execute(
        "select distinct job_id from dependencies where on_job_id = ?", (job_id,)
    ).fetchall():
        refresh(connection, row["job_id"])


def wake(connection: sqlite3.Connection, job_id: str) -> None:
    """Let the engine look whether a job is ready to start."""
    connection.execute("insert into aftermath (execution_id) values (?)", (job_id,))


def note_end(connection: sqlite3.Connection, job: Job, by_engine: bool) -> None:
    """Let the engine look at who waits for a job that has ended as a whole.

    The end of a run says it itself, except of an ongoing job, of which only the last end counts.
    """
    if by_engine and job.definition.trigger_type is not TriggerType.ONGOING:
        return
    connection.execute(
        "insert into aftermath (execution_id) select ? where exists"
        " (select 1 from dependencies where on_job_id = ?)",
        (job.id, job.id),
    )


def waiting_on(connection: sqlite3.Connection, job: Job) -> str | None:
    """What a job waits for, in one sentence; None when its dependencies hold nothing up.

    A one-off job waits until it is started. Another one that runs in a chain is armed, and waits
    only when no run can come any more.
    """
    if job.ended_as is not None:
        return None
    once = job.definition.trigger_type is TriggerType.ONE_OFF
    if once and job.definition.depends_on and started_by_chain(connection, job.id):
        return "its run has been started"
    said: list[str] = []
    rows = of(connection, job)
    for row in rows:
        if row.wish.mode is Mode.GATE or once:
            if not met(connection, row):
                said.append(_waits_for(connection, row))
        else:
            said += _broken(connection, job, row)
    if once and rows and not said:
        said.append("starts in a moment")
    if not said:
        return None
    return said[0] if len(said) == 1 else f"{said[0]} (and {len(said) - 1} more)"


def met(connection: sqlite3.Connection, row: Waits) -> bool:
    """Whether what has come is what was wanted."""
    if row.met_by is None or row.wish.mode is Mode.GATE:
        return row.met_by is not None
    status = status_of(connection, row.met_by)
    return status is not None and row.wish.fits(status)


def status_of(connection: sqlite3.Connection, met_by: str) -> ExecutionStatus | None:
    """How the run, or the whole job, ended that was noted; None when it is no longer kept."""
    row = connection.execute("select status from executions where id = ?", (met_by,)).fetchone()
    if row is not None:
        return ExecutionStatus(row["status"])
    row = connection.execute("select ended_as from jobs where id = ?", (met_by,)).fetchone()
    if row is None or row["ended_as"] is None:
        return None
    return AS_A_RUN[JobStatus(row["ended_as"])]


def _waits_for(connection: sqlite3.Connection, row: Waits) -> str:
    other = jobs.get(connection, row.wish.job)
    gone = _gone(other)
    if gone or other is None:
        return gone
    name = f"{other.name:.80}"
    wish = f"waits for {name} to {VERBS[row.wish.on]}"
    if other.ended_as is not None:
        return f"{name} is {in_words(other.ended_as)}: {wish}, which it does no more"
    last = status_of(connection, row.met_by or other.last_execution_id or "")
    if last is not None and not last.live and not row.wish.fits(last):
        return f"{name} {ENDED[last]}: {wish}"
    return wish


def _broken(connection: sqlite3.Connection, job: Job, row: Waits) -> list[str]:
    """Why a chain cannot go on; empty when it can."""
    other = jobs.get(connection, row.wish.job)
    gone = _gone(other)
    if gone or other is None:
        return [gone]
    if other.ended_as is not None and not started_by_chain(connection, job.id) and not job.live:
        name = f"{other.name:.80}"
        return [f"{name} is {in_words(other.ended_as)}: no run of it starts this job any more"]
    return []


def _gone(other: Job | None) -> str:
    mend = "change depends_on"
    if other is None:
        return f"a job that it depends on was removed for good: {mend}"
    if other.archived_at is not None:
        return f"{other.name:.80} is deleted: restore it, or {mend}"
    return ""


def _met_already(connection: sqlite3.Connection, wish: Dependency) -> str | None:
    other = jobs.get(connection, wish.job)
    if other is None or other.archived_at is not None or other.ended_as is None:
        return None
    if not wish.fits(AS_A_RUN[other.ended_as]):
        return None
    return ended_by(connection, other)


def ended_by(connection: sqlite3.Connection, job: Job) -> str:
    """The run with which a job ended; the id of the job when there was none that fits its end."""
    last = job.last_execution_id
    if last is None or job.ended_as is None:
        return job.id
    status, wanted = status_of(connection, last), AS_A_RUN[job.ended_as]
    fits = status is wanted or (status in BAD and wanted in BAD)
    return last if fits else job.id


def names(found: Sequence[Job]) -> str:
    """Names of jobs within a sentence, the first few."""
    shown = ", ".join(f"{job.name:.60}" for job in found[:5])
    return shown if len(found) <= 5 else f"{shown} and {len(found) - 5} more"
