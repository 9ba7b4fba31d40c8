"""Webhooks and deliveries: what is listed, found, opened and done."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from typing import Any

import pytest
from textual.widgets import Input

from jobs_tui.guard.signatures import verify
from jobs_tui.models.enums import HookStyle, Verdict
from jobs_tui.models.errors import Refused
from jobs_tui.service import hook_admin, hook_overview, hook_trial, jobs
from jobs_tui.service.context import Context
from jobs_tui.service.hook_trial import Sent
from jobs_tui.tui.app import JobsApp
from jobs_tui.tui.dialogs import Confirm, MessageDialog, RunParameters
from jobs_tui.tui.screens.delivery import DeliveryScreen
from jobs_tui.tui.screens.hooks import HooksScreen
from jobs_tui.tui.screens.job import JobScreen
from jobs_tui.tui.screens.log import LogScreen
from jobs_tui.tui.shown_once import ShownOnce
from tests.tui.hook_scene import BODY, Hooks, build, fill
from tests.tui.screens import opened, press, said, settled, text_of, words_of

SIZES = [(80, 24), (120, 40)]


@pytest.fixture
async def scene(ctx: Context) -> Hooks:
    hooks = build(ctx)
    await fill(hooks)
    return hooks


@pytest.fixture
def painted(ctx: Context) -> Hooks:
    """The same for pictures, which have an event loop of their own."""
    hooks = build(ctx)
    asyncio.run(fill(hooks))
    return hooks


def on(app: JobsApp) -> HooksScreen:
    assert isinstance(app.screen, HooksScreen)
    return app.screen


def states(app: JobsApp) -> list[str]:
    found = on(app).deliveries_list
    return [str(found.row(n).cells[3][0]) for n in range(len(found))]


async def go_to(app: JobsApp, pilot: Any, text: str) -> None:
    found = on(app).deliveries_list
    found.cursor = next(n for n in range(len(found)) if text in str(found.row(n).cells))
    await settled(pilot)


async def test_everything_that_came_is_a_row_with_its_reason(ctx: Context, scene: Hooks) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "4")
        assert states(app) == [
            "x 401 refused",
            "x 401 refused",
            "x 404 refused",
            "~ 200 ignored",
            "= 200 repeat",
            *["+ 200 accepted"] * 5,
        ]
        words = words_of(app)
        assert "today 9: 4 ok, 3 refused, 1 repeat" in words
        assert "shown 10 of 10" in words
        assert "X-Hub-Signature-256 does not fit the body" in words
        assert "? /wp-login.php" in words
        assert '{"parameters": {"branch_name": "main"' in words
        assert "the old secret is accepted until Sat 22 Aug" in words
        await go_to(app, pilot, "repeat")
        assert "A repeat of dlv_" in words_of(app)


async def test_the_pane_says_what_a_replay_would_run(ctx: Context, scene: Hooks) -> None:
    async with opened(ctx, (120, 40)) as (app, pilot):
        await press(pilot, "4")
        words = words_of(app)
        for text in (
            "WHY",
            "user-agent: ci/4.2",
            "x-hub-signature-256: ***",
            '"branch_name": "main"',
        ):
            assert text in words
        assert "echo Deploy branch main to staging" in words
        await press(pilot, "j")  # {
        assert "nothing: " in words_of(app)
        await go_to(app, pilot, "wp-login")
        assert "none: a path to nowhere" in words_of(app)


async def test_filters_go_round(ctx: Context, scene: Hooks) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "4")
        for name, count in (("accepted", 5), ("refused", 3), ("repeat", 1), ("ignored", 1)):
            await press(pilot, "f")
            assert len(on(app).deliveries_list) == count
            assert f"f:{name}" in words_of(app)
        await press(pilot, "f")
        assert len(on(app).deliveries_list) == 10
        await press(pilot, "f", "f", "escape")
        assert "f:all" in words_of(app)


async def test_finding_and_sorting(ctx: Context, scene: Hooks) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "4", "slash", *"10.0.4.9")
        assert states(app) == ["= 200 repeat", "+ 200 accepted"]
        await press(pilot, "enter", "s")
        assert states(app) == ["+ 200 accepted", "= 200 repeat"]
        await press(pilot, "escape")
        assert len(on(app).deliveries_list) == 10
        assert states(app)[-1] == "x 401 refused"
        await press(pilot, "slash", *"nothing like it", "enter")
        assert "No delivery fits: esc clears the filter." in text_of(app)
        await press(pilot, "escape", "j")
        assert on(app).deliveries_list.cursor == 1


async def test_new_deliveries_come_in_and_the_cursor_stays(ctx: Context, scene: Hooks) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "4", "j")
        before = on(app).deliveries_list.current
        await scene.send(scene.alarm, {})
        app._look()
        await settled(pilot)
        assert len(on(app).deliveries_list) == 11
        assert on(app).deliveries_list.current == before
        assert on(app).deliveries_list.cursor == 2


async def test_enter_opens_the_delivery_and_then_its_run(ctx: Context, scene: Hooks) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "4")
        await go_to(app, pilot, "accepted")
        await press(pilot, "enter")
        assert isinstance(app.screen, DeliveryScreen)
        assert "RAN" in words_of(app) or "HEADERS" in words_of(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, LogScreen)
        await press(pilot, "escape", "b")
        assert isinstance(app.screen, JobScreen)
        await press(pilot, "escape", "escape", "g", "l")
        assert "did not start a run" in said(app)
        await press(pilot, "enter", "enter", "l")
        assert isinstance(app.screen, DeliveryScreen)


async def test_replay_is_a_new_delivery_and_says_so(ctx: Context, scene: Hooks) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "4")
        await go_to(app, pilot, "accepted")
        old = on(app)._delivery()
        assert old is not None
        await press(pilot, "R")
        new = hook_admin.deliveries(ctx, limit=1)[0]
        assert new.replay_of == old.id
        assert new.execution_id != old.execution_id
        assert f"Replay of {old.id[4:12]} is delivery {new.id[4:12]}" in said(app)
        assert "replay" in str(on(app).deliveries_list.row(0).cells[5])


async def test_what_nobody_vouches_for_is_replayed_after_a_question_only(
    ctx: Context, scene: Hooks
) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "4", "R")
        assert isinstance(app.screen, Confirm)
        assert "Nobody vouches for this body" in words_of(app)
        await press(pilot, "n")
        assert len(hook_admin.deliveries(ctx)) == 10
        await press(pilot, "R", "y")
        new = hook_admin.deliveries(ctx, limit=1)[0]
        assert new.verdict is Verdict.ACCEPTED
        assert "never proven" in new.reason
        await go_to(app, pilot, "wp-login")
        await press(pilot, "R")
        assert isinstance(app.screen, MessageDialog)
        assert "leads to no job" in words_of(app)


@pytest.mark.parametrize("size", SIZES)
async def test_rotate_shows_the_secret_once(ctx: Context, scene: Hooks, size: Any) -> None:
    async with opened(ctx, size) as (app, pilot):
        await press(pilot, "4", "S", "n")
        before = secret_of(ctx, scene)
        await press(pilot, "S", "y")
        dialog = app.screen
        assert isinstance(dialog, ShownOnce)
        secret = secret_of(ctx, scene)
        assert secret != before
        assert dialog.secrets["secret"] == secret
        assert secret in words_of(app)
        assert "accepted for 24 hours more" in words_of(app)
        await press(pilot, "s")
        assert app.clipboard == secret
        await press(pilot, "w")
        assert app.clipboard.startswith("whsec_")
        await press(pilot, "escape")
        assert "Is it kept?" in words_of(app)
        await press(pilot, "escape")
        assert secret not in text_of(app)
        assert "the old secret is accepted until" in words_of(app)


def secret_of(ctx: Context, scene: Hooks) -> str:
    row = ctx.store.row("select webhook_secret from jobs where id = ?", (scene.deploy.id,))
    assert row is not None
    return str(row[0])


async def test_curl_and_body_are_copied(ctx: Context, scene: Hooks) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "4", "c")
        assert "/webhooks/k3v9q0x2m7c4" in app.clipboard
        assert "$SECRET" in app.clipboard
        await press(pilot, "y")
        assert json.loads(app.clipboard) == BODY
        await go_to(app, pilot, "wp-login")
        await press(pilot, "c", "S", "t", "b", "e", "p")
        assert "leads to no job" in said(app)
        assert isinstance(app.screen, HooksScreen)


async def test_the_hooks_have_a_list_of_their_own(ctx: Context, scene: Hooks) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "4", "o")
        words = words_of(app)
        assert "deploy-on-push" in words
        assert "paused" in words
        assert "POST http://127.0.0.1:7802/webhooks/k3v9q0x2m7c4 on" in words
        await press(pilot, "j", "p")
        assert jobs.get(ctx, job_named(ctx, "nightly-import")).enabled
        await press(pilot, "R", "y", "l", "f", "s")  # nothing of a delivery
        assert isinstance(app.screen, HooksScreen)
        await press(pilot, "enter")
        assert isinstance(app.screen, JobScreen)
        await press(pilot, "escape", "slash")
        assert isinstance(app.focused, Input)
        await press(pilot, "escape", "tab", "escape")
        assert not on(app)._on_hooks


def job_named(ctx: Context, name: str) -> str:
    return jobs.find(ctx, name).id


async def test_a_signed_test_is_sent_and_its_answer_said(
    ctx: Context, scene: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, bytes, dict[str, str]]] = []

    def post(url: str, body: bytes, headers: dict[str, str]) -> Any:
        sent.append((url, body, headers))
        return 200, {"message": "Run #9 of [b]x[/b] is queued."}

    monkeypatch.setattr(hook_trial, "_engine_url", lambda ctx: "http://127.0.0.1:1")
    monkeypatch.setattr(hook_trial, "_post", post)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "4", "t")
        assert "Test accepted: 200 (generic) Run #9 of [b]x[/b] is queued." in said(app)
    ((url, body, headers),) = sent
    assert url.endswith("/webhooks/k3v9q0x2m7c4")
    assert verify(secret_of(ctx, scene), body, headers["X-Webhook-Signature"])


async def test_a_test_asks_for_values_and_names_refusals(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.create(
        ctx,
        {
            "name": "asks",
            "trigger_type": "webhook",
            "entity_id": "shell",
            "prompt_template": "echo {{ branch }}",
        },
    )
    given: list[Any] = []

    def send(ctx: Context, job_id: str, values: Any) -> Sent:
        given.append(values)
        return Sent("http://x", HookStyle.GENERIC, 400, {"detail": "The job is paused."})

    monkeypatch.setattr(hook_trial, "send_test", send)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "4", "o", "t")
        assert isinstance(app.screen, RunParameters)
        await press(pilot, *"main", "f2")
        assert given == [{"branch": "main"}]
        assert "Test refused: 400 (generic) The job is paused." in said(app)

    def refuse(*_: Any) -> Sent:
        raise Refused("No engine is running.", "Start one.")

    monkeypatch.setattr(hook_trial, "send_test", refuse)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "4", "o", "t", *"x", "enter")
        assert isinstance(app.screen, MessageDialog)
        assert "No engine is running." in words_of(app)


async def test_an_empty_home_says_so(ctx: Context) -> None:
    async with opened(ctx) as (app, pilot):
        await press(pilot, "4")
        assert "No job has a webhook, and nothing came." in text_of(app)
        await press(pilot, *"RcStlybepfs", "enter", "tab", *"cStbep", "enter", "j", "G")
        assert isinstance(app.screen, HooksScreen)
        hooks = build(ctx)
        await hooks.send(hooks.alarm, {})
        await press(pilot, "tab")
        app._look()
        await settled(pilot)
        await press(pilot, "enter")
        assert isinstance(app.screen, DeliveryScreen)


async def test_long_histories_are_read_by_the_page_and_without_bodies(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = build(ctx)
    await hooks.send(hooks.alarm, {})

    def fill_up(connection: sqlite3.Connection) -> None:
        connection.execute(
            "with recursive n(x) as (select 1 union all select x + 1 from n where x < 3000)"
            " insert into deliveries (id, job_id, path, received_at, remote, headers, body,"
            " status_code, verdict, reason) select 'dlv_' || x, job_id, path, received_at, remote,"
            " '{}', zeroblob(2000), 200, 'ignored', '' from n, deliveries d where d.seq = 1"
        )

    ctx.store.write(fill_up)
    read: list[int] = []
    real = hook_overview.page

    def counted(*args: Any, **options: Any) -> Any:
        found = real(*args, **options)
        read.append(len(found))
        return found

    monkeypatch.setattr(hook_overview, "page", counted)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "4", "G")
        assert "shown 3,001 of 3,001" in text_of(app)
        assert "+ 200 accepted" in text_of(app)
        assert max(read) <= 50
        assert sum(read) < 1_000


async def test_a_rotted_settings_file_is_told_once(ctx: Context, scene: Hooks) -> None:
    ctx.store.home.config_file.write_text("prot = 1\n")
    async with opened(ctx) as (app, pilot):
        await press(pilot, "4")
        assert isinstance(app.screen, MessageDialog)
        await press(pilot, "escape", "f", "f", "s")
        assert isinstance(app.screen, HooksScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_midnight(ctx: Context, clock: Any, scene: Hooks, size: Any) -> None:
    """Times become dates and the numbers of today begin anew."""
    async with opened(ctx, size) as (app, pilot):
        await press(pilot, "4")
        clock.wall = clock.wall.replace(day=22, hour=0, minute=0, second=0)
        on(app)._second()
        await settled(pilot)
        assert "today 0" in words_of(app)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "keys",
    [("4",), ("4", "f", "f"), ("4", "o"), ("4", "enter"), ("4", "R"), ("4", "S")],
    ids=["deliveries", "refused", "hooks", "delivery", "replay", "rotate"],
)
def test_picture(
    snap_compare: Any, ctx: Context, painted: Hooks, keys: tuple[str, ...], size: Any
) -> None:
    """As UX.md 5.7 draws them; questions have their focus on No."""

    async def before(pilot: Any) -> None:
        await settled(pilot)
        await press(pilot, *keys)

    assert snap_compare(JobsApp(ctx.store, ctx=ctx), terminal_size=size, run_before=before)


def test_picture_mono(snap_compare: Any, ctx: Context, painted: Hooks) -> None:
    """The same without colours."""

    async def before(pilot: Any) -> None:
        pilot.app.theme = "jobs-mono"
        await settled(pilot)
        await press(pilot, "4")

    app = JobsApp(ctx.store, ctx=ctx)
    assert snap_compare(app, terminal_size=(120, 40), run_before=before)
