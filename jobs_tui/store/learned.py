"""What the runs of a job leave for the next one: its last result, its last answer, its state."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

SHOWN = 1_000
"""Characters of the last answer in a prompt that is only shown: a history of whole ones would
hold every answer twice."""

_LAST = """
select e.result, answers.answer from executions e
left join answers on answers.execution_id = e.id
where e.job_id = :job and e.status = 'completed'
    and (:id is null or e.seq < (select seq from executions where id = :id))
order by e.seq desc limit 1
"""


def look_anew(connection: sqlite3.Connection, job_id: str) -> None:
    """Something else is watched from now on: the next answer is a first look again."""
    connection.execute("update jobs set watched = null, goal = null where id = ?", (job_id,))


def learned(
    connection: sqlite3.Connection,
    job_id: str,
    execution_id: str | None = None,
    *,
    shown: bool = False,
) -> dict[str, Any]:
    """``last_result`` and ``last_answer`` of the last completed run, and the job's ``state``.

    Args:
        execution_id: the run that is told; None: one that is about to be made.
        shown: cut a long answer, for people to read.
    """
    row = connection.execute(_LAST, {"job": job_id, "id": execution_id}).fetchone()
    kept = connection.execute("select state from jobs where id = ?", (job_id,)).fetchone()
    result = (row["result"] if row else None) or ""
    answer = row["answer"].rstrip("\n") if row and row["answer"] is not None else result
    if shown and len(answer) > SHOWN:
        answer = f"{answer[:SHOWN]} ... ({len(answer) - SHOWN:,} more characters)"
    state = json.loads(kept["state"]) if kept and kept["state"] else {}
    return {"last_result": result, "last_answer": answer, "state": state}
