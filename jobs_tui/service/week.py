"""In which hours of the coming week a schedule fires, for a picture of it (UX.md 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from jobs_tui.models.times import to_text
from jobs_tui.schedule.timing import Timing
from jobs_tui.service.context import Context

DAYS = 7


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days in the schedule's zone, the first of them today."""

    days: tuple[date, ...]
    hours: tuple[frozenset[int], ...]
    """Parallel to ``days``: the hours 0-23 in which it fires, what has passed today left out."""


def week(ctx: Context, timing: Timing, place: tzinfo) -> Week:
    """Where the next seven days have starts; at most one look per hour, however often it fires.

    Args:
        place: in whose days and hours it is told.
    """
    now = ctx.now()
    today = now.astimezone(place).date()
    days = tuple(today + timedelta(days=n) for n in range(DAYS))
    found: list[set[int]] = [set() for _ in days]
    moment = timing.next(now)
    while moment is not None:
        local = moment.astimezone(place)
        index = (local.date() - today).days
        if index >= DAYS:
            break
        found[index].add(local.hour)
        # On to the last second of this hour: one fire is enough to mark it.
        rest = 3_599 - (local.minute * 60 + local.second)
        moment = timing.next(moment + timedelta(seconds=rest))
    return Week(days, tuple(frozenset(hours) for hours in found))


def starts_at(ctx: Context, moment: datetime, but: str | None = None) -> list[str]:
    """Names of other jobs whose next start is in the same minute."""
    first = moment.replace(second=0, microsecond=0)
    rows = ctx.store.rows(
        "select id, name from jobs where archived_at is null and next_due_at >= ?"
        " and next_due_at < ? order by name",
        (to_text(first), to_text(first + timedelta(minutes=1))),
    )
    return [row["name"] for row in rows if row["id"] != but]
