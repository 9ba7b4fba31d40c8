"""A cron expression as one English sentence, written from its parsed sets (SCHEDULING.md 1).

Our own words: the libraries for this say "or" where cron means "and", and worse.
"""

from __future__ import annotations

from jobs_tui.schedule.cron import CronExpression
from jobs_tui.schedule.fields import FULL, HOUR, LONG_MONTHS, MINUTE, MONTH, WEEKDAY_NAMES
from jobs_tui.schedule.sets_in_words import (
    cyclic_run,
    days_in_words,
    even_cycle,
    listed,
    months_in_words,
    nth_weekdays_in_words,
    ordinal,
    ranges,
    stride,
    weekdays_in_words,
)

_MOST_TIMES = 6
"""So many times of the day are listed one by one."""


def describe(cron: CronExpression, zone_name: str | None = None) -> str:
    """``at 09:00, Monday to Friday``; with a zone name ``... (Europe/Paris)``.

    Every phrase is exact: two expressions with the same sentence fire at the same wall times.
    """
    often, is_daily = _times(cron)
    sentence = often + _days(cron, is_daily=is_daily)
    return f"{sentence} ({zone_name})" if zone_name else sentence


def weekday_note(cron: CronExpression) -> str | None:
    """``1-5 is read as Mon-Fri (0 and 7 are Sunday), as in crontab`` for numbers as weekdays."""
    if cron.text.startswith("@") or not cron.weekdays or cron.day_rule in ("every", "day"):
        return None
    field = cron.text.split()[4]
    if not any(char.isdigit() for char in field) or field.startswith("*"):
        return None
    run = cyclic_run(cron.weekdays, 7)
    if run is not None:
        names = f"{WEEKDAY_NAMES[run[0]]}-{WEEKDAY_NAMES[run[1]]}"
    else:
        names = ",".join(WEEKDAY_NAMES[day] for day in sorted(cron.weekdays))
    return f"{field} is read as {names} (0 and 7 are Sunday), as in crontab"


def _clock(hour: int, minute: int) -> str:
    return f"{hour:02d}:{minute:02d}"


def _times(cron: CronExpression) -> tuple[str, bool]:
    """The part about the time of day, and whether it lists times ("at 09:00")."""
    minutes, hours = sorted(cron.minutes), sorted(cron.hours)
    if len(minutes) * len(hours) <= _MOST_TIMES:
        return f"at {listed([_clock(h, m) for h in hours for m in minutes])}", True
    if cron.hours == FULL[HOUR.name]:
        return _through_the_day(cron.minutes), False
    if len(minutes) == 1:
        return _one_minute(minutes[0], cron.hours), False
    return _within_hours(cron.minutes, cron.hours), False


def _through_the_day(minutes: frozenset[int]) -> str:
    if minutes == FULL[MINUTE.name]:
        return "every minute"
    if minutes == {0}:
        return "every hour, on the hour"
    step = even_cycle(minutes, 60)
    if step is not None:
        start = "" if 0 in minutes else f", from minute {min(minutes)} of each hour"
        return f"every {step} minutes{start}"
    return f"{_minutes(minutes)} past every hour"


def _one_minute(minute: int, hours: frozenset[int]) -> str:
    run = cyclic_run(hours, 24)
    if run is not None:
        return f"every hour from {_clock(run[0], minute)} to {_clock(run[1], minute)}"
    ordered = sorted(hours)
    step = stride(ordered)
    if step is not None:
        first, last = _clock(ordered[0], minute), _clock(ordered[-1], minute)
        return f"every {step} hours from {first} to {last}"
    return f"{_minutes(frozenset({minute}))} past {_hours(hours)}"


def _within_hours(minutes: frozenset[int], hours: frozenset[int]) -> str:
    run = cyclic_run(hours, 24) or ((min(hours), min(hours)) if len(hours) == 1 else None)
    step = 1 if minutes == FULL[MINUTE.name] else even_cycle(minutes, 60)
    if run is not None and step is not None:
        first, last = _clock(run[0], min(minutes)), _clock(run[1], max(minutes))
        unit = "minute" if step == 1 else f"{step} minutes"
        return f"every {unit} from {first} to {last}"
    if step == 1:
        return f"every minute of {_hours(hours)}"
    return f"{_minutes(minutes)} past {_hours(hours)}"


def _minutes(minutes: frozenset[int]) -> str:
    ordered = sorted(minutes)
    step = stride(ordered)
    if step is not None and step > 1 and len(ordered) > 4:
        return f"at every {ordinal(step)} minute from {ordered[0]} to {ordered[-1]}"
    return f"at minute{'' if len(ordered) == 1 else 's'} {ranges(minutes)}"


def _hours(hours: frozenset[int]) -> str:
    run = cyclic_run(hours, 24)
    if run is not None:
        return f"hours {run[0]:02d} to {run[1]:02d}"
    noun = "hour" if len(hours) == 1 else "hours"
    return f"{noun} {ranges(hours, lambda hour: f'{hour:02d}')}"


def _days(cron: CronExpression, *, is_daily: bool) -> str:
    """The part about days and months, with the comma or blank that joins it."""
    every_month = cron.months == FULL[MONTH.name]
    months = "" if every_month else f" {months_in_words(cron.months)}"
    if cron.day_rule == "every":
        return (" every day" if is_daily else "") + months
    if cron.day_rule == "weekday":
        words = _weekdays(cron)
        return ("" if words.startswith("on ") else ",") + f" {words}{months and ',' + months}"
    if cron.day_rule == "day":
        if len(cron.days) == 1 and len(cron.months) == 1 and not cron.last_day:
            return f" on {min(cron.days)} {LONG_MONTHS[min(cron.months) - 1]}"
        return f" {_month_days(cron)}{months and ',' + months}"
    day, weekday = _month_days(cron), weekdays_in_words(cron.weekdays)
    if cron.day_rule == "or":
        return f" {day} or {weekday}{months and ',' + months}"
    return f" {day}, but only {weekday}{months and ',' + months}"


def _weekdays(cron: CronExpression) -> str:
    if cron.nth_weekdays or cron.last_weekdays:
        return nth_weekdays_in_words(cron.nth_weekdays, cron.last_weekdays)
    return weekdays_in_words(cron.weekdays)


def _month_days(cron: CronExpression) -> str:
    if cron.nearest_weekday is not None:
        return f"on the Monday-to-Friday day nearest to day {cron.nearest_weekday} of the month"
    return days_in_words(cron.days, cron.last_day)
