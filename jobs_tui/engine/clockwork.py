"""APScheduler as clockwork: one tick, and the housekeeping (DESIGN 6, SCHEDULING.md 6).

Its own schedules decide nothing: no job of ours is an APScheduler job. Its defaults lose runs
silently, hence ``misfire_grace_time=None``, ``coalesce`` and a time zone of UTC.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from jobs_tui.models.clock import SystemClock

LONGEST_SLEEP = 15.0
"""Seconds: the tick looks at least this often, so that a suspend is seen soon."""


class Clockwork:
    """Calls ``tick`` when the next occurrence is due, and chores at their intervals."""

    def __init__(self, tick: Callable[[], Awaitable[None]]) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_job(
            tick, IntervalTrigger(seconds=round(LONGEST_SLEEP), timezone=UTC), id="tick"
        )

    def chore(self, name: str, work: Callable[[], Awaitable[None]], seconds: int) -> None:
        """Do ``work`` every ``seconds`` from now on."""
        self._scheduler.add_job(work, IntervalTrigger(seconds=seconds, timezone=UTC), id=name)

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._scheduler.start()

    @property
    def running(self) -> bool:
        """Whether the clockwork goes."""
        return bool(self._scheduler.running)

    def tick_at(self, due: datetime | None, now: datetime) -> None:
        """The next tick: when something is due, but within :data:`LONGEST_SLEEP` in any case.

        Args:
            now: by the engine's clock. The scheduler has one of its own, and gets the distance.
        """
        wait = timedelta(seconds=LONGEST_SLEEP)
        if due is not None:
            wait = max(timedelta(0), min(due - now, wait))
        self._scheduler.modify_job("tick", next_run_time=SystemClock().now() + wait)

    def stop(self) -> None:
        """No further ticks and chores."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
