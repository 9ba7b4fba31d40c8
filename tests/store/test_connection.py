"""Opening databases, reading them, and their errors in words."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jobs_tui.models.errors import StoreError
from jobs_tui.store import connection as connections
from jobs_tui.store.connection import connect, explain
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home


def note(name: str, store: Store) -> None:
    store.write(lambda connection: connection.execute("insert into facts values (?, '')", (name,)))


def test_a_name_full_of_signs_is_a_name(tmp_path: Path) -> None:
    path = tmp_path / "a b?mode=memory#%41&é.db"
    connect(path, create=True).close()
    assert path.exists()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_missing_file_is_not_made_by_accident(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        connect(tmp_path / "x.db")
    assert not (tmp_path / "x.db").exists()


def test_the_modes_that_the_design_asks_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs_tui.store.writer.connect", connect)  # tests have a quicker one

    def modes(connection: sqlite3.Connection) -> tuple[str, int, int]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return tuple(connection.execute(f"pragma {name}").fetchone()[0] for name in names)  # type: ignore[return-value]

    assert store.write(modes) == ("wal", 2, 1)
    assert store.logs.writer.write(modes) == ("wal", 1, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file is not a database", "damaged"),
        ("database disk image is malformed", "damaged"),
        ("database or disk is full", "no space left"),
        ("attempt to write a readonly database", "cannot be written"),
        ("unable to open database file", "cannot be written"),
        ("database is locked", "locked by another process"),
        ("something else", "cannot be used: something else"),
    ],
)
def test_each_error_is_a_sentence_with_a_way_out(tmp_path: Path, text: str, words: str) -> None:
    error = explain(sqlite3.OperationalError(text), tmp_path / "jobs.db")
    assert words in error.message
    assert str(tmp_path / "jobs.db") in error.message
    assert error.hint
    assert error.http_status == 503


def test_an_error_of_the_system_is_explained_too(tmp_path: Path) -> None:
    assert "no space left" in explain(OSError(28, os.strerror(28)), tmp_path / "x").message
    assert "cannot be written" in explain(OSError(30, os.strerror(30)), tmp_path / "x").message


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.jobs.reader().execute("insert into facts values ('a', 'b')")


def test_each_thread_reads_on_its_own_connection(store: Store) -> None:
    note("a", store)
    mine = store.jobs.reader()
    assert store.jobs.reader() is mine
    others: list[sqlite3.Connection] = []
    found: list[int] = []

    def read() -> None:
        others.append(store.jobs.reader())
        found.append(len(store.rows("select * from facts")))

    thread = threading.Thread(target=read)
    thread.start()
    thread.join(10)
    assert others[0] is not mine
    assert found == [1]


def test_a_reader_sees_each_new_commit(store: Store) -> None:
    assert store.rows("select * from facts") == []
    note("a", store)
    assert [row["name"] for row in store.rows("select name from facts")] == ["a"]
    assert store.row("select name from facts where name = 'b'") is None


def test_the_version_moves_with_a_commit_of_this_and_of_another_process(store: Store) -> None:
    first = store.version()
    assert store.version() == first
    note("a", store)
    second = store.version()
    assert second != first
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("
    code += "\"insert into facts values ('b', '')\"); c.commit()"
    subprocess.run([sys.executable, "-c", code, str(store.home.jobs_db)], check=True, timeout=60)
    assert store.version() != second


def test_a_file_that_gets_damaged_is_told_when_it_is_read(home: Home) -> None:
    store = Store(home)
    for number in range(200):
        note(f"{number}" * 200, store)
    store.close()
    content = bytearray(home.jobs_db.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    home.jobs_db.write_bytes(content)
    damaged = Store(home)
    with pytest.raises(StoreError, match="damaged"):
        damaged.rows("select * from facts")
    with pytest.raises(StoreError, match="damaged"):
        note("new", damaged)
    damaged.close()
    assert home.jobs_db.read_bytes() == bytes(content)


def test_a_sound_store_has_nothing_to_tell(store: Store) -> None:
    assert store.check() == []


def test_a_lock_held_too_long_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BUSY_MS", 1)
    other = sqlite3.connect(store.home.jobs_db, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(StoreError, match="locked"):
        note("a", store)
    other.execute("rollback")
    note("a", store)
    assert len(store.rows("select * from facts")) == 1
    other.close()


def test_nothing_can_be_read_or_written_after_closing(home: Home) -> None:
    store = Store(home)
    store.rows("select 1")
    store.close()
    with pytest.raises(StoreError):
        note("a", store)
    with pytest.raises(StoreError):
        store.rows("select 1")


def test_a_closed_store_opens_no_new_connection(home: Home) -> None:
    store = Store(home)
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.rows("select 1")


def test_what_may_only_be_read_says_so(home: Home) -> None:
    store = Store(home)
    store.write(lambda connection: connection.execute("pragma query_only = on"))
    with pytest.raises(StoreError, match="cannot be written"):
        note("a", store)
    store.close()
