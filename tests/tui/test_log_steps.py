"""The log of a run with steps: the tree, the steps of lines, one step alone."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.enums import ExecutionStatus, Stream
from jobs_tui.service.context import Context
from jobs_tui.store.logs import US
from jobs_tui.store.steps import StepRow
from jobs_tui.tui.screens.log import LogScreen
from jobs_tui.tui.widgets.log_search import lines_of_step
from tests.fakes import FakeClock
from tests.tui.conftest import write_log
from tests.tui.screens import opened, said, settled, text_of, words_of
from tests.tui.step_scene import diamond, save_steps
from tests.tui.test_log_screen import log_of, press

SIZES = [(80, 24), (120, 40)]


def lines_shown(screen: LogScreen) -> list[int]:
    entries = screen.view.window.entries
    return [entries.line(place) for place in range(entries.count())]


@pytest.mark.parametrize("size", SIZES)
async def test_the_tree_stands_over_the_log_and_lines_name_their_step(
    ctx: Context, make_job: Any, make_run: Any, size: Any
) -> None:
    run = diamond(ctx, make_job, make_run)
    async with opened(ctx, size) as (app, pilot):
        await log_of(app, pilot, run.id)
        words = words_of(app)
        assert "fetch + ok shell 0m09s" in words
        assert "├ lint x FAIL shell 0m02s" in words
        assert "test + ok tester 0m52s 1,288 tok $0.0042" in words
        assert "└ report < lint, test ~ SKIP smart --" in words
        row = next(line for line in text_of(app).splitlines() if "all tests passed" in line)
        assert " test  " in row.split("all tests")[0] or size[0] == 120
        assert "report # skipped: lint failed" in words


async def test_the_tree_lives_while_the_run_does(
    ctx: Context, make_job: Any, make_run: Any, clock: FakeClock
) -> None:
    run = diamond(ctx, make_job, make_run, live=True)
    async with opened(ctx) as (app, pilot):
        screen = await log_of(app, pilot, run.id)
        assert "test > RUN tester 1m06s 1,288 tok cost unknown" in words_of(app)
        assert screen.steps_list.current is not None
        assert screen.steps_list.current.key == "test"
        clock.advance(5)
        screen.on_clock()
        await press(pilot, "k")
        assert "test > RUN tester 1m11s" in words_of(app)
        late = StepRow("report", 3, ExecutionStatus.RUNNING, needs=("lint", "test"),
                       agent_id="shell", started_at=clock.now())  # fmt: skip
        save_steps(ctx, run, [late])
        app.frame_changed()
        await press(pilot, "k")
        assert "report < lint, test > RUN shell 0ms" in words_of(app)


@pytest.mark.parametrize("size", SIZES)
async def test_one_step_alone_counts_finds_and_grows(
    ctx: Context, make_job: Any, make_run: Any, size: Any, clock: FakeClock
) -> None:
    run = diamond(ctx, make_job, make_run, live=True)
    async with opened(ctx, size) as (app, pilot):
        screen = await log_of(app, pilot, run.id)
        await press(pilot, "g", "j", "o")
        assert lines_shown(screen) == [2, 3]
        assert "step fetch" in words_of(app)
        assert "0 err" in words_of(app)
        assert "2 of 35 lines" in words_of(app)
        assert "│ 42 files" not in text_of(app)
        await press(pilot, "tab", "G", "k", "enter")
        assert "step test" in words_of(app)
        assert lines_shown(screen) == [*range(5, 35)]
        await press(pilot, "k")
        write_log(ctx.store, run.id, [(Stream.STDOUT, "one more", "test/smart"),
                  (Stream.STDOUT, "of another step", "fetch")], clock.now(), first=36)  # fmt: skip
        screen.view.tick()
        await settled(pilot)
        screen.view.tick()
        assert screen.view.state().new_lines == 1
        await press(pilot, "slash", *"passed", "enter", "g", "n")
        assert "30 match" in words_of(app) or "of 30" in words_of(app)
        assert lines_shown(screen)[-1] == 36
        await press(pilot, "slash", *"4", "enter", "ampersand")
        found = [line for line in lines_shown(screen) if line]
        assert found
        assert all(5 <= line <= 36 for line in found)
        await press(pilot, "escape", "escape")
        assert "step test" in words_of(app)
        await press(pilot, "escape")
        assert len(lines_shown(screen)) == 37
        assert "step test" not in said(app)


async def test_enter_on_the_step_that_is_shown_shows_all(
    ctx: Context, make_job: Any, make_run: Any
) -> None:
    run = diamond(ctx, make_job, make_run)
    async with opened(ctx) as (app, pilot):
        screen = await log_of(app, pilot, run.id)
        await press(pilot, "tab", "G", "enter", "e")
        assert lines_shown(screen) == [35]
        assert screen.view.window.cursor == 35
        await press(pilot, "tab", "enter")
        assert len(lines_shown(screen)) == 35
        await press(pilot, "e")
        assert screen.view.window.cursor == 4


async def test_a_run_of_one_agent_has_no_steps(ctx: Context, make_job: Any, make_run: Any) -> None:
    run = make_run(make_job("plain"), log=["one"])
    async with opened(ctx) as (app, pilot):
        screen = await log_of(app, pilot, run.id)
        assert not screen.steps_list.display
        await press(pilot, "tab", "o")
        assert screen.focused is screen.view
        assert screen.view.step_width == 0


def test_lines_of_a_step_and_of_its_parts() -> None:
    names = ["a", "", "a/smart", "ab", "b", "a"]
    stored = "\n".join(
        US.join((str(n), "o", name, f"a {US[:0]}{n}")) for n, name in enumerate(names)
    )
    assert list(lines_of_step(stored, "a")) == [0, 2, 5]
    assert list(lines_of_step(stored, "a.")) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("live", [True, False], ids=["live", "ended"])
def test_picture(
    ctx: Context, make_job: Any, make_run: Any, snap_compare: Any, size: Any, live: bool
) -> None:
    from jobs_tui.tui.app import JobsApp

    run = diamond(ctx, make_job, make_run, live=live)

    async def before(pilot: Any) -> None:
        await log_of(pilot.app, pilot, run.id)
        await press(pilot, *([] if live else ["tab", "k"]))

    assert snap_compare(JobsApp(ctx.store, ctx=ctx), terminal_size=size, run_before=before)
