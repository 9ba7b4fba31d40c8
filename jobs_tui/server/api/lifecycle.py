"""How a job ends over HTTP, and begins again as a copy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web

from jobs_tui.models.job import Job
from jobs_tui.models.job_change import ReasonInput
from jobs_tui.models.job_input import JobPatch, validated
from jobs_tui.server.answers import json_response
from jobs_tui.server.api import reading
from jobs_tui.server.api.models import HTTPValidationError, JobResponse, Joined, Problem
from jobs_tui.server.api.routing import Answer, Route, context_of, either
from jobs_tui.service import answers, dependencies, jobs, lifecycle
from jobs_tui.service.context import Context

ONE = "/api/v1/jobs/{job_id}"
_MISSING: dict[int, Answer] = {404: Problem}
_WRONG: dict[int, Answer] = {422: HTTPValidationError}


def routes() -> list[Route]:
    """All of them."""
    ending: dict[int, Answer] = {200: JobResponse, 409: Problem}
    return [
        Route(
            "POST",
            f"{ONE}/cancel",
            cancel,
            "admin",
            "End a job for good, and its runs",
            either(ending, _MISSING, _WRONG),
            ReasonInput,
            tag="jobs",
        ),
        Route(
            "POST",
            f"{ONE}/complete",
            complete,
            "admin",
            "End a job whose goal is met",
            either(ending, _MISSING, _WRONG),
            ReasonInput,
            tag="jobs",
        ),
        Route(
            "POST",
            f"{ONE}/copy",
            copy,
            "admin",
            "Make a new job of another one; the body changes the copy",
            either({201: JobResponse}, _MISSING, _WRONG),
            JobPatch,
            tag="jobs",
        ),
        Route(
            "GET",
            f"{ONE}/dependencies",
            joined,
            "read",
            "What a job depends on, and what depends on it",
            either({200: Joined}, _MISSING),
            tag="jobs",
        ),
    ]


async def joined(request: web.Request) -> web.Response:
    """Both directions, one step each."""
    ctx, job_id = context_of(request), reading.path_part(request, "job_id")

    def work() -> dict[str, Any]:
        return dependencies.answer(dependencies.joined(ctx, jobs.present(ctx, job_id)))

    return json_response(await asyncio.to_thread(work))


async def cancel(request: web.Request) -> web.Response:
    """What waits is cancelled, what runs is asked to stop."""
    return await _end(request, lifecycle.cancel)


async def complete(request: web.Request) -> web.Response:
    """What waits is cancelled, what runs goes on."""
    return await _end(request, lifecycle.complete)


async def copy(request: web.Request) -> web.Response:
    """201 with the copy; its webhook's secret is in no other answer."""
    ctx, job_id = context_of(request), reading.path_part(request, "job_id")
    sent = await reading.body_of(request)

    def work() -> dict[str, Any]:
        saved = lifecycle.copy(ctx, job_id, sent)
        return answers.job_response(ctx, saved.job, secret=saved.webhook_secret)

    return json_response(await asyncio.to_thread(work), 201)


async def _end(
    request: web.Request, act: Callable[[Context, str, str | None], Job]
) -> web.Response:
    ctx, job_id = context_of(request), reading.path_part(request, "job_id")
    sent = await reading.body_of(request)

    def work() -> dict[str, Any]:
        jobs.present(ctx, job_id)
        job = act(ctx, job_id, validated(ReasonInput, sent).reason)
        return answers.job_response(ctx, job)

    return json_response(await asyncio.to_thread(work))
