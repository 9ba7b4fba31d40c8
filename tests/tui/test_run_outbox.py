"""Where the result of a run went, in its pane."""

from __future__ import annotations

from typing import Any

from jobs_tui.models.enums import DeliverWhen
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.store import jobs as job_rows
from jobs_tui.store import result_deliveries as rows
from jobs_tui.tui.screens.job import JobScreen
from tests.tui.screens import opened, settled, words_of


def planned(ctx: Context, make_job: Any, make_run: Any, when: str) -> Any:
    job = make_job("report")
    make_job("next-step")
    jobs.edit(
        ctx,
        job.id,
        {
            "deliver_to": [
                {"type": "file", "path": "/srv/\u202eevil.md"},
                {"type": "notify", "url": "json://127.0.0.1:9/t0ken"},
                {"type": "job", "job": "next-step"},
            ],
            "deliver_when": when,
        },
    )
    run = make_run(job, ago=60, took=3, result="all well")

    def plan(connection: Any) -> None:
        found = job_rows.get(connection, job.id)
        assert found is not None
        rows.plan(connection, found, found.definition, run.id, run.status, None, ctx.now())

    ctx.store.write(plan)
    return run


async def test_each_target_with_what_became_of_it(
    ctx: Context, make_job: Any, make_run: Any
) -> None:
    run = planned(ctx, make_job, make_run, DeliverWhen.ALWAYS)
    file, notify, job = (one.id for one in rows.of_run(ctx.store.jobs.reader(), run.id))

    def happened(connection: Any) -> None:
        rows.claim(connection, file, ctx.now())
        rows.not_delivered(connection, file, "There is no space left.", ctx.now())
        rows.not_delivered(connection, notify, "It answered 403.", ctx.now(), for_good=True)
        rows.delivered(connection, job, "exec_42", ctx.now())

    ctx.store.write(happened)
    async with opened(ctx, (120, 60)) as (app, pilot):
        await app.push_screen(JobScreen(app.ctx, run.job_id))
        await settled(pilot)
        words = words_of(app)
        for fact in (
            "RESULT WENT TO",
            ". waiting file /srv/evil.md",
            "1 of 6 tries: There is no space left. Again in 30s.",
            "x failed notify json://127.0.0.1:9/***",
            "It answered 403.",
            "+ delivered job 'next-step'",
            "exec_42",
        ):
            assert fact in words, words


async def test_why_a_result_went_nowhere(ctx: Context, make_job: Any, make_run: Any) -> None:
    run = planned(ctx, make_job, make_run, DeliverWhen.WORTH_REPORTING)
    async with opened(ctx, (120, 60)) as (app, pilot):
        await app.push_screen(JobScreen(app.ctx, run.job_id))
        await settled(pilot)
        assert "Not delivered: the run did not say" in words_of(app)
