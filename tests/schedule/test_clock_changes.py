"""Clock changes: the table of SCHEDULING.md 2, and the notes the wizard shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs_tui.schedule.clock_notes import clock_changes
from jobs_tui.schedule.cron import parse_cron
from jobs_tui.schedule.next_fires import fires_between, next_fire, next_fires, previous_fire
from tests.schedule.enumerator import utc

NEW_YORK = "America/New_York"


def fires_on(cron: str, name: str, *day: int) -> list[str]:
    """Local times with their zone's short name on one local day."""
    zone = ZoneInfo(name)
    start = datetime(*day, tzinfo=zone)  # type: ignore[misc, arg-type]
    before = start.astimezone(UTC) - timedelta(seconds=1)
    end = datetime(*day, 23, 59, 59, tzinfo=zone)  # type: ignore[misc, arg-type]
    found = fires_between(parse_cron(cron), zone, before, end, 2000)
    return [f"{fire.astimezone(zone):%H:%M %Z}" for fire in found]


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("30 2 * * *", ["03:00 EDT"]),
        ("0,30 2,3 * * *", ["03:00 EDT", "03:30 EDT"]),
        ("*/15 2 * * *", []),
        ("* 2 * * *", []),
    ],
)
def test_the_gap_in_new_york(cron: str, expected: list[str]) -> None:
    assert fires_on(cron, NEW_YORK, 2026, 3, 8) == expected


def test_an_explicit_range_of_hours_is_a_fixed_time() -> None:
    fires = fires_on("30 0-23 * * *", NEW_YORK, 2026, 3, 8)
    assert fires[1:5] == ["01:30 EST", "03:00 EDT", "03:30 EDT", "04:30 EDT"]


def test_a_wildcard_hour_follows_the_wall_clock() -> None:
    assert fires_on("0 */2 * * *", NEW_YORK, 2026, 3, 8)[:2] == ["00:00 EST", "04:00 EDT"]


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("30 1 * * *", ["01:30 EDT"]),
        ("30 0-2 * * *", ["00:30 EDT", "01:30 EDT", "02:30 EST"]),
        ("*/30 1 * * *", ["01:00 EDT", "01:30 EDT", "01:00 EST", "01:30 EST"]),
    ],
)
def test_the_overlap_in_new_york(cron: str, expected: list[str]) -> None:
    assert fires_on(cron, NEW_YORK, 2026, 11, 1) == expected


def test_an_hourly_job_has_25_runs_in_the_long_day() -> None:
    assert len(fires_on("0 * * * *", NEW_YORK, 2026, 11, 1)) == 25
    assert len(fires_on("@hourly", NEW_YORK, 2026, 3, 8)) == 23


@pytest.mark.parametrize(
    ("cron", "name", "day", "expected"),
    [
        ("15 2 * * *", "Australia/Lord_Howe", (2026, 10, 4), ["02:30 +11"]),
        ("0 2,3 * * *", "Australia/Lord_Howe", (2026, 10, 4), ["02:30 +11", "03:00 +11"]),
        ("0 0 * * *", "America/Havana", (2025, 3, 9), ["01:00 CDT"]),
        ("30 0 * * 0", "America/Havana", (2025, 3, 9), ["01:00 CDT"]),
        ("30 23 * * *", "Asia/Beirut", (2025, 10, 25), ["23:30 EEST"]),
        ("0 0 * * *", "Asia/Beirut", (2025, 10, 26), ["00:00 EET"]),
        ("0 0 * * *", "Pacific/Apia", (2011, 12, 31), ["00:00 +14"]),
    ],
)
def test_other_zones(cron: str, name: str, day: tuple[int, ...], expected: list[str]) -> None:
    assert fires_on(cron, name, *day) == expected


def test_a_half_hour_gap_drops_the_hour_that_does_not_exist() -> None:
    fires = fires_on("0 * * * *", "Australia/Lord_Howe", 2026, 10, 4)
    assert fires[:3] == ["00:00 +1030", "01:00 +1030", "03:00 +11"]


