"""Back up every database of this machine with nothing configured."""

from __future__ import annotations

import os
import shutil
from typing import Any

from pydantic import Field

from jobs_tui.tools.archives import DATABASES, Keep
from jobs_tui.tools.arguments import PathText, ToolArguments
from jobs_tui.tools.backup_postgresql import BACKUP_POSTGRESQL
from jobs_tui.tools.backup_sqlite import BACKUP_SQLITE
from jobs_tui.tools.tool import Tool, ToolContext, ToolFailed, ToolResult
from jobs_tui.tools.words import short

_ASKED_FOR = ("PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE")
"""Whoever sets one of these in a job means that there is a server."""


class BackupDatabases(ToolArguments):
    """All databases of this machine: SQLite files, and PostgreSQL where there is a server."""

    target: PathText = Field(DATABASES, description="directory for the copies")
    keep: Keep = Field(7, description="copies of each database that are kept")


async def _backup(arguments: BackupDatabases, context: ToolContext) -> ToolResult:
    how = {"target": arguments.target, "keep": arguments.keep}
    sqlite = await BACKUP_SQLITE.run(BACKUP_SQLITE.arguments.model_validate(how), context)
    texts = [f"SQLite\n{sqlite.text}"]
    alarms = [*sqlite.alarms]
    parts = [sqlite.summary]
    made: list[dict[str, Any]] = [*sqlite.data["made"]]
    removed = sqlite.data.get("removed", 0)
    try:
        if shutil.which("pg_dump", path=context.env.get("PATH")) is None:
            raise ToolFailed("pg_dump is not installed.")
        postgresql = await BACKUP_POSTGRESQL.run(
            BACKUP_POSTGRESQL.arguments.model_validate(how), context
        )
    except ToolFailed as error:
        texts.append(f"PostgreSQL: nothing was saved: {error.message}")
        if any(context.env.get(name) or os.environ.get(name) for name in _ASKED_FOR):
            alarms.append(f"No PostgreSQL database was saved: {error.message}")
    else:
        texts.append(f"PostgreSQL\n{postgresql.text}")
        alarms += postgresql.alarms
        parts.append(postgresql.summary)
        made += postgresql.data["made"]
        removed += postgresql.data.get("removed", 0)
    if not made and not alarms:
        alarms.append("No database was found on this machine: nothing was backed up.")
    return ToolResult(
        text="\n\n".join(texts),
        summary=short("; ".join(parts)),
        data={"made": made, "removed": removed},
        alarms=tuple(alarms),
    )


BACKUP_DATABASES = Tool(
    name="backup_databases",
    title="Back up all databases",
    description="Backs up every database of this machine: SQLite files, and PostgreSQL where there"
    " is a server.",
    arguments=BackupDatabases,
    run=_backup,
    read_only=False,
    phrases=(
        "run daily backup of all databases",
        "back up all databases",
        "database backup",
        "backup the databases to /backup",
        "save every database",
    ),
)
