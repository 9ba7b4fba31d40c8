"""Lengths of time as people and programs write them: ``90s``, ``10 minutes``, ``PT5M``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from jobs_tui.models.errors import InvalidInput

SHORTEST = 1.0
"""Seconds: no interval is shorter (SCHEDULING.md 5)."""
LONGEST = 366 * 86_400.0
"""Seconds: no interval is longer."""

_LONGEST_TEXT = 80
_HINT = "Write seconds, or 90s, 5m, 2h30m, 1d, 10 minutes."

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_NAMES = {
    "s": ("s", "sec", "secs", "second", "seconds"),
    "m": ("m", "min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "wk", "wks", "week", "weeks", "fortnight"),
    "month": ("mo", "month", "months"),
    "year": ("y", "yr", "yrs", "year", "years"),
}
_UNITS = {name: unit for unit, names in _NAMES.items() for name in names}
_COUNTS = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_NUMBERS = {"a": 1.0, "an": 1.0, "a couple of": 2.0}
_NUMBERS |= {word: float(count) for count, word in enumerate(_COUNTS, 1)}


def _one_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_PIECE = re.compile(
    rf"([0-9]{{1,12}}(?:\.[0-9]{{1,9}})?|(?:{_one_of(_NUMBERS)})(?= )) ?"
    rf"({_one_of(_UNITS)})(?![a-z])"
)
_BETWEEN = re.compile(r"(?: ?, ?| )?(?:and )?")
_HALVES = (
    (re.compile(r"half an? hour"), "30 minutes"),
    (re.compile(r"half a day"), "12 hours"),
    (re.compile(r"half a minute"), "30 seconds"),
    (re.compile(r"(?:an|one) hour and a half|one and a half hours"), "90 minutes"),
)

_ISO_NUMBER = r"([0-9]{1,12}(?:\.[0-9]{1,9})?)"
_ISO = re.compile(
    "p"
    + "".join(rf"(?:{_ISO_NUMBER}{unit})?" for unit in "ymwd")
    + "(?:t(?=[0-9])"
    + "".join(rf"(?:{_ISO_NUMBER}{unit})?" for unit in "hms")
    + ")?"
)
"""ISO 8601, in lower case."""
_ISO_UNITS = ("year", "month", "w", "d", "h", "m", "s")

Piece = tuple[float, str]
"""How many of a unit: ``s``, ``m``, ``h``, ``d``, ``w``, ``month`` or ``year``."""


def pieces(text: str) -> list[Piece] | None:
    """What a length consists of, ``2h30m`` as 2 ``h`` and 30 ``m``; None when it is no length.

    Each unit at most once, as in ``1 day and 6 hours``. ISO 8601 (``P1DT6H``) is read as well.
    """
    rest = " ".join(text.lower().split())
    if len(rest) > _LONGEST_TEXT:
        return None
    if (iso := _ISO.fullmatch(rest)) is not None:
        numbers = zip(iso.groups(), _ISO_UNITS, strict=True)
        return [(float(number), unit) for number, unit in numbers if number is not None] or None
    for half, said in _HALVES:
        rest = half.sub(said, rest)
    found: list[Piece] = []
    at = 0
    while at < len(rest):
        match = _PIECE.match(rest, at)
        if match is None:
            return None
        number, name = match.groups()
        count = _NUMBERS[number] if number in _NUMBERS else float(number)
        found.append((count * (2 if name == "fortnight" else 1), _UNITS[name]))
        at = match.end()
        if at < len(rest):
            between = _BETWEEN.match(rest, at)
            at = at if between is None else between.end()
            if at == len(rest):
                return None
    units = [unit for _, unit in found]
    return found if found and len(set(units)) == len(units) else None


def read_duration(
    value: str | float, field: str = "interval_seconds", *, least: float = SHORTEST
) -> float:
    """Seconds of a number, or of a text such as ``90s``, ``2h30m`` or ``1.5 hours``.

    Args:
        field: the input field that an error names.
        least: seconds; at most it may be :data:`LONGEST`.

    Returns:
        Seconds.

    Raises:
        InvalidInput: it is no length of time, or not within the limits.
    """
    seconds = _seconds(value, field)
    if not math.isfinite(seconds) or not least <= seconds <= LONGEST:
        raise InvalidInput(
            f"{field}: {_said(value)} is not between {span_words(least)} and 366 days.",
            _HINT,
            field=field,
        )
    return seconds


def _seconds(value: str | float, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise InvalidInput(f"{field}: {_said(value)} is no length of time.", _HINT, field=field)
    if not isinstance(value, str):
        try:
            return float(value)
        except OverflowError:
            return math.inf
    text = value.strip()
    if re.fullmatch(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,9})?", text, re.ASCII):
        return float(text)
    found = pieces(text)
    if found is None:
        said = "it is empty" if not text else f"{_said(value)} is no length of time"
        raise InvalidInput(f"{field}: {said}.", _HINT, field=field)
    for _, unit in found:
        if unit not in _SECONDS:
            raise InvalidInput(
                f"{field}: {_said(value)} has no fixed length: {unit}s differ.",
                "Write days, or use a cron schedule.",
                field=field,
            )
    return math.fsum(count * _SECONDS[unit] for count, unit in found)


def _said(value: object) -> str:
    return f"{value!r:.40}" if isinstance(value, str) else f"{value!s:.40}"


def duration_words(seconds: float) -> str:
    """``every 90 seconds``, ``every 2 hours``, ``every 1 day 6 hours``, ``every minute``."""
    words = span_words(seconds)
    count, _, unit = words.partition(" ")
    return f"every {unit}" if count == "1" and " " not in unit else f"every {words}"


def span_words(seconds: float) -> str:
    """``90 seconds``, ``1 day 6 hours``: exact, with small counts in the unit below."""
    if seconds < 120 and seconds != 60:
        return _counted(seconds, "second")
    if seconds < 7_200 and seconds % 60 == 0 and seconds != 3_600:
        return _counted(seconds / 60, "minute")
    rest, words = seconds, []
    for name, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count, rest = divmod(rest, length)
        if count:
            words.append(_counted(count, name))
    if rest:
        words.append(_counted(rest, "second"))
    return " ".join(words)


def short_span(seconds: float) -> str:
    """``90s``, ``1d 6h``, ``2h 30m``: the two largest units, cut below."""
    if seconds < 120 and seconds != 60:
        return f"{_plain(seconds)}s"
    rest, words = seconds, []
    for name, length in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, length)
        if count:
            words.append(f"{int(count)}{name}")
    return " ".join(words[:2])


def as_typed(seconds: float) -> str:
    """The shortest text that :func:`read_duration` reads back: ``30m``, ``2h``, ``90s``."""
    for unit in ("d", "h", "m"):
        if seconds >= _SECONDS[unit] and seconds % _SECONDS[unit] == 0:
            return f"{int(seconds) // _SECONDS[unit]}{unit}"
    return f"{_plain(seconds)}s"


def _counted(count: float, unit: str) -> str:
    return f"{_plain(count)} {unit}{'' if count == 1 else 's'}"


def _plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")
