"""Bringing a database file up to date: numbered, forward only, a backup before (DESIGN 5)."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from jobs_tui.models.errors import StoreError
from jobs_tui.store import schema, schema_goals, search_schema
from jobs_tui.store.connection import connect, connect_read_only, explain

JOBS: Sequence[tuple[str, str]] = (
    ("0001_first", schema.JOBS_1),
    ("0002_agents", schema.JOBS_2),
    ("0003_steps_by_agent", schema.JOBS_3),
    ("0004_jobs_module", schema.JOBS_4),
    ("0005_goals", schema_goals.JOBS_5),
    ("0006_result_deliveries", schema.JOBS_6),
    ("0007_search", search_schema.JOBS_7),
)
LOGS: Sequence[tuple[str, str]] = (("0001_first", schema.LOGS_1),)


APPLICATION_ID = 0x4A_54_55_49
"""``JTUI`` in the file's header: a version number alone could be any program's."""

FOREIGN = """
select count(*) from sqlite_master
where type = 'table' and name not like 'sqlite!_%' escape '!' and name <> '_sqlite_migrations'
"""
"""Tables that a file without our mark has no business to hold."""


def ensure(path: Path, steps: Sequence[tuple[str, str]]) -> None:
    """Create or upgrade the database at ``path``; costs two pragmas when nothing is to be done.

    Raises:
        StoreError: the file is damaged, another program's, newer than this program, or cannot be
            written. It is then as it was.
    """
    found = _version(path)
    if found == len(steps):
        return
    if found > len(steps):
        raise StoreError(
            f"The database {path} was written by a newer jobs-tui "
            f"(format {found}, this one knows {len(steps)}).",
            "Nothing was changed. Install the newer version.",
        )
    # One process at a time: two first starts must not both create the tables.
    try:
        lock = os.open(path.with_suffix(".migrate"), os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise explain(error, path) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = _version(path)
        if found < len(steps):
            _upgrade(path, steps, found)
    finally:
        os.close(lock)


def _version(path: Path) -> int:
    """How many steps the file has behind it; 0 for a file that is missing or empty.

    Raises:
        StoreError: it is damaged or another program's. Opened for reading only: a file that is
            not ours must stay untouched.
    """
    try:
        if not path.exists() or path.stat().st_size == 0:
            return 0
        with closing(connect_read_only(path)) as connection:
            version = int(connection.execute("pragma user_version").fetchone()[0])
            mark = connection.execute("pragma application_id").fetchone()[0]
            foreign = mark != APPLICATION_ID and (
                version or connection.execute(FOREIGN).fetchone()[0]
            )
    except (sqlite3.Error, OSError) as error:
        raise explain(error, path) from None
    if foreign:
        raise StoreError(
            f"{path} is a database of another program.",
            "Nothing was changed. Set JOBS_TUI_HOME to another directory.",
        )
    return version


def _upgrade(path: Path, steps: Sequence[tuple[str, str]], found: int) -> None:
    import sqlite_utils  # slow to import, and needed by a first start or an upgrade alone

    connection = connect(path, create=True)
    try:
        if found:
            _back_up(connection, path.with_name(f"{path.name}.before-{found + 1:04d}"))
        migrations = sqlite_utils.Migrations("jobs_tui")
        for number, (name, sql) in enumerate(steps, start=1):
            migrations(name=name)(_step(number, sql))
        migrations.apply(sqlite_utils.Database(connection))
    except (sqlite3.Error, OSError) as error:
        raise explain(error, path) from None
    finally:
        connection.close()


def _back_up(connection: sqlite3.Connection, target: Path) -> None:
    """A consistent copy even while an older engine writes; never left half done under its name."""
    unfinished = target.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(unfinished)) as copy:
        connection.backup(copy)
    unfinished.replace(target)


def _statements(sql: str) -> Iterator[str]:
    """The statements of a text; those inside a trigger are parts of one."""
    gathered = ""
    for part in sql.split(";"):
        gathered += f"{part};"
        if sqlite3.complete_statement(gathered):
            if part.strip():
                yield gathered
            gathered = ""


def _step(number: int, sql: str) -> Callable[[Any], None]:
    def apply(database: Any) -> None:
        for statement in _statements(sql):
            database.conn.execute(statement)
        # In the step's own transaction: after an interruption it has happened, or it has not.
        database.conn.execute(f"pragma application_id = {APPLICATION_ID}")
        database.conn.execute(f"pragma user_version = {number}")

    return apply
