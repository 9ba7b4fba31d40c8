"""The writer thread: order, groups, failures, cancellation."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from jobs_tui.models.errors import InvalidInput, StoreError
from jobs_tui.store.writer import Writer

SCHEMA = "create table t (id integer primary key autoincrement, name text unique, data blob)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "t.db"
    sqlite3.connect(path).execute(SCHEMA)
    return path


@pytest.fixture
def writer(path: Path) -> Iterator[Writer]:
    writer = Writer(path, synchronous="NORMAL")
    yield writer
    writer.close()


def add(name: str, data: bytes = b"") -> Callable[[sqlite3.Connection], int]:
    def operation(connection: sqlite3.Connection) -> int:
        cursor = connection.execute("insert into t (name, data) values (?, ?)", (name, data))
        return int(cursor.lastrowid or 0)

    return operation


def refuse(connection: sqlite3.Connection) -> None:
    connection.execute("insert into t (name) values ('half done')")
    raise InvalidInput("no")


def names(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return [row[0] for row in connection.execute("select name from t order by id")]


class Held:
    """Keeps the writer busy with one operation until told, so that a group can gather."""

    def __init__(self, writer: Writer) -> None:
        self._began, self._go = threading.Event(), threading.Event()
        self.future = writer.submit(self._wait)
        assert self._began.wait(10)

    def _wait(self, connection: sqlite3.Connection) -> None:
        self._began.set()
        assert self._go.wait(10)

    def release(self) -> None:
        self._go.set()
        self.future.result(10)


def test_a_write_is_visible_to_others_when_it_returns(writer: Writer, path: Path) -> None:
    assert writer.write(add("a")) == 1
    assert names(path) == ["a"]


def test_operations_of_one_group_are_committed_in_their_order(writer: Writer, path: Path) -> None:
    held = Held(writer)
    futures = [writer.submit(add(f"{number:03}")) for number in range(100)]
    assert writer.waiting() == 100
    assert names(path) == []
    held.release()
    assert [future.result(10) for future in futures] == list(range(1, 101))
    assert names(path) == [f"{number:03}" for number in range(100)]


def test_one_failing_operation_leaves_nothing_and_harms_no_other(
    writer: Writer, path: Path
) -> None:
    held = Held(writer)
    before, bad, twin, after = (
        writer.submit(add("before")),
        writer.submit(refuse),
        writer.submit(add("before")),
        writer.submit(add("after")),
    )
    held.release()
    assert before.result(10)
    assert after.result(10)
    with pytest.raises(InvalidInput):
        bad.result(10)
    with pytest.raises(sqlite3.IntegrityError):
        twin.result(10)
    assert names(path) == ["before", "after"]


def test_a_group_that_holds_a_failure_is_still_one_commit(writer: Writer, path: Path) -> None:
    writer.write(add("first"))
    watch = sqlite3.connect(path)
    version = watch.execute("pragma data_version").fetchone()[0]
    commits = 0

    def count() -> None:
        nonlocal commits
        commits += 1

    held = Held(writer)
    writer.committed = count
    futures: list[Future[object]] = [
        writer.submit(refuse if number % 3 == 0 else add(str(number))) for number in range(9)
    ]
    held.release()
    assert sum(future.exception(10) is not None for future in futures) == 3
    assert len(names(path)) == 7
    assert commits == 2  # the held operation and the group
    assert watch.execute("pragma data_version").fetchone()[0] != version
    watch.close()


def test_a_full_disk_is_a_sentence_and_the_writer_goes_on(writer: Writer, path: Path) -> None:
    writer.write(add("small"))

    def limit(connection: sqlite3.Connection) -> None:
        pages = connection.execute("pragma page_count").fetchone()[0]
        connection.execute(f"pragma max_page_count = {pages}")

    def lift(connection: sqlite3.Connection) -> None:
        connection.execute("pragma max_page_count = 100000")

    writer.write(limit)
    with pytest.raises(StoreError, match="no space left") as caught:
        writer.write(add("large", bytes(200_000)))
    assert caught.value.http_status == 503
    held = Held(writer)
    group = [writer.submit(add("with it")), writer.submit(add("large", bytes(200_000)))]
    held.release()
    assert all(isinstance(future.exception(10), StoreError | None) for future in group)
    assert isinstance(group[1].exception(), StoreError)
    # What was answered well is there, what was answered badly is not.
    assert names(path) == ["small"] + ["with it"] * (group[0].exception() is None)
    writer.write(lift)
    writer.write(add("large", bytes(200_000)))
    assert names(path)[-1] == "large"


def test_a_missing_file_is_told_and_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "t.db"
    writer = Writer(path, synchronous="NORMAL")
    with pytest.raises(StoreError, match="cannot be written"):
        writer.write(add("a"))
    path.parent.mkdir()
    sqlite3.connect(path).execute(SCHEMA)
    assert writer.write(add("a")) == 1
    writer.close()


async def test_a_cancelled_write_does_not_end_the_writer(writer: Writer, path: Path) -> None:
    held = Held(writer)
    waiting = [asyncio.ensure_future(writer.awrite(add(name))) for name in ("a", "b", "c")]
    await asyncio.sleep(0)
    waiting[1].cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting[1]
    held.release()
    assert await waiting[0] == 1
    assert await waiting[2] == 2
    assert names(path) == ["a", "c"]
    assert await writer.awrite(add("d")) == 3


async def test_a_write_that_is_cancelled_during_its_group_is_kept(
    writer: Writer, path: Path
) -> None:
    began, go = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow(connection: sqlite3.Connection) -> None:
        loop.call_soon_threadsafe(began.set)
        assert go.wait(10)
        connection.execute("insert into t (name) values ('slow')")

    task = asyncio.ensure_future(writer.awrite(slow))
    await began.wait()
    task.cancel()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    await writer.awrite(add("next"))
    assert names(path) == ["slow", "next"]


def test_a_failing_listener_does_not_end_the_writer(
    writer: Writer, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("the loop is closed")

    writer.committed = fail
    writer.write(add("a"))
    writer.write(add("b"))
    assert names(path) == ["a", "b"]
    assert "listener" in caplog.text


def test_closing_writes_what_is_queued_and_refuses_the_rest(writer: Writer, path: Path) -> None:
    held = Held(writer)
    future = writer.submit(add("queued"))
    closing = threading.Thread(target=writer.close)
    closing.start()
    held.release()
    closing.join(10)
    assert future.result(0) == 1
    assert names(path) == ["queued"]
    with pytest.raises(StoreError, match="closed"):
        writer.submit(add("late"))
    writer.close()
