"""The wizard's drafts: saved at every change, so that a dropped line loses nothing (UX.md 5.2)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from jobs_tui.models.times import to_text
from jobs_tui.service.context import Context

NEW = "new"
"""The draft of a job that does not exist yet; an edit's draft has the job's id."""


def save(ctx: Context, draft_id: str, data: Mapping[str, Any]) -> None:
    """Keep the draft, replacing the one before it."""
    text = json.dumps(data, ensure_ascii=False)

    def operation(connection: sqlite3.Connection) -> None:
        connection.execute(
            "insert or replace into drafts (id, saved_at, data) values (?, ?, ?)",
            (draft_id, to_text(ctx.now()), text),
        )

    ctx.store.write(operation)


def load(ctx: Context, draft_id: str) -> dict[str, Any] | None:
    """The draft, or None."""
    row = ctx.store.row("select data from drafts where id = ?", (draft_id,))
    return None if row is None else json.loads(row["data"])


def drop(ctx: Context, draft_id: str) -> None:
    """Forget the draft; harmless when there is none."""

    def operation(connection: sqlite3.Connection) -> None:
        connection.execute("delete from drafts where id = ?", (draft_id,))

    ctx.store.write(operation)
