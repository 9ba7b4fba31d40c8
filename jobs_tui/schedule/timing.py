"""When a job is due, whatever its trigger: one question for firing, previews and words.

Source: SCHEDULING.md 5 (interval, one-off, ongoing, start_at, end_at).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from jobs_tui.models.enums import IntervalMode, TriggerType
from jobs_tui.models.job import Definition
from jobs_tui.models.times import maybe_from_text
from jobs_tui.schedule.cron import CronExpression, parse_cron
from jobs_tui.schedule.next_fires import next_fire, previous_fire
from jobs_tui.schedule.zones import zone

INSTANT = timedelta(milliseconds=1)
"""What the store can tell apart: a job that is due at once is due this much after now."""
ONGOING_DELAY = 60.0
"""Seconds after a run of an ongoing job that names no interval."""


class Timing(Protocol):
    """The occurrences of a job as instants (aware UTC)."""

    @property
    def follows_wall(self) -> bool:
        """Whether a clock that was set back lets it go on at once (SCHEDULING.md 5, Clock)."""
        ...

    def next(self, after: datetime) -> datetime | None:
        """The first occurrence later than ``after``."""
        ...

    def previous(self, before: datetime) -> datetime | None:
        """The last occurrence earlier than ``before``."""
        ...


@dataclass(frozen=True, slots=True)
class CronTiming:
    """By a cron expression on the wall clock of a zone."""

    cron: CronExpression
    zone: ZoneInfo

    @property
    def follows_wall(self) -> bool:
        """See Timing."""
        return self.cron.is_wildcard

    def next(self, after: datetime) -> datetime | None:
        """See Timing."""
        return next_fire(self.cron, self.zone, after)

    def previous(self, before: datetime) -> datetime | None:
        """See Timing."""
        return previous_fire(self.cron, self.zone, before)


@dataclass(frozen=True, slots=True)
class EveryTiming:
    """At ``anchor + k x interval`` in elapsed time; slots that are skipped do not shift it."""

    anchor: datetime
    interval: timedelta

    @property
    def follows_wall(self) -> bool:
        """See Timing."""
        return True

    def next(self, after: datetime) -> datetime | None:
        """See Timing."""
        return self._at(max(0, (after - self.anchor) // self.interval + 1))

    def previous(self, before: datetime) -> datetime | None:
        """See Timing."""
        k = -((self.anchor - before) // self.interval) - 1
        return None if k < 0 else self._at(k)

    def _at(self, k: int) -> datetime | None:
        try:
            return (self.anchor + k * self.interval).astimezone(UTC)
        except OverflowError:  # beyond year 9999
            return None


@dataclass(frozen=True, slots=True)
class OnceTiming:
    """At one instant, or (None) not before something else has happened."""

    at: datetime | None

    @property
    def follows_wall(self) -> bool:
        """See Timing."""
        return False

    def next(self, after: datetime) -> datetime | None:
        """See Timing."""
        return self.at if self.at is not None and self.at > after else None

    def previous(self, before: datetime) -> datetime | None:
        """See Timing."""
        return self.at if self.at is not None and self.at < before else None


@dataclass(frozen=True, slots=True)
class Within:
    """The occurrences of another timing with ``start <= nominal <= end``."""

    inner: Timing
    start: datetime | None
    end: datetime | None

    @property
    def follows_wall(self) -> bool:
        """See Timing."""
        return self.inner.follows_wall

    def next(self, after: datetime) -> datetime | None:
        """See Timing."""
        if self.start is not None:
            after = max(after, self.start - INSTANT)
        found = self.inner.next(after)
        return None if found is None or (self.end is not None and found > self.end) else found

    def previous(self, before: datetime) -> datetime | None:
        """See Timing."""
        if self.end is not None:
            before = min(before, self.end + INSTANT)
        found = self.inner.previous(before)
        return None if found is None or (self.start is not None and found < self.start) else found


def upcoming(timing: Timing, after: datetime, n: int) -> list[datetime]:
    """The next ``n`` occurrences later than ``after``, fewer when there are no more."""
    found: list[datetime] = []
    while len(found) < n and (moment := timing.next(after)) is not None:
        found.append(moment)
        after = moment
    return found


def between(timing: Timing, after: datetime, until: datetime, limit: int) -> list[datetime]:
    """Occurrences later than ``after``, not later than ``until``; oldest first, at most limit."""
    found: list[datetime] = []
    while len(found) < limit:
        moment = timing.next(after)
        if moment is None or moment > until:
            break
        found.append(moment)
        after = moment
    return found


def newest(timing: Timing, after: datetime, until: datetime, limit: int) -> list[datetime]:
    """As :func:`between`, but the newest ``limit`` of them, newest first.

    Walks back from ``until``, so its cost does not grow with the time since ``after``.
    """
    found: list[datetime] = []
    before = until + timedelta(microseconds=1)
    while len(found) < limit:
        moment = timing.previous(before)
        if moment is None or moment <= after:
            break
        found.append(moment)
        before = moment
    return found


def counts_from_end(definition: Definition) -> bool:
    """Whether the next start follows from the end of the run before."""
    return definition.trigger_type is TriggerType.ONGOING or (
        definition.trigger_type is TriggerType.RECURRING
        and definition.interval_mode is IntervalMode.FIXED_DELAY
    )


def is_timed(definition: Definition) -> bool:
    """Whether the clock starts it."""
    return definition.trigger_type not in (TriggerType.WEBHOOK, TriggerType.MANUAL)


def delay_of(definition: Definition) -> timedelta:
    """The pause after a run, for :func:`counts_from_end`."""
    return timedelta(seconds=definition.interval_seconds or ONGOING_DELAY)


def first_after_end(definition: Definition, now: datetime) -> datetime | None:
    """When a job that counts from the end of its runs starts the first time; None for others.

    An ongoing job begins at once: who waits for something wants to know how it stands.
    """
    if not counts_from_end(definition):
        return None
    at_once = definition.trigger_type is TriggerType.ONGOING
    earliest = now + (INSTANT if at_once else delay_of(definition))
    begins = maybe_from_text(definition.start_at)
    return earliest if begins is None else max(begins, now + INSTANT)


def timing_of(
    definition: Definition, created_at: datetime, due_at: datetime | None
) -> Timing | None:
    """The occurrences of a job; None when the clock does not start it.

    Args:
        created_at: where the grid of an interval is anchored, unless ``start_at`` says so.
        due_at: the next start of a job that counts from the end of its runs.

    Raises:
        InvalidInput: the schedule or the zone cannot be followed (any more).
    """
    if not is_timed(definition):
        return None
    start, end = maybe_from_text(definition.start_at), maybe_from_text(definition.end_at)
    inner: Timing
    if definition.trigger_type is TriggerType.ONE_OFF:
        return OnceTiming(maybe_from_text(definition.run_at))
    if counts_from_end(definition):
        inner, start = OnceTiming(due_at), None
    elif definition.trigger_type is TriggerType.RECURRING:
        interval = timedelta(seconds=definition.interval_seconds or ONGOING_DELAY)
        inner = EveryTiming(start or created_at, interval)
    else:
        place = zone(definition.cron_timezone or "UTC")
        inner = CronTiming(parse_cron(definition.cron_schedule or ""), place)
    return inner if start is None and end is None else Within(inner, start, end)
