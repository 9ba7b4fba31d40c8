"""The ticks of the engine: by distance, whatever the engine's clock says."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from jobs_tui.engine.clockwork import LONGEST_SLEEP, Clockwork

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due_in", "wait"), [(None, LONGEST_SLEEP), (5, 5), (3600, LONGEST_SLEEP), (-3600, 0)]
)
async def test_the_next_tick_is_as_far_away_as_it_was_by_the_clock(
    due_in: float | None, wait: float
) -> None:
    async def tick() -> None:
        raise AssertionError("not within this test")

    clockwork = Clockwork(tick)
    clockwork.start()
    due = None if due_in is None else LONG_AGO + timedelta(seconds=due_in)
    before = datetime.now(UTC)
    clockwork.tick_at(due, LONG_AGO)
    after = datetime.now(UTC)
    next_tick = clockwork._scheduler.get_job("tick").next_run_time
    clockwork.stop()
    assert before <= next_tick - timedelta(seconds=wait) <= after


async def test_what_is_due_is_looked_at_at_once() -> None:
    ticked = asyncio.Event()

    async def tick() -> None:
        ticked.set()

    clockwork = Clockwork(tick)
    clockwork.start()
    try:
        clockwork.tick_at(LONG_AGO, LONG_AGO)
        await asyncio.wait_for(ticked.wait(), 10)
    finally:
        clockwork.stop()
