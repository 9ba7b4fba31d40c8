"""One field of a cron expression: text in, set of values out (SCHEDULING.md 1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from jobs_tui.models.errors import InvalidInput

FIELD = "cron_schedule"
"""The input field that every error here is about."""

LONG_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
"""Month names; index 0 is January."""
LONG_WEEKDAYS = (
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
)
"""Weekday names; index 0 is Sunday, as in cron."""
MONTH_NAMES = tuple(name[:3] for name in LONG_MONTHS)
"""Short month names; index 0 is January."""
WEEKDAY_NAMES = tuple(name[:3] for name in LONG_WEEKDAYS)
"""Short weekday names; index 0 is Sunday."""


@dataclass(frozen=True)
class FieldSpec:
    """What one field accepts: values from ``low`` to ``high`` and names for them."""

    name: str
    low: int
    high: int
    names: Mapping[str, int]

    @property
    def allowed(self) -> str:
        """The range as the error messages print it: ``0-59``, ``1-12 or JAN-DEC``."""
        if self is MONTH:
            return "1-12 or JAN-DEC"
        if self is WEEKDAY:
            return "0-7 or SUN-SAT (0 and 7 are Sunday)"
        return f"{self.low}-{self.high}"


MINUTE = FieldSpec("minute", 0, 59, {})
HOUR = FieldSpec("hour", 0, 23, {})
DAY = FieldSpec("day of month", 1, 31, {})
MONTH = FieldSpec("month", 1, 12, {name.lower(): n for n, name in enumerate(MONTH_NAMES, 1)})
WEEKDAY = FieldSpec("day of week", 0, 7, {name.lower(): n for n, name in enumerate(WEEKDAY_NAMES)})

FULL = {
    MINUTE.name: frozenset(range(60)),
    HOUR.name: frozenset(range(24)),
    DAY.name: frozenset(range(1, 32)),
    MONTH.name: frozenset(range(1, 13)),
    WEEKDAY.name: frozenset(range(7)),
}
"""The whole set of each field, by field name; weekdays are 0-6."""

_ITEM = re.compile(r"(?P<first>\*|[0-9a-z]+)(?:-(?P<last>[0-9a-z]+))?(?:/(?P<step>[0-9]+))?")
_RESTARTS = {
    MINUTE.name: "at minute 0 of every hour",
    HOUR.name: "at 00:00 every day",
    DAY.name: "on day 1 of every month",
    MONTH.name: "in January",
    WEEKDAY.name: "on Sunday",
}


def quoted(text: str) -> str:
    """Text as it may stand in a message: quoted, ASCII only, at most 40 characters."""
    shown = text if len(text) <= 40 else text[:37] + "..."
    return ascii(shown)


def refuse(spec: FieldSpec, text: str, problem: str, hint: str = "") -> NoReturn:
    """Raise the one error shape of a field: its name, the offending text, what is allowed."""
    allowed = f"Allowed: {spec.allowed}."
    raise InvalidInput(
        f"The {spec.name} field of the cron expression has {quoted(text)}: {problem}.",
        f"{allowed} {hint}".strip(),
        field=FIELD,
    )


def parse_plain(spec: FieldSpec, text: str) -> frozenset[int]:
    """The values of one field without special day items; weekdays come back as 0-6.

    Args:
        spec: which field this is.
        text: comma-separated ``*``, ``a``, ``a-b``, each with an optional ``/n``; any case.

    Raises:
        InvalidInput: names the field, the offending item and the allowed range.
    """
    values: set[int] = set()
    for item in text.split(","):
        values |= _parse_item(spec, item)
    return frozenset(values)


def _parse_item(spec: FieldSpec, item: str) -> set[int]:
    if not item:
        refuse(spec, item, "an empty list item")
    match = _ITEM.fullmatch(item.lower())
    if match is None or (match["first"] == "*" and match["last"] is not None):
        refuse(spec, item, _why_unreadable(spec, item))
    step = 1 if match["step"] is None else int(match["step"])
    if step < 1:
        refuse(spec, item, "a step must be 1 or more")
    if match["first"] == "*":
        low, high = spec.low, spec.high
    else:
        low = _value(spec, match["first"], item)
        high = _upper_end(spec, low, match["last"], match["step"], item)
    return _expand(spec, low, high, step)


def _upper_end(spec: FieldSpec, low: int, last: str | None, step: str | None, item: str) -> int:
    if last is not None:
        high = _value(spec, last, item)
        if spec is DAY and high < low:
            refuse(spec, item, "a range of days must not run backwards", "Write 25-31,1-5.")
        return high
    if step is None:
        return low
    if spec is WEEKDAY:
        # croniter stops at 6, cronsim at 7 and Debian refuses: three meanings, so none here.
        refuse(spec, item, "a step needs a range here", f"Write {item.split('/')[0]}-6/{step}.")
    return spec.high


def _expand(spec: FieldSpec, low: int, high: int, step: int) -> set[int]:
    if spec is WEEKDAY:
        if low <= high:  # 0-7, 5-7: 7 is a second name of Sunday
            return {value % 7 for value in range(low, high + 1, step)}
        low %= 7
    span = FULL[spec.name]
    first = min(span)
    length = len(span)
    reach = (high - low) % length if high < low else high - low
    return {(low - first + k) % length + first for k in range(0, reach + 1, step)}


def _value(spec: FieldSpec, word: str, item: str) -> int:
    if word in spec.names:
        return spec.names[word]
    if not word.isdigit():
        refuse(spec, item, _why_unreadable(spec, word))
    value = int(word)
    if not spec.low <= value <= spec.high:
        refuse(spec, item, f"{word[:20]} is out of range")
    return value


def _why_unreadable(spec: FieldSpec, item: str) -> str:
    """The reason behind text that no rule reads, for the mistakes people really make."""
    lowered = item.lower()
    if re.fullmatch(r"[hr](\(.*\))?(/[0-9]+)?", lowered) or "~" in lowered:
        return "random times (H, R, ~) are not supported, use jitter to spread jobs"
    if "?" in lowered:
        return "'?' may only stand alone, in the two day fields"
    if lowered in ("l", "lw") or re.fullmatch(r"[0-9]*w|l-[0-9]+", lowered):
        return "this use of L or W is not supported"
    if "#" in lowered:
        return "'#' is only for weekdays, from 1 to 5, as in 5#2"
    if lowered.startswith(("-", "+")):
        return "signs are not allowed"
    if re.fullmatch(r"[a-z]{4,}", lowered) and lowered[:3] in {**MONTH.names, **WEEKDAY.names}:
        return f"names have three letters, write {lowered[:3].upper()}"
    return "not a value, a range or a step"


def uneven_step(spec: FieldSpec, text: str) -> str | None:
    """A sentence when ``*/n`` does not divide the field evenly, so that its last gap is shorter.

    Source: SCHEDULING.md 1, row ``*/n``. None when the step is even or there is none.
    """
    match = re.fullmatch(r"\*/([0-9]+)", text)
    if match is None:
        return None
    step, length = int(match[1]), len(FULL[spec.name])
    if step >= length:
        return f"{text} in the {spec.name} field is just its first value, {spec.low}."
    if length % step == 0 and spec is not DAY:
        return None
    if step == 1:
        return None
    return f"{text} in the {spec.name} field is uneven: it starts again {_RESTARTS[spec.name]}."
