"""Tokens are made, shown once and revoked; the other tabs say what is true now."""

from __future__ import annotations

import os
import platform
from datetime import timedelta
from typing import Any

import pytest
from textual.widgets import Button, Input

from jobs_tui import __version__
from jobs_tui.models.token import Scope
from jobs_tui.service import first_token, tokens
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import EngineState
from jobs_tui.service.token_check import TokenCheck
from jobs_tui.tui.app import JobsApp
from jobs_tui.tui.dialogs import Confirm
from jobs_tui.tui.new_token import NewToken
from jobs_tui.tui.screens.settings import SettingsScreen
from jobs_tui.tui.shown_once import ShownOnce
from tests.tui.screens import opened, press, said, settled, text_of, words_of

SIZES = [(80, 24), (120, 40)]


def on(app: JobsApp) -> SettingsScreen:
    assert isinstance(app.screen, SettingsScreen)
    return app.screen


def rows(app: JobsApp) -> list[list[str]]:
    found = on(app).tokens_list
    cells = [found.row(n).cells for n in range(len(found))]
    return [[cell if isinstance(cell, str) else str(cell[0]) for cell in row] for row in cells]


async def test_tokens_with_scope_expiry_and_last_use(ctx: Context, clock: Any) -> None:
    tokens.create(ctx, "read", name="grafana", expires="30d")
    made = tokens.create(ctx, "trigger", name="ci", expires="1h")
    tokens.create(ctx, "admin", name="old")
    tokens.revoke(ctx, "old")
    clock.advance(7_200)
    ctx.store.write(
        lambda connection: (
            connection.execute(
                "update tokens set last_used_at = '2026-08-21T15:02:11.000Z' where id = ?",
                (made.token.id,),
            ).rowcount
        )
    )
    async with opened(ctx) as (app, pilot):
        await press(pilot, "5")
        found = {row[0]: row[1:5] for row in rows(app)}
        assert found == {
            "old": ["admin", "revoked", "never", "never"],
            "ci": ["trigger", "expired", "1h ago", "1h ago"],
            "grafana": ["read", "valid", "in 29d22h", "never"],
        }
        assert "[5 Settings]" in text_of(app)
        assert made.text not in text_of(app)


@pytest.mark.parametrize("size", SIZES)
async def test_a_new_token_is_shown_once(ctx: Context, size: Any) -> None:
    async with opened(ctx, size) as (app, pilot):
        await press(pilot, "5")
        assert "No token yet" in text_of(app)
        await press(pilot, "n", *"ci", "enter", "right", "tab", *"30d", "enter")
        dialog = app.screen
        assert isinstance(dialog, ShownOnce)
        text = dialog.secrets["token"]
        assert text in words_of(app)
        assert "It may look, start, cancel and rerun, until Sun 20 Sep 14:02 UTC" in words_of(app)
        await press(pilot, "t")
        assert app.clipboard == text
        await press(pilot, "escape", "escape")
        assert text not in text_of(app)
        (token,) = tokens.listing(ctx)
        assert (token.name, token.scope) == ("ci", Scope.TRIGGER)
        assert token.expires_at == ctx.now() + timedelta(days=30)
        assert rows(app)[0][0] == "ci"


async def test_what_is_wrong_is_said_in_the_form(ctx: Context) -> None:
    tokens.create(ctx, "read", name="ci")
    async with opened(ctx) as (app, pilot):
        await press(pilot, "5", "n", *"ci", "f2")
        assert isinstance(app.screen, NewToken)
        assert "There is a token called 'ci' already." in words_of(app)
        await press(pilot, "2", "enter", "enter", *"soon", "enter")
        assert "'soon' is neither a duration nor a time." in words_of(app)
        assert isinstance(app.focused, Input)
        assert app.focused.id == "expires"
        await press(pilot, "escape")
        assert isinstance(app.screen, SettingsScreen)
        assert len(tokens.listing(ctx)) == 1


