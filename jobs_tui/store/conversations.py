"""Rows of ``conversations``: what agents with a model remember from run to run, by job."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from jobs_tui.models.times import to_text

SEALED = "sealed:"
"""Before what is kept sealed, because secrets are in it."""


def save(
    connection: sqlite3.Connection,
    job_id: str,
    agent_id: str,
    step: str,
    messages: str,
    now: datetime,
) -> None:
    """Keep a conversation in place of the last one."""
    connection.execute(
        "insert or replace into conversations (job_id, agent_id, step, messages, updated_at)"
        " select id, ?, ?, ?, ? from jobs where id = ? and conversation = 'continue'",
        (agent_id, step, messages, to_text(now), job_id),
    )


def get(connection: sqlite3.Connection, job_id: str, agent_id: str, step: str) -> str | None:
    """The conversation of an agent in a job (and step of it), perhaps sealed."""
    row = connection.execute(
        "select messages from conversations where job_id = ? and agent_id = ? and step = ?",
        (job_id, agent_id, step),
    ).fetchone()
    return None if row is None else row[0]


def forget(connection: sqlite3.Connection, job_id: str) -> None:
    """The next run begins anew."""
    connection.execute("delete from conversations where job_id = ?", (job_id,))


def sealed(connection: sqlite3.Connection) -> list[tuple[tuple[str, str, str], bytes]]:
    """Conversations with secrets in them: job, agent and step, and what is sealed."""
    rows = connection.execute(
        "select job_id, agent_id, step, messages from conversations where messages glob ?",
        (f"{SEALED}*",),
    )
    return [
        ((row["job_id"], row["agent_id"], row["step"]), row["messages"][len(SEALED) :].encode())
        for row in rows
    ]


def reseal(connection: sqlite3.Connection, key: tuple[str, str, str], sealed: bytes) -> None:
    """Keep what :func:`sealed` gave, sealed with another key."""
    connection.execute(
        "update conversations set messages = ? where job_id = ? and agent_id = ? and step = ?",
        (SEALED + sealed.decode(), *key),
    )
