"""The outbox over HTTP: results on their way to where jobs want them; rules in service/outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from jobs_tui.models.result_delivery import OutboxStatus
from jobs_tui.server.answers import json_response
from jobs_tui.server.api import reading, routing
from jobs_tui.server.api.models import HTTPValidationError, OutboxResponse, Problem
from jobs_tui.server.api.routing import Query, Route, context_of
from jobs_tui.service import outbox
from jobs_tui.service.context import Context

ALL = "/api/v1/outbox"
ONE = f"{ALL}/{{delivery_id}}"
MOST = 500
"""Deliveries of one page."""


def routes() -> list[Route]:
    """All of them."""
    missing: dict[int, routing.Answer] = {404: Problem}
    wrong: dict[int, routing.Answer] = {422: HTTPValidationError}
    one: dict[int, routing.Answer] = {200: OutboxResponse}
    page: dict[int, routing.Answer] = {200: list[OutboxResponse]}
    refused: dict[int, routing.Answer] = {400: Problem}
    found = [
        Route(
            "GET",
            ALL,
            _list,
            "read",
            "List where results went, newest first",
            page | wrong,
            query=(
                Query("job_id", {"type": "string"}),
                Query("status", reading.some_of(list(OutboxStatus)), "Several with commas."),
                Query("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": 50}),
                Query("offset", {"type": "integer", "minimum": 0, "maximum": reading.FURTHEST}),
            ),
        ),
        Route("GET", ONE, _get, "read", "Get a delivery of a result", one | missing),
        Route(
            "POST",
            f"{ONE}/retry",
            _retry,
            "trigger",
            "Try a delivery again now, one that failed or was given up too",
            one | missing | refused,
        ),
        Route(
            "POST", f"{ONE}/skip", _skip, "trigger", "Give a delivery up", one | missing | refused
        ),
    ]
    return [replace(route, tag="outbox") for route in found]


async def _list(request: web.Request) -> web.Response:
    """A bare list; how many there are without paging is in ``X-Total-Count``."""
    ctx = context_of(request)
    job_id = reading.text(request, "job_id")
    statuses = reading.choices(request, "status", [str(one) for one in OutboxStatus])
    limit = reading.number(request, "limit", 1, MOST) or 50
    offset = reading.number(request, "offset", 0, reading.FURTHEST) or 0

    def work() -> tuple[int, list[dict[str, Any]]]:
        wanted = [OutboxStatus(one) for one in statuses]
        total, found = outbox.listing(
            ctx, job_id=job_id, statuses=wanted, limit=limit, offset=offset
        )
        return total, [outbox.entry(one) for one in found]

    total, entries = await asyncio.to_thread(work)
    return json_response(entries, headers={"X-Total-Count": str(total)})


async def _get(request: web.Request) -> web.Response:
    """One of them."""
    return await _with(request, outbox.get)


async def _retry(request: web.Request) -> web.Response:
    """Once more, from the beginning."""
    return await _with(request, outbox.retry)


async def _skip(request: web.Request) -> web.Response:
    """No more."""
    return await _with(request, outbox.skip)


async def _with(request: web.Request, act: Callable[[Context, str], outbox.Sent]) -> web.Response:
    ctx, delivery_id = context_of(request), reading.path_part(request, "delivery_id")
    return json_response(outbox.entry(await asyncio.to_thread(act, ctx, delivery_id)))
