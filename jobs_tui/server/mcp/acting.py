"""``job_pause``, ``job_resume``, ``job_cancel``, ``job_run`` and ``execution_cancel``."""

from __future__ import annotations

import asyncio

from jobs_tui.models.enums import JobStatus, Kind
from jobs_tui.models.job import Job as KeptJob
from jobs_tui.models.lifecycle import GOING_ON
from jobs_tui.server.mcp import arguments as asked_for
from jobs_tui.server.mcp.creating import put
from jobs_tui.server.mcp.finding import the_job, the_run
from jobs_tui.server.mcp.progress import Progress, Tell
from jobs_tui.server.mcp.results import OneJob, OneRun
from jobs_tui.server.mcp.views import answer_of, engine_warnings, job_view, run_view
from jobs_tui.server.mcp.wording import in_our_words
from jobs_tui.service import runs, starts
from jobs_tui.service.context import Context

POLL = 0.2
"""Seconds between two looks whether a run has ended."""


def pause(ctx: Context, asked: asked_for.OneJob) -> OneJob:
    """``job_pause``. Raises NotFound, Refused."""
    job = put(ctx, the_job(ctx, asked.job_id), JobStatus.PAUSED)
    return _job(ctx, job, "Paused the job {}: nothing starts it by itself.")


def resume(ctx: Context, asked: asked_for.OneJob) -> OneJob:
    """``job_resume``. Raises NotFound, Refused."""
    job = put(ctx, the_job(ctx, asked.job_id), JobStatus.ACTIVE)
    goes_on = job.status in GOING_ON
    return _job(ctx, job, f"The job {{}} {'goes on' if goes_on else f'is {job.status.upper()}'}.")


def cancel(ctx: Context, asked: asked_for.JobCancel) -> OneJob:
    """``job_cancel``. Raises NotFound, Refused."""
    job = put(ctx, the_job(ctx, asked.job_id), JobStatus.CANCELLED, asked.reason)
    return _job(ctx, job, "Cancelled the job {} for good.")


def run(ctx: Context, asked: asked_for.JobRun) -> OneRun:
    """``job_run``. Raises NotFound, Refused, InvalidInput."""
    job = the_job(ctx, asked.job_id)
    with in_our_words(job):
        started = starts.start(
            ctx, job.id, asked.parameters, kind=Kind.API, paused_too=True, known_only=True
        )
    return _run(ctx, started.execution_id, started.message)


async def until_ended(
    ctx: Context, asked: asked_for.JobRun, started: OneRun, tell: Tell | None = None
) -> OneRun:
    """The same run once it has ended, or when the time is over.

    Args:
        tell: hears meanwhile how it goes.
    """
    progress = Progress(ctx, tell, asked.wait_seconds)
    monotonic = ctx.store.clock.monotonic
    until = monotonic() + asked.wait_seconds
    execution_id = started.run.execution_id
    found = runs.get(ctx, execution_id)
    while found.status.live and monotonic() < until:
        await progress.report(found)
        await asyncio.sleep(POLL)
        found = runs.get(ctx, execution_id)
    said = f"Run #{found.number} of {found.job_name!r} is {found.status.upper()}"
    still = f" after {asked.wait_seconds:g} s; execution_list tells when it has ended"
    return _run(ctx, execution_id, f"{said}{still if found.status.live else ''}.")


def cancel_run(ctx: Context, asked: asked_for.ExecutionCancel) -> OneRun:
    """``execution_cancel``. Raises NotFound, Refused."""
    found = runs.cancel(ctx, the_run(ctx, asked.execution_id).id)
    ended = "is cancelled" if not found.status.live else "is being stopped"
    return _run(ctx, found.id, f"Run #{found.number} of {found.job_name!r} {ended}.")


def _job(ctx: Context, job: KeptJob, message: str) -> OneJob:
    return OneJob(
        message=message.format(repr(job.name)),
        job=job_view(ctx, job),
        warnings=engine_warnings(ctx),
    )


def _run(ctx: Context, execution_id: str, message: str) -> OneRun:
    found = runs.get(ctx, execution_id)
    return OneRun(
        message=message,
        run=run_view(ctx, found),
        answer=answer_of(ctx, found),
        warnings=engine_warnings(ctx) if found.status.live else [],
    )
