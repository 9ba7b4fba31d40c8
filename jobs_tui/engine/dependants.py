"""What the end of a run means for the jobs that depend on it (jobs_module.md: dependencies).

Chain: each run of the other jobs starts one run, once each of them has brought one; a run that does
not fit leaves a skipped row with the reason, and who depends on that is decided in turn. Gate: once
met it opens, and the job's own trigger begins to count. A one-off job starts when all is met.

Everything here happens in the transaction that settles the run, so it happens once.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from jobs_tui.agents import prompt as prompts
from jobs_tui.agents.directory import Directory
from jobs_tui.agents.doer import agent_of
from jobs_tui.agents.missing import queue_of
from jobs_tui.engine.ending import end_if_over, spent
from jobs_tui.engine.handing_on import passed
from jobs_tui.engine.occurrences import block
from jobs_tui.models.config import job_config
from jobs_tui.models.dependency import AS_A_RUN, ENDED, Mode
from jobs_tui.models.enums import ExecutionStatus, Kind, TriggerType
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.execution import Execution
from jobs_tui.models.ids import new_execution_id
from jobs_tui.models.job import Job
from jobs_tui.models.times import maybe_from_text, maybe_to_text, to_text
from jobs_tui.schedule.decisions import decide_pause
from jobs_tui.schedule.timing import counts_from_end, first_after_end, timing_of
from jobs_tui.store import dependencies, executions, jobs
from jobs_tui.store.dependencies import Waits
from jobs_tui.store.occurrences import insert_skip

QUEUE_LIMIT = 100
"""Runs of one job that may wait for their turn; what a chain brings beyond is skipped."""


@dataclass(frozen=True, slots=True)
class End:
    """That something ended: a run, or a job as a whole."""

    job_id: str
    met_by: str
    """The id of the run; of a job that ended without one, its own."""
    status: ExecutionStatus
    whole: bool = False
    """The job as a whole: then only who waits for that looks at it."""


def after(
    connection: sqlite3.Connection,
    job: Job,
    execution: Execution,
    now: datetime,
    directory: Directory,
) -> int:
    """Decide what follows from a run that has ended; how many runs were started.

    Of an ongoing job only the last end counts: see :func:`after_job`.
    """
    if job.definition.trigger_type is TriggerType.ONGOING:
        return 0
    return _spread(connection, End(job.id, execution.id, execution.status), now, directory)


def after_job(
    connection: sqlite3.Connection, job_id: str, now: datetime, directory: Directory
) -> int:
    """Decide what follows from the end of a job as a whole, and whether the job itself is ready."""
    job = jobs.get(connection, job_id)
    if job is None:
        return 0
    started = 0
    if job.ended_as is None and job.archived_at is None:
        started = int(_decide(connection, job, now, directory).started)
        dependencies.refresh(connection, job.id)
    else:
        if job.ended_as is not None:
            met_by = dependencies.ended_by(connection, job)
            whole = job.definition.trigger_type is not TriggerType.ONGOING
            end = End(job.id, met_by, AS_A_RUN[job.ended_as], whole)
            started = _spread(connection, end, now, directory)
    return started


@dataclass(frozen=True, slots=True)
class _Decided:
    started: bool = False
    skipped: str | None = None
    """The id of the row that says why it did not start."""


def _spread(connection: sqlite3.Connection, first: End, now: datetime, directory: Directory) -> int:
    started = 0
    left = deque([first])
    while left:  # jobs never wait for each other in a circle, so it ends
        end = left.popleft()
        for job in dependencies.dependants(connection, end.job_id):
            if job.ended_as is not None or not _note(connection, job, end):
                continue
            decided = _decide(connection, job, now, directory)
            started += decided.started
            if decided.skipped is not None:
                left.append(End(job.id, decided.skipped, ExecutionStatus.SKIPPED))
            dependencies.refresh(connection, job.id)
    return started


def _note(connection: sqlite3.Connection, job: Job, end: End) -> bool:
    """Keep the end with what waits for it; whether anything does."""
    once = job.definition.trigger_type is TriggerType.ONE_OFF
    if once and dependencies.started_by_chain(connection, job.id):
        return False
    noted = False
    for row in dependencies.of(connection, job):
        if row.wish.job != end.job_id:
            continue
        if row.wish.mode is Mode.GATE:
            if row.met_by is None and row.wish.fits(end.status):
                dependencies.note(connection, row, end.met_by)
        elif once or not end.whole:
            dependencies.note(connection, row, end.met_by)
        noted = True
    return noted


def _decide(
    connection: sqlite3.Connection, job: Job, now: datetime, directory: Directory
) -> _Decided:
    """Open its gates, start it, skip it, or let it wait on."""
    rows = dependencies.of(connection, job)
    once = job.definition.trigger_type is TriggerType.ONE_OFF
    if once and dependencies.started_by_chain(connection, job.id):
        return _Decided()
    gates = [row for row in rows if row.wish.mode is Mode.GATE]
    chain = [row for row in rows if row.wish.mode is Mode.CHAIN]
    open_now = all(row.met_by is not None for row in gates)
    if once:
        if any(row.met_by is None for row in (*chain, *(gates if open_now else ()))):
            return _Decided()
        return _chain(connection, job, rows, chain, open_now, now, directory)
    if gates and open_now and job.waiting_on is not None:
        _open(connection, job, gates, now)
    if not chain or any(row.met_by is None for row in chain):
        return _Decided()
    return _chain(connection, job, chain, chain, open_now, now, directory)


def _chain(
    connection: sqlite3.Connection,
    job: Job,
    rows: Sequence[Waits],
    chain: Sequence[Waits],
    open_now: bool,
    now: datetime,
    directory: Directory,
) -> _Decided:
    """Each of the other jobs has brought a run: start this one, or say why not."""
    once = job.definition.trigger_type is TriggerType.ONE_OFF
    misfits = [row for row in chain if not dependencies.met(connection, row)]
    reason = "; ".join(_what_happened(connection, row) for row in misfits)
    if not misfits and once and not (open_now and job.enabled):
        return _Decided()  # what has come stays: it starts when the rest is there
    reason = reason or _held_up(connection, job, open_now, now)
    runs = [executions.get(connection, row.met_by or "") for row in rows]
    for row in misfits if once else chain:
        dependencies.note(connection, row, None)
    if reason:
        return _Decided(skipped=_skip(connection, job, reason, runs, now))
    _start(connection, job, rows, runs, now, directory)
    return _Decided(started=True)


def _what_happened(connection: sqlite3.Connection, row: Waits) -> str:
    other = jobs.get(connection, row.wish.job)
    name = row.wish.job if other is None else f"{other.name:.80}"
    status = dependencies.status_of(connection, row.met_by or "")
    return f"{name} {'ended' if status is None else ENDED[status]}"


def _held_up(connection: sqlite3.Connection, job: Job, open_now: bool, now: datetime) -> str:
    """Why a run does not start although all came; empty when it does."""
    definition = job.definition
    if not job.enabled:
        return "paused"
    if not open_now:
        return "dependency"
    if spent(job):
        return "max-runs"
    if definition.end_at is not None and to_text(now) > definition.end_at:
        return "outside-window"
    waiting = connection.execute(
        "select count(*) from executions where job_id = ? and status = 'queued'", (job.id,)
    ).fetchone()[0]
    return "queue-full" if waiting >= QUEUE_LIMIT else ""


def _new(job: Job, runs: Sequence[Execution | None], now: datetime) -> executions.NewExecution:
    came = [run for run in runs if run is not None]
    metadata: dict[str, Any] = {
        "after": [
            {
                "job_id": run.job_id,
                "job_name": run.job_name,
                "execution_id": run.id,
                "number": run.number,
                "status": str(run.status),
            }
            for run in came
        ]
    }
    return executions.NewExecution(
        id=new_execution_id(),
        job_id=job.id,
        revision=job.revision,
        trigger_type=job.definition.trigger_type,
        kind=Kind.CHAIN,
        created_at=now,
        trigger_metadata=metadata,
        requested_by="engine",
        queue=queue_of(job.definition),
        agent_id=agent_of(job.definition),
        depth=max((run.depth for run in came), default=0),
    )


def _skip(
    connection: sqlite3.Connection,
    job: Job,
    reason: str,
    runs: Sequence[Execution | None],
    now: datetime,
) -> str:
    new = replace(_new(job, runs, now), status=ExecutionStatus.SKIPPED, reason=reason)
    executions.insert(connection, new)
    if reason in ("max-runs", "outside-window"):
        end_if_over(connection, job.id, now)
    return new.id


def _start(
    connection: sqlite3.Connection,
    job: Job,
    rows: Sequence[Waits],
    runs: Sequence[Execution | None],
    now: datetime,
    directory: Directory,
) -> None:
    definition = job.definition
    new = _new(job, runs, now)
    begins = max(_begins(row, run, now) for row, run in zip(rows, runs, strict=True))
    if definition.trigger_type is TriggerType.ONE_OFF:
        begins = max(begins, maybe_from_text(definition.run_at) or begins)
    if begins > now:
        new.not_before = begins
    try:
        config = job_config(definition.config)
        new.parallel, new.max_attempts = config.parallel, config.retry.max_attempts
        given = passed(connection, rows, runs)
        new.parameters = prompts.resolve(definition, given, directory)
        start = prompts.Start(new.id, max(begins, now))
        new.prompt = prompts.readable(definition, start, new.parameters, directory)
        executions.insert(connection, new)
    except JobsTuiError as error:
        new.not_before = None
        executions.insert_failed(connection, new, error.sentence())
    connection.execute("update jobs set counted_runs = counted_runs + 1 where id = ?", (job.id,))


def _begins(row: Waits, run: Execution | None, now: datetime) -> datetime:
    ended = now if run is None or run.completed_at is None else run.completed_at
    return ended + timedelta(seconds=row.wish.delay_seconds)


def _open(connection: sqlite3.Connection, job: Job, gates: Sequence[Waits], now: datetime) -> None:
    """All gates are met: the job's own trigger begins to count."""
    definition = job.definition
    runs = [executions.get(connection, row.met_by or "") for row in gates]
    begins = max(_begins(row, run, now) for row, run in zip(gates, runs, strict=True))
    begins = max(begins, now)
    try:
        before = timing_of(definition, job.created_at, job.due_at)
        due_at = first_after_end(definition, begins)
        timing = timing_of(definition, job.created_at, due_at)
        due = None if timing is None else timing.next(begins)
        if before is not None and not counts_from_end(definition):
            passed_by = decide_pause(before, job.cursor_at or job.created_at, begins)
            for skip in passed_by.skips:
                insert_skip(connection, job, replace(skip, reason="dependency"), now, "engine")
    except JobsTuiError as error:
        connection.execute("update jobs set waiting_on = null where id = ?", (job.id,))
        block(connection, job.id, error.sentence())
        return
    connection.execute(
        "update jobs set waiting_on = null, cursor_at = ?, due_at = ?, next_due_at = ?"
        " where id = ?",
        (
            to_text(begins),
            maybe_to_text(due_at),
            maybe_to_text(due) if job.enabled else None,
            job.id,
        ),
    )
    if timing is not None and due is None:
        end_if_over(connection, job.id, now)
