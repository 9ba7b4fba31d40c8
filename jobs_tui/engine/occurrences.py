"""The tick: every due occurrence is decided once, in the transaction that moves the cursor.

Source: SCHEDULING.md 5 and 6, DESIGN 6.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from jobs_tui.agents import prompt as prompts
from jobs_tui.agents.directory import Directory, directory
from jobs_tui.agents.doer import agent_of
from jobs_tui.agents.missing import queue_of
from jobs_tui.engine.ending import end_if_over, spent
from jobs_tui.models.config import JobConfig, job_config
from jobs_tui.models.enums import Kind, TriggerType
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.ids import new_execution_id
from jobs_tui.models.job import Job
from jobs_tui.models.times import from_text, maybe_to_text, to_text
from jobs_tui.schedule.clock_steps import after_backward_step
from jobs_tui.schedule.decisions import NEVER_TOO_LATE, Policy, Start, decide
from jobs_tui.schedule.timing import INSTANT, counts_from_end, delay_of, timing_of
from jobs_tui.store import executions
from jobs_tui.store import jobs as rows
from jobs_tui.store.database import Store
from jobs_tui.store.learned import learned
from jobs_tui.store.occurrences import clock_epoch, insert_skip

LIMIT = 100
"""Jobs decided in one transaction: more would stall other writers (SCHEDULING.md 6)."""
CHUNK = 500
"""Jobs whose next start is computed anew in one transaction when the engine starts."""

DUE = f"""
{rows.SELECT} where jobs.enabled = 1 and jobs.archived_at is null
    and jobs.next_due_at is not null and jobs.next_due_at <= ?
