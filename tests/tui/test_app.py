from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.errors import EngineBusy, JobsTuiError, StoreError
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import EngineState
from jobs_tui.tui.app import JobsApp
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.dialogs import MessageDialog, QuitDialog
from jobs_tui.tui.palette import ActionsProvider, JobsProvider
from jobs_tui.tui.screens.help import HelpScreen
from jobs_tui.tui.widgets.frame import engine_words
from tests.tui.screens import names, opened, press, said, settled, text_of, words_of


class FakeHost:
    """An engine that only says what it was asked."""

    def __init__(
        self, *, busy: tuple[int, bool] = (0, False), error: Exception | None = None
    ) -> None:
        self.alive = False
        self._busy, self._error = busy, error

    def start(self) -> None:
        if self._error is not None:
            raise self._error
        self.alive = True

    def busy(self) -> tuple[int, bool]:
        return self._busy


def with_engine(ctx: Context, host: FakeHost) -> JobsApp:
    return JobsApp(ctx.store, engine=lambda: host, ctx=ctx)  # type: ignore[arg-type,return-value]


async def test_the_engine_starts_with_the_screen(ctx: Context) -> None:
    host = FakeHost()
    app = with_engine(ctx, host)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert host.alive
        assert app.hosting()


async def test_a_home_that_is_held_is_only_attached(ctx: Context) -> None:
    app = with_engine(ctx, FakeHost(error=EngineBusy("Held by pid 7.")))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert not app.hosting()
        assert not isinstance(app.screen, MessageDialog)


async def test_an_engine_that_cannot_start_says_why(ctx: Context) -> None:
    app = with_engine(ctx, FakeHost(error=JobsTuiError("No process can be started.", "Mend it.")))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, MessageDialog)
        assert "No process can be started." in text_of(app)


async def test_a_fault_in_the_engine_does_not_take_the_screen_along(ctx: Context) -> None:
    app = with_engine(ctx, FakeHost(error=RuntimeError("no such table [/b]")))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "RuntimeError: no such table [/b]" in text_of(app)
        await press(pilot, "escape")
        assert "No jobs yet" in text_of(app)


async def test_a_use_case_that_fails_is_shown(ctx: Context) -> None:
    def fail() -> None:
        raise ZeroDivisionError("boom")

    async with opened(ctx) as (app, pilot):
        assert isinstance(app.screen, BaseScreen)
        app.screen.attempt(fail)
        await settled(pilot)
        assert "ZeroDivisionError: boom" in text_of(app)


@pytest.mark.parametrize(
    ("key", "outcome"), [("b", "background"), ("s", "stop"), ("n", None), ("escape", None)]
)
async def test_quitting_with_something_scheduled_asks(
    ctx: Context, key: str, outcome: str | None
) -> None:
    app = with_engine(ctx, FakeHost(busy=(2, True)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "q")
        assert isinstance(app.screen, QuitDialog)
        assert "2 runs are going on and jobs are scheduled" in words_of(app)
        await pilot.press(key)
        await pilot.pause()
        if outcome is None:
            assert isinstance(app.screen, BaseScreen)
            assert app.is_running
        else:
            assert app.outcome == outcome
            assert not isinstance(app.screen, QuitDialog) or app._exit


async def test_quitting_an_idle_engine_does_not_ask(ctx: Context) -> None:
    app = with_engine(ctx, FakeHost())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("q")
        await pilot.pause()
    assert app.outcome == "stop"


async def test_suspending_would_stop_the_engine_and_is_refused(ctx: Context) -> None:
    app = with_engine(ctx, FakeHost())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "ctrl+z")
        assert "suspending would stop the jobs" in words_of(app)


async def test_a_call_from_outside_ends_the_screen(ctx: Context) -> None:
    app = JobsApp(ctx.store, ctx=ctx)
    async with app.run_test(size=(80, 24)) as pilot:
        app.end("hangup")
        await pilot.pause()
    assert app.outcome == "hangup"


