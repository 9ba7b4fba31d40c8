"""The engine as a whole in its loop: wake-ups, jumps of the clock, stopping, handing over."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import timedelta

import pytest

from jobs_tui.agents.runner import Output, Result, Task
from jobs_tui.engine.launcher.client import Launcher
from jobs_tui.engine.parts import Parts
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.job import Job
from jobs_tui.service import jobs, runs, starts
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import engine_state, request_stop
from jobs_tui.store.database import Store
from tests.engine.running import running_engine
from tests.engine.scripted import completed, until, use
from tests.fakes import FakeClock
from tests.launcher_help import alive, token
from tests.service.made import claimed

MakeJob = Callable[..., Job]


def statuses(ctx: Context, job: Job) -> list[str]:
    """The job's runs, newest first."""
    return [str(row.status) for row in runs.history(ctx, job.id).executions]


async def test_a_due_job_runs_and_the_next_is_arranged(
    store: Store,
    ctx: Context,
    clock: FakeClock,
    make_job: MakeJob,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, completed)
    job = make_job(cron="* * * * *")
    async with running_engine(store) as engine:
        assert engine.ready() == {"scheduler": True, "store": True}
        clock.advance(60)
        await engine.tick()
        await until(lambda: statuses(ctx, job) == ["completed"])
        await engine.tick()
        assert statuses(ctx, job) == ["completed"]
    assert engine.ready()["scheduler"] is False


