"""The log screen: what it says of the run, its keys, and its pictures."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.errors import InvalidInput, Refused
from jobs_tui.service import runs
from jobs_tui.service.context import Context
from jobs_tui.tui import log_file
from jobs_tui.tui.app import JobsApp
from jobs_tui.tui.dialogs import Confirm, MessageDialog
from jobs_tui.tui.screens.ask import AskText
from jobs_tui.tui.screens.log import LogScreen
from jobs_tui.tui.screens.log_words import pretty
from tests.fakes import FakeClock
from tests.tui.conftest import write_log
from tests.tui.run_scene import Scene, build
from tests.tui.screens import opened, said, settled, text_of, words_of
from tests.tui.screens import press as press_keys

SIZES = [(80, 24), (120, 40)]


@pytest.fixture
def scene(make_job: Any, make_run: Any) -> Scene:
    return build(make_job, make_run)


async def log_of(app: JobsApp, pilot: Any, execution_id: str) -> LogScreen:
    screen = LogScreen(app.ctx, execution_id)
    await app.push_screen(screen)
    await settled(pilot)
    screen.view.tick()
    await settled(pilot)
    return screen


async def found_out(screen: LogScreen, pilot: Any) -> None:
    """All matches and faults are counted, and the screen says so."""
    while True:
        screen.view.tick()
        await settled(pilot)
        state = screen.view.state()
        if not state.counting and not state.finding:
            return


async def press(pilot: Any, *keys: str) -> None:
    """Press keys one by one; each has its effect, a search its end."""
    for key in keys:
        await press_keys(pilot, key)
        if isinstance(pilot.app.screen, LogScreen):
            await found_out(pilot.app.screen, pilot)


async def test_a_running_run_says_how_far_it_is(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        await log_of(app, pilot, scene.live.id)
        words = words_of(app)
        assert "db-backup-nightly #25 > RUN 1m12s of ~3m59s [" in words
        assert "] 30%" in words
        assert "FOLLOW 1 err 1 warn" in words
        assert "64 lines" in words
        assert "wrote 182 MB" in words


async def test_new_lines_and_the_end_of_the_run_arrive(
    ctx: Context, scene: Scene, clock: FakeClock
) -> None:
    async with opened(ctx) as (app, pilot):
        screen = await log_of(app, pilot, scene.live.id)
        await press(pilot, "k")
        write_log(ctx.store, scene.live.id, ["one", "two"], clock.now(), first=65)
        screen.view.tick()
        await settled(pilot)
        assert "FOLLOW off: 2 new lines below, f resumes" in words_of(app)
        await press(pilot, "f")
        assert "two" in text_of(app)

        def end(connection: sqlite3.Connection) -> None:
            connection.execute(
                "update executions set status = 'failed', error_message = 'disk full',"
                " duration_ms = 73000, exit_code = 2 where id = ?",
                (scene.live.id,),
            )

        ctx.store.write(end)
        write_log(ctx.store, scene.live.id, ["last words"], clock.now(), first=67)
        app._look()
        await settled(pilot)
        assert "x FAIL 1m13s disk full" in words_of(app)
        assert "last words" in text_of(app)
        assert not screen.view.live


async def test_find_row_counts_and_escape_clears_step_by_step(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        screen = await log_of(app, pilot, scene.live.id)
        await press(pilot, "slash", *"part_01")
        assert app.focused is screen.find_field
        assert "10 matches" in words_of(app) or "match 10 of 10" in words_of(app)
        await press(pilot, "enter", "N")
        assert "match 9 of 10" in words_of(app)
        await press(pilot, "ampersand")
        assert "all lines" in words_of(app)
        assert "part_030" not in text_of(app)
        await press(pilot, "escape")
        assert "only matches" in words_of(app)
        await press(pilot, "escape")
        assert screen.view.state().query == ""
        assert app.screen is screen
        await press(pilot, "escape")
        assert app.screen is not screen


async def test_letters_in_the_find_row_are_text(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        screen = await log_of(app, pilot, scene.live.id)
        await press(pilot, "slash", "w", "f", "x", "q")
        assert screen.find_field.value == "wfxq"
        assert not screen.view.wrap
        assert app.screen is screen


async def test_the_line_in_full_is_a_dialog_or_a_pane(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        screen = await log_of(app, pilot, scene.live.id)
        screen.view.go_to(61)
        await press(pilot, "enter")
        assert isinstance(app.screen, MessageDialog)
        assert '"table": "invoices"' in words_of(app)
    async with opened(ctx, (120, 40)) as (app, pilot):
        screen = await log_of(app, pilot, scene.live.id)
        screen.view.go_to(61)
        await press(pilot, "enter")
        assert "LINE 61" in text_of(app)
        assert '"ms": 812' in text_of(app)
        await press(pilot, "j", "m")
        assert "LINE 62" in text_of(app)
        assert "MARKS" in text_of(app)
        await press(pilot, "escape")
        assert "LINE 62" not in text_of(app)


async def test_copy_takes_text_without_numbers_and_times(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        await log_of(app, pilot, scene.live.id)
        await press(pilot, "y")
        assert app.clipboard == "ok wrote 182 MB"
        assert "copied" in said(app)


async def test_save_asks_for_a_path(ctx: Context, scene: Scene, tmp_path: Path) -> None:
    target = tmp_path / "out.log"
    async with opened(ctx) as (app, pilot):
        await log_of(app, pilot, scene.failed.id)
        await press(pilot, "s")
        assert isinstance(app.screen, AskText)
        field = app.screen.query_one(Input)
        assert field.value == f"~/db-replica-check-{scene.failed.number}.log"
        field.value = str(target)
        await press(pilot, "enter")
        assert "4 lines saved" in said(app)
    assert target.read_text().splitlines()[2] == "ERROR replica too far away"
    assert target.stat().st_mode & 0o777 == 0o600


def test_save_refuses_in_one_sentence(ctx: Context, scene: Scene, tmp_path: Path) -> None:
    reader = runs.log(ctx, scene.live.id)
    there = tmp_path / "there"
    there.write_text("mine")
    with pytest.raises(InvalidInput, match="exists already"):
        log_file.save(reader, str(there))
    assert there.read_text() == "mine"
    with pytest.raises(Refused, match="cannot be written"):
        log_file.save(reader, str(tmp_path / "no" / "such" / "folder"))
    with pytest.raises(InvalidInput):
        log_file.save(reader, "  ")
    with pytest.raises((Refused, InvalidInput)):
        log_file.save(reader, "a\0b")
    target, count = log_file.save(reader, str(tmp_path / "fine.log"))
    assert count == 64
    assert "\x1b" not in target.read_text()
    assert os.listdir(tmp_path) != []


async def test_cancel_asks_and_an_ended_run_cannot(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        await log_of(app, pilot, scene.live.id)
        await press(pilot, "x")
        assert isinstance(app.screen, Confirm)
        await press(pilot, "y")
        assert runs.get(ctx, scene.live.id).cancel_requested_at is not None
    async with opened(ctx) as (app, pilot):
        screen = await log_of(app, pilot, scene.failed.id)
        await press(pilot, "x")
        assert app.screen is screen
        assert "ended already" in said(app)


async def test_rerun_and_the_neighbours(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        await log_of(app, pilot, scene.failed.id)
        await press(pilot, "left_square_bracket")
        assert f"#{scene.failed.number - 1}" in text_of(app)
        assert "TIME" in text_of(app)
        await press(pilot, "right_square_bracket", "R")
        newest = runs.history(ctx, scene.replica.id, limit=1).executions[0]
        assert newest.parameters["replica"] == "eu-2"
        assert newest.status is ExecutionStatus.QUEUED
        await press(pilot, "right_square_bracket")
        assert isinstance(app.screen, LogScreen)
        assert app.screen.run.id == newest.id
        assert "Not started yet: no engine" in text_of(app)
        await press(pilot, "right_square_bracket")
        assert "newest run" in said(app)


async def test_a_skipped_run_says_why_it_has_no_log(
    ctx: Context, make_job: Any, make_run: Any
) -> None:
    run = make_run(make_job("a"), ExecutionStatus.SKIPPED, reason="overlap", count=3)
    async with opened(ctx) as (app, pilot):
        await log_of(app, pilot, run.id)
        assert "Nothing was started: previous still running x3." in text_of(app)


async def test_no_ticking_under_another_screen(ctx: Context, scene: Scene) -> None:
    async with opened(ctx) as (app, pilot):
        screen = await log_of(app, pilot, scene.live.id)
        timer = screen.view._timer
        assert timer is not None
        assert timer._active.is_set()
        await press(pilot, "question_mark")
        assert not timer._active.is_set()
        await press(pilot, "escape")
        assert timer._active.is_set()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('x {"a":1}', 'x\n{\n  "a": 1\n}'),
        ('[{"b": [1]}] tail', '[\n  {\n    "b": [\n      1\n    ]\n  }\n]\ntail'),
        ("no json {here", None),
        ("array[3] {}", None),
        ("[INFO] [1, 2] x", None),
        ("[" * 100_000, None),
    ],
)
def test_json_in_a_line(line: str, expected: str | None) -> None:
    if expected is not None and line.startswith("[{"):
        found = pretty(line)
        assert found is not None
        assert found.endswith("tail")
    else:
        assert pretty(line) == expected


@pytest.mark.parametrize("size", SIZES)
def test_picture_running(snap_compare: Any, ctx: Context, scene: Scene, size: Any) -> None:
    """Header with progress, coloured lines at the end of the log, status row, footer."""

    async def before(pilot: Any) -> None:
        await settled(pilot)
        await found_out(await log_of(pilot.app, pilot, scene.live.id), pilot)

    assert snap_compare(JobsApp(ctx.store, ctx=ctx), terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES)
def test_picture_finding(snap_compare: Any, ctx: Context, scene: Scene, size: Any) -> None:
    """Find row with the count, matches highlighted, on wide screens the line beside the log."""

    async def before(pilot: Any) -> None:
        await settled(pilot)
        screen = await log_of(pilot.app, pilot, scene.live.id)
        await press(pilot, "slash", *"slow", "enter")
        await found_out(screen, pilot)
        if size[0] > 100:
            await press(pilot, "enter", "m")
        screen.set_focus(screen.view)
        await found_out(screen, pilot)

    assert snap_compare(JobsApp(ctx.store, ctx=ctx), terminal_size=size, run_before=before)
