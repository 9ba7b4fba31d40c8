"""One time in words: read right, or refused."""

from __future__ import annotations

import re
import time as machine
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs_tui.models.errors import InvalidInput
from jobs_tui.schedule.fields import LONG_MONTHS
from jobs_tui.schedule.spoken import read_moment, refuse_past

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 26, 6, 30, 11, tzinfo=UTC)
"""Thursday, 07:30:11 in Berlin."""


@pytest.fixture(autouse=True)
def _a_machine_far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing here may look at the machine's own zone."""
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    machine.tzset()
    yield
    monkeypatch.undo()
    machine.tzset()


def local(text: str, now: datetime = NOW, zone: ZoneInfo = BERLIN) -> str:
    return read_moment(text, zone, now).instant.astimezone(zone).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("tomorrow 9am", "2026-11-27 09:00"),
        ("Tomorrow, at 9 AM", "2026-11-27 09:00"),
        ("in 3 days", "2026-11-29 07:30"),
        ("in three days at 9am", "2026-11-29 09:00"),
        ("3 days from now", "2026-11-29 07:30"),
        ("in a week", "2026-12-03 07:30"),
        ("in 1 year 2 months", "2028-01-26 07:30"),
        ("in 2h30m", "2026-11-26 10:00"),
        ("in PT2H30M", "2026-11-26 10:00"),
        ("in 1.5 hours", "2026-11-26 09:00"),
        ("in half an hour", "2026-11-26 08:00"),
        ("monday 8:30", "2026-11-30 08:30"),
        ("monday at 8", "2026-11-30 08:00"),
        ("monday morning", "2026-11-30 09:00"),
        ("3 pm monday", "2026-11-30 15:00"),
        ("on friday at 5pm", "2026-11-27 17:00"),
        ("next friday", "2026-11-27 09:00"),
        ("thursday", "2026-11-26 09:00"),
        ("thursday 6am", "2026-12-03 06:00"),
        ("next thursday", "2026-12-03 09:00"),
        ("thurs 18:00", "2026-11-26 18:00"),
        ("tonight", "2026-11-26 20:00"),
        ("tonight at 9", "2026-11-26 21:00"),
        ("tonight at 1am", "2026-11-27 01:00"),
        ("midnight tonight", "2026-11-27 00:00"),
        ("tomorrow evening at 7", "2026-11-27 19:00"),
        ("at 12 tonight", "2026-11-27 00:00"),
        ("noon", "2026-11-26 12:00"),
        ("midnight", "2026-11-27 00:00"),
        ("6am", "2026-11-27 06:00"),
        ("17:00", "2026-11-26 17:00"),
        ("12am", "2026-11-27 00:00"),
        ("12pm", "2026-11-26 12:00"),
        ("by morning", "2026-11-26 09:00"),
        ("in the morning", "2026-11-26 09:00"),
        ("end of month", "2026-11-30 18:00"),
        ("by the end of next month", "2026-12-31 18:00"),
        ("end of day", "2026-11-26 18:00"),
        ("end of the week", "2026-11-27 18:00"),
        ("end of december", "2026-12-31 18:00"),
        ("end of november", "2026-11-30 18:00"),
        ("start of next week", "2026-11-30 09:00"),
        ("next week", "2026-11-30 09:00"),
        ("friday next week", "2026-12-04 09:00"),
        ("next month", "2026-12-01 09:00"),
        ("next year", "2027-01-01 09:00"),
        ("1 december", "2026-12-01 09:00"),
        ("dec 1st 9:15", "2026-12-01 09:15"),
        ("december 25, 2027 at noon", "2027-12-25 12:00"),
        ("26 november", "2026-11-26 09:00"),
        ("25 november", "2027-11-25 09:00"),
        ("29 feb", "2028-02-29 09:00"),
        ("friday 27 november", "2026-11-27 09:00"),
        ("25/12/2026", "2026-12-25 09:00"),
        ("12/25/2026 10:00", "2026-12-25 10:00"),
        ("the 15th", "2026-12-15 09:00"),
        ("31st at 9am", "2026-12-31 09:00"),
        ("26th 6am", "2026-12-26 06:00"),
        ("30th of next month", "2026-12-30 09:00"),
        ("day after tomorrow 10:15", "2026-11-28 10:15"),
        ("2026-12-01", "2026-12-01 00:00"),
        ("2026-12-01T17:00", "2026-12-01 17:00"),
        ("2026-12-01 17:00:30,5", "2026-12-01 17:00"),
        ("2026-12-01t17:00z", "2026-12-01 18:00"),
        ("2026-12-01 17:00-05:00", "2026-12-01 23:00"),
        ("2026-12-01 17:00 Europe/Berlin", "2026-12-01 17:00"),
        ("2026-12-01 17:00 america/new_york", "2026-12-01 23:00"),
        ("tomorrow 9am UTC", "2026-11-27 10:00"),
        ("tomorrow 9am +02:00", "2026-11-27 08:00"),
        ("now", "2026-11-26 07:30"),
    ],
)
def test_reads(text: str, wanted: str) -> None:
    assert local(text) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no time is given"),
        (" \t ", "no time is given"),
        ("9", "not a time that can be read"),
        ("3", "not a time that can be read"),
        ("2027", "not a time that can be read"),
        ("1700000000", "not a time that can be read"),
        ("in 3 dayz", "not a time that can be read"),
        ("in -3 days", "not a time that can be read"),
        ("in 0 days", "not a time that can be read"),
        ("in 1.5 months", "not a time that can be read"),
        ("in 1:30", "not a time that can be read"),
        ("in 2 hours at 9am", "not a time that can be read"),
        ("tomorrow 9", "not a time that can be read"),
        ("tomorrow banana", "not a time that can be read"),
        ("monday tuesday", "not a time that can be read"),
        ("friday 13", "not a time that can be read"),
        ("tonight friday", "not a time that can be read"),
        ("hello", "not a time that can be read"),
        ("明日", "not a time that can be read"),
        ("in \uff13 days", "not a time that can be read"),
        ("\x1b[31mtomorrow", "not a time that can be read"),
        ("tomorrow\x00", "not a time that can be read"),
        ("a" * 100_000, "not a time that can be read"),
        ("yesterday", "lies in the past"),
        ("3 days ago", "lies in the past"),
        ("last friday", "lies in the past"),
        ("every monday", "again and again"),
        ("mondays at 9", "again and again"),
        ("daily at 9am", "again and again"),
        ("2h", "is a length"),
        ("PT3H", "is a length"),
        ("3 days", "is a length"),
        ("today", "names no time of day"),
        ("tomorrow 25:00", "25:00 is no time of day"),
        ("24:00", "24:00 is no time of day"),
        ("13pm", "13pm is no time of day"),
        ("9am or 10am", "two times of day"),
        ("noon midnight", "two parts of a day"),
        ("31 february", "there is no 31 february"),
        ("29 feb 2027", "there is no 29 february 2027"),
        ("monday 27 november", "is a Friday"),
        ("31st of this month", "there is no day 31"),
        ("2026-13-01", "month must be"),
        ("2026-02-30", "out of range"),
        ("2026-12-01 25:00", "hour must be"),
        ("1.12.2026", "exchanged"),
        ("12/01/2026", "exchanged"),
        ("9am PST", "PST is no time zone"),
        ("9am Nowhere/Land", "Nowhere/Land is no time zone"),
        ("2201-01-02", "between the years"),
        ("0001-01-01", "between the years"),
        ("1 january 2300", "between the years"),
        ("in 99999 years", "between the years"),
        ("in 999999999999 days", "between the years"),
    ],
)
def test_refuses_what_is_no_certain_time(text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_moment(text, BERLIN, NOW, "start_at")
    assert said in caught.value.message
    assert caught.value.field == "start_at"
    assert len(caught.value.sentence()) < 250


def test_the_reading_says_what_was_understood_and_what_was_assumed() -> None:
    assert read_moment("tomorrow 9am UTC", BERLIN, NOW).words == (
        "Fri 27 Nov 2026 09:00 UTC (in 1 day 2 h)"
    )
    assert read_moment("friday", BERLIN, NOW).reading == (
        "Fri 27 Nov 2026 09:00 CET (in 1 day 1 h). No time of day is given: 09:00."
    )
    assert read_moment("in 90s", BERLIN, NOW).words == (
        "Thu 26 Nov 2026 07:31:41 CET (in 1 min 30 s)"
    )


def test_a_local_time_that_is_skipped_is_the_first_moment_after() -> None:
    found = read_moment("2027-03-28 02:30", BERLIN, NOW)
    assert found.gap
    assert found.instant == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert "skips 02:30" in found.reading


def test_a_local_time_that_comes_twice_is_the_first_unless_an_offset_says_otherwise() -> None:
    first = read_moment("2027-10-31 02:30", BERLIN, NOW)
    second = read_moment("2027-10-31 02:30+01:00", BERLIN, NOW)
    assert first.ambiguous
    assert first.instant == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert not second.ambiguous
    assert second.instant == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_hours_pass_through_a_change_of_the_clock_and_days_keep_the_wall_time() -> None:
    eve = datetime(2027, 3, 27, 12, 0, tzinfo=UTC)  # 13:00, the day before 23 hours long
    assert local("in 1 day", eve) == "2027-03-28 13:00"
    assert local("in 24 hours", eve) == "2027-03-28 14:00"


def test_what_has_passed_is_left_to_the_caller() -> None:
    found = read_moment("today 6am", BERLIN, NOW)
    assert found.past
    assert found.words.endswith("(1 h 30 min ago)")
    with pytest.raises(InvalidInput, match="is past: Thu 26 Nov 2026 06:00 CET") as caught:
        refuse_past(found, "today 6am", "run_at", "Name a later time.")
    assert caught.value.field == "run_at"
    refuse_past(read_moment("now", BERLIN, NOW), "now", "run_at", "")


instants = st.datetimes(datetime(2000, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
places = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana"]
).map(ZoneInfo)
days = st.dates(date(1999, 1, 1), date(2190, 12, 31))


@given(instants, places, days, st.integers(0, 23), st.integers(0, 59))
def test_every_way_of_writing_a_date_means_the_same(
    now: datetime, place: ZoneInfo, day: date, hour: int, minute: int
) -> None:
    month = LONG_MONTHS[day.month - 1]
    half = "am" if hour < 12 else "pm"
    ways = [
        f"{day} {hour:02d}:{minute:02d}",
        f"{day}T{hour:02d}:{minute:02d}:00",
        f"{day.day} {month} {day.year} {hour}:{minute:02d}",
        f"{month[:3]} {day.day}, {day.year} at {(hour + 11) % 12 + 1}:{minute:02d}{half}",
        f"{hour}:{minute:02d} on {day.day} {month.lower()} {day.year}",
    ]
    found = {read_moment(way, place, now).instant for way in ways}
    assert len(found) == 1


@given(
    instants,
    places,
    st.sampled_from(
        [
            "friday",
            "next monday 8:30",
            "noon",
            "23:59",
            "in 90s",
            "in 3 days",
            "in 2 months",
            "in 1 day 6 hours",
            "tomorrow 9am",
            "end of month",
            "end of week",
            "1 december",
            "29 february",
            "the 31st",
            "next week",
            "next year",
            "sunday 02:30",
        ]
    ),
)
def test_words_mean_the_future(now: datetime, place: ZoneInfo, text: str) -> None:
    found = read_moment(text, place, now)
    assert found.instant > now
    assert not found.past


@given(instants, places, st.integers(1, 400))
def test_days_are_counted_on_the_wall(now: datetime, place: ZoneInfo, count: int) -> None:
    found = read_moment(f"in {count} days", place, now)
    if not found.gap:
        wanted = now.astimezone(place).replace(tzinfo=None) + timedelta(days=count)
        read = found.instant.astimezone(place).replace(tzinfo=None)
        assert timedelta(0) <= read - wanted < timedelta(seconds=1)


words = st.sampled_from(
    re.findall(
        r"\S+",
        "in at on by the next last this every monday fri tomorrow today tonight noon morning 9 9am"
        " 8:30 25:00 3 days hours month end of december 31 31st 2027 , . : + - / UTC Z now 1.5 a",
    )
)


@given(instants, places, st.lists(words, max_size=7).map(" ".join) | st.text(max_size=60))
def test_any_text_is_read_or_refused(now: datetime, place: ZoneInfo, text: str) -> None:
    with suppress(InvalidInput):
        found = read_moment(text, place, now)
        assert found.instant.tzinfo is UTC
        assert found.past == (found.instant < now)
