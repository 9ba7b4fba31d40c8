"""Removing a job for good, with its history, its logs and what it kept on disk."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable

from jobs_tui.models.delivery_target import SEALED, references_of
from jobs_tui.models.errors import Refused
from jobs_tui.service.context import Context
from jobs_tui.service.jobs import must_get
from jobs_tui.store import secrets
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
        _forget_addresses(connection, job_id)
        connection.execute("delete from drafts where id = ?", (job_id,))
        connection.execute("delete from jobs where id = ?", (job_id,))
        refresh_dependants(connection, job_id)
        ctx.audit(connection, "job.purge", job_id, job.name)
        return ids

    ids = ctx.store.write(operation)
    ctx.store.logs.writer.write(_delete_logs(ids))
    shutil.rmtree(ctx.store.home.job_state(job_id), ignore_errors=True)
    return len(ids)


def _forget_addresses(connection: sqlite3.Connection, job_id: str) -> None:
    """Secrets that were made for the deliveries of this job alone go with it."""
    held = connection.execute(
        "select deliver_to from jobs where id = ?"
        " union select json_extract(definition, '$.deliver_to') from revisions where job_id = ?",
        (job_id, job_id),
    ).fetchall()
    names = {
        reference.removeprefix("store:")
        for row in held
        for reference in references_of(json.loads(row[0] or "[]"))
        if reference.startswith(f"store:{SEALED}")
    }
    for name in names:
        others = connection.execute(
            "select 1 from jobs where id <> ? and instr(deliver_to, ?) limit 1",
            (job_id, f"store:{name}"),
        ).fetchone()
        if others is None:
            secrets.delete(connection, name)


def _delete_logs(ids: list[str]) -> Callable[[sqlite3.Connection], None]:
    def operation(connection: sqlite3.Connection) -> None:
        connection.executemany("delete from chunks where execution_id = ?", [(i,) for i in ids])

    return operation
