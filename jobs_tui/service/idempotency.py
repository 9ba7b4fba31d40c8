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
    ctx: Context, key: Key | None, operation: Callable[[sqlite3.Connection], Answer]
) -> Answer:
    """Do what is asked, or give the first answer of the last 24 hours to the same request.

    An operation that raises keeps nothing: its request may be repaired and sent with the same key.

    Raises:
        KeyReused: the key came with another request.
    """

    def guarded(connection: sqlite3.Connection) -> Answer:
        if key is None:
            return operation(connection)
        now = ctx.now()
        connection.execute("delete from idempotency where created_at < ?", (to_text(now - KEPT),))
        row = connection.execute(
            "select * from idempotency where caller = ? and key = ?", (ctx.actor, key.text)
        ).fetchone()
        if row is not None:
            if row["request_hash"] != key.request_hash:
                raise KeyReused(
                    "This Idempotency-Key came with another request before.",
                    "Use a new key for each request; only repeats share one.",
                    field="Idempotency-Key",
                )
            return Answer(row["status_code"], json.loads(row["body"]), again=True)
        answer = operation(connection)
        connection.execute(
            "insert into idempotency (caller, key, request_hash, status_code, body, created_at)"
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
