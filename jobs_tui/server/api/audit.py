"""Who changed what, over HTTP; the rules are in ``service/audit``."""

from __future__ import annotations

import asyncio
from datetime import datetime

from aiohttp import web

from jobs_tui.server.answers import json_response
from jobs_tui.server.api import reading
from jobs_tui.server.api.models import Answer, HTTPValidationError
from jobs_tui.server.api.routing import Query, Route, context_of
from jobs_tui.service import audit

MOST = 500
"""Entries of one page."""
SHOWN = 100


class AuditEntry(Answer):
    """One change."""

    seq: int
    at: datetime
    actor: str
    face: str
    action: str
    subject: str
    detail: str | None
    origin: str | None


def routes() -> list[Route]:
    """The one of ``/api/v1/audit``."""
    return [
        Route(
            "GET",
            "/api/v1/audit",
            listing,
            "admin",
            "List who changed what, newest first",
            {200: list[AuditEntry], 422: HTTPValidationError},
            query=(
                Query("subject", {"type": "string"}, "The id of a job, execution or token."),
                Query(
                    "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": SHOWN}
                ),
                Query(
                    "before",
                    {"type": "integer", "minimum": 1, "maximum": reading.FURTHEST},
                    "Only entries with a smaller `seq`: the next page.",
                ),
            ),
            tag="audit",
        )
    ]


async def listing(request: web.Request) -> web.Response:
    """A page of entries."""
    found = await asyncio.to_thread(
        audit.entries,
        context_of(request),
        subject=reading.text(request, "subject"),
        limit=reading.number(request, "limit", 1, MOST) or SHOWN,
        before=reading.number(request, "before", 1, reading.FURTHEST),
    )
    return json_response([entry.data() for entry in found])
