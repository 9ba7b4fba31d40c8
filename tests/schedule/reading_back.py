"""A reader of the schedule's sentences: words in, matching times and days out.

Written apart from the writer, so that a sentence that says less, more or other than the
expression is found out.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

MONTHS = list(calendar.month_name)[1:]
WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
NTH = ["first", "second", "third", "fourth", "fifth"]
_DAY_START = re.compile(
    r"(, (?:Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday) to | on (?!the hour)"
    r"| every day| in [A-Z]| from [A-Z])"
)


def read_times(sentence: str) -> set[tuple[int, int]]:
    """The (hour, minute) pairs that the part about the time of day names."""
    words = _split(sentence)[0]
    day = {(h, m) for h in range(24) for m in range(60)}
    if words == "every minute":
        return day
    if words == "every hour, on the hour":
        return {(h, m) for h, m in day if m == 0}
    if found := re.fullmatch(r"every (\d+) minutes(?:, from minute (\d+) of each hour)?", words):
        step, start = int(found[1]), int(found[2] or 0)
        return {(h, m) for h, m in day if m >= start and (m - start) % step == 0}
    pattern = r"every (?:(\d+) )?(minute|hour)s? from (\d\d):(\d\d) to (\d\d):(\d\d)"
    if found := re.fullmatch(pattern, words):
        step = int(found[1] or 1) * (60 if found[2] == "hour" else 1)
        at = int(found[3]) * 60 + int(found[4])
        last = int(found[5]) * 60 + int(found[6])
        last += 1440 if last < at else 0
        assert (last - at) % step == 0
        return {(t // 60 % 24, t % 60) for t in range(at, last + 1, step)}
    if found := re.fullmatch(r"every minute of hours? (.*)", words):
        hours = _numbers(found[1])
        return {(h, m) for h, m in day if h in hours}
    if found := re.fullmatch(r"(at .*) past (?:(every hour)|hours? (.*))", words):
        minutes = _minutes(found[1])
        hours = set(range(24)) if found[2] else _numbers(found[3], 24)
        return {(h, m) for h, m in day if m in minutes and h in hours}
    times = re.split(r", | and ", words.removeprefix("at "))
    return {(int(t[:2]), int(t[3:])) for t in times if re.fullmatch(r"\d\d:\d\d", t) or _fail(t)}


def is_named(sentence: str, day: date) -> bool:
    """Whether the part about days and months names this date."""
    words = _split(sentence)[1]
    if found := re.fullmatch(r" on (\d+) ([A-Z]\w+)", words):
        return (day.day, MONTHS[day.month - 1]) == (int(found[1]), found[2])
    if found := re.search(r",? (in|from) ([A-Z].*)$", words):
        names = re.split(r", | and | to ", found[2])
        months = [MONTHS.index(name) for name in names]
        if found[1] == "from":
            months = _round(months[0], months[1], 12)
        if day.month - 1 not in months:
            return False
        words = words[: found.start()]
    words = words.removeprefix(",").strip()
    if words in ("", "every day"):
        return True
    if " or " in words:
        left, right = words.split(" or ")
        return _named(left, day) or _named(right, day)
    if ", but only " in words:
        left, right = words.split(", but only ")
        return _named(left, day) and _named(right, day)
    return _named(words, day)


def _split(sentence: str) -> tuple[str, str]:
    found = _DAY_START.search(sentence)
    return (
        (sentence, "") if found is None else (sentence[: found.start()], sentence[found.start() :])
    )


def _fail(text: str) -> bool:
    raise AssertionError(f"cannot read {text!r}")


def _round(first: int, last: int, length: int) -> list[int]:
    return [(first + k) % length for k in range((last - first) % length + 1)]


def _numbers(words: str, length: int = 1000) -> set[int]:
    found: set[int] = set()
    for item in re.split(r", | and ", words):
        ends = [int(end) for end in item.split(" to ")]
        found.update(_round(ends[0], ends[-1], length))
    return found


def _minutes(words: str) -> set[int]:
    if found := re.fullmatch(r"at every (\d+)\w\w minute from (\d+) to (\d+)", words):
        return set(range(int(found[2]), int(found[3]) + 1, int(found[1])))
    return _numbers(re.sub(r"^at minutes? ", "", words))


def _named(words: str, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    weekday = WEEKDAYS[day.isoweekday() % 7]
    if found := re.fullmatch(r"(\w+day) to (\w+day)", words):
        run = _round(WEEKDAYS.index(found[1]), WEEKDAYS.index(found[2]), 7)
        return WEEKDAYS.index(weekday) in run
    if re.fullmatch(r"on (\w+days(, | and )?)+", words):
        return f"{weekday}s" in re.split(r", | and ", words.removeprefix("on "))
    if found := re.fullmatch(r"on every (\d+)\w\w day of the month from (\d+) to (\d+)", words):
        return day.day in range(int(found[2]), int(found[3]) + 1, int(found[1]))
    if found := re.fullmatch(
        r"on the Monday-to-Friday day nearest to day (\d+) of the month", words
    ):
        target = min(int(found[1]), last)
        working = [d for d in range(1, last + 1) if date(day.year, day.month, d).isoweekday() <= 5]
        return day.day == min(working, key=lambda d: (abs(d - target), d))
    words = words.removesuffix(" of the month")
    if words == "on the last day":
        return day.day == last
    if found := re.fullmatch(r"on days? (.*?)( and on the last day)?", words):
        return day.day in _numbers(found[1]) or (found[2] is not None and day.day == last)
    items = re.split(r", | and ", words.removeprefix("on "))
    for item in items:
        _, which, name = item.split(" ")
        nth = day.day + 7 > last if which == "last" else NTH.index(which) == (day.day - 1) // 7
        if nth and name == weekday:
            return True
    return False