def test_the_promised_preview() -> None:
    start = datetime.fromisoformat("2026-03-07T12:00:00-05:00")
    zone = ZoneInfo(NEW_YORK)
    fires = next_fires(parse_cron("30 2 * * *"), zone, start, 2)
    assert [fire.astimezone(zone).isoformat() for fire in fires] == [
        "2026-03-08T03:00:00-04:00",
        "2026-03-09T02:30:00-04:00",
    ]
    assert {fire.utcoffset() for fire in fires} == {timedelta(0)}


def test_zero_is_sunday() -> None:
    fires = next_fires(parse_cron("0 0 * * 0"), ZoneInfo("UTC"), utc(2026, 8, 21), 3)
    assert {f"{fire:%A}" for fire in fires} == {"Sunday"}


def test_sparse_dates_are_found() -> None:
    fires = next_fires(parse_cron("0 0 29 2 */7"), ZoneInfo("UTC"), utc(2026, 1, 1), 3)
    assert [fire.year for fire in fires] == [2032, 2060, 2088]
    leap = next_fire(parse_cron("0 0 29 2 *"), ZoneInfo("UTC"), utc(2096, 3, 1))
    assert leap == utc(2104, 2, 29)


def test_the_end_of_the_calendar_is_no_fire_and_no_error() -> None:
    cron, zone = parse_cron("0 12 * * *"), ZoneInfo(NEW_YORK)
    assert next_fire(cron, zone, utc(9999, 12, 31, 18)) is None
    assert next_fires(cron, zone, utc(9999, 12, 30), 5)[-1] == utc(9999, 12, 31, 17)
    assert previous_fire(cron, zone, utc(1, 1, 1, 6)) is None


def test_fractions_of_a_second_do_not_hide_or_repeat_a_fire() -> None:
    cron, zone, noon = parse_cron("0 12 * * *"), ZoneInfo("UTC"), utc(2026, 8, 21, 12)
    bit = timedelta(microseconds=1)
    assert next_fire(cron, zone, noon - bit) == noon
    assert next_fire(cron, zone, noon) == noon + timedelta(days=1)
    assert previous_fire(cron, zone, noon + bit) == noon
    assert previous_fire(cron, zone, noon) == noon - timedelta(days=1)


AUTUMN = utc(2026, 8, 21)


@pytest.mark.parametrize(
    ("cron", "back", "forward"),
    [
        ("0 9 * * 1-5", "this job is not affected", "this job is not affected"),
        ("30 2 * * *", "this job is not affected", "fires at 03:00 instead of 02:30"),
        ("30 1 * * *", "fires only the first time it is 01:30", "this job is not affected"),
        ("0 * * * *", "fires twice at 01:00", "skips 02:00"),
        ("*/15 2 * * *", "this job is not affected", "skips 4 times from 02:00 to 02:45"),
        ("30 1 * * 1", "this job is not affected", "this job is not affected"),
    ],
)
def test_notes_about_the_next_two_changes(cron: str, back: str, forward: str) -> None:
    assert clock_changes(parse_cron(cron), ZoneInfo(NEW_YORK), AUTUMN) == [
        f"Sun 1 Nov: clocks go back; {back}",
        f"Sun 14 Mar: clocks go forward; {forward}",
    ]


def test_notes_name_the_day_of_the_skipped_midnight() -> None:
    notes = clock_changes(parse_cron("0 0 * * *"), ZoneInfo("America/Havana"), utc(2025, 1, 1))
    assert notes[0] == "Sun 9 Mar: clocks go forward; fires at 01:00 instead of 00:00"


def test_no_notes_where_clocks_do_not_change() -> None:
    assert clock_changes(parse_cron("* * * * *"), ZoneInfo("UTC"), AUTUMN) == []
    assert clock_changes(parse_cron("* * * * *"), ZoneInfo("UTC"), utc(9999, 12, 1)) == []
