"""What follows from runs, on a real store with a clock that is stepped by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from jobs_tui.engine import occurrences
from jobs_tui.engine.aftermath import settle_all
from jobs_tui.models.enums import ExecutionStatus, JobStatus, Kind
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.models.times import to_text
from jobs_tui.service import jobs, runs, starts
from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from jobs_tui.store.lifecycle import ACTION
from tests.fakes import FakeClock

MakeJob = Callable[..., Job]
BEGIN = datetime(2026, 8, 21, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_ten(clock: FakeClock) -> None:
    clock.wall = BEGIN


async def tick(store: Store) -> int:
    """Settle and decide everything that is due; returns how many runs were started."""
    await settle_all(store)
    started = 0
    while (decided := await occurrences.decide_due(store, store.clock.now())).starts:
        started += decided.starts
    return started


def end_runs(store: Store, status: ExecutionStatus = ExecutionStatus.COMPLETED) -> None:
    """Every live run ends now."""
    store.write(
        lambda c: c.execute(
            "update executions set status = ?, completed_at = ? where status = 'queued'",
            (status, to_text(store.clock.now())),
        )
    )


def rows_of(ctx: Context, job: Job) -> list[Execution]:
    """The job's executions, oldest first."""
    return runs.history(ctx, job.id, limit=10_000).executions[::-1]


