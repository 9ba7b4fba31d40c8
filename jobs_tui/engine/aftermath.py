"""What follows from the end of a run: the job's status, its next start (DESIGN 7, SCHEDULING.md 5).

An SQLite trigger notes each ended execution of a job from which something follows, in the
transaction that ended it; here each is settled in one transaction of its own. So whatever dies in
between, it is settled once.
"""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from jobs_tui.agents.directory import Directory, directory
from jobs_tui.engine.dependants import after, after_job
from jobs_tui.engine.ending import end, end_if_over, spent
from jobs_tui.engine.goals.ended import Judgement
from jobs_tui.engine.goals.settling import JUDGED, judged, write_judgement
from jobs_tui.models.config import job_config
from jobs_tui.models.enums import BAD, ExecutionStatus, JobStatus, Kind, TriggerType
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.models.times import maybe_to_text
from jobs_tui.schedule.timing import INSTANT, counts_from_end, delay_of, timing_of
from jobs_tui.store import executions, jobs, result_deliveries
from jobs_tui.store.database import Store

SOME = 50
"""Executions that are settled in one transaction."""
BY_SCHEDULE = frozenset({Kind.SCHEDULED, Kind.CATCH_UP, Kind.CHAIN})
"""Kinds of executions whose end decides what becomes of a job that runs once."""
LONGEST_BACK_OFF = 3600.0
"""Seconds beyond its delay that an ongoing job waits after failures in a row."""
WAITING = "select 1 from aftermath limit 1"


@dataclass(frozen=True, slots=True)
class _Ended:
    """One execution that has ended and is to be settled, or a job that is to be looked at."""

    seq: int
    execution: Execution | None
    job: Job | None
    judgement: Judgement | None
    whole: str | None = None
    """The id of a job that has ended as a whole, or may be ready to start."""


async def settle_all(store: Store) -> int:
    """Settle every execution that has ended; how many there were.

    Raises:
        StoreError: the store refuses; nothing is lost, call again.
    """
    settled = 0
    while store.row(WAITING) is not None:
        # Judging reads answers and may take a while: not in the transaction.
        some = await asyncio.to_thread(_judge_some, store)
        now, known = store.clock.now(), directory(store)
        await store.awrite(partial(_settle_some, some=some, now=now, known=known))
        settled += len(some)
    return settled


def _judge_some(store: Store) -> list[_Ended]:
    """The next ones to settle, each job once: a run is judged by what the one before left."""
    found: list[_Ended] = []
    seen: set[str] = set()
    for row in store.rows("select seq, execution_id from aftermath order by seq limit ?", (SOME,)):
        if row["execution_id"].startswith("job_"):
            found.append(_Ended(row["seq"], None, None, None, row["execution_id"]))
            continue
        connection = store.jobs.reader()
        execution = executions.get(connection, row["execution_id"])
        job = None if execution is None else jobs.get(connection, execution.job_id)
        if execution is None or job is None:
            found.append(_Ended(row["seq"], None, None, None))
            continue
        if job.id in seen:
            break
        seen.add(job.id)
        said = judged(connection, job, execution) if execution.status in JUDGED else None
        found.append(_Ended(row["seq"], execution, job, said))
    return found


def _settle_some(
    connection: sqlite3.Connection, some: list[_Ended], now: datetime, known: Directory
) -> None:
    for one in some:
        gone = connection.execute("delete from aftermath where seq = ?", (one.seq,)).rowcount == 0
        if gone:  # another process was quicker: it is settled once
            continue
        if one.whole is not None:
            after_job(connection, one.whole, now, known)
        elif one.execution is not None and one.job is not None:
            _settle(connection, one.execution, one.job, one.judgement, now)
            after(connection, one.job, one.execution, now, known)


def _settle(
    connection: sqlite3.Connection,
    execution: Execution,
    job: Job,
    judgement: Judgement | None,
    now: datetime,
) -> None:
    if judgement is not None:
        write_judgement(connection, job, execution, judgement)
    _count_failures(connection, job, execution)
    _deliver(connection, job, execution, now)
    _follow(connection, job.id, execution, judgement, now)


