"""Scheduled tasks over HTTP (scheduled_tasks_api.md); the rules are in ``service``.

Unlike the rest of the API, what is wrong with a request is 400 and one sentence here.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from aiohttp import web

from jobs_tui.models.enums import JobStatus
from jobs_tui.models.errors import InvalidInput
from jobs_tui.server.answers import encoded, json_response
from jobs_tui.server.api import reading
from jobs_tui.server.api.errors import Unprocessable
from jobs_tui.server.api.jobs import KEY_HEADER, MOST_RUNS, OFFSET, once
from jobs_tui.server.api.models import Answer, History, Problem
from jobs_tui.server.api.routing import Handler, Query, Route, context_of
from jobs_tui.service import answers, idempotency, runs
from jobs_tui.service import scheduled_tasks as tasks

ALL = "/api/v1/scheduled_tasks"
ONE = f"{ALL}/{{taskId}}"


class ScheduledTaskResponse(Answer):
    """A cron job in the words of a task."""

    id: str
    task_id: str
    """The same as ``id``; it is the id of the job."""
    name: str
    description: str | None
    schedule: str
    """As it was sent."""
    agent_id: str | None
    """Null when a team or a workflow does the job."""
    prompt: str
    enabled: bool
    timezone: str
    status: JobStatus
    next_run_at: datetime | None
    last_run_at: datetime | None
    created_at: datetime
    updated_at: datetime


def routes() -> list[Route]:
    """Those of ``/api/v1/scheduled_tasks``."""
    found = [
        Route(
            "GET", ALL, listing, "read", "List all scheduled tasks, newest first",
            {200: list[ScheduledTaskResponse]},
        ),
        Route(
            "POST", ALL, create, "admin", "Create a new scheduled task",
            {201: ScheduledTaskResponse, 400: Problem},
            tasks.ScheduledTaskCreate, True, headers=(KEY_HEADER,),
        ),
        Route(
            "GET", ONE, get, "read", "Get scheduled task details",
            {200: ScheduledTaskResponse, 404: Problem},
        ),
        Route(
            "PUT", ONE, update, "admin", "Update a scheduled task, in part or as a whole",
            {200: ScheduledTaskResponse, 400: Problem, 404: Problem},
            tasks.ScheduledTaskUpdate, True,
        ),
        Route(
            "DELETE", ONE, delete, "admin", "Delete a scheduled task",
            {200: "Deleted; there is no body.", 404: Problem},
        ),
        Route(
            "GET", f"{ONE}/executions", executions, "read",
            "History of a scheduled task, newest first",
            {200: History, 400: Problem, 404: Problem},
            query=(
                Query(
                    "limit",
                    {"type": "integer", "minimum": 1, "maximum": MOST_RUNS, "default": 50},
                ),
                OFFSET,
            ),
        ),
    ]  # fmt: skip
    return [
        replace(route, handler=_plainly(route.handler), tag="scheduled tasks") for route in found
    ]


def _plainly(handler: Handler) -> Handler:
    """The handler with everything that is wrong said in one sentence, as 400."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Unprocessable as error:
            return json_response({"detail": str(error)}, 400)
        except InvalidInput as error:
            return json_response({"detail": error.sentence()}, 400)

    handle.__name__ = getattr(handler, "__name__", "handle")
    return handle


async def listing(request: web.Request) -> web.Response:
    """A bare list."""
    ctx = context_of(request)

    def work() -> bytes:
        return encoded([tasks.task_response(job) for job in tasks.listing(ctx)])

    return web.Response(body=await asyncio.to_thread(work), content_type="application/json")


async def get(request: web.Request) -> web.Response:
    """One task."""
    return json_response(tasks.task_response(tasks.get(context_of(request), _id(request))))


async def create(request: web.Request) -> web.Response:
    """A new cron job."""
    ctx, sent = context_of(request), await reading.body_of(request)

    def prepare() -> Callable[[sqlite3.Connection], idempotency.Answer]:
        operation = tasks.create_operation(ctx, sent)
        return lambda connection: idempotency.Answer(
            201, tasks.task_response(operation(connection))
        )

    return await once(request, ctx, sent, prepare)


async def update(request: web.Request) -> web.Response:
    """Change what is named."""
    ctx, sent = context_of(request), await reading.body_of(request)
    job = await asyncio.to_thread(tasks.update, ctx, _id(request), sent)
    return json_response(tasks.task_response(job))


async def delete(request: web.Request) -> web.Response:
    """200 without a body."""
    await asyncio.to_thread(tasks.delete, context_of(request), _id(request))
    return web.Response(status=200)


async def executions(request: web.Request) -> web.Response:
    """The history object of its job."""
    ctx, task_id = context_of(request), _id(request)
    limit = reading.number(request, "limit", 1, MOST_RUNS) or 50
    offset = reading.number(request, "offset", 0, reading.FURTHEST) or 0

    def work() -> dict[str, Any]:
        tasks.get(ctx, task_id)
        return answers.history_answer(runs.history(ctx, task_id, limit=limit, offset=offset))

    return json_response(await asyncio.to_thread(work))


def _id(request: web.Request) -> str:
    return reading.path_part(request, "taskId")
