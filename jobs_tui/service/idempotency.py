"""A repeated request changes nothing and gets its first answer again (compatibility.md).

The answer is kept in the transaction that did what was asked, so that no crash can part them.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.times import to_text
from jobs_tui.service.context import Context

KEPT = timedelta(hours=24)
LONGEST_KEY = 255
"""Characters."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller is told."""

    status_code: int
    body: dict[str, Any]
    again: bool = False
    """The first answer to an earlier request, nothing was done now."""


class KeyReused(InvalidInput):
    """A key that came with another request before."""

    title = "Key used before"


@dataclass(frozen=True, slots=True)
class Key:
    """The header ``Idempotency-Key`` of one request."""

    text: str
    request_hash: str


def key_of(text: str, method: str, path: str, body: Mapping[str, Any]) -> Key:
    """The key of a request.

    Raises:
        InvalidInput: it is empty, too long or no plain text.
    """
    if not 0 < len(text) <= LONGEST_KEY or not text.isprintable():
        raise InvalidInput(
            f"The key has to be 1 to {LONGEST_KEY} printable characters.", field="Idempotency-Key"
        )
    canonical = json.dumps([method, path, body], sort_keys=True)
    return Key(text, hashlib.sha256(canonical.encode()).hexdigest())


def once(
    ctx: Context, key: Key | None, prepare: Callable[[], Callable[[sqlite3.Connection], Answer]]
) -> Answer:
    """Do what is asked, or give the first answer of the last 24 hours to the same request.

    What raises keeps nothing: a request may be repaired and sent with the same key.

    Args:
        prepare: everything that needs no transaction; gives the rest.

    Raises:
        KeyReused: the key came with another request.
    """
    if key is None:
        return ctx.store.write(prepare())
    # Before anything is prepared: what was possible the first time may have become impossible.
    first = _first_answer(ctx, ctx.store.jobs.reader(), key)
    if first is not None:
        return first
    operation = prepare()

    def guarded(connection: sqlite3.Connection) -> Answer:
        again = _first_answer(ctx, connection, key)
        if again is not None:
            return again
        answer = operation(connection)
        now = ctx.now()
        connection.execute("delete from idempotency where created_at < ?", (to_text(now - KEPT),))
        connection.execute(
            "insert or replace into idempotency"
            " (caller, key, request_hash, status_code, body, created_at)"
            " values (?, ?, ?, ?, ?, ?)",
            (
                ctx.actor,
                key.text,
                key.request_hash,
                answer.status_code,
                json.dumps(answer.body, ensure_ascii=False),
                to_text(now),
            ),
        )
        return answer

    return ctx.store.write(guarded)


def _first_answer(ctx: Context, connection: sqlite3.Connection, key: Key) -> Answer | None:
    row = connection.execute(
        "select * from idempotency where caller = ? and key = ? and created_at >= ?",
        (ctx.actor, key.text, to_text(ctx.now() - KEPT)),
    ).fetchone()
    if row is None:
        return None
    if row["request_hash"] != key.request_hash:
        raise KeyReused(
            "This Idempotency-Key came with another request before.",
            "Use a new key for each request; only repeats share one.",
            field="Idempotency-Key",
        )
    return Answer(row["status_code"], json.loads(row["body"]), again=True)
