"""The open store: one writer thread a file, readers on their own connections (DESIGN 5)."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from jobs_tui.models.clock import Clock, SystemClock
from jobs_tui.models.errors import StoreError
from jobs_tui.store import migrations
from jobs_tui.store.connection import connect, connect_reading, explain
from jobs_tui.store.home import Home
from jobs_tui.store.writer import Operation, T, Writer


class Database:
    """One SQLite file: a writer and a reading connection per thread."""

    def __init__(self, path: Path, *, synchronous: str) -> None:
        self.path = path
        self.writer = Writer(path, synchronous=synchronous)
        self._synchronous = synchronous
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False

    def reader(self) -> sqlite3.Connection:
        """This thread's connection for reading; each statement sees the newest commit.

        Raises:
            StoreError: the file cannot be opened, or the store is closed.
        """
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect_reading(self.path, synchronous=self._synchronous)
            with self._lock:
                if self._closed:
                    connection.close()
                    raise StoreError(f"The database {self.path} is closed: jobs-tui is stopping.")
                self._readers.append(connection)
            self._local.connection = connection
        return connection

    def rows(self, sql: str, parameters: Any = ()) -> list[sqlite3.Row]:
        """All rows of a query.

        Raises:
            StoreError: the file cannot be read.
        """
        try:
            return self.reader().execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise explain(error, self.path) from None

    def row(self, sql: str, parameters: Any = ()) -> sqlite3.Row | None:
        """The first row of a query, or None; raises as :meth:`rows`."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def close(self) -> None:
        """End the writer and close every reader."""
        self.writer.close()
        with self._lock:
            self._closed = True
            for connection in self._readers:
                connection.close()
            self._readers.clear()


class Watch:
    """Sees whether anybody has committed to a database since the last look."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = connect(path)

    def version(self) -> int:
        """A number that changes with every commit. Raises StoreError."""
        try:
            return int(self._connection.execute("pragma data_version").fetchone()[0])
        except sqlite3.Error as error:
            raise explain(error, self._path) from None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Store:
    """Both files of a home, open. Faces and engine share one per process.

    Raises:
        StoreError: the home cannot be used, a file is damaged or newer than this program.
    """

    def __init__(self, home: Home, clock: Clock | None = None) -> None:
        self.home = home
        self.clock = clock or SystemClock()
        home.prepare()
        migrations.ensure(home.jobs_db, migrations.JOBS)
        migrations.ensure(home.logs_db, migrations.LOGS)
        self.jobs = Database(home.jobs_db, synchronous="FULL")
        self.logs = Database(home.logs_db, synchronous="NORMAL")
        self._watch: Watch | None = None

    def write(self, operation: Operation[T]) -> T:
        """Run an operation on ``jobs.db`` and wait for its commit (not from an event loop)."""
        return self.jobs.writer.write(operation)

    async def awrite(self, operation: Operation[T]) -> T:
        """As :meth:`write`, for an event loop."""
        return await self.jobs.writer.awrite(operation)

    def submit(self, operation: Operation[T]) -> Future[T]:
        """Write behind: the caller looks at the future, or adds a callback."""
        return self.jobs.writer.submit(operation)

    def rows(self, sql: str, parameters: Any = ()) -> list[sqlite3.Row]:
        """All rows of a query on ``jobs.db``."""
        return self.jobs.rows(sql, parameters)

    def row(self, sql: str, parameters: Any = ()) -> sqlite3.Row | None:
        """The first row of a query on ``jobs.db``, or None."""
        return self.jobs.row(sql, parameters)

    def version(self) -> int:
        """A number that changes with every commit of any process (DESIGN 2.1).

        Polled on a connection of its own: ``data_version`` never shows the connection's own
        commits and is frozen inside a read transaction (PROTOTYPES B). Call it from one thread;
        who polls from another takes a :meth:`watch` of its own.
        """
        if self._watch is None:
            self._watch = self.watch()
        return self._watch.version()

    def watch(self) -> Watch:
        """A further eye on the commits of all processes; close it after use."""
        return Watch(self.home.jobs_db)

    def check(self) -> list[str]:
        """What SQLite finds wrong with the files; empty when they are sound."""
        return [
            f"{database.path.name}: {row[0]}"
            for database in (self.jobs, self.logs)
            for row in database.rows("pragma quick_check")
            if row[0] != "ok"
        ]

    def close(self) -> None:
        """Write what is queued and close everything."""
        self.jobs.close()
        self.logs.close()
        if self._watch is not None:
            self._watch.close()
            self._watch = None
