"""Refuse schedules that no date can ever match (SCHEDULING.md 1, row "never")."""

from __future__ import annotations

from datetime import datetime

from jobs_tui.models.errors import InvalidInput
from jobs_tui.schedule.day_items import DayItems
from jobs_tui.schedule.fields import FIELD, LONG_MONTHS
from jobs_tui.schedule.wall import wall_search

_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SEARCH_FROM = datetime(2000, 1, 1)  # noqa: DTZ001 - wall time has no zone
"""50 years from here hold 29 February on every weekday, so a match that exists is found."""


def refuse_never(normalised: str, months: frozenset[int], items: DayItems, rule: str) -> None:
    """Raise InvalidInput when nothing matches within 50 years: ``0 0 31 2 *``."""
    if wall_search(normalised).after(_SEARCH_FROM) is not None:
        return
    names = [LONG_MONTHS[month - 1] for month in sorted(months)]
    first = min(items.days, default=0)
    if all(first > _LONGEST[month - 1] for month in months):
        if len(names) == 1:
            reason = f"{names[0]} has no {_ordinal(first)}"
        else:
            reason = f"none of {', '.join(names)} has a {_ordinal(first)}"
    else:
        reason = "no date in the next 50 years matches all its fields"
    raise InvalidInput(
        f"This cron expression never fires: {reason}.",
        "Change the day of month or the month; L is the last day of a month.",
        field=FIELD,
    )


def _ordinal(day: int) -> str:
    endings = {1: "st", 21: "st", 31: "st", 2: "nd", 22: "nd", 3: "rd", 23: "rd"}
    return f"{day}{endings.get(day, 'th')}"
