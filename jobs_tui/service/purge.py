"""Removing a job for good, with its history, its logs and what it kept on disk."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable

from jobs_tui.models.errors import Refused
from jobs_tui.service.context import Context
from jobs_tui.service.jobs import must_get
from jobs_tui.store.dependencies import refresh_dependants


def purge_job(ctx: Context, job_id: str) -> int:
    """Remove a job with its history and logs for good.

    Returns:
        How many executions went with it.

    Raises:
        Refused: one of them is running.
    """

    def operation(connection: sqlite3.Connection) -> list[str]:
        job = must_get(connection, job_id)
        running = connection.execute(
            "select count(*) from executions where job_id = ? and status = 'running'", (job_id,)
        ).fetchone()[0]
        if running:
            raise Refused(
                f"A run of {job.name!r} is going on.", "Cancel it first, or wait for its end."
            )
        ids = [
            row[0]
            for row in connection.execute("select id from executions where job_id = ?", (job_id,))
        ]
        connection.execute("delete from deliveries where job_id = ?", (job_id,))
        connection.execute("delete from drafts where id = ?", (job_id,))
        connection.execute("delete from jobs where id = ?", (job_id,))
        refresh_dependants(connection, job_id)
        ctx.audit(connection, "job.purge", job_id, job.name)
        return ids

    ids = ctx.store.write(operation)
    ctx.store.logs.writer.write(_delete_logs(ids))
    shutil.rmtree(ctx.store.home.job_state(job_id), ignore_errors=True)
    return len(ids)


def _delete_logs(ids: list[str]) -> Callable[[sqlite3.Connection], None]:
    def operation(connection: sqlite3.Connection) -> None:
        connection.executemany("delete from chunks where execution_id = ?", [(i,) for i in ids])

    return operation
