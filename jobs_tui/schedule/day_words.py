"""The part of a spoken time that names a day: ``next friday``, ``1 december``, ``end of month``.

Dates in words are read by dateparser, but only those of a known form, and what it answers is held
against what was written: left alone it reads ``9`` as a September and ``monday at 8`` as an August.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from jobs_tui.schedule.fields import LONG_MONTHS, LONG_WEEKDAYS
from jobs_tui.schedule.time_of_day import DAY_END, DAY_START

_DAY = timedelta(days=1)
_MONDAY_FIRST = (*LONG_WEEKDAYS[1:], LONG_WEEKDAYS[0])
_WEEKDAYS = [name.lower() for name in _MONDAY_FIRST]
_MONTHS = [name.lower() for name in LONG_MONTHS]
_SHORT = {"tues": "tuesday", "wednes": "wednesday", "thur": "thursday", "thurs": "thursday"}
_SHORT |= {"sept": "september"}
_NAMES = {name[:3]: name for name in (*_WEEKDAYS, *_MONTHS)} | _SHORT
_NAMES |= {name: name for name in (*_WEEKDAYS, *_MONTHS)}

_WEEKDAY = re.compile(rf"(?:(this|next|coming|the coming) )?({'|'.join(_WEEKDAYS)})")
_OF_WEEK = re.compile(
    rf"(?:({'|'.join(_WEEKDAYS)})(?: of)? (this|next) week|(this|next) week(?: on)?"
    rf" ({'|'.join(_WEEKDAYS)}))"
)
_EDGE = re.compile(
    r"(?:the )?(start|beginning|end) of (?:(the|this|next|the next) )?(week|month|year)"
)
_MONTH_EDGE = re.compile(rf"(?:the )?(start|beginning|end) of ({'|'.join(_MONTHS)})")
_ORDINAL = re.compile(
    r"(?:the )?([0-9]{1,2})(?:st|nd|rd|th)(?: of (this|the|next|the next) month)?"
)
_DATE = re.compile(
    rf"(?:({'|'.join(_WEEKDAYS)}) )?(?:the )?"
    rf"(?:([0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? ({'|'.join(_MONTHS)})"
    rf"|({'|'.join(_MONTHS)}) (?:the )?([0-9]{{1,2}})(?:st|nd|rd|th)?)"
    rf"(?: ([0-9]{{4}}))?"
)
_NUMBERS = re.compile(r"([0-9]{1,2})([./])([0-9]{1,2})\2([0-9]{4})")


class NoDay(ValueError):
    """What looks like a day is none; the text says why, without a full stop."""


@dataclass(frozen=True, slots=True)
class Day:
    """The day that was named."""

    first: date
    later: date | None = None
    """The next day of this name, for when the first one's time has passed."""
    at: time = DAY_START
    """What it means when no time is said."""


def day_named(phrase: str, today: date) -> Day | None:
    """The day of a phrase in lower case with single blanks; None when it is none.

    Args:
        phrase: without its time of day; empty for today or, when that has passed, tomorrow.
        today: the local date.

    Raises:
        NoDay: a date that does not exist, or one of two possible orders.
    """
    words = [_NAMES.get(word, word) for word in phrase.replace(",", " ").split()]
    text = " ".join(words)
    if not text:
        return Day(today, today + _DAY)
    if text in ("today", "tomorrow", "day after tomorrow", "the day after tomorrow"):
        return Day(_asked(text, today))
    return _week(text, today) or _edge(text, today) or _dated(text, today)


def later_day(today: date, years: int, months: int, days: int) -> date | None:
    """The date so much later; a month that is too short ends earlier. None beyond year 9999."""
    text = f"in {years} years {months} months {days} days"
    found = _ask(text, datetime.combine(today, time(12)))
    return None if found is None else found.date()


def _week(text: str, today: date) -> Day | None:
    monday = today - timedelta(days=today.weekday())
    if match := _OF_WEEK.fullmatch(text):
        name, which = match[1] or match[4], match[2] or match[3]
        weeks = 1 if which == "next" else 0
        return Day(monday + timedelta(weeks=weeks, days=_WEEKDAYS.index(name)))
    match = _WEEKDAY.fullmatch(text)
    if match is None:
        return Day(monday + timedelta(weeks=1)) if text == "next week" else None
    # Asked from yesterday on: the library never takes the day that it counts from.
    first = _asked(match[2], today - _DAY)
    if first == today and match[1] == "next":
        return Day(first + timedelta(weeks=1))
    return Day(first, first + timedelta(weeks=1))


