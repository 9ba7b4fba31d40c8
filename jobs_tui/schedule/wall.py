"""Matches of a cron expression on the naive wall clock, by croniter (SCHEDULING.md 3).

croniter gets naive times only: on aware ones it fires twice in a repeated hour and makes up runs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from croniter import croniter
from croniter.croniter import CroniterBadDateError

_Step = Callable[[type[datetime]], datetime]
_ANY_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 - wall time has no zone


class WallSearch:
    """Next and previous match of one normalised expression, in wall time.

    Safe to share between threads: the croniter inside is a cursor, so each search holds a lock.

    Args:
        normalised: five fields as :class:`jobs_tui.schedule.cron.CronExpression` writes them.
    """

    def __init__(self, normalised: str) -> None:
        self._lock = threading.Lock()
        self._cursor = croniter(normalised, _ANY_TIME, implement_cron_bug=True)

    def after(self, wall: datetime) -> datetime | None:
        """The first match later than ``wall`` (naive, whole seconds), or None within 50 years."""
        with self._lock:
            return self._search(wall, self._cursor.get_next)

    def before(self, wall: datetime) -> datetime | None:
        """The last match earlier than ``wall`` (naive, whole seconds), or None within 50 years."""
        with self._lock:
            return self._search(wall, self._cursor.get_prev)

    def _search(
        self, wall: datetime, step: Callable[[type[datetime]], datetime]
    ) -> datetime | None:
        self._cursor.set_current(wall, force=True)
        try:
            return step(datetime)
        except (CroniterBadDateError, OverflowError, ValueError):
            # ValueError and OverflowError: the search ran past year 9999 or before year 1.
            return None


@lru_cache(maxsize=4096)
def wall_search(normalised: str) -> WallSearch:
    """The shared search of an expression: job sets repeat their expressions."""
    return WallSearch(normalised)
