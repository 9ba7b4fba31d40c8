"""One writer thread per database with group commit (DESIGN 5, PROTOTYPES B).

An operation is a function of the connection. It must be repeatable and touch nothing but the
connection: a group runs plainly, and is redone with a savepoint each if one operation fails.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from jobs_tui.models.errors import StoreError
from jobs_tui.store.connection import connect, explain

T = TypeVar("T")
Operation = Callable[[sqlite3.Connection], T]

GROUP = 256
"""Operations in one commit at most."""
LINGER = 0.002
"""Seconds to wait for company, only after a group that had some."""

_log = logging.getLogger(__name__)
_Item = tuple[Operation[Any], "Future[Any]"]


class Writer:
    """Runs operations of one database in their order, many to a commit.

    Raises (through the futures):
        StoreError: the database refused (full, read-only, damaged, locked).
    """

    def __init__(self, path: Path, *, synchronous: str) -> None:
        self._path = path
        self._synchronous = synchronous
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False
        self.committed: Callable[[], None] | None = None
        """Called in the writer thread after each commit: the bus inside one process."""

    def submit(self, operation: Operation[T]) -> Future[T]:
        """Queue an operation; the future resolves after its commit.

        A future that is cancelled before its turn takes its operation along.

        Raises:
            StoreError: the writer is closed.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise StoreError(
                    f"The database {self._path} is closed: jobs-tui is stopping.",
                    "Nothing was changed. Try again in a moment.",
                )
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name=f"write {self._path.name}", daemon=True
                )
                self._thread.start()
            self._queue.put((operation, future))
        return future

    def write(self, operation: Operation[T]) -> T:
        """Run an operation and wait for its commit (not from an event loop)."""
        return self.submit(operation).result()

    async def awrite(self, operation: Operation[T]) -> T:
        """As :meth:`write`, for an event loop."""
        return await asyncio.wrap_future(self.submit(operation))

    def waiting(self) -> int:
        """Operations that are queued and not yet begun, for those who must not run ahead of it."""
        return self._queue.qsize()

    def close(self) -> None:
        """Finish what is queued and end the thread."""
        with self._lock:
            self._closed = True
            thread = self._thread
            self._queue.put(None)
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        company = False
        last = False
        while not last:
            first = self._queue.get()
            if first is None:
                break
            if company:
                time.sleep(LINGER)
            group, last = self._gather(first)
            company = len(group) > 1
            # From here on nobody can cancel them: what is written is also answered.
            group = [item for item in group if item[1].set_running_or_notify_cancel()]
            if not group:
                continue
            try:
                if connection is None:
                    connection = connect(self._path, synchronous=self._synchronous)
                outcome = self._commit(connection, group)
            except BaseException as error:
                outcome = [(False, error)] * len(group)
            self._tell(group, outcome)
        if connection is not None:
            connection.close()

    def _gather(self, first: _Item) -> tuple[list[_Item], bool]:
        """The operations that wait by now, and whether the end was among them."""
        group = [first]
        while len(group) < GROUP:
            try:
                following = self._queue.get_nowait()
            except queue.Empty:
                break
            if following is None:
                return group, True
            group.append(following)
        return group, False

    def _tell(self, group: list[_Item], outcome: list[tuple[bool, Any]]) -> None:
        if self.committed is not None:
            try:
                self.committed()
            except Exception:  # a listener's mistake must not end the only writer
                _log.exception("the listener for commits of %s failed", self._path.name)
        for (_, future), (good, value) in zip(group, outcome, strict=True):
            if good:
                future.set_result(value)
            else:
                future.set_exception(value)

    def _commit(self, connection: sqlite3.Connection, group: list[_Item]) -> list[tuple[bool, Any]]:
        try:
            connection.execute("begin immediate")
            outcome: list[tuple[bool, Any]] = [(True, op(connection)) for op, _ in group]
            connection.execute("commit")
        except Exception as error:
            if connection.in_transaction:
                connection.execute("rollback")
            if len(group) == 1:
                return [(False, self._translate(error))]
            return self._carefully(connection, group)
        return outcome

    def _carefully(
        self, connection: sqlite3.Connection, group: list[_Item]
    ) -> list[tuple[bool, Any]]:
        """The group again, a savepoint each, so that one bad operation fails alone."""
        outcome: list[tuple[bool, Any]] = []
        try:
            connection.execute("begin immediate")
            for operation, _ in group:
                connection.execute("savepoint one")
                try:
                    outcome.append((True, operation(connection)))
                except Exception as error:
                    # FULL, IOERR and NOMEM end the whole transaction: then nothing of it stands.
                    if not connection.in_transaction:
                        raise
                    connection.execute("rollback to one")
                    outcome.append((False, self._translate(error)))
                connection.execute("release one")
            connection.execute("commit")
        except Exception as error:
            if connection.in_transaction:
                connection.execute("rollback")
            return [(False, self._translate(error))] * len(group)
        return outcome

    def _translate(self, error: Exception) -> Exception:
        if isinstance(error, sqlite3.IntegrityError):
            return error
        return explain(error, self._path) if isinstance(error, sqlite3.Error) else error
