"""Jobs that start once, again and again or until a goal, and ended ones, on the screens."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest

from jobs_tui.models.enums import ExecutionStatus, JobStatus, Kind, TriggerType
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import Job
from jobs_tui.service import dashboard, jobs, lifecycle
from jobs_tui.service.context import Context
from jobs_tui.tui.dialogs import Confirm
from jobs_tui.tui.filters import STATES, in_state, ordered, parse_filter, state_of_line
from jobs_tui.tui.screens import run_words
from jobs_tui.tui.screens.job import JobScreen
from jobs_tui.tui.screens.wizard import WizardScreen
from tests.fakes import FakeClock
from tests.tui.screens import opened, press, said, settled, text_of, words_of
from tests.tui.step_scene import update

SIZES = [(80, 24), (120, 40)]
GOAL = {"any": [{"type": "verdict", "goal": "all pull requests are merged"}]}
DIFF = "--- before\n+++ now\n@@ -1,2 +1,2 @@\n title\n-price 12 EUR [/b]\n+price 11 EUR\x1b[31m\n"


def of_job(ctx: Context, job: Job, columns: dict[str, Any]) -> Job:
    """The job after the engine has written to its row."""

    def operation(connection: sqlite3.Connection) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        connection.execute(f"update jobs set {names} where id = ?", (*columns.values(), job.id))

    ctx.store.write(operation)
    return jobs.get(ctx, job.id)


@pytest.fixture
def kinds(ctx: Context, make_job: Any, make_run: Any) -> dict[str, Job]:
    """One of each kind, three that have ended, one that waits."""
    found = {
        "cron": make_job("cron", cron="0 2 * * *"),
        "once": make_job("once", trigger_type="one_off", run_at="2026-08-23T09:00:00Z"),
        "every": make_job("every", trigger_type="recurring", interval_seconds=300, max_runs=10),
        "goal": make_job(
            "goal", trigger_type="ongoing", interval_seconds=60, end_condition=GOAL, max_runs=10
        ),
        "hook": make_job("hook", trigger_type="webhook"),
        "done": make_job("done", trigger_type="ongoing", end_condition=GOAL),
        "gone": make_job("gone", cron="0 3 * * *"),
        "waits": make_job("waits"),
        "off": make_job("off", enabled=False),
    }
    lifecycle.complete(ctx, found["done"].id, "all 4 are merged")
    lifecycle.cancel(ctx, found["gone"].id)
    of_job(ctx, found["waits"], {"waiting_on": "waits for report"})
    goal = found["goal"]
    run = make_run(goal, ExecutionStatus.COMPLETED, ago=120, result="2 are open")
    told = {"verdict": "not_done", "verdict_reason": "2 PRs open", "worth_reporting": 1}
    update(ctx, run, {**told, "change": DIFF, "goal": "the agent says not done: 2 PRs open"})
    state = json.dumps({"open": [7, "[/x]"]})
    columns = {"counted_runs": 3, "goal": "the agent says not done: 2 PRs open", "state": state}
    found["goal"] = of_job(ctx, goal, columns)
    return {name: jobs.get(ctx, job.id) for name, job in found.items()}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("trigger:once", {"once"}),
        ("trigger:one_off", {"once"}),
        ("trigger:one-off", {"once"}),
        ("trigger:recurring", {"every"}),
        ("trigger:ongoing", {"goal", "done"}),
        ("trigger:cron", {"cron", "gone"}),
        ("trigger:scheduled", {"cron", "gone"}),
        ("by:hook", {"hook"}),
        ("status:completed", {"done"}),
        ("status:cancelled", {"gone"}),
        ("status:pending", {"once", "waits"}),
        ("status:paused", {"off"}),
        ("trigger:ongoing !status:completed", {"goal"}),
        ("state:done", {"done"}),
        ("state:pend", {"once", "waits"}),
    ],
)
def test_filters(ctx: Context, kinds: dict[str, Job], text: str, names: set[str]) -> None:
    fits = parse_filter(text)
    assert {line.job.name for line in dashboard.job_lines(ctx) if fits(line)} == names


@pytest.mark.parametrize("text", ["trigger:mail", "status:asleep", "!status:x"])
def test_a_filter_without_meaning_says_what_there_is(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_filter(text)
    assert "Use " in caught.value.hint


def test_what_has_ended_is_not_paused_and_comes_last(ctx: Context, kinds: dict[str, Job]) -> None:
    lines = dashboard.job_lines(ctx)
    assert dashboard.overview(ctx, lines).paused == 1
    named = {state: {line.job.name for line in lines if in_state(state)(line)} for state in STATES}
    assert named["ended"] == {"done", "gone"}
    assert named["paused"] == {"off"}
    assert {"once", "waits"} <= named["waiting"]
    assert {line.job.name for line in ordered(lines, "state")[-2:]} == {"done", "gone"}
    labels = {line.job.name: state_of_line(line).label for line in lines}
    assert labels["done"] == "+ done"
    assert labels["gone"] == "- CANC"
    assert labels["once"] == ". pend"
    assert labels["off"] == "= paus"


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_run_has_words(make_job: Any, make_run: Any, kind: Kind) -> None:
    run = make_run(make_job("a"), kind=kind)
    assert 0 < len(run_words.made_by(run)) <= 6
    assert run_words.by(run)


def test_a_run_by_the_clock_says_by_which(make_job: Any, make_run: Any) -> None:
    once = make_run(make_job("a", trigger_type="one_off", run_at="2026-08-23T09:00:00Z"))
    every = make_run(make_job("b", trigger_type="recurring", interval_seconds=5))
    assert [run_words.made_by(run) for run in (once, every)] == ["once", "every"]
    assert once.trigger_type is TriggerType.ONE_OFF


async def test_the_list_shows_each_kind(ctx: Context, kinds: dict[str, Job]) -> None:
    async with opened(ctx, (120, 40)) as (app, _):
        words = words_of(app)
        for fact in ("every 5m", "23 Aug 09:00", "+ done", "- CANC", ". pend"):
            assert fact in words
        assert "1 paused" in words


@pytest.mark.parametrize("size", SIZES)
async def test_the_page_of_a_job_with_a_goal(
    ctx: Context, kinds: dict[str, Job], size: tuple[int, int]
) -> None:
    async with opened(ctx, size) as (app, pilot):
        await app.push_screen(JobScreen(ctx, kinds["goal"].id))
        await settled(pilot)
        assert "3 of 10 runs" in words_of(app)
        if size[0] > 80:
            assert "not done: 2 PRs open" in words_of(app)
        await press(pilot, "right_square_bracket", "right_square_bracket")
        words = words_of(app)
        assert "until the agent says done: all pull requests are merged" in words
        assert "runs 3 of 10 runs" in words
        assert "then 1 minute after the end of each run" in words
        assert "STATE" in words
        if size[0] > 80:
            assert '"[/x]"' in words


async def test_a_run_shows_verdict_and_difference(ctx: Context, kinds: dict[str, Job]) -> None:
    async with opened(ctx, (80, 40)) as (app, pilot):
        await app.push_screen(JobScreen(ctx, kinds["goal"].id))
        await settled(pilot)
        await press(pilot, "i")
        words = words_of(app)
        assert "verdict not done: 2 PRs open" in words
        assert "reporting worth it" in words
        assert "CHANGED SINCE THE LAST RUN" in words
        assert "-price 12 EUR [/b]" in words
        assert "+price 11 EUR" in words
        assert "\x1b" not in text_of(app)


async def test_a_job_is_cancelled_by_key_after_a_question(
    ctx: Context, kinds: dict[str, Job]
) -> None:
    async with opened(ctx) as (app, pilot):
        await app.push_screen(JobScreen(ctx, kinds["every"].id))
        await settled(pilot)
        await press(pilot, "X")
        assert isinstance(app.screen, Confirm)
        assert "C starts it again as a copy" in words_of(app)
        await press(pilot, "n")
        assert jobs.get(ctx, kinds["every"].id).ended_as is None
        await press(pilot, "X", "y")
        assert jobs.get(ctx, kinds["every"].id).status is JobStatus.CANCELLED
        assert "- cancelled: cancelled by tester" in words_of(app)
        await press(pilot, "X")
        assert "ended already" in said(app)


@pytest.mark.parametrize("on_list", [True, False])
async def test_what_has_ended_is_not_offered_to_start(
    ctx: Context, kinds: dict[str, Job], on_list: bool
) -> None:
    lifecycle.complete(ctx, kinds["goal"].id)
    async with opened(ctx) as (app, pilot):
        if on_list:
            await press(pilot, "slash", *"status", "colon", *"completed", "enter")
        else:
            await app.push_screen(JobScreen(ctx, kinds["goal"].id))
            await settled(pilot)
        assert "C start copy" in words_of(app)
        assert "p pause" not in words_of(app)
        assert "r run" not in words_of(app)
        for key in ("p", "r", "R", "E"):
            app.screen.say("")  # type: ignore[attr-defined]
            await press(pilot, key)
            assert "ended already: C starts it again as a copy" in said(app), key


async def test_a_job_whose_goal_is_met_is_completed_and_started_again(
    ctx: Context, kinds: dict[str, Job]
) -> None:
    async with opened(ctx) as (app, pilot):
        await app.push_screen(JobScreen(ctx, kinds["goal"].id))
        await settled(pilot)
        await press(pilot, "F", "y")
        assert jobs.get(ctx, kinds["goal"].id).status is JobStatus.COMPLETED
        await press(pilot, "C")
        (copied,) = [one for one in jobs.listing(ctx) if one.copied_from == kinds["goal"].id]
        assert copied.enabled
        assert copied.definition.end_condition == kinds["goal"].definition.end_condition
        assert "started as a copy" in said(app)


async def test_a_copy_whose_time_has_passed_opens_the_form(
    ctx: Context, kinds: dict[str, Job], clock: FakeClock
) -> None:
    lifecycle.cancel(ctx, kinds["once"].id)
    clock.advance(40 * 86_400)
    async with opened(ctx) as (app, pilot):
        await app.push_screen(JobScreen(ctx, kinds["once"].id))
        await settled(pilot)
        await press(pilot, "C")
        assert isinstance(app.screen, WizardScreen)
        assert app.screen.form.draft.run_at == "2026-08-23 09:00Z"
        assert app.screen.focused is app.screen.query_one("#run_at")
        assert "is past" in words_of(app)
        assert "run_at:" not in words_of(app)
        assert not [one for one in jobs.listing(ctx) if one.copied_from is not None]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["jobs-dark", "jobs-light", "jobs-mono"])
def test_picture_of_a_goal(
    snap_compare: Any, ctx: Context, kinds: dict[str, Job], size: tuple[int, int], theme: str
) -> None:
    from jobs_tui.tui.app import JobsApp

    app = JobsApp(ctx.store, ctx=ctx)

    async def run(pilot: Any) -> None:
        pilot.app.theme = theme
        await settled(pilot)
        await pilot.app.push_screen(JobScreen(ctx, kinds["goal"].id))
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=run)
