"""Whatever agents, steps and calls are called: their screens stay whole and pass nothing on."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest

from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import resources
from jobs_tui.service.context import Context
from jobs_tui.tui.screens.job import JobScreen
from jobs_tui.tui.screens.log import LogScreen
from tests.tui.screens import opened, press, settled
from tests.tui.step_scene import asking, chosen, diamond, update
from tests.tui.test_run_screens_hostile import HOSTILE, assert_clean

PARAMETERS = list(zip(HOSTILE, [(80, 24), (120, 40), (80, 24), (120, 40), (60, 16)], strict=True))


def write_over(ctx: Context, sql: str, *values: object) -> None:
    """Put something where the use-cases would have refused or cleaned it."""

    def operation(connection: sqlite3.Connection) -> None:
        connection.execute(sql, values)

    ctx.store.write(operation)


@pytest.mark.parametrize(("text", "size"), PARAMETERS)
async def test_agents_teams_workflows_and_approvals(
    ctx: Context, make_job: Any, make_run: Any, text: str, size: tuple[int, int]
) -> None:
    name = text[:255]
    resources.create(ctx, ResourceKind.AGENT, {
        "id": "bad", "kind": "command", "name": name, "description": text, "template": "claude",
        "capabilities": ["one"], "execution_environment": {"secrets": ["MISSING"]},
    })  # fmt: skip
    resources.create(ctx, ResourceKind.TEAM, {
        "id": "team", "name": name, "description": text, "members": [{"agent": "bad"}],
    })  # fmt: skip
    resources.create(ctx, ResourceKind.WORKFLOW, {
        "id": "flow", "name": name, "description": text,
        "steps": [{"name": "a", "prompt": text.replace("{", "("), "agent": "bad"}]})  # fmt: skip
    asking(ctx, make_job, make_run, {text: text, "list": [text] * 30})
    write_over(
        ctx, "update approvals set tool = ?, reason = ?, agent_id = ?, step = ?", *[text] * 4
    )
    write_over(ctx, "update jobs set name = ?", text)
    async with opened(ctx, size) as (app, pilot):
        await press(pilot, "3")
        for _ in range(4):
            for key in ("j", "enter", "escape", "G"):
                await press(pilot, key)
                assert_clean(app, size[0])
                if isinstance(app.screen, LogScreen):
                    await press(pilot, "escape")
            await press(pilot, "tab")
        await press(pilot, "A", "a")
        assert_clean(app, size[0])
        await press(pilot, "escape", "2", "i")
        assert_clean(app, size[0])
        await press(pilot, "escape", "a")
        assert_clean(app, size[0])


@pytest.mark.parametrize(("text", "size"), PARAMETERS)
async def test_steps_choice_plan_and_budgets(
    ctx: Context, make_job: Any, make_run: Any, text: str, size: tuple[int, int]
) -> None:
    runs = [chosen(ctx, make_job, make_run), diamond(ctx, make_job, make_run)]
    place = {"id": text, "name": text, "score": 1.0, "ready": False, "reason": text}
    selection = {"chosen": text, "unclear": True, "engine": text, "reason": text, "ranked": [place]}
    usage = {"input_tokens": 10**12, "output_tokens": 1, "cost": "0.00000001", "model": text}
    for run in runs:
        update(ctx, run, {"selection": json.dumps(selection), "agent_id": text, "queue": text,
                          "usage": json.dumps(usage), "status": "failed", "reason": text,
                          "error_message": text})  # fmt: skip
    write_over(ctx, "update steps set name = ? || position, needs = ?, agent_id = ?, role = ?,"
               " error_message = ?, result = ?, usage = ?",
               text, json.dumps([f"{text}0", f"{text}1"]), text, text, text, text,
               json.dumps(usage))  # fmt: skip
    write_over(ctx, "update jobs set name = ?, config = ?",
               text, json.dumps({"budget": {"tokens_per_day": 0}}))  # fmt: skip
    async with opened(ctx, size) as (app, pilot):
        assert_clean(app, size[0])
        await press(pilot, "B")
        assert_clean(app, size[0])
        await press(pilot, "escape")
        for run in runs:
            await app.push_screen(JobScreen(ctx, run.job_id))
            await settled(pilot)
            assert_clean(app, size[0])
            await press(pilot, "i")
            assert_clean(app, size[0])
            await press(pilot, "escape", "enter")
            assert_clean(app, size[0])
            await press(pilot, "tab", "j", "enter", "o", "k", "o")
            assert_clean(app, size[0])
            await press(pilot, "escape", "escape", "escape")