order by jobs.next_due_at limit ?
"""


@dataclass(frozen=True, slots=True)
class Decided:
    """What one transaction of the tick did."""

    jobs: int
    starts: int

    @property
    def more(self) -> bool:
        """Whether other jobs may be due as well."""
        return self.jobs == LIMIT


async def decide_due(store: Store, now: datetime) -> Decided:
    """Decide what is due by now, up to :data:`LIMIT` jobs."""
    if store.row(DUE, (to_text(now), 1)) is None:
        return Decided(0, 0)
    return await store.awrite(partial(_decide_due, now=now, directory=directory(store)))


def next_due(store: Store) -> datetime | None:
    """When the next occurrence of any job is due."""
    row = store.row(
        "select min(next_due_at) from jobs where enabled = 1 and archived_at is null"
        " and next_due_at is not null"
    )
    return None if row is None or row[0] is None else from_text(row[0])


def _decide_due(connection: sqlite3.Connection, now: datetime, directory: Directory) -> Decided:
    epoch = clock_epoch(connection)
    found = [rows.job_from(row) for row in connection.execute(DUE, (to_text(now), LIMIT))]
    starts = sum(_decide_job(connection, job, now, epoch, directory) for job in found)
    return Decided(len(found), starts)


def _decide_job(
    connection: sqlite3.Connection, job: Job, now: datetime, epoch: int, directory: Directory
) -> int:
    definition = job.definition
    try:
        timing = timing_of(definition, job.created_at, job.due_at)
        config = job_config(definition.config)
    except JobsTuiError as error:
        # What was valid when it was saved need not be valid for ever: time zones go away.
        block(connection, job.id, error.sentence())
        return 0
    if timing is None:
        connection.execute("update jobs set next_due_at = null where id = ?", (job.id,))
        return 0
    never_lost = definition.trigger_type is TriggerType.ONE_OFF or counts_from_end(definition)
    policy = Policy(
        overlap=config.overlap,
        grace=config.grace,
        catchup=config.catchup,
        catchup_window=NEVER_TOO_LATE if never_lost else config.catchup_window,
        max_parallel=config.max_parallel,
    )
    left = None
    if definition.max_runs is not None:
        left = max(0, definition.max_runs - job.counted_runs)
    decision = decide(timing, job.cursor_at or job.created_at, now, policy, job.live, left)
    for skip in decision.skips:
        insert_skip(connection, job, skip, now, "engine")
    for start in decision.starts:
        _insert_start(connection, job, config, start, now, epoch, directory)
    due = decision.next_due
    if left is not None and len(decision.starts) >= left:
        due = None
    connection.execute(
        "update jobs set cursor_at = ?, next_due_at = ?, counted_runs = counted_runs + ?"
        " where id = ?",
        (to_text(decision.cursor), maybe_to_text(due), len(decision.starts), job.id),
    )
    if due is None and not decision.starts and not job.live:
        # Nothing is under way whose end would settle it.
        end_if_over(connection, job.id, now)
    return len(decision.starts)


def _insert_start(
    connection: sqlite3.Connection,
    job: Job,
    config: JobConfig,
    start: Start,
    now: datetime,
    epoch: int,
    directory: Directory,
) -> None:
    new = executions.NewExecution(
        id=new_execution_id(),
        job_id=job.id,
        revision=job.revision,
        trigger_type=job.definition.trigger_type,
        kind=Kind(start.kind),
        created_at=now,
        nominal_at=start.nominal,
        clock_epoch=epoch,
        parallel=config.parallel,
        max_attempts=config.retry.max_attempts,
        requested_by="engine",
        queue=queue_of(job.definition),
        agent_id=agent_of(job.definition),
    )
    late = (now - start.nominal).total_seconds()
    if new.kind is Kind.CATCH_UP:
        new.trigger_metadata = {"late_seconds": round(late)}
    try:
        new.parameters = prompts.resolve(job.definition, {}, directory)
        known = learned(connection, job.id, shown=True) if job.definition.learns else {}
        new.prompt = prompts.readable(
            job.definition, prompts.Start(new.id, start.nominal, known), new.parameters, directory
        )
        executions.insert(connection, new)
    except JobsTuiError as error:
        # The occurrence is decided all the same, and its row says what is wrong.
        executions.insert_failed(connection, new, error.sentence())


def block(connection: sqlite3.Connection, job_id: str, reason: str) -> None:
    """Take a job off the schedule until it is mended, with the reason."""
    connection.execute(
        "update jobs set blocked_reason = ?, next_due_at = null where id = ?", (reason, job_id)
    )


async def recompute(store: Store, now: datetime) -> list[str]:
    """Compute every job's next start anew: time zone rules change under our feet.

    Returns:
        A sentence per job whose next start moved.
    """
    ids = [
        row[0]
        for row in store.rows(
            "select id from jobs where enabled = 1 and archived_at is null"
            " and ended_as is null and trigger_type not in ('webhook', 'manual')"
            " order by next_due_at"
        )
    ]
    moved: list[str] = []
    for at in range(0, len(ids), CHUNK):
        moved += await store.awrite(partial(_recompute, ids=ids[at : at + CHUNK], now=now))
    return moved


def _recompute(connection: sqlite3.Connection, ids: list[str], now: datetime) -> list[str]:
    moved = []
    for job_id in ids:
        job = rows.get(connection, job_id)
        if job is None:
            continue
        try:
            timing = timing_of(job.definition, job.created_at, job.due_at)
            due = None if timing is None or spent(job) else timing.next(job.cursor_at or now)
        except JobsTuiError as error:
            block(connection, job.id, error.sentence())
            moved.append(f"{job.name}: {error.sentence()}")
            continue
        if due != job.next_due_at or job.blocked_reason:
            connection.execute(
                # A reason with a start to come is what a run said: the next run says anew.
                "update jobs set blocked_reason = case when next_due_at is null then null"
                " else blocked_reason end, next_due_at = ? where id = ?",
                (maybe_to_text(due), job.id),
            )
            if job.next_due_at is not None:
                moved.append(f"{job.name}: next start moved to {maybe_to_text(due)}")
    return moved


async def clock_went_back(store: Store, now: datetime, step: timedelta) -> None:
    """The clock was set back by more than a minute: a new epoch (SCHEDULING.md 5, S14 and S15)."""
    await store.awrite(partial(_clock_went_back, now=now, step=step))


def _clock_went_back(connection: sqlite3.Connection, now: datetime, step: timedelta) -> None:
    connection.execute(
        "insert or replace into facts (name, value) values ('clock_epoch', ?)",
        (str(clock_epoch(connection) + 1),),
    )
    where = (
        "where jobs.archived_at is null and jobs.ended_as is null"
        " and jobs.trigger_type not in ('webhook', 'manual') and jobs.cursor_at > ?"
    )
    for row in connection.execute(f"{rows.SELECT} {where}", (to_text(now),)).fetchall():
        job = rows.job_from(row)
        try:
            timing = timing_of(job.definition, job.created_at, job.due_at)
        except JobsTuiError as error:
            block(connection, job.id, error.sentence())
            continue
        if timing is None:
            continue
        cursor = after_backward_step(
            timing.follows_wall, job.cursor_at or now, now, step.total_seconds()
        )
        due_at = job.due_at
        if due_at is not None:  # counted from an end that the new clock has not seen yet
            due_at = min(due_at, now + delay_of(job.definition))
            timing = timing_of(job.definition, job.created_at, due_at) or timing
            cursor = min(cursor, due_at - INSTANT)
        due = timing.next(cursor) if job.enabled and not spent(job) else None
        connection.execute(
            "update jobs set cursor_at = ?, due_at = ?, next_due_at = ? where id = ?",
            (to_text(cursor), maybe_to_text(due_at), maybe_to_text(due), job.id),
        )
