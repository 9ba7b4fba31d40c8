"""Back up PostgreSQL databases with the server's own programs; passwords by environment only."""

from __future__ import annotations

import os
import shutil
from typing import Annotated

from pydantic import Field

from jobs_tui.tools import archives
from jobs_tui.tools.archives import DATABASES, Keep, Made
from jobs_tui.tools.arguments import PathText, ToolArguments
from jobs_tui.tools.tool import Tool, ToolContext, ToolFailed, ToolResult
from jobs_tui.tools.words import count, short

HOURS = 6 * 3600.0
"""Seconds that one dump may take."""
Word = Annotated[str, Field(pattern=r"^[^\x00-\x1f]{1,63}$")]


class BackupPostgresql(ToolArguments):
    """Which databases of which server; the password comes from PGPASSWORD or ~/.pgpass."""

    databases: Annotated[list[Word], Field(max_length=200)] = Field(
        [], description="names; all that allow connections without any"
    )
    host: str | None = Field(
        None,
        max_length=253,
        pattern=r"^[^\x00-\x1f]+$",
        description="server, or PGHOST, or this machine",
    )
    port: Annotated[int, Field(ge=1, le=65535)] | None = Field(None, description="port, or PGPORT")
    user: Word | None = Field(None, description="role, or PGUSER")
    target: PathText = Field(DATABASES, description="directory for the dumps")
    keep: Keep = Field(7, description="dumps of each database that are kept")


async def _backup(arguments: BackupPostgresql, context: ToolContext) -> ToolResult:
    for program in ("pg_dump", "psql", "pg_restore"):
        if shutil.which(program, path=context.env.get("PATH")) is None:
            raise ToolFailed(
                f"{program} was not found on PATH.", "Install the PostgreSQL client programs."
            )
    server = _server(arguments)
    names = arguments.databases or await _all_databases(context, server)
    if not names:
        alarm = "The PostgreSQL server has no database that can be dumped."
        return ToolResult(text=alarm, summary=alarm, data={"made": []}, alarms=(alarm,))
    target = context.path(arguments.target)
    archives.make_target(target)
    stamp = context.store.clock.now().strftime(archives.STAMP)
    where = _where(arguments, context)
    made: list[Made] = []
    alarms: list[str] = []
    gone = 0
    for name in names:
        context.say(f"dumping {name}")
        called = f"postgresql-{archives.safe_name(*where, name)}"
        final = archives.free_path(target, called, stamp, "dump")
        try:
            await _dump(context, server, name, final)
            made.append(Made(name, final, os.path.getsize(final)))
            gone += archives.rotate(final, called, "dump", arguments.keep)
        except ToolFailed as error:
            alarms.append(error.message)
    what = f"{count(len(made), 'PostgreSQL database')} -> {target}"
    return archives.report(made, gone, tuple(alarms), what)


def _server(arguments: BackupPostgresql) -> list[str]:
    options = (
        ("--host", arguments.host), ("--port", arguments.port), ("--username", arguments.user),
    )  # fmt: skip
    return [f"{option}={value}" for option, value in options if value is not None]


def _where(arguments: BackupPostgresql, context: ToolContext) -> list[str]:
    """Words that tell servers apart in names of dumps; none for this machine's own."""
    host = arguments.host or context.env.get("PGHOST") or os.environ.get("PGHOST")
    port = str(arguments.port or context.env.get("PGPORT") or os.environ.get("PGPORT") or 5432)
    words = [host] if host else []
    return words if port == "5432" else [*words, port]


async def _dump(context: ToolContext, server: list[str], name: str, final: str) -> None:
    """Dump one database, see that the dump can be read, and only then give it its name."""
    part = f"{final}.part"
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        done = await context.processes.run(
            ["pg_dump", *server, "--no-password", "--format=custom", f"--file={part}",
             f"--dbname={connection_text(name)}"],
            timeout=HOURS, limit=100_000,
        )  # fmt: skip
        if done.exit_code:
            raise ToolFailed(f"The database {name} could not be dumped: {_first(done.stderr)}.")
        if not os.path.exists(part) or not os.path.getsize(part):
            raise ToolFailed(f"The dump of {name} is empty.")
        listed = await context.processes.run(
            ["pg_restore", "--list", part], timeout=600, limit=100_000
        )
        if listed.exit_code:
            raise ToolFailed(f"The dump of {name} cannot be read back: {_first(listed.stderr)}.")
        archives.publish(part, final)
    except OSError as error:
        raise ToolFailed(f"{final} cannot be written: {error.strerror or error}.") from None
    finally:
        archives.remove(part)


def connection_text(name: str) -> str:
    """A database's name as libpq takes it: alone, ``host=x`` would be read as an option."""
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"dbname='{quoted}'"


async def _all_databases(context: ToolContext, server: list[str]) -> list[str]:
    done = await context.processes.run(
        ["psql", *server, "--no-password", "--no-psqlrc", "--tuples-only", "--no-align",
         "--dbname=postgres", "--command",
         "select datname from pg_database where datallowconn and not datistemplate order by 1"],
        timeout=30,
    )  # fmt: skip
    if done.exit_code:
        raise ToolFailed(
            f"The PostgreSQL server does not answer: {_first(done.stderr)}.",
            "Set PGHOST, PGUSER and PGPASSWORD in the execution environment of the job.",
        )
    return [line for line in done.stdout.splitlines() if line.strip()]


def _first(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return short(lines[0].rstrip(".")) if lines else "no reason"


BACKUP_POSTGRESQL = Tool(
    name="backup_postgresql",
    title="Back up PostgreSQL databases",
    description="Dumps PostgreSQL databases with pg_dump and checks the dumps.",
    arguments=BackupPostgresql,
    run=_backup,
    read_only=False,
    phrases=(
        "back up the postgresql database orders",
        "dump all postgres databases",
        "pg_dump the database",
        "postgres backup",
    ),
    needs=("pg_dump", "psql", "pg_restore"),
)
