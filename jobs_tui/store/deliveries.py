"""Rows of ``deliveries``: every request that reached a webhook, accepted or refused (DESIGN 9)."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from jobs_tui.models.execution import Delivery
from jobs_tui.models.job import Job
from jobs_tui.models.times import from_text, to_text
from jobs_tui.store import jobs

UNKNOWN_KEPT = 1_000
"""Deliveries to paths without a job that are kept; anybody can send those."""


@dataclass(frozen=True, slots=True)
class Hook:
    """What a webhook's path leads to."""

    job: Job
    """``live`` is 0: it is counted where a start is decided."""
    secret: str


def hook(connection: sqlite3.Connection, path: str) -> Hook | None:
    """The webhook job of a path; deleted jobs and jobs with another trigger have none."""
    row = connection.execute(
        "select jobs.*, 0 as live from jobs where webhook_path = ?"
        " and trigger_type = 'webhook' and archived_at is null and webhook_secret is not null",
        (path,),
    ).fetchone()
    return None if row is None else Hook(jobs.job_from(row), row["webhook_secret"])


def insert(connection: sqlite3.Connection, delivery: Delivery) -> None:
    """Keep a delivery; of those to unknown paths only the newest :data:`UNKNOWN_KEPT`."""
    connection.execute(
        "insert into deliveries (id, job_id, path, received_at, remote, headers, body,"
        " status_code, reason, execution_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            delivery.id,
            delivery.job_id,
            delivery.path,
            to_text(delivery.received_at),
            delivery.remote,
            json.dumps(delivery.headers, ensure_ascii=False, separators=(",", ":")),
            delivery.body,
            delivery.status_code,
            delivery.reason,
            delivery.execution_id,
        ),
    )
    if delivery.job_id is None:
        connection.execute(
            "delete from deliveries where job_id is null and seq <= ("
            " select seq from deliveries where job_id is null"
            " order by seq desc limit 1 offset ?)",
            (UNKNOWN_KEPT,),
        )


def listing(
    connection: sqlite3.Connection, job_id: str | None = None, limit: int = 50
) -> list[Delivery]:
    """Deliveries of a job, or of all jobs and unknown paths; newest first."""
    where = "" if job_id is None else " where job_id = ?"
    values = (limit,) if job_id is None else (job_id, limit)
    rows = connection.execute(
        f"select * from deliveries{where} order by seq desc limit ?", values
    ).fetchall()
    return [_delivery_from(row) for row in rows]


def _delivery_from(row: sqlite3.Row) -> Delivery:
    return Delivery(
        id=row["id"],
        job_id=row["job_id"],
        path=row["path"],
        received_at=from_text(row["received_at"]),
        remote=row["remote"],
        headers=json.loads(row["headers"]),
        body=bytes(row["body"]),
        status_code=row["status_code"],
        reason=row["reason"],
        execution_id=row["execution_id"],
    )
