"""A cron expression in at most 16 characters, for a column of a list."""

from __future__ import annotations

from jobs_tui.schedule.cron import CronExpression
from jobs_tui.schedule.fields import FULL, HOUR, MINUTE, MONTH, MONTH_NAMES, WEEKDAY_NAMES
from jobs_tui.schedule.sets_in_words import cyclic_run, even_cycle

WIDTH = 16
"""Characters of the column (UX 5.1)."""


def short(cron: CronExpression) -> str:
    """``daily 09:00``, ``Sun 04:00``, ``every 15 min``; else the expression, cut with ``…``."""
    words = _words(cron) or cron.text
    return words if len(words) <= WIDTH else f"{words[: WIDTH - 1]}…"


def _words(cron: CronExpression) -> str | None:
    """The short form, None when there is none that is exact and fits."""
    days = _days(cron)
    if days is None:
        return None
    if len(cron.minutes) == 1 and len(cron.hours) == 1:
        words = f"{days or 'daily'} {min(cron.hours):02d}:{min(cron.minutes):02d}"
    else:
        often = _often(cron)
        if often is None:
            return None
        words = f"{days} {often}".strip()
    return words if len(words) <= WIDTH else None


def _often(cron: CronExpression) -> str | None:
    if cron.hours == FULL[HOUR.name]:
        if cron.minutes == FULL[MINUTE.name]:
            return "every minute"
        if len(cron.minutes) == 1:
            return "hourly" if 0 in cron.minutes else f"hourly :{min(cron.minutes):02d}"
        step = even_cycle(cron.minutes, 60)
        return f"every {step} min" if step is not None and 0 in cron.minutes else None
    step = even_cycle(cron.hours, 24)
    if step is None or cron.minutes != {0} or 0 not in cron.hours:
        return None
    return f"every {step} h"


def _days(cron: CronExpression) -> str | None:
    """Empty for every day, None when it does not fit."""
    every_month = cron.months == FULL[MONTH.name]
    if cron.day_rule == "every":
        return "" if every_month else None
    if cron.day_rule == "weekday" and every_month and cron.weekdays:
        run = cyclic_run(cron.weekdays, 7)
        if run is not None:
            return f"{WEEKDAY_NAMES[run[0]]}-{WEEKDAY_NAMES[run[1]]}"
        ordered = sorted(cron.weekdays, key=lambda day: (day - 1) % 7)
        return ",".join(WEEKDAY_NAMES[day] for day in ordered)
    if cron.day_rule != "day" or cron.nearest_weekday is not None:
        return None
    if cron.last_day:
        return "last day" if every_month and not cron.days else None
    if len(cron.days) > 1:
        return None
    if every_month:
        return f"day {min(cron.days)}"
    if len(cron.months) == 1:
        return f"{min(cron.days)} {MONTH_NAMES[min(cron.months) - 1]}"
    return None
