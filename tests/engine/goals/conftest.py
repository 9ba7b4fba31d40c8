"""An engine for jobs with a goal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from jobs_tui.models.job import Job
from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from tests.engine.goals.goal_scene import Scene
from tests.engine.running import running_engine
from tests.fakes import FakeClock


@pytest.fixture
async def scene(
    store: Store, ctx: Context, clock: FakeClock, make_job: Callable[..., Job]
) -> AsyncIterator[Scene]:
    """At work, in the loop of the test."""
    # A real process ends by the real clock: the stepped one is ahead of it from the beginning.
    clock.wall = datetime.now(UTC) + timedelta(days=1)
    async with running_engine(store) as engine:
        yield Scene(engine, ctx, clock, make_job)
