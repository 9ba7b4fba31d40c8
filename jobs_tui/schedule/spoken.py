"""One time, as a person writes it: ISO 8601, or words such as ``tomorrow 9am`` or ``in 3 days``.

Everything relative counts from the ``now`` and the zone that are given, never from the machine's.
Words mean the future wherever they can. What cannot be read for certain is refused: a time that is
read wrongly is worse than one that has to be written again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from jobs_tui.models.errors import InvalidInput
from jobs_tui.schedule.day_words import NoDay, day_named, later_day
from jobs_tui.schedule.durations import pieces
from jobs_tui.schedule.moment_words import distance_words, moment_words
from jobs_tui.schedule.shifts import shift_at, to_instant
from jobs_tui.schedule.time_of_day import SMALL_HOURS, NoTimeOfDay, TimeOfDay, time_of_day
from jobs_tui.schedule.zones import zone_called

LONGEST = 100
"""Characters of a text that says a time."""
FIRST_YEAR, LAST_YEAR = 1970, 2200

_HINT = 'Write 2026-12-01 17:00, "tomorrow 9am", "in 3 days", "monday 8:30" or "end of month".'
_ISO = re.compile(
    r"[0-9]{4}-(?:[0-9]{2}-[0-9]{2}|W[0-9]{2}-[1-7])"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r" ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
    r"|[0-9]{8}T[0-9]{4}(?:[0-9]{2})?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(.+?) ?(?:utc|gmt)?([+-])([0-9]{2}):?([0-9]{2})?", re.IGNORECASE)
_RELATIVE = re.compile(r"in (.+)|(.+) from now")
_LEADING = re.compile(r"(?:(?:by|on|at|from|starting|not before|until|till) )+")
_AGAIN = re.compile(
    r"\b(?:every|each|daily|hourly|weekly|monthly|yearly|weekdays|weekends"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days)\b"
)
_UNKNOWN_ZONE = re.compile(r" ([A-Z]{3,5}|[A-Z][A-Za-z_]+/[A-Za-z_/]+)\Z")
_PAST = re.compile(r"\b(?:yesterday|ago|last|previous)\b")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that was read."""

    instant: datetime
    """Aware, UTC, whole seconds unless the text has fractions."""
    words: str
    """To be shown before it is kept: ``Fri 27 Nov 2026 09:00 CET (in 1 day 2 h)``."""
    notes: tuple[str, ...] = ()
    """What had to be assumed, a sentence each."""
    gap: bool = False
    """The clock skips the local time; the first instant after the gap is meant."""
    ambiguous: bool = False
    """The local time happens twice; the first is meant."""
    past: bool = False
    """It lies before ``now``: the caller decides what that means."""

    @property
    def reading(self) -> str:
        """The words with the notes behind."""
        return ". ".join((self.words, *self.notes)) + ("." if self.notes else "")


def read_moment(text: str, zone: ZoneInfo, now: datetime, field: str = "run_at") -> Moment:
    """Read one time.

    Args:
        text: ISO 8601 with or without an offset, or words; a zone's name may follow either.
        zone: whose wall clock is meant where the text names none.
        now: the current instant, aware.
        field: the input field that an error names.

    Raises:
        InvalidInput: it cannot be read for certain, or lies beyond the year 2200.
    """
    said = _clean(text, field)
    try:
        rest, named = _zoned(said)
        place = named or zone
        shown = place if isinstance(place, ZoneInfo) else zone
        read = _iso if _ISO.fullmatch(rest) else _spoken
        moment = read(rest, place, now, shown)
    except (NoTimeOfDay, NoDay) as error:
        raise InvalidInput(f"{field}: {text!r:.60} is no time: {error}.", field=field) from None
    except OverflowError:
        raise _too_far(text, field) from None
    if moment is None:
        raise _not_read(text, said, field)
    if not FIRST_YEAR <= moment.instant.year <= LAST_YEAR:
        raise _too_far(text, field)
    return moment


