"""Has any process committed? Asked four times a second, so that screens follow (DESIGN 2.1)."""

from __future__ import annotations

import sqlite3

from jobs_tui.store.connection import connect, explain
from jobs_tui.store.database import Store


class StoreWatch:
    """``data_version`` on a connection of its own: the engine's thread asks on the store's."""

    def __init__(self, store: Store) -> None:
        self._path = store.home.jobs_db
        self._connection = connect(self._path)
        self._seen = self._version()

    def changed(self) -> bool:
        """Whether something was committed since the last call.

        Raises:
            StoreError: the file cannot be read.
        """
        version = self._version()
        changed, self._seen = version != self._seen, version
        return changed

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _version(self) -> int:
        try:
            return int(self._connection.execute("pragma data_version").fetchone()[0])
        except sqlite3.Error as error:
            raise explain(error, self._path) from None
