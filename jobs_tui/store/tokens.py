"""Rows of ``tokens``: hashes, never the text (DESIGN 9)."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from jobs_tui.models.times import from_text, maybe_from_text, maybe_to_text, to_text
from jobs_tui.models.token import Scope, Token


def insert(connection: sqlite3.Connection, token: Token, digest: str) -> None:
    """Keep a token by the hash of its text."""
    connection.execute(
        "insert into tokens (id, name, hash, scope, created_at, created_by, expires_at)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (
            token.id,
            token.name,
            digest,
            str(token.scope),
            to_text(token.created_at),
            token.created_by,
            maybe_to_text(token.expires_at),
        ),
    )


def by_hash(connection: sqlite3.Connection, digest: str) -> Token | None:
    """The token whose text has this hash, valid or not."""
    row = connection.execute("select * from tokens where hash = ?", (digest,)).fetchone()
    return None if row is None else _token_from(row)


def listing(connection: sqlite3.Connection) -> list[Token]:
    """All tokens, newest first, expired and revoked ones included."""
    rows = connection.execute("select * from tokens order by created_at desc, id").fetchall()
    return [_token_from(row) for row in rows]


def revoke(connection: sqlite3.Connection, token_id: str, at: datetime) -> None:
    """Nothing accepts it from the commit on."""
    connection.execute(
        "update tokens set revoked_at = coalesce(revoked_at, ?) where id = ?",
        (to_text(at), token_id),
    )


def note_use(connection: sqlite3.Connection, token_id: str, at: datetime) -> None:
    """When it was last good for something."""
    connection.execute("update tokens set last_used_at = ? where id = ?", (to_text(at), token_id))


def _token_from(row: sqlite3.Row) -> Token:
    return Token(
        id=row["id"],
        name=row["name"],
        scope=Scope(row["scope"]),
        created_at=from_text(row["created_at"]),
        created_by=row["created_by"],
        expires_at=maybe_from_text(row["expires_at"]),
        revoked_at=maybe_from_text(row["revoked_at"]),
        last_used_at=maybe_from_text(row["last_used_at"]),
    )