def refuse_past(moment: Moment, text: str, field: str, hint: str) -> None:
    """Raises InvalidInput, with the reading and what can be done, for a moment that has passed."""
    if moment.past:
        raise InvalidInput(f"{field}: {text!r:.60} is past: {moment.words}.", hint, field=field)


def _clean(text: str, field: str) -> str:
    said = " ".join(text.split())
    if not said:
        raise InvalidInput(f"{field}: no time is given.", _HINT, field=field)
    if len(said) > LONGEST or not said.isascii() or not said.isprintable():
        raise InvalidInput(
            f"{field}: {text!r:.60} is not a time that can be read.", _HINT, field=field
        )
    return said


def _too_far(text: str, field: str) -> InvalidInput:
    return InvalidInput(
        f"{field}: {text!r:.60} is not between the years {FIRST_YEAR} and {LAST_YEAR}.",
        field=field,
    )


def _not_read(text: str, said: str, field: str) -> InvalidInput:
    if match := _UNKNOWN_ZONE.search(said):
        return InvalidInput(
            f"{field}: {text!r:.60} is not a time that can be read: {match[1]} is no time zone.",
            "Write a name such as Europe/Paris or UTC.",
            field=field,
        )
    said = said.lower()
    if _AGAIN.search(said):
        return InvalidInput(
            f"{field}: {text!r:.60} means again and again, but this is one time.",
            "Use a cron schedule (0 9 * * 1) or an interval instead.",
            field=field,
        )
    if _PAST.search(said):
        return InvalidInput(f"{field}: {text!r:.60} lies in the past.", _HINT, field=field)
    if pieces(said) is not None:
        hint = f'Write "in {said:.40}" when it is to be counted from now.'
        return InvalidInput(f"{field}: {text!r:.60} is a length, not a time.", hint, field=field)
    return InvalidInput(
        f"{field}: {text!r:.60} is not a time that can be read.", _HINT, field=field
    )


def _zoned(said: str) -> tuple[str, tzinfo | None]:
    """The text without the zone at its end, and that zone."""
    before, _, last = said.rpartition(" ")
    if before and (found := zone_called(last.strip("[]()"))) is not None:
        return before, found
    match = _OFFSET.fullmatch(said)
    if match is None or _ISO.fullmatch(said):
        return said, None
    hours, minutes = int(match[3]), int(match[4] or 0)
    if hours > 23 or minutes > 59:
        return said, None
    delta = timedelta(hours=hours, minutes=minutes)
    return match[1], timezone(-delta if match[2] == "-" else delta)


def _iso(text: str, place: tzinfo, now: datetime, shown: ZoneInfo) -> Moment | None:
    try:
        found = datetime.fromisoformat(text.upper().replace(",", ".").replace(" Z", "Z"))
    except ValueError as error:
        raise NoDay(str(error)) from None
    if found.tzinfo is None:
        return _at(found, place, now, shown, ())
    return _moment(found.astimezone(UTC), now, shown, ())


def _spoken(text: str, place: tzinfo, now: datetime, shown: ZoneInfo) -> Moment | None:
    said = text.lower()
    if said in ("now", "right now", "at once", "immediately"):
        return _moment(now.astimezone(UTC), now, shown, ())
    if _AGAIN.search(said) or _PAST.search(said):
        return None
    match = _RELATIVE.fullmatch(said)
    if match is not None and (found := _relative(match[1] or match[2], None, place, now, shown)):
        return found
    clock = time_of_day(said)
    match = _RELATIVE.fullmatch(clock.rest)
    if match is not None and clock.at is not None:
        return _relative(match[1] or match[2], clock, place, now, shown)
    return _on_day(clock, place, now, shown)


