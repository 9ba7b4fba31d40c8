"""All about a run: beside the history, and in a dialog where there is no room."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.approval import ApprovalStatus
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import approvals, resources
from jobs_tui.service.context import Context
from jobs_tui.tui.app import JobsApp
from jobs_tui.tui.dialogs import MessageDialog
from jobs_tui.tui.screens import run_words
from jobs_tui.tui.screens.approval_actions import Decide
from jobs_tui.tui.screens.job import JobScreen
from tests.tui.screens import opened, press, said, settled, text_of, words_of
from tests.tui.step_scene import asking, chosen, diamond, update
from tests.tui.test_log_screen import log_of

SIZES = [(80, 24), (120, 40)]


async def job_of(app: JobsApp, pilot: Any, job_id: str) -> JobScreen:
    screen = JobScreen(app.ctx, job_id)
    await app.push_screen(screen)
    await settled(pilot)
    return screen


async def test_who_in_which_queue_at_what_cost_and_why(
    ctx: Context, make_job: Any, make_run: Any
) -> None:
    run = chosen(ctx, make_job, make_run)
    async with opened(ctx, (120, 60)) as (app, pilot):
        await job_of(app, pilot, run.job_id)
        words = words_of(app)
        for fact in (
            "agent writer",
            "queue production",
            "cost $0.0042",
            "tokens 1,200 in, 88 out",
            "requests 2, tool calls 1",
            "PLAN 3 of 3 done",
            "+ ok gather ops",
            "SMART writer unclear",
            "0.81 writer fits best: report, mail",
            "0.05 shell not ready: [x]",
        ):
            assert fact in words


async def test_a_cost_that_is_not_known_is_said_to_be_so(
    ctx: Context, make_job: Any, make_run: Any
) -> None:
    run = make_run(make_job("ask"))
    update(ctx, run, {"usage": '{"requests": 1, "input_tokens": 9, "output_tokens": 1}'})
    async with opened(ctx, (120, 40)) as (app, pilot):
        await job_of(app, pilot, run.job_id)
        assert "cost unknown tokens 9 in, 1 out" in words_of(app)


def test_an_error_is_shown_as_it_was_told_and_a_bare_exit_code_by_its_number(
    make_job: Any, make_run: Any
) -> None:
    job, failed = make_job("health"), ExecutionStatus.FAILED
    alarm = make_run(job, failed, ago=60, error="CPU is at 97% (limit 80%).", exit_code=1)
    bare = make_run(job, failed, ago=30, result="last words", exit_code=3)
    assert run_words.outcome(alarm) == "CPU is at 97% (limit 80%)."
    assert run_words.outcome(bare) == "exit 3: last words"


async def test_a_narrow_screen_shows_it_in_a_dialog(
    ctx: Context, make_job: Any, make_run: Any
) -> None:
    run = chosen(ctx, make_job, make_run)
    async with opened(ctx) as (app, pilot):
        await press(pilot, "2", "i")
        assert isinstance(app.screen, MessageDialog)
        assert "agent writer" in words_of(app)
        await press(pilot, "pagedown", "pagedown")
        assert "0.81 writer" in words_of(app)
        await press(pilot, "escape")
        await log_of(app, pilot, run.id)
        await press(pilot, "i")
        assert isinstance(app.screen, MessageDialog)


@pytest.mark.parametrize("size", SIZES)
async def test_a_call_that_is_asked_for_is_shown_and_answered_where_it_is_seen(
    ctx: Context, make_job: Any, make_run: Any, size: Any
) -> None:
    run = asking(ctx, make_job, make_run, {"path": "/var/[tmp]/x", "age": "30d"})
    async with opened(ctx, size) as (app, pilot):
        await job_of(app, pilot, run.job_id)
        assert "! policy careful" in words_of(app)
        assert 'a answers: asks to call delete_files {"path": "/var/[tmp]/x"' in said(app)
        if size[0] > 100:
            assert "MAY IT CALL delete_files by ops?" in words_of(app)
            assert '"path": "/var/[tmp]/x",' in words_of(app)
        await press(pilot, "enter")
        assert "a answers: asks to call delete_files" in said(app)
        await press(pilot, "a", "d")
        assert isinstance(app.screen, Decide)
        await press(pilot, *"no", "enter")
        [one] = approvals.listing(ctx, statuses=(ApprovalStatus.DENIED,))
        assert one.decided_reason == "no"
        await press(pilot, "a")
        assert "waits for no approval" in said(app) or "a answers" not in said(app)


async def test_lists_say_why_a_run_waits(ctx: Context, make_job: Any, make_run: Any) -> None:
    resources.create(ctx, ResourceKind.QUEUE, {"id": "far", "remote": True})
    run = make_run(make_job("nightly"), ExecutionStatus.QUEUED)
    update(ctx, run, {"queue": "far"})
    async with opened(ctx, (120, 40)) as (app, pilot):
        await press(pilot, "2")
        assert "waits for a remote worker of the queue far" in said(app)
        assert "waits for a remote" in text_of(app)
        await job_of(app, pilot, run.job_id)
        assert "waits for a remote worker" in words_of(app)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("which", ["chosen", "asking", "diamond"])
def test_picture(
    ctx: Context, make_job: Any, make_run: Any, snap_compare: Any, size: Any, which: str
) -> None:
    if which == "chosen":
        run = chosen(ctx, make_job, make_run)
    elif which == "asking":
        run = asking(ctx, make_job, make_run, {"path": "/var/tmp", "age": "30d", "dry_run": False})
    else:
        run = diamond(ctx, make_job, make_run)

    async def before(pilot: Any) -> None:
        await job_of(pilot.app, pilot, run.job_id)
        await press(pilot, *(["i"] if size[0] == 80 else []))

    assert snap_compare(JobsApp(ctx.store, ctx=ctx), terminal_size=size, run_before=before)
