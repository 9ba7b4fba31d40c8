"""The two day fields with their special items ``L``, ``15W``, ``5#2`` and ``5L``.

Source: SCHEDULING.md 1. A special item needs the other day field to be ``*``: with both
restricted, cron libraries disagree, so there is nothing to promise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from jobs_tui.schedule.fields import DAY, FULL, WEEKDAY, parse_plain, refuse

_WEEKDAY = r"[0-7]|sun|mon|tue|wed|thu|fri|sat"
_NTH = re.compile(rf"({_WEEKDAY})#([1-5])")
_LAST = re.compile(rf"({_WEEKDAY})l")
_NEAREST = re.compile(r"([0-9]{1,2})w")
_SPECIAL_WEEKDAY = re.compile(r"[a-z0-9]+#.*|[0-9]+l|[a-z]{3}l")


@dataclass(frozen=True)
class DayItems:
    """What the two day fields ask for; see :class:`jobs_tui.schedule.cron.CronExpression`."""

    days: frozenset[int]
    last_day: bool
    nearest_weekday: int | None
    weekdays: frozenset[int]
    nth_weekdays: frozenset[tuple[int, int]]
    last_weekdays: frozenset[int]

    @property
    def special_days(self) -> bool:
        """The day-of-month field has ``L`` or ``W``."""
        return self.last_day or self.nearest_weekday is not None

    @property
    def special_weekdays(self) -> bool:
        """The day-of-week field has ``#`` or ``nL``."""
        return bool(self.nth_weekdays or self.last_weekdays)

    def day_text(self) -> str:
        """The day-of-month field as croniter reads it."""
        if self.nearest_weekday is not None:
            return f"{self.nearest_weekday}W"
        items = [str(day) for day in sorted(self.days)]
        return ",".join([*items, "L"] if self.last_day else items)

    def weekday_text(self) -> str:
        """The day-of-week field as croniter reads it (it writes the last Friday ``L5``)."""
        items = [str(day) for day in sorted(self.weekdays)]
        items += [f"{day}#{n}" for day, n in sorted(self.nth_weekdays)]
        items += [f"L{day}" for day in sorted(self.last_weekdays)]
        return ",".join(items)


def parse_days(text: str, *, weekday_is_open: bool) -> tuple[frozenset[int], bool, int | None]:
    """Plain days, whether ``L`` is among them, and the day of a lone ``15W``.

    Raises:
        InvalidInput: a bad item, or a special one beside a restricted day of week.
    """
    lowered = text.lower()
    if lowered == "?":
        return FULL[DAY.name], False, None
    items = lowered.split(",")
    if any(_NEAREST.fullmatch(item) for item in items):
        return frozenset(), False, _nearest(text, items, weekday_is_open)
    if "l" not in items:
        return parse_plain(DAY, text), False, None
    if not weekday_is_open:
        refuse(DAY, text, "L needs '*' as the day of week", "Make two jobs instead.")
    plain = ",".join(item for item in items if item != "l")
    return (parse_plain(DAY, plain) if plain else frozenset()), True, None


def _nearest(text: str, items: list[str], weekday_is_open: bool) -> int:
    if len(items) > 1:
        refuse(DAY, text, "a W item must stand alone")
    if not weekday_is_open:
        refuse(DAY, text, "W needs '*' as the day of week")
    day = int(items[0][:-1])
    if day not in FULL[DAY.name]:
        refuse(DAY, text, f"{day} is out of range")
    return day


def parse_weekdays(
    text: str, *, day_is_open: bool
) -> tuple[frozenset[int], frozenset[tuple[int, int]], frozenset[int]]:
    """Plain weekdays (0-6), pairs (weekday, n) of ``5#2`` and weekdays of ``5L``.

    Raises:
        InvalidInput: a bad item, special and plain ones mixed, or a special one beside a
            restricted day of month.
    """
    if text == "?":
        return FULL[WEEKDAY.name], frozenset(), frozenset()
    items = text.split(",")
    special = [item for item in items if _SPECIAL_WEEKDAY.fullmatch(item.lower())]
    if not special:
        return parse_plain(WEEKDAY, text), frozenset(), frozenset()
    if not day_is_open:
        refuse(WEEKDAY, text, "# and L need '*' as the day of month", "Make two jobs instead.")
    if len(special) != len(items):
        refuse(WEEKDAY, text, "plain weekdays cannot be mixed with # or L items")
    nth: set[tuple[int, int]] = set()
    last: set[int] = set()
    for item in items:
        if match := _NTH.fullmatch(item.lower()):
            nth.add((_weekday(match[1]), int(match[2])))
        elif match := _LAST.fullmatch(item.lower()):
            last.add(_weekday(match[1]))
        else:
            refuse(WEEKDAY, item, "not a weekday with #1 to #5 or with L, as in 5#2 or 5L")
    return frozenset(), frozenset(nth), frozenset(last)


def _weekday(word: str) -> int:
    return WEEKDAY.names[word] if word in WEEKDAY.names else int(word) % 7