def _relative(
    length: str, clock: TimeOfDay | None, place: tzinfo, now: datetime, shown: ZoneInfo
) -> Moment | None:
    """So many calendar units later on the wall clock, then hours and less as time that passes."""
    found = pieces(length)
    if found is None or all(count == 0 for count, _ in found):
        return None
    count = {unit: number for number, unit in found}
    days = count.pop("d", 0.0) + 7 * count.pop("w", 0.0)
    years, months = count.pop("year", 0.0), count.pop("month", 0.0)
    passing = count.pop("h", 0.0) * 3_600 + count.pop("m", 0.0) * 60 + count.pop("s", 0.0)
    if not (years.is_integer() and months.is_integer()):
        return None
    passing += (days % 1) * 86_400
    if clock is not None and (passing or clock.at is None or clock.tonight or clock.today):
        return None
    local = now.astimezone(place)
    if not (years or months or days >= 1):
        return _moment(_whole(now + timedelta(seconds=passing)), now, shown, ())
    if max(years, months / 12, days / 365) > LAST_YEAR:
        raise OverflowError
    day = later_day(local.date(), int(years), int(months), int(days))
    if day is None:
        raise OverflowError
    if clock is not None and clock.at is not None:
        return _at(datetime.combine(day, clock.at), place, now, shown, _notes(clock))
    wall = _at(datetime.combine(day, local.time()), place, now, shown, ())
    return _moment(_whole(wall.instant + timedelta(seconds=passing)), now, shown, wall.notes, wall)


def _on_day(clock: TimeOfDay, place: tzinfo, now: datetime, shown: ZoneInfo) -> Moment | None:
    local = now.astimezone(place)
    leading = _LEADING.match(f"{clock.rest} ")
    phrase = clock.rest if leading is None else clock.rest[leading.end() :]
    if (clock.tonight or clock.today) and phrase not in ("", "today"):
        return None
    if not phrase and clock.at is None:
        return None
    day = day_named(phrase, local.date())
    if day is None:
        return None
    if phrase == "today" and clock.at is None:
        raise NoTimeOfDay("it names no time of day")
    at = day.at if clock.at is None else clock.at
    notes = _notes(clock)
    if clock.at is None:
        notes = (f"No time of day is given: {at:%H:%M}",)
    first, later = day.first, day.later
    if clock.tonight:
        small = at < SMALL_HOURS and local.time() >= SMALL_HOURS
        first, later = first + timedelta(days=int(small)), None
    elif clock.today:
        later = None
    moment = _at(datetime.combine(first, at), place, now, shown, notes)
    if moment.instant <= now and later is not None:
        return _at(datetime.combine(later, at), place, now, shown, notes)
    return moment


def _notes(clock: TimeOfDay) -> tuple[str, ...]:
    return (clock.note[0].upper() + clock.note[1:],) if clock.note else ()


def _at(
    wall: datetime, place: tzinfo, now: datetime, shown: ZoneInfo, notes: tuple[str, ...]
) -> Moment:
    """A naive wall time of a zone as an instant (SCHEDULING.md 5, one-off)."""
    if not isinstance(place, ZoneInfo):
        return _moment(wall.replace(tzinfo=place).astimezone(UTC), now, shown, notes)
    shift = shift_at(place, wall)
    if shift is None:
        return _moment(to_instant(place, wall, 0), now, shown, notes)
    if shift.forward:
        notes = (*notes, f"The clock skips {wall:%H:%M} that day: the first moment after is meant")
        return _moment(shift.instant, now, shown, notes, gap=True)
    notes = (*notes, f"{wall:%H:%M} comes twice that day: the first is meant")
    return _moment(to_instant(place, wall, 0), now, shown, notes, ambiguous=True)


def _moment(
    instant: datetime,
    now: datetime,
    shown: ZoneInfo,
    notes: tuple[str, ...],
    like: Moment | None = None,
    *,
    gap: bool = False,
    ambiguous: bool = False,
) -> Moment:
    words = f"{moment_words(instant, shown)} ({distance_words(instant, now)})"
    gap, ambiguous = (gap, ambiguous) if like is None else (like.gap, like.ambiguous)
    return Moment(instant, words, notes, gap, ambiguous, past=instant < now)


def _whole(moment: datetime) -> datetime:
    """Up to a whole second: never earlier than was said."""
    utc = moment.astimezone(UTC)
    if utc.microsecond:
        utc = utc.replace(microsecond=0) + timedelta(seconds=1)
    return utc
