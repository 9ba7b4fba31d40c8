"""Rows of ``deliveries``: every request that reached a webhook, accepted or refused (DESIGN 9)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jobs_tui.models.enums import HookStyle, Verdict
from jobs_tui.models.execution import Delivery
from jobs_tui.models.job import Job
from jobs_tui.models.times import from_text, maybe_from_text, to_text
from jobs_tui.store import jobs

UNKNOWN_KEPT = 1_000
"""Deliveries to paths without a job that are kept; anybody can send those."""
LIMITED_KEPT = 1_000
"""Of those that were refused for being too many, all webhooks together."""


@dataclass(frozen=True, slots=True)
class Hook:
    """What a webhook's path leads to."""

    job: Job
    """``live`` is 0: it is counted where a start is decided."""
    secret: str
    previous_secret: str | None = None
    """The one before the last rotation."""
    previous_until: datetime | None = None
    """How long senders may still use the previous one."""


def hook(connection: sqlite3.Connection, path: str) -> Hook | None:
    """The webhook job of a path; deleted jobs and jobs with another trigger have none."""
    row = connection.execute(
        "select jobs.*, 0 as live, null as waits_for from jobs where webhook_path = ?"
        " and trigger_type = 'webhook' and archived_at is null and webhook_secret is not null",
        (path,),
    ).fetchone()
    return None if row is None else _hook_from(row)


def hook_of(connection: sqlite3.Connection, job_id: str) -> Hook | None:
    """The webhook of a job that is not deleted and has webhook as its trigger."""
    row = connection.execute(
        "select jobs.*, 0 as live, null as waits_for from jobs where id = ?"
        " and trigger_type = 'webhook' and archived_at is null and webhook_secret is not null",
        (job_id,),
    ).fetchone()
    return None if row is None else _hook_from(row)


def _hook_from(row: sqlite3.Row) -> Hook:
    return Hook(
        jobs.job_from(row),
        row["webhook_secret"],
        row["webhook_previous_secret"],
        maybe_from_text(row["webhook_previous_until"]),
    )


def insert(connection: sqlite3.Connection, delivery: Delivery) -> None:
    """Keep a delivery; of those to unknown paths only the newest :data:`UNKNOWN_KEPT`."""
    connection.execute(
        "insert into deliveries (id, job_id, path, received_at, remote, headers, body,"
        " status_code, verdict, reason, execution_id, style, sender_id, replay_of)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            delivery.id,
            delivery.job_id,
            delivery.path,
            to_text(delivery.received_at),
            delivery.remote,
            json.dumps(delivery.headers, ensure_ascii=False, separators=(",", ":")),
            delivery.body,
            delivery.status_code,
            delivery.verdict,
            delivery.reason,
            delivery.execution_id,
            delivery.style,
            delivery.sender_id,
            delivery.replay_of,
        ),
    )
    if delivery.verdict is Verdict.LIMITED:
        connection.execute(
            "delete from deliveries where verdict = 'limited' and seq <= ("
            " select seq from deliveries where verdict = 'limited'"
            " order by seq desc limit 1 offset ?)",
            (LIMITED_KEPT,),
        )
    elif delivery.job_id is None:
        connection.execute(
            "delete from deliveries where job_id is null and seq <= ("
            " select seq from deliveries where job_id is null"
            " order by seq desc limit 1 offset ?)",
            (UNKNOWN_KEPT,),
        )


def first_accepted(
    connection: sqlite3.Connection, job_id: str, style: HookStyle, sender_id: str
) -> Delivery | None:
    """The delivery that was accepted under a sender's id, to tell a repeat by."""
    row = connection.execute(
        "select * from deliveries where job_id = ? and sender_id = ? and style = ?"
        " and verdict = 'accepted' and replay_of is null order by seq limit 1",
        (job_id, sender_id, style),
    ).fetchone()
    return None if row is None else _delivery_from(row)


def get(connection: sqlite3.Connection, delivery_id: str) -> Delivery | None:
    """The delivery of an id."""
    row = connection.execute("select * from deliveries where id = ?", (delivery_id,)).fetchone()
    return None if row is None else _delivery_from(row)


def beginning(connection: sqlite3.Connection, prefix: str) -> list[str]:
    """Up to two ids that begin so."""
    rows = connection.execute(
        "select id from deliveries where id >= ? and id < ? order by id limit 2",
        (prefix, f"{prefix}\U0010ffff"),
    )
    return [row[0] for row in rows]


def listing(
    connection: sqlite3.Connection,
    job_id: str | None = None,
    limit: int = 50,
    *,
    verdicts: Sequence[Verdict] = (),
    offset: int = 0,
) -> list[Delivery]:
    """Deliveries of a job, or of all jobs and unknown paths; newest first.

    Args:
        verdicts: only these; empty means all.
        offset: how many of the newest to pass over.
    """
    where, values = _where(job_id, verdicts)
    rows = connection.execute(
        f"select * from deliveries where {where} order by seq desc limit ? offset ?",
        (*values, limit, offset),
    ).fetchall()
    return [_delivery_from(row) for row in rows]


def count(
    connection: sqlite3.Connection, job_id: str | None = None, verdicts: Sequence[Verdict] = ()
) -> int:
    """How many deliveries :func:`listing` pages through."""
    where, values = _where(job_id, verdicts)
    row = connection.execute(f"select count(*) from deliveries where {where}", values).fetchone()
    return int(row[0])


def _where(job_id: str | None, verdicts: Sequence[Verdict]) -> tuple[str, list[str]]:
    conditions, values = ["1"], list[str]()
    if job_id is not None:
        conditions.append("job_id = ?")
        values.append(job_id)
    if verdicts:
        conditions.append(f"verdict in ({', '.join('?' * len(verdicts))})")
        values.extend(verdicts)
    return " and ".join(conditions), values


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
        verdict=Verdict(row["verdict"]),
        reason=row["reason"],
        execution_id=row["execution_id"],
        style=HookStyle(row["style"]) if row["style"] else None,
        sender_id=row["sender_id"],
        replay_of=row["replay_of"],
    )
