"""Time zones by their IANA name (SCHEDULING.md 2: the name is stored, an offset never)."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]

from jobs_tui.models.errors import InvalidInput
from jobs_tui.schedule.fields import quoted

FIELD = "cron_timezone"
"""The input field that every error here is about."""

_NOT_PLACES = frozenset({"Factory", "localtime", "posixrules"})
"""Entries of the database that mean "this machine" or nothing: not the same everywhere."""
_LONGEST_NAME = 64
_OFFSET = re.compile(r"(?:UTC|GMT|Z)? ?[+-][0-9]{1,2}(?::?[0-9]{2})?", re.IGNORECASE)


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Every zone name that :func:`zone` takes, sorted, for pickers."""
    return tuple(sorted(zoneinfo.available_timezones() - _NOT_PLACES))


@lru_cache(maxsize=1)
def _by_lower_case() -> dict[str, str]:
    return {name.lower(): name for name in zone_names()}


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name; the same object for the same name.

    Args:
        name: ``Europe/Paris``, ``UTC``...; only names of the database, never a path.

    Raises:
        InvalidInput: ``field`` is ``cron_timezone``; the message names the closest match.
    """
    if not isinstance(name, str):
        raise InvalidInput(
            f"A time zone is a name such as Europe/Paris, not {type(name).__name__}.", field=FIELD
        )
    return _zone(name[: _LONGEST_NAME + 1])


def zone_called(word: str) -> ZoneInfo | None:
    """The zone of a word of a sentence, in any case (``europe/berlin``), None when it is none."""
    name = _by_lower_case().get(word.lower()) if len(word) <= _LONGEST_NAME else None
    return None if name is None else _zone(name)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    if not name.strip():
        raise InvalidInput(
            "The time zone is empty.", "Write a name such as Europe/Paris or UTC.", field=FIELD
        )
    if name not in _by_lower_case().values():
        raise InvalidInput(f"Unknown time zone {quoted(name)}.", _suggestion(name), field=FIELD)
    return ZoneInfo(name)


def _suggestion(name: str) -> str:
    if _OFFSET.fullmatch(name.strip()):
        return "An offset is no zone, for it knows no summer time: write a name as Europe/Paris."
    known = _by_lower_case()
    lowered = name.strip().lower().replace(" ", "_")
    if lowered in known:
        return f"Did you mean {known[lowered]}?"
    cities = [known[key] for key in known if key.rpartition("/")[2] == lowered]
    if cities:
        return f"Did you mean {cities[0]}?"
    if close := difflib.get_close_matches(lowered, known, n=1, cutoff=0.75):
        return f"Did you mean {known[close[0]]}?"
    return "Write an IANA name such as Europe/Paris or UTC."


def tzdata_version() -> str:
    """Which time zone data is in use and where it lies: ``2026f (tzdata package)``.

    The data changes under our feet (SCHEDULING.md 2), so doctor prints this.
    """
    for folder in map(Path, zoneinfo.TZPATH):
        if (folder / "Europe" / "Paris").is_file():
            return f"{_system_version(folder)} ({folder})"
    return f"{tzdata.IANA_VERSION} (tzdata package)"


def _system_version(folder: Path) -> str:
    for name in ("tzdata.zi", "+VERSION"):
        path = folder / name
        if path.is_file():
            with path.open(encoding="utf-8", errors="replace") as lines:
                return lines.readline().removeprefix("# version").strip()
    return "unknown version"
