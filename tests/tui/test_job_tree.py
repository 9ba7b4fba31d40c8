"""The tree of dependencies on the page of a job."""

from __future__ import annotations

import pytest

from jobs_tui.service import jobs, lifecycle
from jobs_tui.service.context import Context
from jobs_tui.tui.screens.job import TREE, JobScreen
from tests.service.made import made
from tests.tui.screens import opened, press, settled, text_of, words_of


def pipeline(ctx: Context) -> dict[str, str]:
    """Job ids by name: a small pipeline with all kinds of links."""
    ids = {"extract": made(ctx, name="extract").id}
    for name, entry, fields in (
        ("transform", "extract", {}),
        ("load", {"job": "transform", "delay_seconds": 5400}, {}),
        ("alarm", {"job": "transform", "on": "failed"}, {}),
        ("nightly report", "load", {"trigger_type": "cron", "cron_schedule": "0 2 * * *"}),
        ("announce", "load", {"trigger_type": "one_off"}),
    ):
        ids[name] = made(ctx, name=name, depends_on=[entry], **fields).id
    lifecycle.cancel(ctx, ids["alarm"], "not needed")
    return ids


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_open_it_walk_it_open_a_job(ctx: Context, size: tuple[int, int]) -> None:
    ids = pipeline(ctx)
    async with opened(ctx, size) as (app, pilot):
        app.screen.open_job(ids["transform"])  # type: ignore[attr-defined]
        await settled(pilot)
        assert "after each completed run of 'extract'" in words_of(app)
        assert "next follows from the runs of other jobs" in words_of(app)
        await press(pilot, "left_square_bracket")
        text = text_of(app)
        assert f"[{TREE}]" in text
        for line in (
            "extract",
            "`- transform",
            "|- load",
            "|  |- nightly report",
            "|  `- announce",
            "`- alarm",
        ):
            assert line in text, line
        assert "completed, 90 minutes later" in text
        assert "completed, gate" in text
        assert "- CANC" in text
        await press(pilot, "j", "j")
        assert "waits for load to complete" in words_of(app)
        await press(pilot, "enter")
        screen = app.screen
        assert isinstance(screen, JobScreen)
        assert screen.job.name == "nightly report"
        assert ". waits for load to complete" in words_of(app)
        await press(pilot, "escape")
        assert f"[{TREE}]" in text_of(app)


async def test_a_job_that_stands_alone_says_how_to_join(ctx: Context) -> None:
    job = made(ctx)
    async with opened(ctx) as (app, pilot):
        app.screen.open_job(job.id)  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "left_square_bracket")
        assert "--after JOB" in words_of(app)


async def test_it_follows_what_changes(ctx: Context) -> None:
    ids = pipeline(ctx)
    async with opened(ctx) as (app, pilot):
        app.screen.open_job(ids["extract"])  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "left_square_bracket")
        jobs.edit(ctx, ids["load"], {"name": "st\x1b[31mow"})
        screen = app.screen
        assert isinstance(screen, JobScreen)
        screen.store_changed()
        await settled(pilot)
        assert "|- load" not in text_of(app)
        assert "|- stow" in text_of(app)
        assert "\x1b" not in text_of(app)


async def test_a_delete_says_who_depends(ctx: Context) -> None:
    ids = pipeline(ctx)
    async with opened(ctx) as (app, pilot):
        app.screen.open_job(ids["transform"])  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "d")
        assert "not started by it any more: load, alarm" in words_of(app)
