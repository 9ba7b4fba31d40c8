"""An engine at work on one job at a time, on a clock that is stepped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jobs_tui.engine.engine import Engine
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.service import jobs, runs
from jobs_tui.service.context import Context
from tests.engine.scripted import until
from tests.fakes import FakeClock

DELAY = 60
"""Seconds between two runs."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a test of a goal has in hand."""

    engine: Engine
    ctx: Context
    clock: FakeClock
    make_job: Callable[..., Job]

    def ongoing(self, prompt: str, **fields: Any) -> Job:
        """A job that runs until its condition holds."""
        return self.make_job(prompt, trigger_type="ongoing", interval_seconds=DELAY, **fields)

    async def step(self, job: Job) -> Execution:
        """Let the delay pass; the run that follows, ended and settled."""
        before = runs.history(self.ctx, job.id).total_count
        self.clock.advance(DELAY)
        await self.engine.tick()
        await until(lambda: runs.history(self.ctx, job.id).total_count == before + 1)
        return await self.settled(job)

    async def settled(self, job: Job) -> Execution:
        """The newest run of a job when it has ended and the engine has looked at it."""

        def newest() -> Execution:
            return runs.history(self.ctx, job.id).executions[0]

        await until(lambda: not newest().status.live)
        await self.engine.tick()
        assert self.ctx.store.row("select 1 from aftermath") is None
        return newest()

    def now(self, job: Job) -> Job:
        """The job as it stands."""
        return jobs.find(self.ctx, job.id)
