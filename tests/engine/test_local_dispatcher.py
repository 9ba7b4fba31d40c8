"""Claims, limits, retries, timeouts and cancels, with work that the test scripts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from jobs_tui.agents.runner import LauncherDied, Output, Result, Task
from jobs_tui.engine import attempts
from jobs_tui.engine.local_dispatcher import LocalDispatcher
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.errors import StoreError
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.service import jobs, runs, starts
from jobs_tui.service.context import Context
from jobs_tui.store import queue
from jobs_tui.store.database import Store
from tests.engine.scripted import completed, dispatcher_of, until, use
from tests.fakes import FakeClock

MakeJob = Callable[..., Job]


@asynccontextmanager
async def dispatching(dispatcher: LocalDispatcher) -> AsyncIterator[LocalDispatcher]:
    """A dispatcher at work, ended with the block."""
    task = asyncio.create_task(dispatcher.run())
    try:
        yield dispatcher
    finally:
        dispatcher.stop_claiming()
        dispatcher.cancel_all("the test is over")
        await dispatcher.wait_idle()
        await task


def ended(ctx: Context, execution_id: str) -> Execution | None:
    """The run once it is over."""
    found = runs.get(ctx, execution_id)
    return None if found.status.live else found


async def wait_end(ctx: Context, execution_id: str) -> Execution:
    """The run when it is over."""
    await until(lambda: ended(ctx, execution_id) is not None)
    return runs.get(ctx, execution_id)


async def test_a_run_from_queue_to_result(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(task: Task, output: Output) -> Result:
        output.feed("stdout", b"one\ntwo")
        output.feed("stderr", b"\x1b[31mred\x1b[0m \x1b]0;title\x07\n")
        return Result("completed", exit_code=0, result="two\x1b[2J", usage={"cpu": 1})

    runner = use(monkeypatch, work)
    job = make_job("echo {{ x }}")
    started = starts.start(ctx, job.id, {"x": "1"})
    async with dispatching(dispatcher_of(store)) as dispatcher:
        run = await wait_end(ctx, started.execution_id)
        await until(lambda: dispatcher._parts.launcher.acked == [run.id])  # type: ignore[union-attr]
    assert (run.status, run.exit_code, run.result) == (ExecutionStatus.COMPLETED, 0, "two")
    assert (run.attempt, run.log_lines, run.usage) == (1, 3, {"cpu": 1})
    (task,) = runner.tasks
    assert task.values["x"] == "1"
    assert task.values["run_id"] == run.id
    assert task.env["JOBS_TUI_JOB_NAME"] == "job"
    lines = runs.log(ctx, run.id).lines(1, 10)
    assert [(str(line.stream), line.text) for line in lines] == [
        ("stdout", "one"),
        ("stderr", "\x1b[31mred\x1b[0m "),
        ("stdout", "two"),
    ]
    found = jobs.get(ctx, job.id)
    assert (found.successful_executions, found.failed_executions, found.live) == (1, 0, 0)
    assert found.last_execution_at is not None


async def test_one_job_runs_one_at_a_time_and_others_beside_it(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()
    going: list[str] = []

    async def work(task: Task, output: Output) -> Result:
        going.append(task.job_name)
        await gate.wait()
        return Result("completed")

    use(monkeypatch, work)
    one, other = make_job(name="one"), make_job(name="other")
    ids = [starts.start(ctx, job.id).execution_id for job in (one, one, other)]
    async with dispatching(dispatcher_of(store)):
        await until(lambda: len(going) == 2)
        assert sorted(going) == ["one", "other"]
        assert runs.get(ctx, ids[1]).status is ExecutionStatus.QUEUED
        gate.set()
        for execution_id in ids:
            assert (await wait_end(ctx, execution_id)).status is ExecutionStatus.COMPLETED


async def test_never_more_at_once_than_the_setting_says(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, most = 0, 0

    async def work(task: Task, output: Output) -> Result:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return Result("completed")

    use(monkeypatch, work)
    job = make_job(config={"overlap": "allow", "max_parallel": 1000})
    ids = [starts.start(ctx, job.id).execution_id for _ in range(30)]
    async with dispatching(dispatcher_of(store, max_running=3)):
        for execution_id in ids:
            await wait_end(ctx, execution_id)
    assert most <= 3


async def test_a_failure_is_retried_with_a_growing_wait(
    store: Store,
    ctx: Context,
    clock: FakeClock,
    make_job: MakeJob,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def work(task: Task, output: Output) -> Result:
        output.feed("stdout", b"tried\n")
        return Result("failed", exit_code=1, error_message="exit 1")

    runner = use(monkeypatch, work)
    job = make_job(config={"retry": {"max_attempts": 3, "delay": 10}})
    started = starts.start(ctx, job.id)

    def waits() -> bool:
        return queue.next_retry(store.jobs.reader()) is not None

    async with dispatching(dispatcher_of(store)) as dispatcher:
        for tries in (1, 2):
            await until(waits)
            assert len(runner.tasks) == tries
            clock.advance(30)
            dispatcher.wake()
            await until(lambda tries=tries: len(runner.tasks) == tries + 1)
        run = await wait_end(ctx, started.execution_id)
    assert (run.status, run.attempt, run.max_attempts) == (ExecutionStatus.FAILED, 3, 3)
    assert [attempt.number for attempt in runs.attempts(ctx, run.id)] == [1, 2, 3]
    texts = [line.text for line in runs.log(ctx, run.id).lines(1, 99)]
    assert texts == ["tried", "attempt 2 of 3", "tried", "attempt 3 of 3", "tried"]
    assert jobs.get(ctx, job.id).failed_executions == 1


async def test_a_timeout_ends_the_attempt(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleaned = False

    async def work(task: Task, output: Output) -> Result:
        nonlocal cleaned
        try:
            await asyncio.Event().wait()
        finally:
            cleaned = True
        return Result("completed")

    use(monkeypatch, work)
    started = starts.start(ctx, make_job(config={"timeout": 0.01}).id)
    async with dispatching(dispatcher_of(store)):
        run = await wait_end(ctx, started.execution_id)
    assert cleaned
    assert run.status is ExecutionStatus.TIMED_OUT
    assert run.error_message == "timed out after 0.01 s"


async def test_a_cancel_ends_a_running_run_and_names_who_asked(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(task: Task, output: Output) -> Result:
        await asyncio.Event().wait()
        return Result("completed")

    runner = use(monkeypatch, work)
    started = starts.start(ctx, make_job().id)
    async with dispatching(dispatcher_of(store)) as dispatcher:
        await until(lambda: bool(runner.tasks))
        runs.cancel(ctx, started.execution_id)
        ((execution_id, who),) = queue.cancel_requests(store.jobs.reader())
        assert dispatcher.cancel(execution_id, f"cancelled by {who}")
        run = await wait_end(ctx, started.execution_id)
    assert (run.status, run.error_message) == (ExecutionStatus.CANCELLED, "cancelled by tester")


async def test_a_cancel_while_the_result_is_written_changes_nothing(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, completed)
    started = starts.start(ctx, make_job().id)
    async with dispatching(dispatcher_of(store)) as dispatcher:
        free_place = dispatcher._free_place

        def cancel_just_then() -> None:
            dispatcher.cancel(started.execution_id, "too late")
            free_place()

        dispatcher._free_place = cancel_just_then  # type: ignore[method-assign]
        run = await wait_end(ctx, started.execution_id)
    assert run.status is ExecutionStatus.COMPLETED


async def test_a_queued_run_is_cancelled_at_once(ctx: Context, make_job: MakeJob) -> None:
    started = starts.start(ctx, make_job().id)
    run = runs.cancel(ctx, started.execution_id)
    assert (run.status, run.reason) == (ExecutionStatus.CANCELLED, "cancelled by tester")


async def test_a_broken_agent_fails_its_run_in_words(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(task: Task, output: Output) -> Result:
        raise ZeroDivisionError("oops")

    use(monkeypatch, work)
    started = starts.start(ctx, make_job().id)
    async with dispatching(dispatcher_of(store)):
        run = await wait_end(ctx, started.execution_id)
    assert run.status is ExecutionStatus.FAILED
    assert run.error_message == "the agent broke down: ZeroDivisionError: oops"


async def test_a_dead_launcher_loses_the_run(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(task: Task, output: Output) -> Result:
        raise LauncherDied("gone")

    use(monkeypatch, work)
    started = starts.start(ctx, make_job().id)
    async with dispatching(dispatcher_of(store)):
        run = await wait_end(ctx, started.execution_id)
    assert run.status is ExecutionStatus.LOST


async def test_an_unknown_agent_fails_the_run_and_says_so(
    store: Store, ctx: Context, make_job: MakeJob
) -> None:
    started = starts.start(ctx, make_job("do it", entity_id="nobody").id)
    async with dispatching(dispatcher_of(store)):
        run = await wait_end(ctx, started.execution_id)
    assert run.status is ExecutionStatus.FAILED
    assert "nobody" in (run.error_message or "")


async def test_a_result_without_the_current_lease_is_refused(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    started = starts.start(ctx, make_job().id)
    now = clock.now()
    claim = partial(queue.claim, owner="{}", now=now, expires=now, places=1)
    store.write(lambda c: claim(c, token="old"))
    store.write(lambda c: queue.requeue(c, [started.execution_id], "old"))
    store.write(lambda c: claim(c, token="new"))
    outcome = queue.Outcome(
        status=ExecutionStatus.COMPLETED,
        started_at=now,
        completed_at=now + timedelta(seconds=1),
        exit_code=0,
        error_message=None,
        result=None,
        usage={},
        log_lines=0,
        log_bytes=0,
        retry_at=None,
    )
    finish = partial(queue.finish, execution_id=started.execution_id, outcome=outcome)
    assert store.write(lambda c: finish(c, token="old")) is False
    assert runs.get(ctx, started.execution_id).status is ExecutionStatus.RUNNING
    assert store.write(lambda c: finish(c, token="new")) is True


async def test_a_result_that_the_disk_refuses_is_kept_and_said_once(
    store: Store,
    ctx: Context,
    make_job: MakeJob,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries = 0
    finish = queue.finish

    def refuse(*args: Any, **fields: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries < 10:
            raise StoreError("There is no space left on the disk.")
        return finish(*args, **fields)

    use(monkeypatch, completed)
    monkeypatch.setattr(attempts, "TRY_AGAIN", 0.0)
    monkeypatch.setattr(queue, "finish", refuse)
    started = starts.start(ctx, make_job().id)
    async with dispatching(dispatcher_of(store)):
        run = await wait_end(ctx, started.execution_id)
    assert run.status is ExecutionStatus.COMPLETED
    assert [record.getMessage() for record in caplog.records] == [
        f"the result of run {run.id} waits: There is no space left on the disk.",
        f"the result of run {run.id} is written now",
    ]


async def test_secrets_of_the_environment_are_masked_in_log_and_result(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(task: Task, output: Output) -> Result:
        for piece in (b"key is hunter", b"2hunter2 and more\n"):
            output.feed("stdout", piece)
        return Result("failed", error_message="bad hunter2hunter2", result="hunter2hunter2")

    use(monkeypatch, work)
    job = make_job(execution_environment={"env_vars": {"API_TOKEN": "hunter2hunter2"}})
    started = starts.start(ctx, job.id)
    async with dispatching(dispatcher_of(store)):
        run = await wait_end(ctx, started.execution_id)
    assert (run.error_message, run.result) == ("bad ***", "***")
    assert runs.log(ctx, run.id).lines(1, 1)[0].text == "key is *** and more"


async def test_what_earlier_attempts_used_is_part_of_the_run(
    store: Store, ctx: Context, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = {"model": "m", "requests": 1, "input_tokens": 10, "output_tokens": 2, "cost": "0.25"}

    async def second_time(task: Task, output: Output) -> Result:
        first = runs.get(ctx, task.execution_id).attempt == 1
        return Result("failed" if first else "completed", usage=used)

    use(monkeypatch, second_time)
    job = make_job(config={"retry": {"max_attempts": 2, "delay": 0}})
    execution_id = starts.start(ctx, job.id).execution_id
    async with dispatching(dispatcher_of(store)):
        await until(lambda: not runs.get(ctx, execution_id).status.live)
    usage = runs.get(ctx, execution_id).usage
    assert (usage["requests"], usage["input_tokens"], usage["cost"]) == (2, 20, "0.50")
