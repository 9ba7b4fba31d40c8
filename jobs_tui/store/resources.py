"""Rows of ``resources``: agents, teams, workflows and what they need, by kind and id."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import Any

from jobs_tui.models.resource import Resource, ResourceKind
from jobs_tui.models.times import from_text, to_text


def version(connection: sqlite3.Connection) -> int:
    """A number that changes with every change of any resource."""
    row = connection.execute("select value from facts where name = 'resources'").fetchone()
    return 0 if row is None else int(row[0])


def listing(connection: sqlite3.Connection, kind: ResourceKind | None = None) -> list[Resource]:
    """All of a kind, or of every kind, by id."""
    if kind is None:
        rows = connection.execute("select * from resources order by kind, id")
    else:
        rows = connection.execute("select * from resources where kind = ? order by id", (kind,))
    return [_resource_from(row) for row in rows]


def get(connection: sqlite3.Connection, kind: ResourceKind, resource_id: str) -> Resource | None:
    """The one of an id."""
    row = connection.execute(
        "select * from resources where kind = ? and id = ?", (kind, resource_id)
    ).fetchone()
    return None if row is None else _resource_from(row)


def save(
    connection: sqlite3.Connection,
    kind: ResourceKind,
    resource_id: str,
    spec: dict[str, Any],
    at: datetime,
    by: str | None,
) -> None:
    """Create it, or put this in its place."""
    connection.execute(
        "insert into resources (kind, id, spec, created_at, created_by, updated_at, updated_by)"
        " values (:kind, :id, :spec, :at, :by, :at, :by)"
        " on conflict (kind, id) do update set"
        " spec = excluded.spec, updated_at = excluded.updated_at, updated_by = excluded.updated_by",
        {
            "kind": kind,
            "id": resource_id,
            "spec": json.dumps(spec, ensure_ascii=False, separators=(",", ":")),
            "at": to_text(at),
            "by": by,
        },
    )


def delete(connection: sqlite3.Connection, kind: ResourceKind, resource_id: str) -> bool:
    """Remove it; False when there is none."""
    return bool(
        connection.execute(
            "delete from resources where kind = ? and id = ?", (kind, resource_id)
        ).rowcount
    )


def _resource_from(row: sqlite3.Row) -> Resource:
    return Resource(
        kind=ResourceKind(row["kind"]),
        id=row["id"],
        spec=json.loads(row["spec"]),
        created_at=from_text(row["created_at"]),
        created_by=row["created_by"],
        updated_at=from_text(row["updated_at"]),
        updated_by=row["updated_by"],
    )
