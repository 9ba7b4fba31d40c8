"""A slow, obvious model of cron, written apart from the product: minute by minute, as a daemon.

It walks real minutes (UTC) and looks at the wall clock of each, the way Debian cron does.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

MINUTE = timedelta(minutes=1)
THREE_HOURS = timedelta(hours=3)
NAMES = {4: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]}
WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]


@dataclass(frozen=True)
class Model:
    """An expression's text, and what it means, kept side by side from the start."""

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    months: frozenset[int]
    day: str
    days: frozenset[int]
    weekday: str
    weekdays: frozenset[int]

    @property
    def wildcard(self) -> bool:
        fields = self.text.split()
        return fields[0][0] == "*" or fields[1][0] == "*"

    def on_day(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        weekday = day.isoweekday() % 7
        last = calendar.monthrange(day.year, day.month)[1]
        if self.day.endswith("W"):
            return day == nearest_weekday(day, min(int(self.day[:-1]), last))
        if "L" in self.day.split(","):
            return day.day in self.days or day.day == last
        if "#" in self.weekday:
            return any(
                int(item[0]) % 7 == weekday and (day.day - 1) // 7 + 1 == int(item[2])
                for item in self.weekday.split(",")
            )
        if self.weekday.endswith("L"):
            return int(self.weekday[0]) % 7 == weekday and day.day + 7 > last
        by_day, by_weekday = day.day in self.days, weekday in self.weekdays
        if self.day[0] == "*" or self.weekday[0] == "*":
            return by_day and by_weekday
        return by_day or by_weekday

    def matches(self, wall: datetime) -> bool:
        return wall.minute in self.minutes and wall.hour in self.hours and self.on_day(wall.date())


def nearest_weekday(day: date, target: int) -> date:
    """The Monday-to-Friday day nearest to a day of this month, inside the month."""
    last = calendar.monthrange(day.year, day.month)[1]
    days = [day.replace(day=d) for d in range(1, last + 1) if day.replace(day=d).isoweekday() <= 5]
    return min(days, key=lambda d: (abs(d.day - target), d.day))


@lru_cache(maxsize=64)
def clock(zone: str, start: datetime, minutes: int) -> list[tuple[datetime, datetime]]:
    """Every minute of a stretch: (instant, naive wall time)."""
    tz = ZoneInfo(zone)
    instants = [start + k * MINUTE for k in range(minutes)]
    return [(at, at.astimezone(tz).replace(tzinfo=None, fold=0)) for at in instants]


def enumerate_fires(model: Model, zone: str, start: datetime, minutes: int) -> list[datetime]:
    """All fires in [start, start + minutes), by walking through them one after the other."""
    fires: list[datetime] = []
    seen: datetime | None = None  # the latest wall minute a fixed-time job has had
    for at, wall in clock(zone, start, minutes):
        if seen is None:
            seen = wall - MINUTE
        step = wall - seen
        if model.wildcard or step > THREE_HOURS or step < -THREE_HOURS:
            due = [wall]
        else:
            due = [seen + k * MINUTE for k in range(1, int(step / MINUTE) + 1)]
        if any(map(model.matches, due)):
            fires.append(at)
        if not model.wildcard and -THREE_HOURS <= step <= timedelta(0):
            continue  # the repeated hour: wait until it is over
        seen = wall
    return fires


def _expand(low: int, high: int, step: int, least: int, most: int) -> list[int]:
    found = []
    value, left = low, 0
    while True:
        if left == 0:
            found.append(value)
            left = step
        if value == high:
            return found
        value = value + 1 if value < most else least
        left -= 1


@st.composite
def plain_fields(draw: st.DrawFn, position: int) -> tuple[str, frozenset[int]]:
    """A field without special items, and its values. Position 1 is the minute."""
    least, most = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)][position - 1]
    values: set[int] = set()
    texts: list[str] = []
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        kind = draw(st.sampled_from(["*", "*/n", "a", "a", "a-b", "a-b/n", "a/n"]))
        step = draw(st.sampled_from([1, 2, 3, 5, 7, 10, 15, 25, 90]))
        a, b = draw(st.integers(least, most)), draw(st.integers(least, most))
        if position == 3 and b < a:
            a, b = b, a
        first, last = a, b
        if kind in ("*", "*/n"):
            first, last = least, most
        elif kind == "a" or (kind == "a/n" and position == 5):
            last, kind = a, "a"
        elif kind == "a/n":
            last = most
        stepped = step if kind.endswith("/n") else 1
        values.update(_expand(first, last, stepped, least, most))
        word_a, word_b = _word(draw, position, a), _word(draw, position, b)
        texts.append(
            kind.replace("a", word_a).replace("b", word_b).replace("n", str(step))
            if position < 4
            else _fill(kind, word_a, word_b, step)
        )
    return ",".join(texts), frozenset(values)


def _fill(kind: str, a: str, b: str, step: int) -> str:
    return "".join({"a": a, "b": b, "n": str(step)}.get(char, char) for char in kind)


def _word(draw: st.DrawFn, position: int, value: int) -> str:
    if position < 4 or draw(st.booleans()):
        return str(value)
    names = NAMES[4][value - 1] if position == 4 else WEEKDAYS[value]
    return draw(st.sampled_from([names, names.upper(), names.title()]))


@st.composite
def expressions(draw: st.DrawFn) -> Model:
    """Any expression the language accepts; months are mostly open so that something fires."""
    minute, minutes = draw(plain_fields(1))
    hour, hours = draw(plain_fields(2))
    month, months = draw(plain_fields(4)) if draw(st.integers(0, 4)) == 0 else ("*", range(1, 13))
    day, days = "*", frozenset(range(1, 32))
    weekday, weekdays = "*", frozenset(range(7))
    shape = draw(
        st.sampled_from(["open", "day", "weekday", "both", "both", "starred", "L", "W", "#", "nL"])
    )
    if shape in ("day", "both"):
        day, days = draw(plain_fields(3))
    if shape in ("weekday", "both"):
        weekday, weekdays = draw(plain_fields(5))
    if shape == "starred":  # both restricted, and a first character * makes it AND
        step = draw(st.integers(2, 9))
        if draw(st.booleans()):
            weekday, weekdays = draw(plain_fields(5))
            days = frozenset(range(1, 32, step))
            day = f"*/{step}"
        else:
            day, days = draw(plain_fields(3))
            weekdays = frozenset(range(0, 7, step))
            weekday = f"*/{step}"
    if shape == "L":
        first = draw(st.integers(1, 31))
        day, days = draw(st.sampled_from([("L", frozenset()), (f"{first},L", frozenset({first}))]))
    if shape == "W":
        day, days = f"{draw(st.integers(1, 31))}W", frozenset()
    if shape == "#":
        items = draw(
            st.lists(st.tuples(st.integers(0, 7), st.integers(1, 5)), min_size=1, max_size=3)
        )
        weekday = ",".join(f"{d}#{n}" for d, n in items)
    if shape == "nL":
        weekday = f"{draw(st.integers(0, 7))}L"
    text = f"{minute} {hour} {day} {month} {weekday}"
    return Model(text, minutes, hours, frozenset(months), day, days, weekday, weekdays)


def utc(*parts: int) -> datetime:
    """An aware UTC datetime."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]
