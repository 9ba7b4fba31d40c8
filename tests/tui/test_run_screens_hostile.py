"""Whatever is in the store: run, job and log screens neither raise nor pass it on (UX.md 8.10)."""

from __future__ import annotations

import json
import random
import sqlite3
from typing import Any

import pytest
from rich.cells import cell_len

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.service.context import Context
from jobs_tui.tui.app import JobsApp
from jobs_tui.tui.screens.job import JobScreen
from jobs_tui.tui.screens.log import LogScreen
from tests.tui.screens import opened, press, settled

HOSTILE = [
    "[/b] [red]x[/] [link=http://x [@click=app.quit]q {{ 7*7 }} $(reboot)",
    "\x1b[2J\x1b]0;title\x07\x1b]52;c;eA==\x07\x9b31m\x1b[8mhidden\rback",
    "日本語のとても長い名前" * 20,
    "\u202egnp.exe \u2066שלם\u2069 مرحبا 👩‍👩‍👧‍👦 e\u0301\u0301 \u200b\ufeff",
    "tab\tnew\nline\x00nul\x7fdel" + "x" * 300,
]


def smuggle(ctx: Context, job_id: str, text: str) -> None:
    """Put a text where the use-cases would have refused or cleaned it."""

    def operation(connection: sqlite3.Connection) -> None:
        connection.execute(
            "update jobs set name = ?, description = ?, prompt_template = ?, tags = ?,"
            " entity_id = ?, parameters = ?, created_by = ?, updated_by = ? where id = ?",
            (
                text,
                text,
                text,
                json.dumps([text]),
                text,
                json.dumps(
                    [{"name": text, "default": text, "required": False, "description": text}]
                ),
                text,
                text,
                job_id,
            ),
        )
        connection.execute(
            "update executions set error_message = ?, reason = ?, result = ?, requested_by = ?,"
            " parameters = ? where job_id = ?",
            (text, text, text, text, json.dumps({text: text, "n": [1, {"a": text}]}), job_id),
        )

    ctx.store.write(operation)


def assert_clean(app: JobsApp, width: int) -> None:
    for strip in app.screen._compositor.render_strips():
        assert not set(strip.text) & set("\x1b\x9b\x07\x00\n\r\t\x7f\u202e\u2066\u200b")
        assert cell_len(strip.text) == width


@pytest.mark.parametrize(
    ("text", "size"),
    zip(HOSTILE, [(80, 24), (120, 40), (80, 24), (120, 40), (80, 24)], strict=True),
)
async def test_screens(
    ctx: Context, make_job: Any, make_run: Any, text: str, size: tuple[int, int]
) -> None:
    job = make_job("fine", cron="0 * * * *")
    runs = [
        make_run(job, status, ago=100 * n + 50, log=[text.replace("\n", " "), "end"])
        for n, status in enumerate(
            (ExecutionStatus.RUNNING, ExecutionStatus.FAILED, ExecutionStatus.SKIPPED)
        )
    ]
    make_run(job, ExecutionStatus.QUEUED, ago=1)
    smuggle(ctx, job.id, text)
    async with opened(ctx, size) as (app, pilot):
        await press(pilot, "2")
        assert_clean(app, size[0])
        await pilot.press("tab", "tab", "j", "slash", "[", "/", "b", "escape")
        await settled(pilot)
        assert_clean(app, size[0])
        screen = JobScreen(ctx, job.id)
        await app.push_screen(screen)
        for _ in range(5):
            await settled(pilot)
            assert_clean(app, size[0])
            await pilot.press("j", "right_square_bracket")
        for run in runs:
            await app.push_screen(LogScreen(ctx, run.id))
            await pilot.press("w", "k", "enter")
            await settled(pilot)
            assert_clean(app, size[0])
            await press(pilot, "escape")


@pytest.mark.parametrize("seed", range(2))
async def test_any_keys_in_any_order(ctx: Context, make_job: Any, make_run: Any, seed: int) -> None:
    dice = random.Random(seed)
    job = make_job("fuzz")
    log = [f"{'ERROR' if n % 9 == 0 else 'fine'} {n} " + "y" * (n % 90) for n in range(120)]
    run = make_run(job, ExecutionStatus.COMPLETED, log=log)
    keys = [*"fwtcenNmjkgGy", "left", "right", "pagedown", "pageup", "ctrl+d", "ctrl+u"]
    keys += ["apostrophe", "ampersand", "slash", "enter", "escape"]
    keys += ["left_curly_bracket", "right_curly_bracket"]
    async with opened(ctx, (dice.choice([60, 80, 130]), 24)) as (app, pilot):
        screen = LogScreen(ctx, run.id)
        await app.push_screen(screen)
        await settled(pilot)
        for _ in range(50):
            key = dice.choice(keys)
            if key == "escape" and not screen.view.state().query and app.screen is screen:
                continue  # would leave the screen
            await pilot.press(key)
            if app.screen is not screen:
                await pilot.press("escape")
            if len(app.screen_stack) < 2 or screen not in app.screen_stack:
                break
            assert 0 < screen.view.state().cursor <= 120
        await settled(pilot)