def _edge(text: str, today: date) -> Day | None:
    if text in ("next month", "next year"):
        return Day(_first_of(text.removeprefix("next "), today, 1))
    if match := _MONTH_EDGE.fullmatch(text):
        first = _asked(f"1 {match[2]}", today - _DAY)
        if match[1] != "end":
            return Day(first, _asked(f"1 {match[2]}", first))
        if _MONTHS.index(match[2]) + 1 == today.month:
            first = today
        return Day(_last_of_month(first), None, DAY_END)
    match = _EDGE.fullmatch(text)
    if match is None:
        return None
    edge, unit, further = match[1], match[3], int("next" in (match[2] or ""))
    if edge != "end":
        first = _first_of(unit, today, further)
        return Day(first, _first_of(unit, today, further + 1))
    last, after = (_last_of(unit, today, further + more) for more in (0, 1))
    return Day(last, after, DAY_END)


def _dated(text: str, today: date) -> Day | None:
    if match := _ORDINAL.fullmatch(text):
        return _day_of_month(int(match[1]), match[2], today)
    if match := _NUMBERS.fullmatch(text):
        return Day(_numbers(match, text, today))
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    weekday, month = match[1], match[3] or match[4]
    number, year = int(match[2] or match[5]), match[6]
    said = f"{number} {month}" + (f" {year}" if year else "")
    first = _asked(said, today - _DAY, number, _MONTHS.index(month) + 1, year)
    if weekday is not None and first.weekday() != _WEEKDAYS.index(weekday):
        real = _MONDAY_FIRST[first.weekday()]
        raise NoDay(f"{first.day} {month.title()} {first.year} is a {real}")
    if year or weekday:
        return Day(first)
    return Day(first, _asked(said, first, number, _MONTHS.index(month) + 1))


def _numbers(match: re.Match[str], text: str, today: date) -> date:
    one, other, year = int(match[1]), int(match[3]), match[4]
    if one <= 12 and other <= 12 and one != other:
        raise NoDay("day and month could be exchanged: write it as 2026-12-31")
    number, month = (one, other) if other <= 12 else (other, one)
    return _asked(text, today, number, month, year)


def _day_of_month(number: int, which: str | None, today: date) -> Day:
    ahead = int("next" in (which or ""))
    found = []
    for months in range(ahead, ahead + 4):  # no two months on end lack the same day
        first = _first_of("month", today, months)
        if 1 <= number <= monthrange(first.year, first.month)[1]:
            day = first.replace(day=number)
            if day >= today:
                found.append(day)
        if which is not None and not found:
            break
    if not found:
        raise NoDay(f"there is no day {number} in that month")
    return Day(found[0], found[1] if which is None and len(found) > 1 else None)


def _first_of(unit: str, today: date, further: int) -> date:
    if unit == "week":
        return today + timedelta(weeks=further, days=-today.weekday())
    if unit == "year":
        return date(today.year + further, 1, 1)
    months = today.year * 12 + today.month - 1 + further
    return date(months // 12, months % 12 + 1, 1)


def _last_of(unit: str, today: date, further: int) -> date:
    if unit == "week":  # of work: it ends on Friday
        return _first_of(unit, today, further) + timedelta(days=4)
    return _first_of(unit, today, further + 1) - _DAY


def _last_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _asked(text: str, after: date, day: int = 0, month: int = 0, year: str | None = None) -> date:
    """What the library reads, held against the numbers that were written."""
    found = _ask(text, datetime.combine(after, time(23, 59)))
    if found is None:
        raise NoDay(f"there is no {text}")
    read = found.date()
    wrong = (day and read.day != day) or (month and read.month != month)
    if wrong or (year and read.year != int(year)):
        raise NoDay(f"there is no {text}")
    return read


def _ask(text: str, base: datetime) -> datetime | None:
    """One question to dateparser: naive local time in, naive local time out, no clock, no zone."""
    from dateparser.date import DateDataParser

    parser = DateDataParser(
        languages=["en"],
        settings={
            "RELATIVE_BASE": base,
            "TIMEZONE": "UTC",
            "RETURN_AS_TIMEZONE_AWARE": False,
            "PREFER_DATES_FROM": "future",
            "PARSERS": ["relative-time", "absolute-time"],
        },
    )
    try:
        found: datetime | None = parser.get_date_data(text).date_obj
    except OverflowError:  # beyond year 9999
        return None
    return found
