"""The situations of SCHEDULING.md 5 on a real store, with a clock that is stepped by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from jobs_tui.engine import occurrences
from jobs_tui.models.enums import ExecutionStatus, Kind
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.service import jobs, runs, starts
from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from tests.fakes import FakeClock

MakeJob = Callable[..., Job]


def at(hour: int, minute: int = 0, second: int = 0, day: int = 21) -> datetime:
    """A time in August 2026, UTC."""
    return datetime(2026, 8, day, hour, minute, second, tzinfo=UTC)


async def tick(store: Store) -> int:
    """Decide everything that is due; returns how many runs were started."""
    started = 0
    while True:
        decided = await occurrences.decide_due(store, store.clock.now())
        started += decided.starts
        if not decided.more:
            return started


def rows_of(ctx: Context, job: Job) -> list[Execution]:
    """The job's executions, oldest first."""
    return runs.history(ctx, job.id, limit=10_000).executions[::-1]


def end_all(store: Store) -> None:
    """Every live run ends well."""
    store.write(
        lambda c: c.execute("update executions set status = 'completed' where status = 'queued'")
    )


@pytest.fixture(autouse=True)
def at_half_past_ten(clock: FakeClock) -> None:
    clock.wall = at(10, 30)


async def test_s01_down_between_occurrences(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(cron="0 * * * *")
    clock.wall = at(10, 40)
    assert await tick(store) == 0
    clock.wall = at(11)
    assert await tick(store) == 1
    (row,) = rows_of(ctx, job)
    assert (row.kind, row.nominal_at, row.status) == (
        Kind.SCHEDULED,
        at(11),
        ExecutionStatus.QUEUED,
    )
    found = jobs.get(ctx, job.id)
    assert found.cursor_at == at(11)
    assert found.next_due_at == at(12)
    assert found.total_executions == 1


async def test_s02_within_the_grace_is_on_time(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(cron="0 * * * *")
    clock.wall = at(11, 0, 40)
    assert await tick(store) == 1
    assert [row.kind for row in rows_of(ctx, job)] == [Kind.SCHEDULED]


async def test_s03_the_latest_is_caught_up_and_the_rest_recorded(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(cron="0 * * * *")
    clock.wall = at(14, 20)
    assert await tick(store) == 1
    by_status = {row.status: row for row in rows_of(ctx, job)}
    run = by_status[ExecutionStatus.QUEUED]
    assert (run.kind, run.nominal_at) == (Kind.CATCH_UP, at(14))
    assert run.trigger_metadata == {"late_seconds": 1200}
    skip = by_status[ExecutionStatus.SKIPPED]
    assert (skip.reason, skip.count) == ("coalesced", 3)
    assert (skip.nominal_at, skip.last_nominal_at) == (at(11), at(13))
    assert jobs.get(ctx, job.id).next_due_at == at(15)


async def test_s08_ninety_days_of_minutes_cost_two_rows(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(cron="* * * * *")
    clock.wall += timedelta(days=90, seconds=20)
    assert await tick(store) == 1
    rows = {row.status: row for row in rows_of(ctx, job)}
    assert rows.keys() == {ExecutionStatus.QUEUED, ExecutionStatus.SKIPPED}
    skip = rows[ExecutionStatus.SKIPPED]
    assert (skip.reason, skip.count, skip.nominal_at) == ("coalesced", 1000, at(10, 31))


async def test_s17_overlap_is_skipped_and_recorded(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(cron="*/10 * * * *")
    for minute in (40, 50):
        clock.wall = at(10, minute)
        await tick(store)
    clock.wall = at(11)
    end_all(store)
    await tick(store)
    assert [(str(row.status), row.reason) for row in rows_of(ctx, job)] == [
        ("completed", None),
        ("skipped", "overlap"),
        ("queued", None),
    ]


async def test_s22_allow_starts_up_to_max_parallel(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(cron="*/10 * * * *", config={"overlap": "allow", "max_parallel": 2})
    for hour, minute in ((10, 40), (10, 50), (11, 0)):
        clock.wall = at(hour, minute)
        await tick(store)
    assert [str(row.status) for row in rows_of(ctx, job)] == ["queued", "queued", "skipped"]


async def test_s26_a_pause_is_one_record(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(cron="0 * * * *")
    jobs.pause(ctx, job.id)
    clock.wall = at(13, 10)
    assert await tick(store) == 0
    jobs.resume(ctx, job.id)
    (skip,) = rows_of(ctx, job)
    assert (skip.status, skip.reason, skip.count) == (ExecutionStatus.SKIPPED, "paused", 3)
    assert jobs.get(ctx, job.id).next_due_at == at(14)


async def test_s28_an_edit_is_never_retroactive(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(cron="0 * * * *")
    clock.wall = at(10, 32)
    jobs.edit(ctx, job.id, {"cron_schedule": "*/5 * * * *"})
    assert await tick(store) == 0
    assert jobs.get(ctx, job.id).next_due_at == at(10, 35)


async def test_s40_a_manual_run_overlaps_the_schedule(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(cron="0 * * * *")
    clock.wall = at(10, 59)
    starts.start(ctx, job.id)
    clock.wall = at(11)
    assert await tick(store) == 0
    assert [row.reason for row in rows_of(ctx, job)] == [None, "overlap"]


async def test_a_decided_occurrence_is_never_decided_again(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(cron="0 * * * *")
    clock.wall = at(11)
    await tick(store)
    end_all(store)
    clock.jump(-5)
    assert await tick(store) == 0
    clock.jump(5)
    assert await tick(store) == 0
    assert len(rows_of(ctx, job)) == 1


async def test_s14_two_hours_back_wildcards_go_on_fixed_times_do_not_repeat(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    clock.wall = at(13, 50)
    hourly = make_job(cron="0 * * * *", name="hourly")
    wildcard = make_job(cron="*/30 * * * *", name="wildcard")
    for moment in (at(14), at(14, 30), at(15)):
        clock.wall = moment
        await tick(store)
        end_all(store)
    clock.wall = at(13, 5)
    await occurrences.clock_went_back(store, clock.now(), timedelta(hours=2))
    clock.wall = at(14)
    await tick(store)
    end_all(store)
    found = [row.nominal_at for row in rows_of(ctx, wildcard)]
    assert found.count(at(14)) == 2
    assert jobs.get(ctx, hourly.id).status


async def test_s15_a_day_back_is_a_correction(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(cron="30 14 * * *")
    clock.wall = at(14, 30)
    await tick(store)
    end_all(store)
    clock.wall = at(14, 31, day=20)
    await occurrences.clock_went_back(store, clock.now(), timedelta(days=1))
    assert jobs.get(ctx, job.id).next_due_at == at(14, 30)


async def test_s46_new_zone_rules_move_the_next_start(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(cron="0 12 * * *")
    store.write(lambda c: c.execute("update jobs set next_due_at = '2026-08-21T12:30:00.000Z'"))
    (sentence,) = await occurrences.recompute(store, clock.now())
    assert "2026-08-21T12:00:00.000Z" in sentence
    assert jobs.get(ctx, job.id).next_due_at == at(12)


async def test_a_zone_that_went_away_blocks_its_job_alone(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    gone = make_job(cron="0 * * * *", name="gone")
    fine = make_job(cron="0 * * * *", name="fine")
    store.write(
        lambda c: c.execute(
            "update jobs set cron_timezone = 'Mars/Olympus' where id = ?", (gone.id,)
        )
    )
    clock.wall = at(11)
    assert await tick(store) == 1
    blocked = jobs.get(ctx, gone.id)
    assert str(blocked.status) == "blocked"
    assert "Mars/Olympus" in (blocked.blocked_reason or "")
    assert len(rows_of(ctx, fine)) == 1


async def test_s43_a_thousand_jobs_due_at_once_all_start(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    first = make_job(cron="0 * * * *")

    def copy(connection: sqlite3.Connection) -> None:
        columns = [row[1] for row in connection.execute("pragma table_info(jobs)")]
        rest = ", ".join(name for name in columns if name != "id")
        for number in range(999):
            connection.execute(
                f"insert into jobs (id, {rest}) select ?, {rest} from jobs where id = ?",
                (f"job_{number}", first.id),
            )

    store.write(lambda c: c.execute("update jobs set webhook_path = null"))
    store.write(copy)
    clock.wall = at(11)
    assert await tick(store) == 1000


async def test_built_ins_are_those_of_the_occurrence(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(
        "echo {{ scheduled_for }} {{ run_date }} {{ x }}",
        cron="30 23 * * *",
        cron_timezone="Europe/Berlin",
        parameters=[{"name": "x", "default": "y"}],
    )
    clock.wall = at(21, 30, 20)
    await tick(store)
    (row,) = rows_of(ctx, job)
    assert "2026-08-21T23:30:00+02:00" in row.prompt
    assert row.parameters == {"x": "y"}
