"""Creating and upgrading database files, and refusing what is not ours."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from jobs_tui.models.errors import StoreError
from jobs_tui.store import migrations
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home

ONE = ("0001_first", "create table a (x); create table b (x)")
TWO = ("0002_second", "alter table a add column y; insert into a values (2, 2)")
BROKEN = ("0002_broken", "create table c (x); insert into nothing values (1)")

DIES = """
import os, sys
from pathlib import Path
import sqlite_utils
from jobs_tui.store import migrations
sqlite_utils.Migrations._record_applied = lambda self, db, name: os._exit(9)
migrations.ensure(Path(sys.argv[1]), [("0001_first", sys.argv[2]), ("0002_second", sys.argv[3])])
"""


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("select name from sqlite_master where type = 'table'")
        return {row[0] for row in found}


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("pragma user_version").fetchone()[0])


def test_a_fresh_file_gets_every_step_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    migrations.ensure(path, [ONE, TWO])
    assert {"a", "b"} <= tables(path)
    assert version(path) == 2
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_older_file_is_upgraded_after_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    migrations.ensure(path, [ONE])
    older = sqlite3.connect(path)
    older.execute("insert into a values (1)")
    older.commit()  # in the WAL and not yet in the file
    migrations.ensure(path, [ONE, TWO])
    older.close()
    backup = tmp_path / "old.db.before-0002"
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("select x from a").fetchall() == [(1,)]
    assert version(backup) == 1
    assert backup.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("select x, y from a").fetchall() == [(1, None), (2, 2)]


def test_nothing_is_written_when_nothing_is_to_be_done(tmp_path: Path) -> None:
    path = tmp_path / "same.db"
    migrations.ensure(path, [ONE])
    before = path.read_bytes(), path.stat().st_mtime_ns
    migrations.ensure(path, [ONE])
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    migrations.ensure(path, [ONE])
    with pytest.raises(StoreError, match="cannot be used"):
        migrations.ensure(path, [ONE, BROKEN])
    assert version(path) == 1
    assert "c" not in tables(path)
    migrations.ensure(path, [ONE, TWO])
    assert version(path) == 2


@pytest.mark.parametrize("start", [[], [ONE]], ids=["first start", "upgrade"])
def test_a_process_that_dies_half_way_through_is_made_good(
    tmp_path: Path, start: list[tuple[str, str]]
) -> None:
    path = tmp_path / "killed.db"
    if start:
        migrations.ensure(path, start)
    died = subprocess.run(
        [sys.executable, "-c", DIES, str(path), ONE[1], TWO[1]], check=False, timeout=60
    )
    assert died.returncode == 9
    assert version(path) == len(start)
    assert tables(path) & {"a", "b"} == ({"a", "b"} if start else set())
    migrations.ensure(path, [ONE, TWO])
    assert version(path) == 2
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("select x, y from a").fetchall() == [(2, 2)]


def test_a_newer_file_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "newer.db"
    migrations.ensure(path, [ONE, TWO])
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer jobs-tui") as caught:
        migrations.ensure(path, [ONE])
    assert "Install" in caught.value.hint
    assert path.read_bytes() == before


@pytest.mark.parametrize("number", [0, 1, 70])
def test_a_file_of_another_program_is_refused_and_untouched(tmp_path: Path, number: int) -> None:
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table bookmarks (url)")
        connection.execute(f"pragma user_version = {number}")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        migrations.ensure(path, [ONE])
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir() if "wal" in entry.name] == []


@pytest.mark.parametrize("content", [b"hello, I am no database\n" * 100, b"SQLite format 3\0" * 40])
def test_a_damaged_file_is_refused_and_untouched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "damaged.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged") as caught:
        migrations.ensure(path, [ONE])
    assert "backup" in caught.value.hint
    assert path.read_bytes() == content


def test_an_empty_file_counts_as_missing(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    migrations.ensure(path, [ONE])
    assert version(path) == 1


def test_two_first_starts_at_once_make_one_database(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from jobs_tui.store import migrations;"
        "migrations.ensure(Path(sys.argv[1]), migrations.JOBS)"
    )
    path = tmp_path / "jobs.db"
    both = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]
    assert version(path) == len(migrations.JOBS)


def test_a_store_makes_both_files_and_opens_again(home: Home) -> None:
    Store(home).close()
    again = Store(home)
    assert again.check() == []
    assert {"jobs", "executions", "deliveries"} <= tables(home.jobs_db)
    assert "chunks" in tables(home.logs_db)
    again.close()
