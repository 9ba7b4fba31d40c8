"""The part of a spoken time that says when in the day: ``9am``, ``8:30``, ``noon``, ``tonight``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

DAY_START = time(9)
"""What a day without a time means."""
DAY_END = time(18)
"""What the end of a day, month or year means: that of work."""

PARTS = {
    "morning": time(9),
    "noon": time(12),
    "midday": time(12),
    "afternoon": time(15),
    "evening": time(18),
    "night": time(20),
    "midnight": time(0),
}
"""What the parts of a day mean when no hour is said."""
SMALL_HOURS = time(5)
"""Tonight until then is the night after today."""

_CLOCK = re.compile(
    r"(?<![\w.:/+-])(?:at |@ ?)?"
    r"(?P<hour>[0-9]{1,2})"
    r"(?:[:.](?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?(?: ?(?P<half>[ap])\.?m\.?)?"
    r"| ?(?P<half2>[ap])\.?m\.?"
    r"| ?o'?clock(?: ?(?P<half3>[ap])\.?m\.?)?)"
    r"(?![\w:/]|\.[0-9])"
)
_BARE = re.compile(r"(?<![\w.:/+-])(?:at|@) ?(?P<hour>[0-9]{1,2})(?![\w:./])")
_PART = re.compile(
    r"\b(?:(?:in|at) the |by the |at )?(?:(?P<this>this) )?"
    rf"(?P<part>{'|'.join(PARTS)}|tonight|end of (?:the )?day|eod)\b"
)
_MIDNIGHT_TONIGHT = re.compile(r"tonight (?:at )?midnight|(?:at )?midnight tonight")


class NoTimeOfDay(ValueError):
    """What looks like a time of day is none; the text says why, without a full stop."""


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """What was said of the day, and what is left of the text without it."""

    rest: str
    at: time | None
    """None: no time of day was said."""
    tonight: bool = False
    """It is of today, or of the small hours after it."""
    today: bool = False
    """``this evening``: of today."""
    note: str = ""
    """What had to be assumed, one sentence without a full stop."""


def time_of_day(text: str) -> TimeOfDay:
    """Take the time of day out of a text in lower case with single blanks.

    Raises:
        NoTimeOfDay: ``25:00``, ``13pm``, or two of them.
    """
    rest, clock, certain = _clock(_MIDNIGHT_TONIGHT.sub("tonight at 0:00", text))
    rest, part, today = _part(rest)
    tonight = part == "tonight"
    if clock is None and part is None:
        return TimeOfDay(rest, None)
    if clock is None:
        at = _of_part(part or "")
        note = "" if part in ("noon", "midday", "midnight") else f"{part} is read as {at:%H:%M}"
        return TimeOfDay(rest, at, tonight, today, note)
    note = "" if certain else f"{clock.hour} is read as {clock:%H:%M}"
    if part is not None and not certain:
        clock = _fitted(clock, part)
        note = ""
    return TimeOfDay(rest, clock, tonight, today, note)


def _clock(text: str) -> tuple[str, time | None, bool]:
    """The text without its clock time, the time, and whether it leaves no doubt about am or pm."""
    found = list(_CLOCK.finditer(text)) or list(_BARE.finditer(text))
    if not found:
        return text, None, True
    if len(found) > 1:
        raise NoTimeOfDay("it names two times of day")
    match = found[0]
    groups = match.groupdict()
    half = groups.get("half") or groups.get("half2") or groups.get("half3")
    hour, minute = int(groups["hour"]), int(groups.get("minute") or 0)
    second = int(groups.get("second") or 0)
    said = match[0].removeprefix("at ").strip()
    if half is not None and not 1 <= hour <= 12:
        raise NoTimeOfDay(f"{said} is no time of day")
    if half is not None:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise NoTimeOfDay(f"{said} is no time of day")
    certain = half is not None or groups.get("minute") is not None or hour > 12 or hour == 0
    return _without(text, match), time(hour, minute, second), certain


def _part(text: str) -> tuple[str, str | None, bool]:
    found = list(_PART.finditer(text))
    if not found:
        return text, None, False
    if len(found) > 1:
        raise NoTimeOfDay("it names two parts of a day")
    match = found[0]
    return _without(text, match), match["part"], match["this"] is not None


def _of_part(part: str) -> time:
    if part == "tonight":
        return PARTS["night"]
    return PARTS.get(part, DAY_END)


def _fitted(clock: time, part: str) -> time:
    """``at 7`` in the evening is 19:00; the hours of the night after midnight stay."""
    later = clock.replace(hour=clock.hour % 12 + 12)
    if part in ("afternoon", "evening"):
        return later
    if part in ("night", "tonight") and SMALL_HOURS <= clock < time(12):
        return later
    if part in ("night", "tonight") and clock.hour == 12:
        return clock.replace(hour=0)
    return clock


def _without(text: str, match: re.Match[str]) -> str:
    return " ".join(f"{text[: match.start()]} {text[match.end() :]}".split())
