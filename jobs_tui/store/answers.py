"""Rows of ``answers``: whole answers, of jobs only from whose answers something follows."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

KEPT = 100
"""Runs of one job whose answers are kept; a job may run every second."""
_AT_ONCE = 20

WANTED = """
select 1 where exists (select 1 from jobs where id = :job and follows = 1)
    or exists (select 1 from dependencies where on_job_id = :job)
"""


def wanted(connection: sqlite3.Connection, job_id: str) -> bool:
    """Whether something follows from the answers of a job: for itself, or for another job."""
    return connection.execute(WANTED, {"job": job_id}).fetchone() is not None


def save(connection: sqlite3.Connection, execution_id: str, job_id: str, answer: str) -> None:
    """Keep the masked answer of a run that has ended, and no more than :data:`KEPT` of its job."""
    connection.execute(
        "insert or replace into answers (execution_id, answer) values (?, ?)",
        (execution_id, answer),
    )
    connection.execute(
        "delete from answers where execution_id in"
        " (select id from executions where job_id = ? order by seq desc limit ? offset ?)",
        (job_id, _AT_ONCE, KEPT),
    )


def get(connection: sqlite3.Connection, execution_id: str) -> str | None:
    """The whole answer of a run; None where it was not kept."""
    row = connection.execute(
        "select answer from answers where execution_id = ?", (execution_id,)
    ).fetchone()
    return None if row is None else row[0]


def forget(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Answers go with the logs that they are made of."""
    connection.executemany("delete from answers where execution_id = ?", [(i,) for i in ids])
