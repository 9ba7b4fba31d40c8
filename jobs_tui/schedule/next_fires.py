"""When a cron expression fires: the one source for preview, answers and firing (SCHEDULING.md 3).

Matches are found on the naive wall clock and mapped to instants here. A *wildcard* job follows the
wall clock through every change. A *fixed-time* job whose time is skipped fires once at the first
instant after the gap, and in a repeated hour only in the first pass.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from jobs_tui.schedule.cron import CronExpression
from jobs_tui.schedule.shifts import Shift, shift_at, to_instant
from jobs_tui.schedule.wall import wall_search

_SECOND = timedelta(seconds=1)


def next_fire(cron: CronExpression, zone: ZoneInfo, after: datetime) -> datetime | None:
    """The first fire later than ``after``.

    Args:
        cron: what to match.
        zone: whose wall clock.
        after: any aware datetime.

    Returns:
        An aware UTC datetime, or None when there is none within 50 years or before year 9999.
    """
    return _next(cron, zone, _whole_second(after))


def previous_fire(cron: CronExpression, zone: ZoneInfo, before: datetime) -> datetime | None:
    """The last fire earlier than ``before``; as :func:`next_fire`, backwards."""
    utc = before.astimezone(UTC)
    if utc.microsecond:
        try:
            utc = utc.replace(microsecond=0) + _SECOND
        except OverflowError:
            return None
    return _previous(cron, zone, utc)


def next_fires(cron: CronExpression, zone: ZoneInfo, after: datetime, n: int) -> list[datetime]:
    """The next ``n`` fires later than ``after`` (aware UTC), fewer when there are no more."""
    fires: list[datetime] = []
    while len(fires) < n and (fire := next_fire(cron, zone, after)) is not None:
        fires.append(fire)
        after = fire
    return fires


def fires_between(
    cron: CronExpression, zone: ZoneInfo, after: datetime, until: datetime, limit: int
) -> list[datetime]:
    """Fires later than ``after`` and not later than ``until``, oldest first, at most ``limit``."""
    fires: list[datetime] = []
    while len(fires) < limit:
        fire = next_fire(cron, zone, after)
        if fire is None or fire > until:
            break
        fires.append(fire)
        after = fire
    return fires


def newest_fires(
    cron: CronExpression, zone: ZoneInfo, after: datetime, until: datetime, limit: int
) -> list[datetime]:
    """As :func:`fires_between`, but the newest ``limit`` of them, newest first.

    Walks back from ``until``, so its cost does not grow with the time since ``after``.
    """
    fires: list[datetime] = []
    before = until + timedelta(microseconds=1)
    while len(fires) < limit:
        fire = previous_fire(cron, zone, before)
        if fire is None or fire <= after:
            break
        fires.append(fire)
        before = fire
    return fires


def _whole_second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _follows_wall(cron: CronExpression, shift: Shift) -> bool:
    return cron.is_wildcard or shift.is_correction


# Jobs share expressions and zones, and one fire is asked for again and again (SCHEDULING.md 6).
@lru_cache(maxsize=16384)
def _next(cron: CronExpression, zone: ZoneInfo, after: datetime) -> datetime | None:
    try:
        return _search_next(cron, zone, after)
    except OverflowError:  # beyond year 9999
        return None


def _search_next(cron: CronExpression, zone: ZoneInfo, after: datetime) -> datetime | None:
    search = wall_search(cron.normalised)
    local = after.astimezone(zone)
    wall, fold = local.replace(tzinfo=None, fold=0), local.fold
    here = shift_at(zone, wall)
    second_pass_until = wall
    if here is not None and not _follows_wall(cron, here):
        if fold == 1:
            wall = here.end - _SECOND
    elif here is not None:
        if fold == 0:
            match = search.after(wall)
            if match is not None and match < here.end:
                return to_instant(zone, match, 0)
            wall = here.start - _SECOND
        second_pass_until = here.end
    while (match := search.after(wall)) is not None:
        if match < second_pass_until:
            return to_instant(zone, match, 1)
        shift = shift_at(zone, match)
        if shift is None or not shift.forward:
            return to_instant(zone, match, 0)
        if not _follows_wall(cron, shift):
            return shift.instant
        wall = shift.end - _SECOND
    return None


@lru_cache(maxsize=16384)
def _previous(cron: CronExpression, zone: ZoneInfo, before: datetime) -> datetime | None:
    try:
        return _search_previous(cron, zone, before)
    except OverflowError:  # before year 1
        return None


def _search_previous(cron: CronExpression, zone: ZoneInfo, before: datetime) -> datetime | None:
    search = wall_search(cron.normalised)
    local = before.astimezone(zone)
    wall, fold = local.replace(tzinfo=None, fold=0), local.fold
    here = shift_at(zone, wall)
    first_pass_from = None
    if here is not None:
        first_pass_from = here.start
        if fold == 1:
            if _follows_wall(cron, here):
                match = search.before(wall)
                if match is not None and match >= here.start:
                    return to_instant(zone, match, 1)
            wall = here.end
    while (match := search.before(wall)) is not None:
        shift = shift_at(zone, match)
        if shift is None:
            return to_instant(zone, match, 0)
        if not shift.forward:
            in_first_pass = first_pass_from is not None and match >= first_pass_from
            fold = int(_follows_wall(cron, shift) and not in_first_pass)
            return to_instant(zone, match, fold)
        if not _follows_wall(cron, shift) and shift.instant < before:
            return shift.instant
        wall = shift.start
    return None