def _deliver(connection: sqlite3.Connection, job: Job, execution: Execution, now: datetime) -> None:
    """Put the result into the outbox; the engine sends it after the commit."""
    if not job.definition.deliver_to:
        return
    definition = jobs.revision(connection, job.id, execution.revision)
    said = connection.execute(
        "select worth_reporting from executions where id = ?", (execution.id,)
    ).fetchone()[0]
    worth = None if said is None else bool(said)
    result_deliveries.plan(connection, job, definition, execution.id, execution.status, worth, now)


def _count_failures(connection: sqlite3.Connection, job: Job, execution: Execution) -> None:
    """A cancelled or skipped run neither counts nor starts the count anew (S48)."""
    if execution.status in BAD:
        change = "failures_in_row + 1"
    elif execution.status is ExecutionStatus.COMPLETED:
        change = "0"
    else:
        return
    connection.execute(f"update jobs set failures_in_row = {change} where id = ?", (job.id,))


def _follow(
    connection: sqlite3.Connection,
    job_id: str,
    execution: Execution,
    judgement: Judgement | None,
    now: datetime,
) -> None:
    """The job's status after one of its runs."""
    job = jobs.get(connection, job_id)
    if job is None or job.archived_at is not None or job.ended_as is not None:
        return
    if job.definition.trigger_type is TriggerType.ONE_OFF:
        _after_the_one_run(connection, job, execution, now)
        return
    if (
        judgement is not None
        and judgement.met
        and job.definition.trigger_type is TriggerType.ONGOING
    ):
        reason = f"run #{execution.number}: {judgement.reason}"
        end(connection, job, JobStatus.COMPLETED, reason, now)
        return
    limit = job_config(job.definition.config).pause_on_failure
    if job.enabled and limit and job.failures_in_row >= limit:
        reason = f"paused after {job.failures_in_row} failed runs in a row"
        end(connection, job, JobStatus.PAUSED, reason, now)
        return
    if end_if_over(connection, job.id, now):
        return
    if counts_from_end(job.definition):
        _due_after_end(connection, job, execution, now)


def _after_the_one_run(
    connection: sqlite3.Connection, job: Job, execution: Execution, now: datetime
) -> None:
    if execution.kind not in BY_SCHEDULE:
        return  # a start by hand does not use up its time
    run = f"run #{execution.number}"
    if execution.status is ExecutionStatus.COMPLETED:
        end(connection, job, JobStatus.COMPLETED, f"{run} is completed", now)
    elif execution.status is ExecutionStatus.CANCELLED:
        end(connection, job, JobStatus.CANCELLED, f"{run} was cancelled", now)
    else:
        why = execution.error_message or execution.reason or execution.status.sentence
        end(connection, job, JobStatus.FAILED, f"{run}: {why}", now)


def _due_after_end(
    connection: sqlite3.Connection, job: Job, execution: Execution, now: datetime
) -> None:
    """The next start, counted from the end of this run; failures in a row wait longer."""
    if job.live:
        return  # its end will say
    ended = execution.completed_at or now
    delay = delay_of(job.definition)
    if job.definition.trigger_type is TriggerType.ONGOING and job.failures_in_row:
        seconds = delay.total_seconds() * 2.0 ** min(job.failures_in_row, 20)
        delay = timedelta(seconds=min(seconds, delay.total_seconds() + LONGEST_BACK_OFF))
    due_at = max(ended + delay, (job.cursor_at or ended) + INSTANT)
    timing = timing_of(job.definition, job.created_at, due_at)
    due = None
    if timing is not None and job.enabled and not spent(job):
        due = timing.next(job.cursor_at or job.created_at)
    connection.execute(
        "update jobs set due_at = ?, next_due_at = ? where id = ?",
        (maybe_to_text(due_at), maybe_to_text(due), job.id),
    )
    if due is None:
        end_if_over(connection, job.id, now)
