"""A job's detail: record, history with reasons, tabs, keys, pictures."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

import pytest

from jobs_tui.models.enums import ExecutionStatus, Verdict
from jobs_tui.models.execution import Delivery
from jobs_tui.service import job_detail, jobs, runs
from jobs_tui.service.context import Context
from jobs_tui.store import deliveries
from jobs_tui.tui.app import JobsApp
from jobs_tui.tui.dialogs import Confirm, CopyMenu
from jobs_tui.tui.screens.job import JobScreen
from jobs_tui.tui.screens.log import LogScreen
from tests.tui.run_scene import Scene, build
from tests.tui.screens import opened, press, said, settled, text_of, words_of

SIZES = [(80, 24), (120, 40)]
NEXT, BEFORE = "right_square_bracket", "left_square_bracket"


@pytest.fixture
def scene(make_job: Any, make_run: Any) -> Scene:
    return build(make_job, make_run)


async def job_of(app: JobsApp, pilot: Any, job_id: str) -> JobScreen:
    screen = JobScreen(app.ctx, job_id)
    await app.push_screen(screen)
    await settled(pilot)
    return screen


async def test_the_head_says_how_it_fares(ctx: Context, scene: Scene) -> None:
    async with opened(ctx, (120, 40)) as (app, pilot):
        await job_of(app, pilot, scene.replica.id)
        words = words_of(app)
        assert "x FAILING last 3 runs failed since today 12:55" in words
        assert "every 15 minutes (UTC)" in words
        assert "next 14:15 14:30 14:45 15:00 15:15 in 12m" in words
        assert "overlap: skip" in words
        assert "last 45" in words or "last 44" in words
        await pilot.app.pop_screen()
        await job_of(app, pilot, scene.backup.id)
        assert "> RUN run #25 is running" in words_of(app)


async def test_skipped_and_missed_runs_are_rows_with_reason_and_count(
    ctx: Context, scene: Scene
) -> None:
    async with opened(ctx) as (app, pilot):
        await job_of(app, pilot, scene.replica.id)
        words = words_of(app)
        assert "~ SKIP today 11:48:51 -- cron previous still running" in words
        assert "! MISS today 12:05:31 -- cron engine was down" in words
        assert "? lost" in words
        await press(pilot, "G")
        assert "1 of 46" not in words_of(app)


async def test_the_pane_follows_the_cursor(ctx: Context, scene: Scene) -> None:
    async with opened(ctx, (120, 40)) as (app, pilot):
        screen = await job_of(app, pilot, scene.replica.id)
        text = text_of(app)
        assert f"RUN #{scene.failed.number}" in text
        assert "ERROR replica too far away" in text
        assert "eu-2" in text
        await press(pilot, "j")
        screen._load_run()
        await settled(pilot)
        assert "timed out after 600 s" in words_of(app)
        for _ in range(3):
            await press(pilot, "j")
        screen._load_run()
        await settled(pilot)
        assert "3 times" in text_of(app) or "x3" in text_of(app)


async def test_tabs_by_brackets(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        await job_of(app, pilot, scene.replica.id)
        await press(pilot, NEXT)
        assert "[Definition]" in text_of(app)
        assert "check {{ replica }}" not in text_of(app)
        await press(pilot, "G")
        assert "check {{ replica }}" in text_of(app)
        await press(pilot, NEXT)
        assert "*/15 * * * *" in text_of(app)
        assert "in 12m" in text_of(app)
        await press(pilot, NEXT)
        assert "OUTCOMES" in text_of(app)
        await press(pilot, NEXT)
        assert "[Tree]" in text_of(app)
        await press(pilot, NEXT)
        assert "[History]" in text_of(app)
        await press(pilot, BEFORE, "escape")
        assert "[History]" in text_of(app)
        assert isinstance(app.screen, JobScreen)


async def test_a_webhook_has_deliveries(ctx: Context, scene: Scene) -> None:
    at = ctx.now() - timedelta(seconds=249)

    def deliver(connection: sqlite3.Connection) -> None:
        for n, (status, reason, run) in enumerate(
            [(200, "", scene.live.id), (401, "the signature does not match [/b]", None)]
        ):
            verdict = Verdict.REFUSED if reason else Verdict.ACCEPTED
            place, job_id = f"dlv_{n}", scene.hook.id
            delivery = Delivery(
                *(place, job_id, "k3", at, "10.0.4.7", {}, b"{}", status, reason, run, verdict)
            )
            deliveries.insert(connection, delivery)

    ctx.store.write(deliver)
    async with opened(ctx) as (app, pilot):
        await job_of(app, pilot, scene.hook.id)
        await press(pilot, BEFORE)
        words = words_of(app)
        assert "x 401 refused" in words
        assert "the signature does not match [/b]" in words
        await press(pilot, "enter")
        assert "did not start a run" in said(app)
        await press(pilot, "j", "enter")
        assert isinstance(app.screen, LogScreen)


async def test_history_is_filtered_by_state_and_text(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        screen = await job_of(app, pilot, scene.replica.id)
        total = len(screen.history_list)
        for _ in range(5):
            await press(pilot, "f")
        assert "f:skipped" in text_of(app)
        assert len(screen.history_list) == 2
        await press(pilot, "f", "slash", *"lag 91", "enter")
        assert len(screen.history_list) == 1
        await press(pilot, "escape")
        assert len(screen.history_list) == total
        await press(pilot, "slash", *"zzz", "enter")
        assert "No run fits" in text_of(app)


async def test_keys_act_on_the_job_and_the_run(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        await job_of(app, pilot, scene.replica.id)
        await press(pilot, "p")
        assert not jobs.get(ctx, scene.replica.id).enabled
        assert "= paused" in words_of(app)
        await press(pilot, "p", "R")
        newest = runs.history(ctx, scene.replica.id, limit=1).executions[0]
        assert newest.status is ExecutionStatus.QUEUED
        await press(pilot, "x", "y")
        assert runs.get(ctx, newest.id).status is ExecutionStatus.CANCELLED
        await press(pilot, "y")
        assert isinstance(app.screen, CopyMenu)
        await press(pilot, "i")
        assert app.clipboard == scene.replica.id
        await press(pilot, "enter")
        assert isinstance(app.screen, LogScreen)


async def test_delete_goes_back_to_the_list(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        await job_of(app, pilot, scene.hook.id)
        await press(pilot, "d")
        assert isinstance(app.screen, Confirm)
        await press(pilot, "y")
        assert jobs.get(ctx, scene.hook.id).archived_at is not None
        assert not isinstance(app.screen, JobScreen)


async def test_a_job_without_runs(ctx: Context, make_job: Any) -> None:
    job = make_job("fresh")
    async with opened(ctx) as (app, pilot):
        await job_of(app, pilot, job.id)
        assert "It has not run yet. r runs it now." in text_of(app)
        await press(pilot, "enter", "R", "E", "Y", "x")
        assert isinstance(app.screen, JobScreen)
        await press(pilot, NEXT, NEXT, NEXT)
        assert "Nothing has run yet." in text_of(app)
        await press(pilot, NEXT, "r")
        assert runs.history(ctx, job.id).total_count == 1


def test_a_streak_counts_failures_since_the_last_good_run(
    ctx: Context, make_job: Any, make_run: Any
) -> None:
    job = make_job("a")
    assert job_detail.streak(ctx, job.id) == job_detail.Streak(0, None)
    make_run(job, ExecutionStatus.FAILED, ago=900)
    make_run(job, ExecutionStatus.COMPLETED, ago=800)
    first = make_run(job, ExecutionStatus.FAILED, ago=700)
    make_run(job, ExecutionStatus.SKIPPED, ago=600, count=5)
    make_run(job, ExecutionStatus.TIMED_OUT, ago=500)
    make_run(job, ExecutionStatus.RUNNING, ago=5)
    assert job_detail.streak(ctx, job.id) == job_detail.Streak(2, first.started_at)
    assert job_detail.status_counts(ctx, job.id)[ExecutionStatus.SKIPPED] == 5


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tab", [0, 2, 3])
def test_picture(snap_compare: Any, ctx: Context, scene: Scene, size: Any, tab: int) -> None:
    """Head and strip, then history (with a pane when wide), schedule or stats."""

    async def before(pilot: Any) -> None:
        await settled(pilot)
        await job_of(pilot.app, pilot, scene.replica.id)
        await press(pilot, *[NEXT] * tab)
        await settled(pilot)

    assert snap_compare(JobsApp(ctx.store, ctx=ctx), terminal_size=size, run_before=before)
