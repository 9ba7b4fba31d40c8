"""What the next clock changes do to a job, as notes beside its next runs (SCHEDULING.md 2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from jobs_tui.schedule.cron import CronExpression
from jobs_tui.schedule.fields import MONTH_NAMES, WEEKDAY_NAMES
from jobs_tui.schedule.sets_in_words import listed
from jobs_tui.schedule.shifts import Shift, next_shift
from jobs_tui.schedule.wall import wall_search

_SECOND = timedelta(seconds=1)
_LISTED = 3


def clock_changes(
    cron: CronExpression, zone: ZoneInfo, after: datetime, days: int = 366, most: int = 2
) -> list[str]:
    """One sentence for each of the next clock changes, at most ``most`` of them.

    Args:
        cron, zone: the schedule.
        after: from when to look (aware).
        days: how far to look.

    Returns:
        ``Sun 1 Nov: clocks go back; this job is not affected`` and the like.
    """
    notes: list[str] = []
    try:
        until = after + timedelta(days=days)
        while len(notes) < most and (shift := next_shift(zone, after, until)) is not None:
            notes.append(_note(cron, shift))
            after = shift.instant
    except OverflowError:  # the calendar ends
        return notes
    return notes


def _note(cron: CronExpression, shift: Shift) -> str:
    day = shift.start
    date = f"{WEEKDAY_NAMES[day.isoweekday() % 7]} {day.day} {MONTH_NAMES[day.month - 1]}"
    change = "clocks go forward" if shift.forward else "clocks go back"
    return f"{date}: {change}; {_effect(cron, shift, _matches(cron, shift))}"


def _effect(cron: CronExpression, shift: Shift, times: list[datetime]) -> str:
    if not times:
        return "this job is not affected"
    follows_wall = cron.is_wildcard or shift.is_correction
    if shift.forward:
        if follows_wall:
            return f"skips {_listing(times)}"
        return f"fires at {shift.end:%H:%M} instead of {_listing(times)}"
    if follows_wall:
        each = "each of " if len(times) > _LISTED else ""
        return f"fires twice at {each}{_listing(times)}"
    return f"fires only the first time it is {_listing(times)}"


def _listing(times: list[datetime]) -> str:
    """Up to three times one by one, more as their first and last."""
    if len(times) <= _LISTED:
        return listed([f"{time:%H:%M}" for time in times])
    return f"{len(times)} times from {times[0]:%H:%M} to {times[-1]:%H:%M}"


def _matches(cron: CronExpression, shift: Shift) -> list[datetime]:
    """The wall times of the stretch that is skipped or repeated at which the job would fire."""
    search = wall_search(cron.normalised)
    found: list[datetime] = []
    match = search.after(shift.start - _SECOND)
    while match is not None and match < shift.end:
        found.append(match)
        match = search.after(match)
    return found