async def test_revoke_asks_and_cannot_be_done_twice(ctx: Context) -> None:
    first_token.ensure_default(ctx)
    text = first_token.default_text(ctx)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "5", "d")
        assert isinstance(app.screen, Confirm)
        assert isinstance(app.focused, Button)
        assert app.focused.id == "no"
        words = words_of(app)
        assert "Revoke default (admin)?" in words
        assert "It was never used." in words
        assert "Nobody else can administer by HTTP then." in words
        await press(pilot, "n")
        assert TokenCheck(ctx.store, None).find(text).name == "default"
        await press(pilot, "d", "y")
        assert tokens.listing(ctx)[0].revoked_at is not None
        assert rows(app)[0][2] == "revoked"
        await press(pilot, "d")
        assert "default is revoked already." in said(app)


async def test_the_engine_tab_tells_who_holds_the_home(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = ctx.now()
    since = now - timedelta(days=9, hours=3)
    state = EngineState(True, "serve", "box", 4121, "9.9.9", since, now, "127.0.0.1:7802", None)
    monkeypatch.setattr("jobs_tui.tui.base.engine_state", lambda ctx: state)
    async with opened(ctx, (120, 40)) as (app, pilot):
        await press(pilot, "5", "tab")
        words = words_of(app)
        for text in (
            "up, in another process (serve)",
            "pid 4121 on box",
            "9d3h",
            "listening 127.0.0.1:7802",
            "http://127.0.0.1:7802/webhooks/...",
            f"jobs-tui {__version__}",
            f"Python {platform.python_version()}",
            "engine's own 9.9.9: restart it",
        ):
            assert text in words, text


@pytest.mark.parametrize(
    ("problem", "pid", "wanted"),
    [
        (None, os.getpid(), "up, in this window"),
        ("port 7802 on 127.0.0.1 is taken by [b]x[/b].", 1, "no: port 7802 on 127.0.0.1 is taken"),
    ],
    ids=["here", "no port"],
)
async def test_the_engine_of_this_window_and_one_that_cannot_listen(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, problem: str | None, pid: int, wanted: str
) -> None:
    state = EngineState(True, "tui", "box", pid, __version__, None, None, None, problem)
    monkeypatch.setattr("jobs_tui.tui.base.engine_state", lambda ctx: state)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "5", "tab")
        assert wanted in words_of(app)
        assert "engine's own" not in words_of(app)


async def test_storage_and_settings_tabs(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx.store.home.config_file.write_text("log_days = 3\n")
    monkeypatch.setenv("JOBS_TUI_PORT", "9001")
    async with opened(ctx, (120, 50)) as (app, pilot):
        await press(pilot, "5", "tab", "tab")
        words = words_of(app)
        assert "jobs.db" in words
        assert "config.toml 13 B settings" in words
        assert "logs 3 days" in words
        await press(pilot, "tab")
        words = words_of(app)
        assert "log_days 3 config.toml days that logs are kept" in words
        assert "port 9001 JOBS_TUI_PORT" in words
        assert "host 127.0.0.1 default" in words
        await press(pilot, "n", "d", "G", "g")  # only to be read
        assert isinstance(app.screen, SettingsScreen)
        await press(pilot, "left_square_bracket")
        assert "[Storage]" in text_of(app)
        await press(pilot, "escape")
        assert "[Tokens]" in text_of(app)


async def test_an_engine_with_a_token_in_its_environment(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBS_TUI_TOKEN", "secret-of-the-environment")
    first_token.prepare(ctx)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "5")
        assert "started with JOBS_TUI_TOKEN" in said(app)
        assert "secret-of-the-environment" not in text_of(app)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "keys", [("5",), ("5", "n"), ("5", "n", "f2")], ids=["list", "new", "once"]
)
def test_picture(
    snap_compare: Any,
    ctx: Context,
    keys: tuple[str, ...],
    size: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Tokens, the form of a new one, and its text that is shown once."""
    numbers = iter(range(9))
    monkeypatch.setattr(tokens, "new_token_id", lambda: f"tok_0000000{next(numbers)}-0000")
    monkeypatch.setattr(tokens, "new_text", lambda: f"jt_{'aB3-' * 10}xy{next(numbers)}")
    tokens.create(ctx, "read", name="grafana", expires="30d")
    tokens.create(ctx, "trigger", name="ci")
    tokens.create(ctx, "admin", name="old")
    tokens.revoke(ctx, "old")

    async def before(pilot: Any) -> None:
        await settled(pilot)
        await press(pilot, *keys)

    assert snap_compare(JobsApp(ctx.store, ctx=ctx), terminal_size=size, run_before=before)
