"""Whatever senders send and the store holds: the hooks and settings screens stay whole."""

from __future__ import annotations

import json
import random
import sqlite3
from typing import Any

import pytest

from jobs_tui.service import tokens
from jobs_tui.service.context import Context
from jobs_tui.tui.screens.delivery import DeliveryScreen
from tests.tui.hook_scene import build
from tests.tui.screens import opened, press, settled
from tests.tui.test_run_screens_hostile import HOSTILE, assert_clean

BODIES = [
    b"",
    b"\xff\xfe\x00\x1b[2J\x9b31m\r\n\x07",
    b'{"a": "\\ud800 \\u202e \\u001b[31m", "n": 1e999}',
    b"[" * 5_000,
    b'{"k": "' + b"x" * 200_000 + b'"}',
    b"9" * 6_000,
    "日本語 [red]x[/] 👩‍👩‍👧‍👦".encode(),
]


@pytest.mark.parametrize(
    ("text", "size"),
    zip(HOSTILE, [(80, 24), (120, 40), (80, 24), (120, 40), (60, 16)], strict=True),
)
async def test_screens(ctx: Context, text: str, size: tuple[int, int]) -> None:
    hooks = build(ctx)
    for body in BODIES:
        await hooks.send(hooks.deploy, body, secret="wrong", headers={text: text})
        await hooks.send(hooks.alarm, body, remote=text)
    made = tokens.create(ctx, "read", name="fine")

    def smuggle(connection: sqlite3.Connection) -> None:
        connection.execute(
            "update deliveries set path = ?, remote = ?, reason = ?, sender_id = ?, headers = ?",
            (text, text, text, text, json.dumps({text: text})),
        )
        connection.execute("update deliveries set job_id = null where seq % 3 = 0")
        connection.execute("update jobs set name = ?, prompt_template = ?", (text, text))
        connection.execute(
            "update tokens set name = ?, created_by = ? where id = ?", (text, text, made.token.id)
        )

    ctx.store.write(smuggle)
    async with opened(ctx, size) as (app, pilot):
        await press(pilot, "4")
        for _ in range(2 * len(BODIES)):
            assert_clean(app, size[0])
            await press(pilot, "enter")
            assert isinstance(app.screen, DeliveryScreen)
            assert_clean(app, size[0])
            await press(pilot, "G", "escape", "j")
        for keys in ("o", "S", "y", "escape", "escape", "c", "slash", "[", "escape", "f", "R", "y"):
            await press(pilot, keys)
            assert_clean(app, size[0])
        await press(pilot, "escape", "escape", "5")
        for keys in ("d", "y", "n", "[", "f2", "escape", "escape", "tab", "tab", "tab"):
            await press(pilot, keys)
            assert_clean(app, size[0])


@pytest.mark.parametrize("seed", range(2))
async def test_any_keys_in_any_order(ctx: Context, seed: int) -> None:
    dice = random.Random(seed)
    hooks = build(ctx)
    for n in range(30):
        await hooks.send(
            dice.choice([hooks.deploy, hooks.alarm]), {"n": n}, secret=dice.choice([None, "wrong"])
        )
    keys: list[Any] = [*"45RcStlybefposjkgGnd", "enter", "escape", "tab", "slash", "y"]
    async with opened(ctx, (dice.choice([60, 80, 130]), dice.choice([16, 24, 40]))) as (app, pilot):
        await press(pilot, "4")
        for _ in range(60):
            await pilot.press(dice.choice(keys))
        await settled(pilot)
        assert app.is_running
