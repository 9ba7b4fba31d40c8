"""Next and previous fires against the slow model, around every kind of clock change."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs_tui.schedule.next_fires import (
    fires_between,
    newest_fires,
    next_fire,
    next_fires,
    previous_fire,
)
from tests.schedule.enumerator import Model, enumerate_fires, expressions, utc
from tests.schedule.parsed import read

DAYS = 4
MINUTES = DAYS * 24 * 60
WINDOWS = [
    ("UTC", utc(2026, 2, 27)),
    ("America/New_York", utc(2026, 3, 6, 12)),
    ("America/New_York", utc(2026, 10, 30, 12)),
    ("Europe/Berlin", utc(2026, 3, 27)),
    ("Europe/Berlin", utc(2026, 10, 23)),
    ("Europe/Dublin", utc(2026, 3, 27)),
    ("Europe/Dublin", utc(2026, 10, 23)),
    ("Australia/Lord_Howe", utc(2026, 4, 3)),
    ("Australia/Lord_Howe", utc(2026, 10, 2)),
    ("America/Havana", utc(2025, 3, 7)),
    ("America/Havana", utc(2025, 10, 31)),
    ("Asia/Beirut", utc(2025, 3, 28)),
    ("Asia/Beirut", utc(2025, 10, 24)),
    ("Antarctica/Troll", utc(2026, 3, 27)),
    ("Antarctica/Troll", utc(2026, 10, 23)),
    ("Pacific/Apia", utc(2011, 9, 22)),  # an ordinary forward change
    ("Pacific/Apia", utc(2011, 12, 28)),  # 30 December did not happen
    ("Pacific/Kwajalein", utc(1993, 8, 18)),  # a day was dropped
    ("Pacific/Kwajalein", utc(1969, 9, 28)),  # a day was repeated
]
CHECKS = settings(deadline=None, max_examples=180, derandomize=True)


@CHECKS
@given(expressions(), st.sampled_from(WINDOWS), st.integers(0, 2 * 24 * 60 * 60))
def test_fires_equal_the_minute_by_minute_model(
    model: Model, window: tuple[str, datetime], seconds: int
) -> None:
    cron = read(model)
    zone_name, start = window
    zone = ZoneInfo(zone_name)
    expected = enumerate_fires(model, zone_name, start, MINUTES)
    until = start + timedelta(minutes=MINUTES - 1)

    found = fires_between(cron, zone, start - timedelta(seconds=1), until, MINUTES)

    assert found == expected
    assert newest_fires(cron, zone, start - timedelta(seconds=1), until, MINUTES) == found[::-1]
    # From an instant in the middle, also inside the second pass of a repeated hour.
    middle = start + timedelta(days=1, seconds=seconds)
    later = expected[bisect_right(expected, middle) :]
    if later:
        assert next_fire(cron, zone, middle) == later[0]
    earlier = expected[: bisect_left(expected, middle)]
    if earlier:
        assert previous_fire(cron, zone, middle) == earlier[-1]


@settings(CHECKS, max_examples=100)
@given(expressions())
def test_days_equal_the_model_through_a_leap_year(model: Model) -> None:
    noon = replace(
        model,
        text=" ".join(["0", "12", *model.text.split()[2:]]),
        minutes=frozenset({0}),
        hours=frozenset({12}),
    )
    cron = read(noon)
    start, until = utc(2027, 12, 1), utc(2029, 1, 1)
    days = [start + timedelta(days=k, hours=12) for k in range((until - start).days)]

    fires = fires_between(cron, ZoneInfo("UTC"), start, until, 1000)

    assert fires == [day for day in days if noon.on_day(day.date())]


@CHECKS
@given(
    expressions(),
    st.sampled_from(sorted({name for name, _ in WINDOWS})),
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)),  # noqa: DTZ001
)
def test_next_fires_go_forward_and_back(model: Model, name: str, start: datetime) -> None:
    cron, zone = read(model), ZoneInfo(name)
    after = start.replace(tzinfo=ZoneInfo("UTC"))

    fires = next_fires(cron, zone, after, 5)

    assert fires == sorted(set(fires))
    assert all(fire > after for fire in fires)
    for fire in fires:
        assert next_fire(cron, zone, fire - timedelta(seconds=1)) == fire
        assert next_fire(cron, zone, fire - timedelta(microseconds=1)) == fire
        assert previous_fire(cron, zone, fire + timedelta(microseconds=1)) == fire
    if len(fires) > 1:
        assert previous_fire(cron, zone, fires[1]) == fires[0]
