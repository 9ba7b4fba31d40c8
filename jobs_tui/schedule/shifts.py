"""Where the clock of a zone shifts, seen from a wall time or from an instant (SCHEDULING.md 2-3).

All arithmetic is in UTC or on naive wall times: adding to an aware local time drops ``fold``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LONGEST_SHIFT = timedelta(hours=3)
"""Longer shifts are corrections of the clock, nothing is made up for them (SCHEDULING.md 2)."""

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_ZERO = timedelta(0)


@dataclass(frozen=True)
class Shift:
    """One change of a zone's offset.

    Attributes:
        instant: the first instant (aware, UTC) with the new offset.
        start: first wall time (naive) that is skipped, or that happens twice.
        end: first wall time (naive) after that stretch.
        forward: True when wall times are skipped, False when they happen twice.
    """

    instant: datetime
    start: datetime
    end: datetime
    forward: bool

    @property
    def is_correction(self) -> bool:
        """Too long to be a daylight saving change: a zone that dropped or repeated a day."""
        return self.end - self.start > LONGEST_SHIFT


def offset(zone: ZoneInfo, wall: datetime, fold: int) -> timedelta:
    """The zone's offset at a naive wall time, in its first (0) or second (1) pass."""
    # A ZoneInfo has an offset for every time, the type only says "maybe" for other zones.
    return zone.utcoffset(wall.replace(fold=fold)) or _ZERO


def to_instant(zone: ZoneInfo, wall: datetime, fold: int) -> datetime:
    """The instant (aware, UTC) of a naive wall time.

    Raises:
        OverflowError: it lies beyond year 9999 or before year 1.
    """
    return (wall - offset(zone, wall, fold)).replace(tzinfo=UTC)


def shift_at(zone: ZoneInfo, wall: datetime) -> Shift | None:
    """The shift that skips or repeats this naive wall time, None when it happens just once."""
    before, after = offset(zone, wall, 0), offset(zone, wall, 1)
    if before == after:
        return None
    early, late = sorted((wall - before, wall - after))
    return _between(zone, early - _SECOND, late + _SECOND)


def next_shift(zone: ZoneInfo, after: datetime, until: datetime) -> Shift | None:
    """The first shift later than ``after`` and not later than ``until`` (both aware), or None."""
    probe = after.astimezone(UTC).replace(tzinfo=None)
    last = until.astimezone(UTC).replace(tzinfo=None)
    while probe < last:
        following = min(probe + _DAY, last)
        if _offset_at(zone, probe) != _offset_at(zone, following):
            return _between(zone, probe, following)
        probe = following
    return None


def _between(zone: ZoneInfo, low: datetime, high: datetime) -> Shift:
    """The shift between two naive UTC times with different offsets, by halving to the second."""
    before = _offset_at(zone, low)
    while high - low > _SECOND:
        middle = low + (high - low) / 2
        if _offset_at(zone, middle) == before:
            low = middle
        else:
            high = middle
    # The halving leaves a fraction; zone changes fall on whole seconds.
    instant = high.replace(microsecond=0)
    after = _offset_at(zone, instant)
    walls = sorted((instant + before, instant + after))
    return Shift(instant.replace(tzinfo=UTC), walls[0], walls[1], forward=after > before)


def _offset_at(zone: ZoneInfo, utc: datetime) -> timedelta:
    return utc.replace(tzinfo=UTC).astimezone(zone).utcoffset() or _ZERO
