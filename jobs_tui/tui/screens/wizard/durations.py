"""Durations as people write them in a form: ``90``, ``90s``, ``30m``, ``2h``, ``1d``."""

from __future__ import annotations

import re

from jobs_tui.models.errors import InvalidInput

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(
    r"([0-9]{1,9}(?:\.[0-9]{1,6})?) *(s|m|h|d|)(?:ec|econds?|in|inutes?|ours?|ays?)?"
)


def seconds(text: str, what: str, field: str) -> float:
    """Seconds of a duration; a bare number is seconds.

    Args:
        what: how the message names the field (``timeout``).
        field: the input field of the error.

    Raises:
        InvalidInput: it is not a duration above zero.
    """
    found = _DURATION.fullmatch(text.strip().lower())
    value = float(found[1]) * _UNITS[found[2]] if found else 0.0
    if value <= 0:
        said = f"{text.strip()[:20]!r} is no duration" if text.strip() else "it is empty"
        raise InvalidInput(
            f"The {what} is not valid: {said}.", "Write 90s, 30m, 2h or 1d.", field=field
        )
    return int(value) if value == int(value) else value


def in_words(value: float) -> str:
    """The shortest text that :func:`seconds` reads back: ``30m``, ``2h``, ``90s``."""
    for unit in ("d", "h", "m"):
        if value >= _UNITS[unit] and value % _UNITS[unit] == 0:
            return f"{int(value) // _UNITS[unit]}{unit}"
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return f"{text}s"
