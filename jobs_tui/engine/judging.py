"""Judges a run that has ended by what is stored of it and of the runs before."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

from jobs_tui.engine.goals.ended import Ended, Judgement
from jobs_tui.engine.goals.judging import judge
from jobs_tui.models.end_condition import conditions
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.models.times import maybe_from_text
from jobs_tui.schedule.timing import counts_from_end, is_timed
from jobs_tui.store.database import Store

EARLIER = 20
"""Runs before that an expression may look at."""

PAST = """
select e.id, e.status, e.exit_code, e.result, e.completed_at, e.verdict,
    e.change is not null as changed, answers.answer
from executions e left join answers on answers.execution_id = e.id and (:whole or e.id = :id)
where e.job_id = :job and e.seq <= (select seq from executions where id = :id)
    and e.status in ('completed', 'failed', 'timed_out', 'cancelled', 'lost')
order by e.seq desc limit :most
"""

_SAYS_SOMETHING = frozenset(
    {
        ExecutionStatus.COMPLETED,
        ExecutionStatus.FAILED,
        ExecutionStatus.TIMED_OUT,
        ExecutionStatus.LOST,
    }
)


def judged(store: Store, job: Job, execution: Execution) -> Judgement | None:
    """What a run means for its job; None for one that was cancelled or never started.

    Takes a time in proportion to the answers, bounded: not for an event loop.
    """
    if execution.status not in _SAYS_SOMETHING:
        return None
    definition = job.definition
    whole = any(one["type"] == "expression" for one in conditions(definition.end_condition))
    ended, *earlier = [
        _ended(row)
        for row in store.rows(
            PAST, {"job": job.id, "id": execution.id, "whole": whole, "most": EARLIER + 1}
        )
    ]
    counts = store.row(
        "select count(*) as runs, count(change) as changes from executions where job_id = ?"
        " and status in ('completed', 'failed', 'timed_out', 'cancelled', 'lost')",
        (job.id,),
    )
    row = store.row("select watched from jobs where id = ?", (job.id,))
    if counts is None or row is None:
        return None
    return judge(
        definition,
        replace(ended, verdict=None, changed=False),
        earlier,
        row["watched"],
        state=job.state,
        runs=counts["runs"],
        changes=counts["changes"],
    )


def _ended(row: sqlite3.Row) -> Ended:
    return Ended(
        status=ExecutionStatus(row["status"]),
        exit_code=row["exit_code"],
        result=row["result"],
        answer=row["answer"],
        completed_at=maybe_from_text(row["completed_at"]),
        verdict=row["verdict"],
        changed=bool(row["changed"]),
    )


def write(connection: sqlite3.Connection, job: Job, execution: Execution, found: Judgement) -> None:
    """Keep a judgement with the run, and what it leaves for the next one with the job."""
    connection.execute(
        "update executions set verdict = ?, verdict_reason = ?, worth_reporting = ?, change = ?,"
        " reason = coalesce(?, reason) where id = ?",
        (
            found.verdict,
            found.verdict_reason,
            found.worth_reporting,
            found.change,
            found.problem,
            execution.id,
        ),
    )
    connection.execute(
        "update jobs set watched = ?, state = coalesce(?, state), status_reason = ? where id = ?",
        (
            found.watched,
            None if found.state is None else json.dumps(found.state, ensure_ascii=False),
            found.problem or found.reason or None,
            job.id,
        ),
    )
    off_the_schedule = job.next_due_at is None and not counts_from_end(job.definition)
    if off_the_schedule and is_timed(job.definition):
        return  # if it is blocked, then for that reason
    blocked = None
    if found.verdict == "blocked":
        blocked = found.verdict_reason or "the agent says that it is blocked"
    connection.execute("update jobs set blocked_reason = ? where id = ?", (blocked, job.id))
