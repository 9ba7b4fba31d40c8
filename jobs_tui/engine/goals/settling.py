"""The judgement of a run out of the store and into it, for the aftermath of the run."""

from __future__ import annotations

import json
import sqlite3

from jobs_tui.engine.goals.ended import Ended, Judgement
from jobs_tui.engine.goals.judging import judge
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.models.times import maybe_from_text
from jobs_tui.store import answers

EARLIER = 20
"""Runs before this one that expressions see."""

JUDGED = frozenset(
    {
        ExecutionStatus.COMPLETED,
        ExecutionStatus.FAILED,
        ExecutionStatus.TIMED_OUT,
        ExecutionStatus.LOST,
    }
)
"""A run that was skipped or cancelled says nothing."""

_SOME = """
select e.status, e.exit_code, e.result, answers.answer, e.completed_at, e.verdict,
    e.change is not null as changed
from executions e left join answers on answers.execution_id = e.id
where e.job_id = :job and e.seq < (select seq from executions where id = :id)
    and e.status in ('completed', 'failed', 'timed_out', 'lost')
order by e.seq desc limit :most
"""
_CHANGES = """
select count(*) from executions indexed by executions_changed
where job_id = :job and change is not null and id <> :id
"""


def judged(connection: sqlite3.Connection, job: Job, execution: Execution) -> Judgement:
    """Judge a run that has ended, by what is stored of it and of the runs before.

    Takes a time in proportion to the answers, bounded: not for a transaction or an event loop.
    """
    names = {"job": job.id, "id": execution.id, "most": EARLIER}
    rows, changes = list[sqlite3.Row](), 0
    if job.definition.end_condition is not None:
        rows = connection.execute(_SOME, names).fetchall()
        changes = connection.execute(_CHANGES, names).fetchone()[0]
    watched = connection.execute("select watched from jobs where id = ?", (job.id,)).fetchone()[0]
    ended = Ended(
        execution.status,
        execution.exit_code,
        execution.result,
        answers.get(connection, execution.id),
        execution.completed_at,
    )
    return judge(
        job.definition,
        ended,
        [_earlier(row) for row in rows],
        watched,
        state=job.state,
        runs=job.successful_executions + job.failed_executions,
        changes=changes,
    )


def _earlier(row: sqlite3.Row) -> Ended:
    return Ended(
        ExecutionStatus(row["status"]),
        row["exit_code"],
        row["result"],
        row["answer"],
        maybe_from_text(row["completed_at"]),
        row["verdict"],
        bool(row["changed"]),
    )


def write_judgement(
    connection: sqlite3.Connection, job: Job, execution: Execution, judgement: Judgement
) -> None:
    """Keep a judgement with the run, and what it leaves for the next one with the job.

    The caller does what follows: ends the job when the goal is met.
    """
    connection.execute(
        "update executions set verdict = ?, verdict_reason = ?, worth_reporting = ?, change = ?,"
        " goal = ?, problem = ? where id = ?",
        (
            judgement.verdict,
            judgement.verdict_reason,
            judgement.worth_reporting,
            judgement.change,
            judgement.reason or None,
            judgement.problem,
            execution.id,
        ),
    )
    blocked = None
    if judgement.verdict == "blocked":
        blocked = f"the agent is blocked: {judgement.verdict_reason or 'it did not say why'}"
    state = None
    if judgement.state is not None:
        state = json.dumps(judgement.state, ensure_ascii=False)
    connection.execute(
        "update jobs set state = coalesce(?, state), watched = ?, goal = ?, problem = ?,"
        " agent_blocked = ? where id = ?",
        (
            state,
            judgement.watched,
            judgement.reason or None,
            judgement.problem,
            blocked,
            job.id,
        ),
    )
