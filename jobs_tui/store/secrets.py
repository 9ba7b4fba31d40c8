"""Rows of ``secrets``: sealed values and references, never a value in the clear."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from jobs_tui.models.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class SecretRow:
    """One secret as it is kept; exactly one of ``sealed`` and ``reference`` is set."""

    name: str
    sealed: bytes | None
    reference: str | None
    description: str
    created_at: datetime
    created_by: str | None
    updated_at: datetime
    updated_by: str | None


def get(connection: sqlite3.Connection, name: str) -> SecretRow | None:
    """The secret of a name."""
    row = connection.execute("select * from secrets where name = ?", (name,)).fetchone()
    return None if row is None else _secret_from(row)


def listing(connection: sqlite3.Connection) -> list[SecretRow]:
    """All of them, by name."""
    return [_secret_from(row) for row in connection.execute("select * from secrets order by name")]


def save(
    connection: sqlite3.Connection,
    name: str,
    *,
    sealed: bytes | None,
    reference: str | None,
    description: str | None,
    at: datetime,
    by: str | None,
) -> None:
    """Make it, or put this in its place; ``description`` None keeps the one there is."""
    connection.execute(
        "insert into secrets (name, sealed, reference, description, created_at, created_by,"
        " updated_at, updated_by) values (:name, :sealed, :reference, coalesce(:description, ''),"
        " :at, :by, :at, :by) on conflict (name) do update set sealed = excluded.sealed,"
        " reference = excluded.reference, description = coalesce(:description, description),"
        " updated_at = excluded.updated_at, updated_by = excluded.updated_by",
        {
            "name": name,
            "sealed": sealed,
            "reference": reference,
            "description": description,
            "at": to_text(at),
            "by": by,
        },
    )


def reseal(connection: sqlite3.Connection, name: str, sealed: bytes) -> None:
    """The same value under another key."""
    connection.execute("update secrets set sealed = ? where name = ?", (sealed, name))


def delete(connection: sqlite3.Connection, name: str) -> bool:
    """Remove it; False when there is none."""
    return bool(connection.execute("delete from secrets where name = ?", (name,)).rowcount)


def _secret_from(row: sqlite3.Row) -> SecretRow:
    return SecretRow(
        name=row["name"],
        sealed=row["sealed"],
        reference=row["reference"],
        description=row["description"],
        created_at=from_text(row["created_at"]),
        created_by=row["created_by"],
        updated_at=from_text(row["updated_at"]),
        updated_by=row["updated_by"],
    )
