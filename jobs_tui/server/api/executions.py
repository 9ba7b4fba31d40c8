"""Runs over HTTP: finding them, reading their logs, ending them, starting them again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from aiohttp import web

from jobs_tui.models.enums import ExecutionStatus, Stream, TriggerType
from jobs_tui.models.errors import StoreError
from jobs_tui.models.job_input import StartInput, validated
from jobs_tui.server.answers import encoded, json_response
from jobs_tui.server.api import reading
from jobs_tui.server.api.errors import Unprocessable
from jobs_tui.server.api.jobs import KEY_HEADER, MOST_RUNS, OFFSET, start_once
from jobs_tui.server.api.models import (
    ExecutionResponse,
    ExecutionSummary,
    HTTPValidationError,
    LogResponse,
    Problem,
    StartedResponse,
    StepResponse,
)
from jobs_tui.server.api.routing import Answer, Query, Route, context_of, either
from jobs_tui.server.api.stream import Streams, cut_off, write
from jobs_tui.service import idempotency, log_pages, runs, starts
from jobs_tui.service.run_answers import run_response, run_responses, step_entry
from jobs_tui.service.run_detail import detail_of, run_detail

ONE = "/api/v1/executions/{execution_id}"
MOST_LINES = 10_000
"""Lines of one JSON page."""
LINES = 1_000

TEXT = "text/plain"
EVENT = {
    "type": "object",
    "description": "Events, each with JSON as its data; `id` is the number of a line.",
    "properties": {
        "event": {"enum": ["status", "line", "step", "step_status", "done"]},
        "id": {"type": "string", "pattern": "^[0-9]+$"},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "data"],
}


class Executions:
    """The handlers of ``/api/v1/executions``.

    Args:
        wake: called after each commit that queued or ended a run.
        streams: follows runs that go on.
    """

    def __init__(self, wake: Callable[[], None], streams: Streams) -> None:
        self._wake = wake
        self._streams = streams

    def routes(self) -> list[Route]:
        """All of them."""
        missing: dict[int, Answer] = {404: Problem}
        wrong: dict[int, Answer] = {422: HTTPValidationError}
        time = {"type": "string", "format": "date-time"}
        filters = (
            Query("job_id", {"type": "string"}),
            Query("status", reading.some_of(list(ExecutionStatus)), "Several with commas."),
            Query("trigger_type", {"enum": [str(item) for item in TriggerType]}),
            Query("since", time, "Made at this instant or later."),
            Query("until", time, "Made before this instant."),
            Query("limit", {"type": "integer", "minimum": 1, "maximum": MOST_RUNS, "default": 50}),
            OFFSET,
        )
        line = {"type": "integer", "minimum": 1, "maximum": reading.FURTHEST}
        part = (
            Query("from", line | {"default": 1}, "Number of the first line."),
            Query(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": reading.FURTHEST},
                f"How many lines; JSON has {LINES} without it, {MOST_LINES} at most, text all.",
            ),
            Query("tail", line, "The last so many lines, in place of from."),
            Query("stream", reading.some_of(list(Stream)), "Only these; several with commas."),
            Query("step", {"type": "string"}, "Only this step of a team or a workflow."),
            Query("format", {"enum": ["json", "text"]}, "In place of Accept."),
        )
        resume = Query(
            "Last-Event-ID",
            {"type": "integer", "minimum": 0, "maximum": reading.FURTHEST},
            "Number of the last line that was seen; the stream goes on after it.",
        )
        resume_header = replace(resume, schema={"type": "string", "pattern": "^[0-9]{0,16}$"})
        found = [
            Route(
                "GET",
                "/api/v1/executions",
                self.list,
                "read",
                "List runs, newest first",
                either({200: list[ExecutionSummary]}, wrong),
                query=filters,
            ),
            Route(
                "GET", ONE, self.get, "read", "Get a run", either({200: ExecutionResponse}, missing)
            ),
            Route(
                "GET",
                f"{ONE}/steps",
                self.steps,
                "read",
                "What the members of a team or the steps of a workflow did",
                either({200: list[StepResponse]}, missing),
            ),
            Route(
                "GET",
                f"{ONE}/logs",
                self.logs,
                "read",
                "Read a run's log",
                either({200: LogResponse}, missing, wrong),
                query=part,
                media_types=("application/json", TEXT),
            ),
            Route(
                "GET",
                f"{ONE}/stream",
                self.stream,
                "read",
                "Follow a run as it goes on",
                either({200: EVENT}, missing, wrong),
                query=(replace(resume, name="last_event_id"),),
                headers=(resume_header,),
                media_types=("text/event-stream",),
            ),
            Route(
                "POST",
                f"{ONE}/cancel",
                self.cancel,
                "trigger",
                "End a run",
                either({200: ExecutionResponse, 400: Problem}, missing),
            ),
            Route(
                "POST",
                f"{ONE}/rerun",
                self.rerun,
                "trigger",
                "Start a run again, with the same or with changed parameters",
                either({200: StartedResponse, 400: Problem}, missing, wrong),
                StartInput,
                headers=(KEY_HEADER,),
            ),
        ]
        return [replace(route, tag="executions") for route in found]

    async def list(self, request: web.Request) -> web.Response:
        """A bare list; how many there are without paging is in ``X-Total-Count``."""
        ctx = context_of(request)
        trigger = reading.choice(request, "trigger_type", list(TriggerType))
        statuses = reading.choices(request, "status", list(ExecutionStatus))
        wanted = runs.Wanted(
            job_id=reading.text(request, "job_id"),
            statuses=tuple(ExecutionStatus(status) for status in statuses),
            trigger_type=None if trigger is None else TriggerType(trigger),
            since=reading.moment(request, "since"),
            until=reading.moment(request, "until"),
        )
        limit = reading.number(request, "limit", 1, MOST_RUNS) or 50
        offset = reading.number(request, "offset", 0, reading.FURTHEST) or 0

        def work() -> tuple[int, bytes]:
            total, found = runs.listing(ctx, wanted, limit=limit, offset=offset)
            return total, encoded(run_responses(ctx, found))

        total, body = await asyncio.to_thread(work)
        return web.Response(
            body=body, content_type="application/json", headers={"X-Total-Count": str(total)}
        )

    async def get(self, request: web.Request) -> web.Response:
        """One run."""
        ctx, execution_id = context_of(request), reading.path_part(request, "execution_id")

        def work() -> dict[str, Any]:
            return run_response(run_detail(ctx, execution_id))

        return json_response(await asyncio.to_thread(work))

    async def steps(self, request: web.Request) -> web.Response:
        """A bare list in the order of the plan; empty for a run of one agent."""
        ctx, execution_id = context_of(request), reading.path_part(request, "execution_id")

        def work() -> list[dict[str, Any]]:
            return [step_entry(step) for step in runs.steps(ctx, execution_id)]

        return json_response(await asyncio.to_thread(work))

    async def logs(self, request: web.Request) -> web.StreamResponse:
        """A page as JSON, or all of it as text."""
        ctx, execution_id = context_of(request), reading.path_part(request, "execution_id")
        execution = runs.get(ctx, execution_id)
        first = reading.number(request, "from", 1, reading.FURTHEST) or 1
        limit = reading.number(request, "limit", 1, reading.FURTHEST)
        wanted = log_pages.Wanted(
            streams=reading.choices(request, "stream", list(Stream)),
            step=reading.text(request, "step"),
        )
        tail = reading.number(request, "tail", 1, reading.FURTHEST)
        if tail is not None:
            first = max(1, runs.log(ctx, execution_id).last_line() - tail + 1)
        if _as_text(request):
            pieces = log_pages.texts(ctx, execution_id, first=first, limit=limit, wanted=wanted)
            return await _text(request, pieces)

        def work() -> bytes:
            page = log_pages.page(
                ctx,
                execution_id,
                first=first,
                limit=min(limit or LINES, MOST_LINES),
                wanted=wanted,
            )
            return encoded(
                {
                    "execution_id": execution_id,
                    "status": str(execution.status),
                    "lines": [log_pages.line_fields(line) for line in page.lines],
                    "next": page.next_line,
                    "last_line": page.last_line,
                    "complete": not execution.status.live,
                }
            )

        return web.Response(body=await asyncio.to_thread(work), content_type="application/json")

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events, from the beginning or after the line that was seen last."""
        ctx, execution_id = context_of(request), reading.path_part(request, "execution_id")
        sent = reading.header(request, "Last-Event-ID")
        seen = reading.number(request, "last_event_id", 0, reading.FURTHEST) or 0
        if sent:
            if not sent.isdecimal() or not sent.isascii() or len(sent) > 16:
                raise Unprocessable(
                    ("header", "Last-Event-ID"), f"{sent!r:.40} is not the number of a line."
                )
            seen = int(sent)
        runs.get(ctx, execution_id)
        return await self._streams.follow(request, execution_id, seen)

    async def cancel(self, request: web.Request) -> web.Response:
        """Ask for its end; a running one ends within a second."""
        ctx, execution_id = context_of(request), reading.path_part(request, "execution_id")

        def work() -> dict[str, Any]:
            return run_response(detail_of(ctx, runs.cancel(ctx, execution_id)))

        body = await asyncio.to_thread(work)
        self._wake()
        return json_response(body)

    async def rerun(self, request: web.Request) -> web.Response:
        """Queue another run of its job."""
        ctx, execution_id = context_of(request), reading.path_part(request, "execution_id")
        sent = await reading.body_of(request)

        def prepare() -> Callable[[sqlite3.Connection], idempotency.Answer]:
            wanted = validated(StartInput, sent)
            start = starts.rerun_operation(
                ctx, execution_id, wanted.parameters or {}, wanted.config_override or {}
            )
            return lambda connection: idempotency.Answer(200, start(connection).answer())

        return await start_once(request, ctx, sent, prepare, self._wake)


def _as_text(request: web.Request) -> bool:
    """By ``format``, else by what ``Accept`` names first."""
    wanted = reading.choice(request, "format", ["json", "text"])
    if wanted is not None:
        return wanted == "text"
    for item in request.headers.get("Accept", "").lower().split(","):
        kind = item.split(";")[0].strip()
        if kind in (TEXT, "text/*"):
            return True
        if kind in ("application/json", "*/*"):
            return False
    return False


async def _text(request: web.Request, pieces: Iterator[str]) -> web.StreamResponse:
    """A chunk of the log at a time, no faster than the client takes it."""
    response = web.StreamResponse(headers={"X-Content-Type-Options": "nosniff"})
    response.content_type = TEXT
    response.charset = "utf-8"
    await response.prepare(request)
    try:
        if request.method != "HEAD":
            while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
                await write(response, piece.encode("utf-8", "replace"))
        await response.write_eof()
    except (ConnectionError, TimeoutError, StoreError):
        cut_off(request)
    return response
