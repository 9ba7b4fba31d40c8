"""The runs of all jobs and the starts to come: order, filters, keys, pictures."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.service import runs
from jobs_tui.service.context import Context
from jobs_tui.tui.app import JobsApp
from jobs_tui.tui.dialogs import Confirm
from jobs_tui.tui.screens.job import JobScreen
from jobs_tui.tui.screens.log import LogScreen
from jobs_tui.tui.screens.runs import RunsScreen
from tests.tui.run_scene import Scene, build
from tests.tui.screens import opened, press, said, settled, text_of, words_of

SIZES = [(80, 24), (120, 40)]


@pytest.fixture
def scene(make_job: Any, make_run: Any) -> Scene:
    return build(make_job, make_run)


def on(app: JobsApp) -> RunsScreen:
    assert isinstance(app.screen, RunsScreen)
    return app.screen


async def test_running_first_then_waiting_then_newest(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "2")
        rows = [on(app).runs_list.row(n) for n in range(4)]
        assert [row.key for row in rows[:2]] == [scene.live.id, scene.queued.id]
        assert [row.cells[2] for row in rows] == [
            "db-backup-nightly",
            "report-hourly",
            "deploy-on-push",
            "db-replica-check",
        ]
        words = words_of(app)
        assert "report-hourly #1: no engine is running" in words
        assert "~ SKIP" in words
        assert "! MISS" in words


async def test_an_empty_home_says_so(ctx: Context) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "2")
        assert "Nothing has run yet." in text_of(app)
        await press(pilot, "enter", "R", "E", "x", "b", "y", "j", "G")
        assert isinstance(app.screen, RunsScreen)
        await press(pilot, "tab")
        assert "Nothing starts by its schedule" in text_of(app)


async def test_filters(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "2", "f")
        assert "f:live" in text_of(app)
        assert len(on(app).runs_list) == 2
        await press(pilot, "f")
        cells = [on(app).runs_list.row(n).cells[1] for n in range(len(on(app).runs_list))]
        assert {cell[0].split()[0] for cell in cells} <= {"x", "?"}
        await press(pilot, "escape", "slash", *"BACKUP", "enter")
        assert len(on(app).runs_list) == 25
        await press(pilot, "escape", "slash", *"nothing", "enter")
        assert "No run fits" in text_of(app)
        await press(pilot, "escape")
        assert len(on(app).runs_list) > 60


async def test_enter_opens_the_log_and_b_the_job(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "2", "enter")
        assert isinstance(app.screen, LogScreen)
        assert app.screen.run.id == scene.live.id
        await press(pilot, "escape", "b")
        assert isinstance(app.screen, JobScreen)
        assert app.screen.job_id == scene.backup.id


async def test_cancel_and_rerun_act_on_the_run_under_the_cursor(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "2", "j", "x")
        assert isinstance(app.screen, Confirm)
        await press(pilot, "y")
        assert runs.get(ctx, scene.queued.id).status is ExecutionStatus.CANCELLED
        place = next(n for n in range(20) if on(app).runs_list.row(n).key == scene.failed.id)
        on(app).runs_list.cursor = place
        await press(pilot, "x")
        assert "ended already" in said(app)
        await press(pilot, "R")
        newest = runs.history(ctx, scene.replica.id, limit=1).executions[0]
        assert newest.kind == "rerun"


async def test_the_cursor_stays_on_its_run(ctx: Context, scene: Scene, make_run: Any) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "2", "j", "j", "j")
        before = on(app).runs_list.current
        for n in range(5):
            make_run(scene.replica, ExecutionStatus.RUNNING, ago=n)
        app._look()
        await settled(pilot)
        after = on(app).runs_list.current
        assert before is not None
        assert after is not None
        assert after.key == before.key
        assert on(app).runs_list.cursor == 8


async def test_upcoming_groups_by_hour_and_marks_collisions(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "2", "tab")
        lines = text_of(app).splitlines()
        at_15 = [line for line in lines if " 15:00 " in line]
        assert len(at_15) == 2
        assert "15 h" in at_15[0]
        assert "15 h" not in at_15[1]
        assert "! report-hourly" in at_15[0]
        assert "! db-replica-check" in at_15[1]
        assert any("14 h" in line and "14:15" in line for line in lines)
        await press(pilot, "slash", *"backup", "enter")
        assert len(on(app).starts_list) == 1
        await press(pilot, "enter")
        assert isinstance(app.screen, JobScreen)


async def test_thousands_of_runs_are_read_by_the_page(
    ctx: Context, make_job: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job("many")

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute(
            "with recursive n(x) as (select 1 union all select x + 1 from n where x < 5000)"
            " insert into executions (id, job_id, number, revision, trigger_type, kind, status,"
            " created_at, started_at, duration_ms, parameters, config_override, trigger_metadata,"
            " prompt) select 'exec_' || x, ?, x, 1, 'manual', 'manual', 'completed',"
            " '2026-08-20T10:00:00.000Z', '2026-08-20T10:00:00.000Z', 1000, '{}', '{}', '{}', 'x'"
            " from n",
            (job.id,),
        )

    ctx.store.write(fill)
    read: list[int] = []
    real = runs.recent

    def counted(*args: Any, **options: Any) -> Any:
        total, found = real(*args, **options)
        read.append(len(found))
        return total, found

    monkeypatch.setattr(runs, "recent", counted)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "2", "G")
        assert "#1 " in text_of(app)
        assert "5,000 runs" in text_of(app)
        assert max(read) <= 50
        assert sum(read) < 1_000


@pytest.mark.parametrize("size", SIZES)
def test_picture_runs(snap_compare: Any, ctx: Context, scene: Scene, size: Any) -> None:
    """Running run on top, every kind of outcome with its sign, what waits in the status line."""

    async def before(pilot: Any) -> None:
        await settled(pilot)
        await press(pilot, "2")

    assert snap_compare(JobsApp(ctx.store, ctx=ctx), terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES)
def test_picture_upcoming(snap_compare: Any, ctx: Context, scene: Scene, size: Any) -> None:
    """Starts grouped by hour, two at 15:00 marked."""

    async def before(pilot: Any) -> None:
        await settled(pilot)
        await press(pilot, "2", "tab")

    assert snap_compare(JobsApp(ctx.store, ctx=ctx), terminal_size=size, run_before=before)
