"""An instant in words: ``Fri 27 Nov 2026 09:00 CET``, and how far it is: ``in 1 day 2 h``."""

from __future__ import annotations

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from jobs_tui.schedule.fields import MONTH_NAMES, WEEKDAY_NAMES

_UNITS = (("day", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def moment_words(moment: datetime, place: tzinfo) -> str:
    """``Fri 27 Nov 2026 09:00 CET`` of an aware datetime, in a zone; seconds only where there are.

    A zone without an abbreviation of letters is named in full.
    """
    local = moment.astimezone(place)
    day = f"{WEEKDAY_NAMES[local.isoweekday() % 7]} {local.day} {MONTH_NAMES[local.month - 1]}"
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    name = local.tzname() or ""
    if not name.isalpha() and isinstance(place, ZoneInfo):
        name = place.key
    return f"{day} {local.year} {clock} {name}"


def distance_words(moment: datetime, now: datetime) -> str:
    """``in 1 day 2 h``, ``in 3 days``, ``5 min ago``, ``now``: the two largest units of it."""
    seconds = int(abs((moment - now).total_seconds()))
    if seconds == 0:
        return "now"
    words, rest = [], seconds
    for name, length in _UNITS:
        count, rest = divmod(rest, length)
        if count:
            words.append(f"{count} {name}{'s' if name == 'day' and count > 1 else ''}")
        elif words:
            break  # the unit below the largest is none: what is left does not matter
    said = " ".join(words[:2])
    return f"in {said}" if moment > now else f"{said} ago"
