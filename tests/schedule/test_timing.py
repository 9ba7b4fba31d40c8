"""Occurrences of every trigger: intervals, once, within bounds (SCHEDULING.md 5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from jobs_tui.models.enums import IntervalMode, TriggerType
from jobs_tui.models.job import Definition
from jobs_tui.models.times import to_text
from jobs_tui.schedule.cron import parse_cron
from jobs_tui.schedule.timing import (
    INSTANT,
    CronTiming,
    EveryTiming,
    OnceTiming,
    Timing,
    Within,
    between,
    first_after_end,
    newest,
    timing_of,
    upcoming,
)

ANCHOR = datetime(2026, 8, 21, 10, 0, 0, 500_000, tzinfo=UTC)
HOUR = timedelta(hours=1)


def definition(trigger: TriggerType, **fields: object) -> Definition:
    """A job of this trigger."""
    return Definition("job", "true", trigger, **fields)  # type: ignore[arg-type]


@given(st.integers(-10_000_000, 10_000_000), st.integers(1_000, 5_000_000))
def test_an_interval_is_a_grid_in_elapsed_time(offset: int, step: int) -> None:
    timing = EveryTiming(ANCHOR, timedelta(milliseconds=step))
    moment = ANCHOR + timedelta(milliseconds=offset)
    after = timing.next(moment)
    before = timing.previous(moment)
    assert after is not None
    assert after > moment
    assert (after - ANCHOR) % timing.interval == timedelta(0)
    assert after == ANCHOR or after - timing.interval <= moment
    if before is None:
        assert moment <= ANCHOR
    else:
        assert ANCHOR <= before < moment
        assert before + timing.interval >= moment
        assert timing.next(before - INSTANT) == before


def test_s35_every_day_by_interval_does_not_see_the_clock_change() -> None:
    zone = ZoneInfo("America/New_York")
    start = datetime(2026, 3, 7, 12, tzinfo=zone).astimezone(UTC)
    fires = upcoming(EveryTiming(start, timedelta(days=1)), start, 2)
    assert [fire.astimezone(zone).hour for fire in fires] == [13, 13]
    assert fires[1] - fires[0] == timedelta(days=1)


def test_bounds_are_part_of_what_is_within() -> None:
    hourly: Timing = CronTiming(parse_cron("0 * * * *"), ZoneInfo("UTC"))
    start, end = datetime(2026, 8, 21, 11, tzinfo=UTC), datetime(2026, 8, 21, 13, tzinfo=UTC)
    timing = Within(hourly, start, end)
    assert upcoming(timing, ANCHOR - HOUR, 9) == [start, start + HOUR, end]
    assert newest(timing, ANCHOR - HOUR, end + 9 * HOUR, 9) == [end, start + HOUR, start]
    assert between(timing, start, end, 9) == [start + HOUR, end]
    assert timing.previous(start) is None


def test_once_is_once() -> None:
    timing = OnceTiming(ANCHOR)
    assert upcoming(timing, ANCHOR - HOUR, 5) == [ANCHOR]
    assert timing.next(ANCHOR) is None
    assert timing.previous(ANCHOR) is None
    assert timing.previous(ANCHOR + INSTANT) == ANCHOR
    assert OnceTiming(None).next(ANCHOR) is None


def test_what_each_trigger_makes_of_its_fields() -> None:
    start = ANCHOR + HOUR
    by_rate = definition(TriggerType.RECURRING, interval_seconds=90.0)
    assert timing_of(by_rate, ANCHOR, None) == EveryTiming(ANCHOR, timedelta(seconds=90))
    from_start = definition(TriggerType.RECURRING, interval_seconds=90.0, start_at=to_text(start))
    timing = timing_of(from_start, ANCHOR, None)
    assert timing is not None
    assert timing.next(ANCHOR) == start
    by_delay = definition(
        TriggerType.RECURRING, interval_seconds=90.0, interval_mode=IntervalMode.FIXED_DELAY
    )
    assert timing_of(by_delay, ANCHOR, start) == OnceTiming(start)
    assert first_after_end(by_delay, ANCHOR) == ANCHOR + timedelta(seconds=90)
    ongoing = definition(TriggerType.ONGOING, max_runs=3)
    assert first_after_end(ongoing, ANCHOR) == ANCHOR + INSTANT
    assert timing_of(definition(TriggerType.MANUAL), ANCHOR, None) is None
    once = definition(TriggerType.ONE_OFF, run_at=to_text(start))
    assert timing_of(once, ANCHOR, None) == OnceTiming(start)
    assert first_after_end(once, ANCHOR) is None
