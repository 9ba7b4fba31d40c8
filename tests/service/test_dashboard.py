"""Read models for screens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.service import dashboard, jobs, starts
from jobs_tui.service.context import Context
from tests.fakes import FakeClock
from tests.service.made import claimed, cron_job, ended, made


def run_of(ctx: Context, job_id: str) -> str:
    return starts.start(ctx, job_id).execution_id


def test_lines_tell_trigger_and_last_run(ctx: Context) -> None:
    cron = cron_job(ctx, "0 9 * * 1-5", name="cron")
    made(ctx, name="hook", trigger_type="webhook")
    made(ctx, name="hand")
    gone = made(ctx, name="gone")
    jobs.archive(ctx, gone.id)
    ended(ctx, run_of(ctx, cron.id))
    failed = run_of(ctx, cron.id)
    ended(ctx, failed, ExecutionStatus.FAILED, error_message="exit 1")
    lines = {line.job.name: line for line in dashboard.job_lines(ctx)}
    assert list(lines) == ["hand", "hook", "cron"]
    assert lines["hook"].trigger == "hook"
    assert lines["hand"].trigger == "by hand"
    assert len(lines["cron"].trigger) <= 16
    last = lines["cron"].last
    assert last is not None
    assert (last.id, last.status, last.error_message) == (failed, ExecutionStatus.FAILED, "exit 1")
    assert (lines["cron"].ok_percent, lines["hand"].ok_percent) == (50, None)


def test_a_skipped_start_is_not_the_last_run(ctx: Context, clock: FakeClock) -> None:
    job = cron_job(ctx)
    done = run_of(ctx, job.id)
    ended(ctx, done)
    jobs.pause(ctx, job.id)
    clock.advance(7200)
    jobs.resume(ctx, job.id)
    (line,) = dashboard.job_lines(ctx)
    assert line.last is not None
    assert line.last.id == done


def test_overview_counts(ctx: Context, clock: FakeClock) -> None:
    good, bad, busy = (made(ctx, name=name) for name in ("good", "bad", "busy"))
    ended(ctx, run_of(ctx, bad.id), ExecutionStatus.LOST)
    clock.advance(86_400)  # yesterday's run is not today's
    ended(ctx, run_of(ctx, good.id))
    ended(ctx, run_of(ctx, bad.id), ExecutionStatus.TIMED_OUT)
    claimed(ctx, run_of(ctx, busy.id))
    run_of(ctx, busy.id)
    soon = cron_job(ctx, "* * * * *", name="soon")
    cron_job(ctx, "@yearly", name="late")
    jobs.pause(ctx, made(ctx, name="still").id)
    seen = dashboard.overview(ctx, dashboard.job_lines(ctx))
    assert (seen.jobs, seen.running, seen.queued) == (6, 1, 1)
    assert (seen.ok, seen.failing, seen.paused) == (1, 1, 1)
    assert (seen.today, seen.today_ok, seen.today_failed) == (4, 1, 1)
    assert (seen.next_name, seen.next_at) == ("soon", soon.next_due_at)


def test_overview_of_an_empty_home(ctx: Context) -> None:
    seen = dashboard.overview(ctx, [])
    assert (seen.jobs, seen.today, seen.next_name, seen.next_at) == (0, 0, None, None)


def test_stats_of_the_last_runs(ctx: Context) -> None:
    job = made(ctx)
    for seconds in (1, 2, 3, 4):
        ended(ctx, run_of(ctx, job.id), seconds=seconds)
    ended(ctx, run_of(ctx, job.id), ExecutionStatus.FAILED, seconds=100)
    stats = dashboard.job_stats(ctx, job.id, n=3)
    assert stats.strip == (
        ExecutionStatus.COMPLETED,
        ExecutionStatus.COMPLETED,
        ExecutionStatus.FAILED,
    )
    assert stats.durations_ms == (3000, 4000, 100_000)
    assert (stats.average_ms, stats.p95_ms) == (2500, 4000)
    nothing = dashboard.job_stats(ctx, made(ctx).id)
    assert (nothing.strip, nothing.average_ms, nothing.p95_ms) == ((), None, None)


def test_next_runs_are_in_the_zone_of_the_job(ctx: Context) -> None:
    paris = ZoneInfo("Europe/Paris")
    job = cron_job(ctx, "0 9 * * *", cron_timezone="Europe/Paris")
    first = datetime(2026, 8, 22, 9, 0, tzinfo=paris)
    assert dashboard.next_runs(ctx, job, 2) == (first, first + timedelta(days=1))
    assert dashboard.next_runs(ctx, job, 1)[0].utcoffset() == timedelta(hours=2)
    assert dashboard.next_runs(ctx, jobs.pause(ctx, job.id), 2) == ()
    assert dashboard.next_runs(ctx, made(ctx), 2) == ()
    assert "(Europe/Paris)" in dashboard.trigger_words(ctx, job)


def test_upcoming_of_all_jobs_in_order(ctx: Context) -> None:
    cron_job(ctx, "0 * * * *", name="hourly")
    cron_job(ctx, "30 15 * * *", name="daily")
    cron_job(ctx, "@yearly", name="yearly")
    cron_job(ctx, "* * * * *", name="off", enabled=False)
    found = dashboard.upcoming(ctx, hours=2)
    assert [(item.job_name, item.at) for item in found] == [
        ("hourly", datetime(2026, 8, 21, 15, 0, tzinfo=UTC)),
        ("daily", datetime(2026, 8, 21, 15, 30, tzinfo=UTC)),
        ("hourly", datetime(2026, 8, 21, 16, 0, tzinfo=UTC)),
    ]


def test_running_of_lists_what_is_live(ctx: Context) -> None:
    job = made(ctx, config={"overlap": "allow"})
    done, going, waiting = (run_of(ctx, job.id) for _ in range(3))
    ended(ctx, done)
    claimed(ctx, going)
    assert [run.id for run in dashboard.running_of(ctx, job.id)] == [going, waiting]