async def test_a_store_that_fails_ends_with_its_sentence(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = JobsApp(ctx.store, ctx=ctx)

    def changed() -> bool:
        raise StoreError("The disk is gone.")

    async with app.run_test(size=(80, 24)) as pilot:
        monkeypatch.setattr(app._watch, "changed", changed)
        app._look()
        await pilot.pause()
    assert app.failure is not None
    assert app.failure.message == "The disk is gone."


def state(**changes: Any) -> EngineState:
    fields = {
        "running": True,
        "mode": "tui",
        "host": "box",
        "pid": 10,
        "version": "0",
        "started_at": None,
        "heartbeat_at": None,
        "address": "127.0.0.1:7802",
        "hooks_problem": None,
    }
    return EngineState(**{**fields, **changes})


def test_the_header_names_the_engine() -> None:
    assert engine_words(state(), 10).plain == "UP"
    assert engine_words(state(pid=4121), 10).plain == "UP  attached pid 4121"
    assert engine_words(state(running=False), 10).plain == "DOWN  S start engine"
    assert engine_words(None, 10).plain == "DOWN  S start engine"
    assert engine_words(None, 10, starts=True).plain == "starting"
    taken = "port 7802 on 127.0.0.1 is taken by another process."
    assert engine_words(state(hooks_problem=taken), 10).plain == "UP  hooks off: port 7802 taken"
    mcp = "port 7803 on 127.0.0.1 is taken by another process."
    assert engine_words(state(mcp_problem=mcp), 10).plain == "UP  mcp off: port 7803 taken"
    both = state(pid=4121, hooks_problem=taken)
    for room, words in (
        (80, "UP  hooks off: port 7802 taken  attached pid 4121"),
        (40, "UP  hooks off: port 7802 taken  attached"),
        (30, "UP  hooks off: port 7802 taken"),
        (20, "UP  port 7802 taken"),
        (13, "UP  hooks off"),
        (5, "UP"),
    ):
        assert engine_words(both, 10, room=room).plain == words
    assert engine_words(None, 10, room=9, start_key=":").plain == "DOWN  : …"


@pytest.mark.parametrize("port", [7802, 45871])
async def test_a_taken_port_is_said_in_full_at_80_columns(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    taken = state(hooks_problem=f"port {port} on 127.0.0.1 is taken by another process.")
    monkeypatch.setattr("jobs_tui.tui.base.engine_state", lambda ctx: taken)
    async with opened(ctx, (80, 24)) as (app, _):
        assert f"hooks off: port {port} taken" in text_of(app).splitlines()[0]


async def test_a_long_reason_never_pushes_the_clock_out(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = state(pid=4121, hooks_problem="the address [/b] cannot be used " * 5)
    monkeypatch.setattr("jobs_tui.tui.base.engine_state", lambda ctx: broken)
    for width in (60, 80, 120):
        async with opened(ctx, (width, 24)) as (app, _):
            header = text_of(app).splitlines()[0]
            assert header.rstrip().endswith("UTC")
            others = "2  3  4  5" if width < 100 else "2 Runs  3 Agents  4 Hooks  5 Settings"
            assert f"[1 Jobs] {others}" in header
            assert "UP" in header
            assert "hooks off" in header or width < 80


async def test_help_is_made_of_the_screens_actions_and_can_be_searched(ctx: Context) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "question_mark")
        assert isinstance(app.screen, HelpScreen)
        for action in app.screen._below.ACTIONS:
            assert action in app.screen.found("")
        await press(pilot, "slash", "t", "h", "e", "m", "e")
        assert [action.id for action in app.screen.found("theme")] == ["app.theme"]
        await press(pilot, "enter")
        assert isinstance(app.screen, BaseScreen)
        assert app.theme == "jobs-light", "enter on the only match runs it"


async def test_help_finds_nothing_and_closes_in_two_steps(ctx: Context) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "f1", "slash", "q", "q", "q")
        assert "Nothing has that key" in text_of(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, HelpScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, BaseScreen)


async def test_the_palette_offers_actions_and_jobs(ctx: Context, make_job: Any) -> None:
    make_job("see [/etc/passwd] [link=http://x")
    async with opened(ctx) as (app, _):
        found = [hit async for hit in ActionsProvider(app.screen).discover()]
        assert any("(T)" in str(hit.text) for hit in found)
        [hit] = [hit async for hit in JobsProvider(app.screen).search("passwd")]
        assert "[/etc/passwd]" in str(hit.text)


async def test_the_palette_shows_hostile_names(ctx: Context, make_job: Any) -> None:
    make_job("see [/etc/passwd] \x1b[2J [link=http://x")
    async with opened(ctx) as (app, pilot):
        await press(pilot, "colon")
        for key in "passwd":
            await pilot.press(key)
        await settled(pilot)
        assert "[/etc/passwd]" in text_of(app)


async def test_escape_never_quits_and_letters_work_after_it(ctx: Context, make_job: Any) -> None:
    make_job("a")
    async with opened(ctx) as (app, pilot):
        await press(pilot, "escape", "escape", "j")
        assert app.is_running
        assert names(app) == ["a"]


async def test_themes_in_turn(ctx: Context) -> None:
    async with opened(ctx) as (app, pilot):
        seen = [app.theme]
        for _ in range(3):
            await press(pilot, "T")
            seen.append(app.theme)
        assert seen == ["jobs-dark", "jobs-light", "jobs-mono", "jobs-dark"]


def test_no_color_takes_the_mono_theme(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert JobsApp(ctx.store, ctx=ctx).theme == "jobs-mono"


async def test_a_message_stays_for_some_seconds(ctx: Context, clock: Any) -> None:
    async with opened(ctx) as (app, _):
        screen = app.screen
        assert isinstance(screen, BaseScreen)
        screen.say("[/b] done \x1b[2J")
        assert "[/b] done" in said(app)
        clock.advance(7)
        screen.refresh_frame()
        assert "done" not in said(app)
