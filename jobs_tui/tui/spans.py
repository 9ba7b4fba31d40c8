"""Lengths of time and instants in few characters, the same on every screen."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

MINUTE, HOUR, DAY = 60, 3600, 86_400


def until(moment: datetime, now: datetime) -> str:
    """``in 9m``, ``in 11h``, ``in 2d``; seconds only in the last minute (few bytes: UX.md 6.3)."""
    seconds = (moment - now).total_seconds()
    return f"in {span(seconds)}" if seconds > 0 else "now"


def ago(moment: datetime, now: datetime) -> str:
    """``6m ago``, ``5d ago``, ``now`` in the first minute."""
    seconds = (now - moment).total_seconds()
    return f"{span(seconds)} ago" if seconds >= MINUTE else "now"


def span(seconds: float) -> str:
    """One unit, whole: ``41s``, ``9m``, ``11h``, ``2d``, ``5w``, ``3y``; rounded down."""
    whole = max(0, int(seconds))
    if whole < MINUTE:
        return f"{whole}s"
    if whole < HOUR:
        return f"{whole // MINUTE}m"
    if whole < DAY:
        return f"{whole // HOUR}h"
    if whole < 100 * DAY:
        return f"{whole // DAY}d"
    return f"{whole // (7 * DAY)}w" if whole < 700 * DAY else f"{whole // (365 * DAY)}y"


def long_span(seconds: float) -> str:
    """Two units: ``11h57m``, ``1d11h``, ``9m``; seconds only in the last minute."""
    whole = max(0, int(seconds))
    if whole < HOUR:
        return span(whole)
    if whole < DAY:
        return f"{whole // HOUR}h{whole % HOUR // MINUTE:02d}m"
    return f"{whole // DAY}d{whole % DAY // HOUR}h"


def took(milliseconds: float | None) -> str:
    """How long a run took: ``0m09s``, ``4m10s``, ``1h02m``, under a second ``120ms``, else --."""
    if milliseconds is None:
        return "--"
    if milliseconds < 1000:
        return f"{milliseconds:.0f}ms"
    seconds = int(milliseconds / 1000)
    if seconds < HOUR:
        return f"{seconds // MINUTE}m{seconds % MINUTE:02d}s"
    return f"{seconds // HOUR}h{seconds % HOUR // MINUTE:02d}m"


def day_time(moment: datetime, now: datetime, zone: tzinfo = UTC, *, seconds: bool = False) -> str:
    """``today 13:56``, else ``Sat 22 Aug 02:00``, with the year when that is another one."""
    there, here = moment.astimezone(zone), now.astimezone(zone)
    time = f"{there:%H:%M:%S}" if seconds else f"{there:%H:%M}"
    if there.date() == here.date():
        return f"today {time}"
    year = f" {there:%Y}" if there.year != here.year else ""
    return f"{there:%a} {there.day:2d} {there:%b}{year} {time}"


def clock_time(moment: datetime, now: datetime, zone: tzinfo = UTC) -> str:
    """At most 9 characters: ``02:00`` within a day, ``Sat 04:00`` within a week, ``1 Nov``."""
    there = moment.astimezone(zone)
    distance = abs((moment - now).total_seconds())
    if distance < DAY:
        return f"{there:%H:%M}"
    if distance < 7 * DAY:
        return f"{there:%a %H:%M}"
    if distance < 300 * DAY:
        return f"{there.day} {there:%b}"
    return f"{there:%b %Y}"


def bars(values: list[float | None], levels: str = "..::-=+*#") -> str:
    """Durations as one line of ASCII bars, the highest is ``#``; a blank for an unknown one."""
    top = max((value for value in values if value is not None), default=0.0)
    if top <= 0:
        return "".join(" " if value is None else levels[0] for value in values)
    last = len(levels) - 1
    return "".join(
        " " if value is None else levels[round(last * max(0.0, value) / top)] for value in values
    )
