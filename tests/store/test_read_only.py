"""A home that may be read and not written: reading works, and nothing is made beside the files."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs_tui.models.errors import StoreError
from jobs_tui.store.connection import connect
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home

NAMES = "select name from facts"


@pytest.fixture
def forbidden(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home with one fact in it that says it may not be written, to root too."""
    made = Store(home)
    made.write(lambda connection: connection.execute("insert into facts values ('a', '')"))
    made.close()
    allowed = os.access

    def access(path: str | Path, mode: int) -> bool:
        return not mode & os.W_OK and allowed(path, mode)

    monkeypatch.setattr(os, "access", access)
    home.data.chmod(0o500)
    yield home
    home.data.chmod(0o700)


def names(store: Store) -> list[str]:
    return [row["name"] for row in store.rows(NAMES)]


def test_reading_needs_no_writing(forbidden: Home) -> None:
    before = sorted(path.name for path in forbidden.data.iterdir())
    store = Store(forbidden)
    assert names(store) == ["a"]
    assert store.check() == []
    assert sorted(path.name for path in forbidden.data.iterdir()) == before
    store.close()


def test_what_a_living_engine_has_committed_is_seen(forbidden: Home) -> None:
    engine = connect(forbidden.jobs_db)
    engine.execute("insert into facts values ('b', '')")
    store = Store(forbidden)
    assert names(store) == ["a", "b"]
    engine.execute("insert into facts values ('c', '')")
    assert names(store) == ["a", "b", "c"]
    store.close()
    engine.close()


def test_a_reader_cannot_write(forbidden: Home) -> None:
    store = Store(forbidden)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.jobs.reader().execute("insert into facts values ('b', '')")
    store.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_writing_is_a_sentence(forbidden: Home) -> None:
    store = Store(forbidden)
    with pytest.raises(StoreError, match="cannot be written"):
        store.write(lambda connection: connection.execute("insert into facts values ('b', '')"))
    store.close()
