"""The cron language: five fields, Debian cron's meaning, strictly read (SCHEDULING.md 1)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from jobs_tui.models.errors import InvalidInput
from jobs_tui.schedule.day_items import DayItems, parse_days, parse_weekdays
from jobs_tui.schedule.fields import (
    DAY,
    FIELD,
    FULL,
    HOUR,
    MINUTE,
    MONTH,
    WEEKDAY,
    parse_plain,
    quoted,
    uneven_step,
)
from jobs_tui.schedule.never import refuse_never

MAX_LENGTH = 256
"""Longest expression in characters: longer ones only cost time (SCHEDULING.md 1)."""

MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}

DayRule = Literal["every", "day", "weekday", "or", "and"]
"""Which days count: every day, by day of month, by weekday, by either, or only where both meet."""


@dataclass(frozen=True)
class CronExpression:
    """A cron expression that was read. Equal and hashed by its text: all else follows from it.

    Attributes:
        text: as it was sent, without blanks at the ends.
        normalised: five fields that croniter reads the same way.
        minutes, hours, months: values that match (0-59, 0-23, 1-12).
        days: plain days of the month that match (1-31); empty when only special items do.
        weekdays: plain weekdays that match (0 = Sunday to 6); empty when only special items do.
        last_day: ``L``, the last day of the month, matches too.
        nearest_weekday: the day of ``15W``, else None.
        nth_weekdays: pairs (weekday, n) of ``5#2``.
        last_weekdays: weekdays of ``5L``.
        day_rule: how the two day fields combine.
        is_wildcard: minute or hour starts with ``*``: follows the wall clock (SCHEDULING.md 2).
        warnings: sentences about things that are valid but surprise people.
    """

    text: str
    normalised: str = field(compare=False)
    minutes: frozenset[int] = field(compare=False)
    hours: frozenset[int] = field(compare=False)
    days: frozenset[int] = field(compare=False)
    months: frozenset[int] = field(compare=False)
    weekdays: frozenset[int] = field(compare=False)
    last_day: bool = field(compare=False)
    nearest_weekday: int | None = field(compare=False)
    nth_weekdays: frozenset[tuple[int, int]] = field(compare=False)
    last_weekdays: frozenset[int] = field(compare=False)
    day_rule: DayRule = field(compare=False)
    is_wildcard: bool = field(compare=False)
    warnings: tuple[str, ...] = field(compare=False)


def parse_cron(text: str) -> CronExpression:
    """Read a cron expression or say in one sentence what is wrong with it.

    Args:
        text: five fields or a macro (``@daily``...), at most 256 ASCII characters.

    Raises:
        InvalidInput: ``field`` is ``cron_schedule``; the message names the part that is wrong.
    """
    if not isinstance(text, str):
        raise InvalidInput(
            f"A cron expression is text, not {type(text).__name__}.",
            "Example: 0 9 * * 1-5.",
            field=FIELD,
        )
    return _parse(_clean(text))


def _clean(text: str) -> str:
    if len(text) > MAX_LENGTH:
        raise InvalidInput(
            f"The cron expression has {len(text)} characters; at most {MAX_LENGTH} are allowed.",
            field=FIELD,
        )
    stripped = text.strip(" \t\r\n")
    if not stripped:
        raise InvalidInput(
            "The cron expression is empty.", "Example: 0 9 * * 1-5 or @daily.", field=FIELD
        )
    for char in stripped:
        if char != "\t" and not " " <= char <= "~":
            name = unicodedata.name(char, "a control character").lower()
            raise InvalidInput(
                f"The cron expression contains U+{ord(char):04X} ({name}).",
                "Only plain ASCII letters, digits, blanks and * , - / # are read.",
                field=FIELD,
            )
    return stripped


@lru_cache(maxsize=4096)
def _parse(text: str) -> CronExpression:
    fields = _split(text)
    minute, hour, day, month, weekday = fields
    items = _read_days(day, weekday)
    minutes, hours = parse_plain(MINUTE, minute), parse_plain(HOUR, hour)
    months = parse_plain(MONTH, month)
    rule = _day_rule(day, weekday, items)
    normalised = " ".join(
        (
            _write(minutes, FULL[MINUTE.name]),
            _write(hours, FULL[HOUR.name]),
            *_write_days(rule, day, weekday, items, month=_write(months, FULL[MONTH.name])),
        )
    )
    refuse_never(normalised, months, items, rule)
    return CronExpression(
        text=text,
        normalised=normalised,
        minutes=minutes,
        hours=hours,
        days=items.days,
        months=months,
        weekdays=items.weekdays,
        last_day=items.last_day,
        nearest_weekday=items.nearest_weekday,
        nth_weekdays=items.nth_weekdays,
        last_weekdays=items.last_weekdays,
        day_rule=rule,
        is_wildcard=minute.startswith("*") or hour.startswith("*"),
        warnings=_warnings(fields, items, rule),
    )


def _split(text: str) -> tuple[str, str, str, str, str]:
    if text.startswith("@"):
        text = _expand_macro(text)
    fields = re.split(r"[ \t]+", text)
    if re.match(r"(?:CRON_)?TZ=", fields[0], re.IGNORECASE):
        raise InvalidInput(
            "The cron expression begins with a time zone.",
            "Leave it out and give it as cron_timezone.",
            field=FIELD,
        )
    if len(fields) in (6, 7):
        hint = "Five fields are read: minute, hour, day of month, month, day of week."
        if fields[0] == "0" and len(fields) == 6:
            hint = f"Without the seconds it is {' '.join(fields[1:])}."
        raise InvalidInput(
            f"The cron expression has {len(fields)} fields: seconds are not supported; "
            "use an interval trigger.",
            hint,
            field=FIELD,
        )
    if len(fields) != 5:
        raise InvalidInput(
            f"The cron expression has {len(fields)} field{'s' if len(fields) > 1 else ''} "
            "instead of five.",
            "Write minute, hour, day of month, month and day of week, as in 0 9 * * 1-5.",
            field=FIELD,
        )
    return fields[0], fields[1], fields[2], fields[3], fields[4]


def _expand_macro(text: str) -> str:
    macro = text.lower()
    if macro in MACROS:
        return MACROS[macro]
    word = re.split(r"[ \t]+", macro)[0]
    if word == "@reboot":
        raise InvalidInput(
            "@reboot is not a time, so it cannot be a cron schedule.",
            "Run jobs-tui run JOB from a start-up script or a systemd unit.",
            field=FIELD,
        )
    if word == "@every":
        raise InvalidInput(
            "@every is not a cron schedule.",
            "Use an interval trigger, or steps such as */5 * * * *.",
            field=FIELD,
        )
    raise InvalidInput(
        f"The cron macro {quoted(text)} is not known.", f"Known: {', '.join(MACROS)}.", field=FIELD
    )


def _read_days(day: str, weekday: str) -> DayItems:
    other_is_open = weekday in ("*", "?")
    days, last_day, nearest = parse_days(day, weekday_is_open=other_is_open)
    weekdays, nth, last = parse_weekdays(weekday, day_is_open=day in ("*", "?"))
    return DayItems(days, last_day, nearest, weekdays, nth, last)


def _day_rule(day: str, weekday: str, items: DayItems) -> DayRule:
    if items.special_days:
        return "day"
    if items.special_weekdays:
        return "weekday"
    all_days = items.days == FULL[DAY.name]
    all_weekdays = items.weekdays == FULL[WEEKDAY.name]
    # Only the first character counts: */2 and *,5 mean AND; 1-31 and 13,* mean OR.
    if day[0] in "*?" or weekday[0] in "*?":
        if all_days:
            return "every" if all_weekdays else "weekday"
        return "day" if all_weekdays else "and"
    return "every" if all_days or all_weekdays else "or"


def _write(values: frozenset[int], full: frozenset[int]) -> str:
    return "*" if values == full else ",".join(map(str, sorted(values)))


def _write_days(
    rule: DayRule, day: str, weekday: str, items: DayItems, *, month: str
) -> tuple[str, str, str]:
    """Day, month and weekday fields in a form that croniter combines as ``rule`` says."""
    if rule == "every":
        return "*", month, "*"
    if rule == "day":
        return items.day_text(), month, "*"
    if rule == "weekday":
        return "*", month, items.weekday_text()
    day_text, weekday_text = items.day_text(), items.weekday_text()
    if rule == "and":
        # croniter too looks at the first character: one field keeps its leading step.
        if day.startswith("*"):
            day_text = f"{_leading_step(day, 31)},{day_text}"
        else:
            weekday_text = f"{_leading_step(weekday, 7)},{weekday_text}"
    return day_text, month, weekday_text


def _leading_step(text: str, span: int) -> str:
    """The ``*/n`` that a starred field begins with, n cut to what croniter accepts."""
    step = int(text.split(",")[0].removeprefix("*/"))
    return f"*/{min(step, span)}"


def _warnings(
    fields: tuple[str, str, str, str, str], items: DayItems, rule: DayRule
) -> tuple[str, ...]:
    specs = (MINUTE, HOUR, DAY, MONTH, WEEKDAY)
    found = [
        warning
        for spec, text in zip(specs, fields, strict=True)
        if (warning := uneven_step(spec, text)) is not None
    ]
    if rule == "day" and items.days and min(items.days) > 28 and not items.last_day:
        found.append(f"Months without day {min(items.days)} are skipped; L is the last day.")
    if rule == "or":
        found.append("Both day fields are set: it runs when either matches, as in crontab.")
    if rule == "and":
        found.append("A day field starts with *: it runs only when both day fields match.")
    return tuple(found)
