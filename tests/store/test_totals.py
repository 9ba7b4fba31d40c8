"""Totals are kept by the database, whatever writes to it, and outlive what they count."""

from __future__ import annotations

import re
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from jobs_tui.models.enums import ExecutionStatus, Kind, TriggerType
from jobs_tui.models.ids import new_execution_id
from jobs_tui.service import jobs, starts
from jobs_tui.service.context import Context
from jobs_tui.service.purge import purge_job
from jobs_tui.store import executions, queue, totals
from jobs_tui.store.database import Store
from jobs_tui.store.migrations import ensure
from jobs_tui.store.schema import JOBS_1
from tests.service.made import claimed, cron_job, ended, made


@pytest.fixture
def ctx(store: Store) -> Context:
    return Context(store, "ada", "cli")


def run_totals(ctx: Context) -> dict[tuple[str, int], tuple[int, int, int]]:
    found = totals.runs(ctx.store.jobs.reader())
    return {(one.status, one.bucket): (one.runs, one.duration_ms, one.log_lines) for one in found}


def test_a_run_counts_once_where_it_ends(ctx: Context) -> None:
    job = made(ctx, config={"overlap": "allow"})
    for seconds, status in ((0.05, "completed"), (0.07, "completed"), (90_000, "failed")):
        run = starts.start(ctx, job.id)
        ended(ctx, run.execution_id, ExecutionStatus(status), seconds=seconds, log_lines=3)
    assert run_totals(ctx) == {
        ("completed", 100): (2, 120, 6),
        ("failed", totals.BEYOND): (1, 90_000_000, 3),
    }


def test_a_retry_is_no_end(ctx: Context) -> None:
    run = starts.start(ctx, made(ctx).id)
    claimed(ctx, run.execution_id)
    now = ctx.now()
    outcome = queue.Outcome(
        ExecutionStatus.FAILED, now, now, 1, None, None, {}, 5, 0, now + timedelta(seconds=5)
    )
    assert ctx.store.write(lambda c: queue.finish(c, run.execution_id, "t", outcome))
    assert run_totals(ctx) == {}


def test_what_never_started_has_no_duration(ctx: Context) -> None:
    job = made(ctx)
    starts.start(ctx, job.id)
    jobs.archive(ctx, job.id)
    assert run_totals(ctx) == {("cancelled", totals.NOT_RUN): (1, 0, 0)}


def test_a_skip_counts_its_occurrences(ctx: Context) -> None:
    job = cron_job(ctx)
    now = ctx.now()
    skip = executions.NewExecution(
        new_execution_id(),
        job.id,
        1,
        TriggerType.CRON,
        Kind.SCHEDULED,
        now,
        status=ExecutionStatus.SKIPPED,
        reason="paused",
        count=7,
        nominal_at=now,
    )
    ctx.store.write(lambda c: executions.insert(c, skip))
    assert run_totals(ctx) == {("skipped", totals.NOT_RUN): (7, 0, 0)}


@pytest.mark.parametrize(("late", "bucket"), [(0.01, 10), (0.3, 500), (-5, 10), (90_000, -1)])
def test_lag_is_from_the_nominal_time_to_the_start(ctx: Context, late: float, bucket: int) -> None:
    job = cron_job(ctx)
    due = executions.NewExecution(
        new_execution_id(),
        job.id,
        1,
        TriggerType.CRON,
        Kind.SCHEDULED,
        ctx.now(),
        nominal_at=ctx.now() - timedelta(seconds=late),
    )
    ctx.store.write(lambda c: executions.insert(c, due))
    claimed(ctx, due.id)
    spread = totals.lags(ctx.store.jobs.reader())["scheduled"]
    assert (spread.counts, spread.sum_ms) == ({bucket: 1}, max(0, round(late * 1000)))


def test_starts_by_hand_have_no_lag(ctx: Context) -> None:
    claimed(ctx, starts.start(ctx, made(ctx).id).execution_id)
    assert totals.lags(ctx.store.jobs.reader()) == {}


def test_totals_outlive_history_and_go_with_their_job(ctx: Context) -> None:
    job = made(ctx)
    ended(ctx, starts.start(ctx, job.id).execution_id)
    ctx.store.write(lambda c: c.execute("delete from executions").rowcount)
    assert run_totals(ctx) == {("completed", 1000): (1, 1000, 0)}
    purge_job(ctx, job.id)
    assert run_totals(ctx) == {}


def test_the_schema_has_the_edges_that_are_read() -> None:
    def edges(column: str) -> tuple[int, ...]:
        return tuple(int(edge) for edge in re.findall(rf"\b{column} <= (\d+) then", JOBS_1))

    assert edges("new.duration_ms") == totals.DURATION_EDGES_MS
    assert edges("lag") == totals.LAG_EDGES_MS


def test_buckets_add_up() -> None:
    spread = totals.Spread()
    spread.add(10, 2, 12)
    spread.add(totals.BEYOND, 1, 5000)
    spread.add(10, 1, 3)
    assert spread.cumulative((5, 10, 50)) == [(5, 0), (10, 3), (50, 3), (totals.BEYOND, 4)]
    assert spread.sum_ms == 5015


def test_a_trigger_is_one_statement(tmp_path: Path) -> None:
    sql = (
        "create table a (b); create trigger c after insert on a begin"
        " insert into a select 1 where new.b = 0; delete from a where b = 2; end;"
        " create table d (e)"
    )
    ensure(tmp_path / "jobs.db", (("0001_first", sql),))
    connection = sqlite3.connect(tmp_path / "jobs.db")
    connection.execute("insert into a values (0)")
    assert connection.execute("select b from a order by b").fetchall() == [(0,), (1,)]
    assert connection.execute("select count(*) from d").fetchone() == (0,)
    connection.close()