async def test_an_hour_of_every_second_is_3600_decisions(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(trigger_type="recurring", interval_seconds=1)
    for second in range(1, 3601):
        clock.wall = BEGIN + timedelta(seconds=second)
        assert await tick(store) == 1
        end_runs(store)
    found = [
        (row["nominal_at"], row["count"])
        for row in store.rows(
            "select nominal_at, count from executions where job_id = ? order by nominal_at",
            (job.id,),
        )
    ]
    assert found == [(to_text(BEGIN + timedelta(seconds=second)), 1) for second in range(1, 3601)]


async def test_a_slow_run_skips_slots_and_does_not_shift_the_grid(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(trigger_type="recurring", interval_seconds=10)
    for seconds in (10, 20, 30):
        clock.wall = BEGIN + timedelta(seconds=seconds)
        await tick(store)
    clock.wall = BEGIN + timedelta(seconds=34)
    end_runs(store)
    await tick(store)
    found = rows_of(ctx, job)
    assert [(run.status, run.reason) for run in found] == [
        ("completed", None),
        ("skipped", "overlap"),
        ("skipped", "overlap"),
    ]
    assert jobs.get(ctx, job.id).next_due_at == BEGIN + timedelta(seconds=40)


async def test_a_fixed_delay_counts_from_the_end_of_the_run(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(trigger_type="recurring", interval_seconds=60, interval_mode="fixed_delay")
    clock.advance(60)
    assert await tick(store) == 1
    assert jobs.get(ctx, job.id).next_due_at is None
    clock.advance(25)
    end_runs(store)
    assert await tick(store) == 0
    assert jobs.get(ctx, job.id).next_due_at == clock.wall + timedelta(seconds=60)
    clock.advance(60)
    assert await tick(store) == 1


@pytest.mark.parametrize(
    ("ended", "status", "words"),
    [
        ("completed", JobStatus.COMPLETED, "run #1 is completed"),
        ("failed", JobStatus.FAILED, "run #1: finished badly"),
        ("timed_out", JobStatus.FAILED, "run #1: took too long and was stopped"),
        ("lost", JobStatus.FAILED, "run #1: the engine died during the run"),
        ("cancelled", JobStatus.CANCELLED, "run #1 was cancelled"),
    ],
)
async def test_a_job_that_runs_once_is_what_its_run_was(
    store: Store,
    ctx: Context,
    clock: FakeClock,
    make_job: MakeJob,
    ended: str,
    status: JobStatus,
    words: str,
) -> None:
    job = make_job(trigger_type="one_off", run_at="2026-08-21T11:00")
    assert jobs.get(ctx, job.id).status is JobStatus.PENDING
    clock.wall = BEGIN + timedelta(hours=1)
    assert await tick(store) == 1
    assert jobs.get(ctx, job.id).status is JobStatus.IN_PROGRESS
    end_runs(store, ExecutionStatus(ended))
    await tick(store)
    found = jobs.get(ctx, job.id)
    assert (found.status, found.enabled, found.status_reason) == (status, False, words)
    (audit,) = store.rows("select * from audit where action = ?", (ACTION[status],))
    assert (audit["actor"], audit["detail"]) == ("engine", f"was pending: {words}")


async def test_s10_a_job_that_runs_once_is_never_lost(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(trigger_type="one_off", run_at="2026-08-21T11:00")
    clock.wall = BEGIN + timedelta(days=7)
    assert await tick(store) == 1
    (run,) = rows_of(ctx, job)
    assert run.kind is Kind.CATCH_UP
    assert run.trigger_metadata == {"late_seconds": 7 * 86_400 - 3_600}


async def test_a_start_by_hand_does_not_use_up_the_time_of_a_job_that_runs_once(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(trigger_type="one_off", run_at="2026-08-21T11:00")
    starts.start(ctx, job.id)
    end_runs(store)
    await tick(store)
    assert jobs.get(ctx, job.id).status is JobStatus.PENDING
    clock.wall = BEGIN + timedelta(hours=1)
    assert await tick(store) == 1


async def test_s38_s39_the_last_run_completes_the_job(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    counted = make_job(cron="* * * * *", trigger_type="cron", cron_schedule="* * * * *", max_runs=3)
    timed = make_job(
        name="timed", cron="* * * * *", cron_schedule="* * * * *", end_at="2026-08-21T10:02Z"
    )
    starts.start(ctx, counted.id)
    for minute in range(1, 7):
        clock.wall = BEGIN + timedelta(minutes=minute)
        await tick(store)
        if minute != 1:  # at the first minute a run by hand is still going on
            end_runs(store)
    await tick(store)
    found = jobs.get(ctx, counted.id)
    assert (found.status, found.status_reason) == (
        JobStatus.COMPLETED,
        "it has had its 3 runs",
    )
    kinds = [(run.kind, run.status) for run in rows_of(ctx, counted)]
    assert kinds.count((Kind.SCHEDULED, ExecutionStatus.COMPLETED)) == 3
    assert jobs.get(ctx, timed.id).status is JobStatus.COMPLETED
    assert [run.nominal_at for run in rows_of(ctx, timed)][-1] == BEGIN + timedelta(minutes=2)


async def test_an_ongoing_job_starts_at_once_and_again_after_each_run(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(trigger_type="ongoing", interval_seconds=30, max_runs=3)
    clock.advance(1)
    for _ in range(3):
        assert await tick(store) == 1
        clock.advance(5)
        end_runs(store)
        assert await tick(store) == 0
        clock.advance(30)
    assert await tick(store) == 0
    found = jobs.get(ctx, job.id)
    assert (found.status, found.counted_runs) == (JobStatus.COMPLETED, 3)


async def test_failures_in_a_row_make_an_ongoing_job_wait_longer(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(trigger_type="ongoing", interval_seconds=10, max_runs=100)
    clock.advance(1)
    waits = []
    for _ in range(3):
        assert await tick(store) == 1
        end_runs(store, ExecutionStatus.LOST)
        await tick(store)
        due = jobs.get(ctx, job.id).next_due_at
        assert due is not None
        waits.append((due - clock.wall).total_seconds())
        clock.wall = due
    assert waits == [20, 40, 80]


async def test_s48_failures_in_a_row_pause_and_a_cancelled_run_changes_nothing(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(trigger_type="recurring", interval_seconds=60, config={"pause_on_failure": 3})
    for ended in ("failed", "timed_out", "cancelled", "failed"):
        assert jobs.get(ctx, job.id).enabled
        clock.advance(60)
        await tick(store)
        end_runs(store, ExecutionStatus(ended))
        await tick(store)
    found = jobs.get(ctx, job.id)
    assert (found.status, found.status_reason) == (
        JobStatus.PAUSED,
        "paused after 3 failed runs in a row",
    )


async def test_a_pause_of_an_ongoing_job_ends_with_one_start(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(trigger_type="ongoing", interval_seconds=10, max_runs=5)
    jobs.pause(ctx, job.id)
    clock.advance(3600)
    assert await tick(store) == 0
    jobs.resume(ctx, job.id)
    clock.advance(1)
    assert await tick(store) == 1
