"""Whatever text is stored, no screen raises and no escape reaches the terminal (UX.md 8.10)."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest
from rich.cells import cell_len

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.service.context import Context
from jobs_tui.tui.dialogs import Choice, Confirm, MessageDialog
from tests.tui.screens import opened, press, settled

HOSTILE = [
    "[/b] [red]x[/] [link=http://x [@click=app.quit]q",
    "see [/etc/passwd] {{ 7*7 }} $(reboot)",
    "\x1b[2J\x1b]0;title\x07\x1b]52;c;eA==\x07\x9b31m",
    "日本語のとても長い名前" * 6,
    "\u202egnp.exe \u2066שלום עולם\u2069 مرحبا",  # noqa: RUF001
    "👩‍👩‍👧‍👦 e\u0301\u0301\u0301\u0301 \u200b\ufeff",
    "tab\tnew\nline\rreturn\x00nul\x7fdel",
    "x" * 255,
    " ",
    "\U000e0041\U000e0042",
]
WORST = HOSTILE[:3]


def smuggle(ctx: Context, job_id: str, run_id: str, text: str) -> None:
    """Put a text where the use-cases would have refused or cleaned it."""

    def operation(connection: sqlite3.Connection) -> None:
        connection.execute(
            "update jobs set name = ?, description = ?, prompt_template = ?, tags = ?,"
            " entity_id = ?, cron_timezone = ?, blocked_reason = ?, config = ? where id = ?",
            (
                *(text, text, text, json.dumps([text]), text, text, text),
                *(json.dumps({"timeout": text}), job_id),
            ),
        )
        connection.execute(
            "update executions set error_message = ?, reason = ?, prompt = ?, parameters = ?"
            " where id = ?",
            (text, text, text, json.dumps({text: text}), run_id),
        )

    ctx.store.write(operation)


def assert_clean(app: Any, width: int) -> None:
    for strip in app.screen._compositor.render_strips():
        assert not set(strip.text) & set("\x1b\x9b\x07\x00\n\r\t\u202e\u2066")
        assert cell_len(strip.text) == width


@pytest.mark.parametrize("text", HOSTILE)
async def test_dashboard(ctx: Context, make_job: Any, make_run: Any, text: str) -> None:
    job = make_job("fine", cron="0 * * * *")
    run = make_run(job, ExecutionStatus.FAILED, log=[text.replace("\n", " ")])
    make_job("neighbour")
    smuggle(ctx, job.id, run.id, text)
    for width in (80, 120) if text in WORST else (120,):
        async with opened(ctx, (width, 40)) as (app, pilot):
            assert_clean(app, width)
            await pilot.press("w", "t", "j", "asterisk")
            await settled(pilot)
            assert_clean(app, width)
            await pilot.press("w", "slash", "left_square_bracket", "slash", "b")
            await settled(pilot)
            assert_clean(app, width)


@pytest.mark.parametrize("key", ["d", "v", "y", "r", "E", "R", "p", "x", "u", "question_mark"])
async def test_operations_and_dialogs(ctx: Context, make_job: Any, make_run: Any, key: str) -> None:
    for text in WORST:
        job = make_job("fine")
        run = make_run(job, ExecutionStatus.RUNNING)
        smuggle(ctx, job.id, run.id, text)
    async with opened(ctx) as (app, pilot):
        for _ in WORST:
            await press(pilot, key)
            assert_clean(app, 80)
            await press(pilot, "escape", "j")
            assert_clean(app, 80)


@pytest.mark.parametrize("text", HOSTILE)
async def test_dialogs_alone(ctx: Context, text: str) -> None:
    async with opened(ctx) as (app, pilot):
        for dialog in (
            Confirm(text, text, yes=text[:10], number=3),
            MessageDialog(text, text * 20, text, wide=True),
            Choice(text, [("a", "a", text)], text),
        ):
            app.push_screen(dialog)
            await settled(pilot)
            assert_clean(app, 80)
            app.pop_screen()
            await settled(pilot)