async def test_a_killed_launcher_leaves_no_process_of_its_runs(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    tok = token()
    job = make_job(f"trap '' TERM; setsid sleep {tok} & sleep {tok}")
    reaped = Launcher._reaped
    heard: list[asyncio.Future[int]] = []
    async with running_engine(store) as engine:
        starts.start(ctx, job.id)
        await until(lambda: len(alive(tok)) >= 2)
        first = engine._launcher
        assert first is not None
        # The run is lost in the store before the engine hears why: so it went on a busy host.
        monkeypatch.setattr(Launcher, "_reaped", lambda _, done: heard.append(done))
        os.kill(first.pid, 9)
        await until(lambda: statuses(ctx, job) == ["lost"] and bool(heard))
        monkeypatch.setattr(Launcher, "_reaped", reaped)
        reaped(first, heard[0])
        await until(lambda: engine.parts.launcher not in (None, first))
        assert alive(tok) == []


async def test_what_another_process_queues_is_seen(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, completed)
    async with running_engine(store):
        other = Store(store.home, store.clock)
        job = make_job()
        starts.start(Context(other, "other", "cli"), job.id)
        await until(lambda: statuses(ctx, job) == ["completed"])
        other.close()


async def test_a_forward_jump_is_told_and_decided_like_downtime(
    store: Store,
    ctx: Context,
    clock: FakeClock,
    make_job: MakeJob,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, completed)
    job = make_job(cron="*/15 * * * *")
    async with running_engine(store):
        clock.jump(40 * 60)  # a lid closed at 14:02, opened at 14:42
        await until(lambda: len(statuses(ctx, job)) == 2)
        await until(lambda: statuses(ctx, job).count("completed") == 1)
    kinds = sorted(str(row.kind) for row in runs.history(ctx, job.id).executions)
    assert kinds == ["catch_up", "scheduled"]
    (event,) = store.rows("select message from events where kind = 'clock'")
    assert event["message"] == "the clock went forward by 2400 s"


async def test_a_backward_jump_opens_a_new_epoch(
    store: Store,
    ctx: Context,
    clock: FakeClock,
    make_job: MakeJob,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, completed)
    job = make_job(cron="*/30 * * * *")
    async with running_engine(store) as engine:
        clock.wall += timedelta(minutes=28)
        clock.mono += 28 * 60
        await engine.tick()
        await until(lambda: statuses(ctx, job) == ["completed"])
        clock.jump(-3600)
        await until(lambda: bool(store.rows("select 1 from facts where name = 'clock_epoch'")))
        clock.advance(3600)
        await engine.tick()
        await until(lambda: statuses(ctx, job).count("completed") == 2)


async def test_a_cancel_from_outside_reaches_the_run(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(task: Task, output: Output) -> Result:
        await asyncio.Event().wait()
        return Result("completed")

    runner = use(monkeypatch, work)
    job = make_job()
    async with running_engine(store):
        started = starts.start(ctx, job.id)
        await until(lambda: bool(runner.tasks))
        runs.cancel(ctx, started.execution_id)
        await until(lambda: statuses(ctx, job) == ["cancelled"])


async def test_a_stop_request_ends_the_engine_after_its_runs(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(task: Task, output: Output) -> Result:
        await asyncio.Event().wait()
        return Result("completed")

    runner = use(monkeypatch, work)
    job = make_job()
    async with running_engine(store, stop_grace=0.01):
        started = starts.start(ctx, job.id)
        await until(lambda: bool(runner.tasks))
        request_stop(ctx)
        await until(lambda: not runs.get(ctx, started.execution_id).status.live)
    run = runs.get(ctx, started.execution_id)
    assert (run.status, run.error_message) == (
        ExecutionStatus.CANCELLED,
        "stopped with the engine",
    )


async def test_after_a_hand_over_runs_go_on_and_nothing_new_starts(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()

    async def work(task: Task, output: Output) -> Result:
        await gate.wait()
        return Result("completed")

    runner = use(monkeypatch, work)
    job, later = make_job(name="now"), make_job(name="later")
    async with running_engine(store) as engine:
        starts.start(ctx, job.id)
        await until(lambda: bool(runner.tasks))
        await engine.hand_over()
        assert engine_state(ctx).running is False
        starts.start(ctx, later.id)
        gate.set()
        await until(lambda: statuses(ctx, job) == ["completed"])
    assert statuses(ctx, later) == ["queued"]
    assert jobs.get(ctx, later.id).live == 1


class Elsewhere:
    """A dispatcher whose runs are done somewhere else; it has one that ends when it is told to."""

    def __init__(self, parts: Parts, token: str) -> None:
        self.token = token
        self.heard: list[tuple[str, ...]] = []
        self.running = 1
        self._woken = asyncio.Event()
        self._stopped = asyncio.Event()
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """See Dispatcher."""
        await self._stopped.wait()

    def wake(self) -> None:
        """See Dispatcher."""
        self._woken.set()

    async def woken(self) -> None:
        """Return when it is woken again."""
        self._woken.clear()
        await self._woken.wait()

    def stop_claiming(self) -> None:
        """See Dispatcher."""
        self.heard.append(("stop claiming",))
        self._stopped.set()

    def cancel(self, execution_id: str, reason: str) -> bool:
        """See Dispatcher."""
        self.heard.append((execution_id, reason))
        return True

    def cancel_all(self, reason: str) -> None:
        """See Dispatcher."""
        self.heard.append(("all", reason))
        self._ended.set()

    async def wait_idle(self) -> None:
        """See Dispatcher."""
        await self._ended.wait()


async def test_the_engine_needs_no_more_than_the_seam(
    store: Store, ctx: Context, make_job: MakeJob
) -> None:
    execution_id = starts.start(ctx, make_job().id).execution_id
    async with running_engine(store, Elsewhere, stop_grace=0) as engine:
        other = engine.dispatcher
        assert isinstance(other, Elsewhere)
        assert other.token == engine.lease.token
        claimed(ctx, execution_id)
        runs.cancel(ctx, execution_id)
        await until(lambda: (execution_id, "cancelled by tester") in other.heard)
        async with asyncio.timeout(10):
            woken = asyncio.create_task(other.woken())
            await asyncio.sleep(0)
            starts.start(ctx, make_job(name="other").id)
            await woken
    assert other.heard[-2:] == [("stop claiming",), ("all", "stopped with the engine")]
