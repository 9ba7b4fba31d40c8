"""The coming week of a schedule, hour by hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from jobs_tui.schedule.cron import parse_cron
from jobs_tui.schedule.timing import CronTiming, EveryTiming
from jobs_tui.schedule.zones import zone
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.service.week import Week, starts_at
from jobs_tui.service.week import week as week_of
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from tests.fakes import FakeClock


@pytest.fixture
def here(tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    store = Store(Home(tmp_path / "week", tmp_path / "week" / "config.toml"), clock)
    yield Context(store, "tester", "tui")
    store.close()


def week(here: Context, cron: str, timezone: str) -> Week:
    return week_of(here, CronTiming(parse_cron(cron), zone(timezone)), zone(timezone))


def test_each_hour_with_a_start_is_marked_in_the_zone_of_the_schedule(here: Context) -> None:
    found = week(here, "0 9 * * 1-5", "America/New_York")
    assert found.days[0] == date(2026, 8, 21)  # a Friday, 10:02 there
    assert [sorted(hours) for hours in found.hours] == [[], [], [], [9], [9], [9], [9]]


def test_every_minute_fills_the_week_but_for_the_hours_that_have_passed(here: Context) -> None:
    found = week(here, "* * * * *", "UTC")
    assert found.hours[0] == frozenset(range(14, 24))
    assert all(hours == frozenset(range(24)) for hours in found.hours[1:])


@pytest.mark.parametrize("cron", ["*/7 * * * *", "59 23 * * *", "0 0 * * 0", "5,55 1-3 * * *"])
def test_the_marks_are_the_hours_of_all_starts(here: Context, cron: str) -> None:
    from jobs_tui.service import preview

    found = week(here, cron, "UTC")
    starts = preview.schedule(here, cron, "UTC", 2000).next_runs
    expected = {(one.date(), one.hour) for one in starts if one.date() in found.days}
    marked = {(day, h) for day, hours in zip(found.days, found.hours, strict=True) for h in hours}
    assert marked == expected


def test_a_schedule_that_is_rare_has_no_marks(here: Context) -> None:
    assert not any(week(here, "0 0 29 2 *", "UTC").hours)


def test_an_interval_is_marked_where_it_starts(here: Context) -> None:
    anchor = datetime(2026, 8, 22, 1, 30, tzinfo=UTC)
    found = week_of(here, EveryTiming(anchor, timedelta(hours=36)), zone("UTC"))
    assert [sorted(hours) for hours in found.hours] == [[], [1], [13], [], [1], [13], []]


def test_an_interval_of_a_second_is_looked_at_once_an_hour(here: Context) -> None:
    found = week_of(here, EveryTiming(here.now(), timedelta(seconds=1)), zone("UTC"))
    assert all(hours == frozenset(range(24)) for hours in found.hours[1:])


def test_jobs_that_start_in_the_same_minute(here: Context) -> None:
    made = {
        name: jobs.create(
            here,
            {
                "name": name,
                "trigger_type": "cron",
                "cron_schedule": cron,
                "entity_id": "shell",
                "prompt_template": "true",
            },
        ).job
        for name, cron in (("a", "0 15 * * *"), ("b", "0 * * * *"), ("c", "1 15 * * *"))
    }
    at = datetime(2026, 8, 21, 15, 0, tzinfo=UTC)
    assert starts_at(here, at) == ["a", "b"]
    assert starts_at(here, at, but=made["a"].id) == ["b"]
