"""Budgets and what waits, on the dashboard."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import budgets, resources
from jobs_tui.service.context import Context
from jobs_tui.store import spending
from jobs_tui.tui.screens.dashboard import DashboardScreen
from tests.fakes import FakeClock
from tests.tui.screens import opened, press, said, words_of

SIZES = [(80, 24), (120, 40)]


def spend(ctx: Context, run: Any, agent: str, cost: str | None, tokens: int = 100) -> None:
    """As the engine books it."""
    usage = {"input_tokens": tokens, "output_tokens": 0, "cost": cost}
    book = partial(
        spending.record,
        execution_id=run.id,
        job_id=run.job_id,
        agent_id=agent,
        at=ctx.now(),
        usage=usage,
    )
    ctx.store.write(book)


@pytest.fixture
def scene(ctx: Context, make_job: Any, make_run: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A home, an agent and a job with budgets, and a run that spends."""
    monkeypatch.setenv("JOBS_TUI_BUDGET_COST_PER_MONTH", "10")
    resources.create(
        ctx,
        ResourceKind.AGENT,
        {"id": "writer", "kind": "shell", "budget": {"cost_per_day": "1.00"}},
    )
    job = make_job("[b]weekly[/b]", entity_id="writer", config={"budget": {"tokens_per_day": 5000}})
    make_job("other")
    return job, make_run(job)


@pytest.mark.parametrize("size", SIZES)
async def test_a_budget_is_told_before_and_when_it_is_exhausted(
    ctx: Context, scene: Any, size: Any, clock: FakeClock
) -> None:
    job, run = scene
    async with opened(ctx, size) as (app, pilot):
        assert "budget" not in said(app)
        spend(ctx, run, "writer", "0.85")
        app.frame_changed()
        await press(pilot, "g")
        assert "The budget of the agent writer is nearly used up: $0.85 of $1.00" in said(app)
        assert "budget 85%" in words_of(app)
        spend(ctx, run, "writer", "0.20")
        spend(ctx, run, "writer", None, 4900)
        app.frame_changed()
        await press(pilot, "g")
        assert "exhausted" in said(app)
        assert "2 budgets exhausted" in words_of(app)
        await press(pilot, "B")
        words = words_of(app)
        assert "+ this home this month $1.05 of $10.00 10%" in words
        assert "x agent writer today $1.05 of $1.00 exhausted" in words
        assert "x job [b]weekly[/b] today 5,100 of 5,000 tokens exhausted" in words
        assert "The cost of 1 run is not known" in words
        await press(pilot, "escape")
        clock.advance(86_400)
        app.frame_changed()
        await press(pilot, "g")
        assert "exhausted" not in words_of(app)
    assert [one.used for one in budgets.standings_of(ctx, job)] == [Decimal("1.05"), 0, 0]


async def test_without_budgets_the_page_says_how_to_set_one(ctx: Context, make_job: Any) -> None:
    make_job("other")
    async with opened(ctx) as (app, pilot):
        await press(pilot, "B")
        assert "There is no budget." in words_of(app)


async def test_settings_that_cannot_be_read_are_said_in_a_line(ctx: Context, make_job: Any) -> None:
    make_job("other")
    ctx.store.home.config_file.write_text("prot = 1\n")
    async with opened(ctx, (120, 40)) as (app, _):
        assert isinstance(app.screen, DashboardScreen)
        assert "sets 'prot', which is no" in said(app)


@pytest.mark.parametrize(
    ("status", "reason", "shown"),
    [
        (ExecutionStatus.BLOCKED, "The environment [x] lacks psql.", "The environment [x] lacks"),
        (ExecutionStatus.WAITING_FOR_INPUT, "policy careful", "needs an approval: policy careful"),
        (ExecutionStatus.QUEUED, None, "the queue slow is paused"),
    ],
)
async def test_a_job_that_waits_says_why(
    ctx: Context, make_job: Any, make_run: Any, status: Any, reason: Any, shown: str
) -> None:
    resources.create(ctx, ResourceKind.QUEUE, {"id": "slow", "paused": True})
    run = make_run(make_job("held"), status)

    def operation(connection: sqlite3.Connection) -> None:
        connection.execute(
            "update executions set queue = 'slow', reason = ? where id = ?", (reason, run.id)
        )

    ctx.store.write(operation)
    for size in SIZES:
        async with opened(ctx, size) as (app, _):
            assert shown in said(app)
            assert "1 " + {"blocked": "blocked", "queued": "queued"}.get(status, "asking") in (
                words_of(app)
            )
