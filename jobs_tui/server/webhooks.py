"""Webhooks over HTTP; the rules are in ``service/webhooks``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from jobs_tui.guard.hook_proof import PROOF_HEADER
from jobs_tui.server.answers import json_response
from jobs_tui.server.api.models import Answer, HTTPValidationError, Problem
from jobs_tui.server.api.routing import Query, Route
from jobs_tui.service.context import Context
from jobs_tui.service.hook_limits import HookLimits
from jobs_tui.service.hook_records import IncomingDelivery
from jobs_tui.service.webhooks import deliver
from jobs_tui.store.settings import Settings

READ_SECONDS = 30
"""A body that is not there by then is cut off."""
PROOFS = tuple(PROOF_HEADER.values())


class DeliveryInput(BaseModel):
    """What the generic sender sends; other senders send what they send."""

    model_config = ConfigDict(extra="allow")

    parameters: dict[str, Any] | None = None
    config_override: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None


class DeliveredResponse(Answer):
    """What has become of a delivery. Only ``ignored`` ones have no execution."""

    job_id: str
    execution_id: str | None
    workflow_id: str | None
    status: Literal["started", "skipped", "duplicate", "ignored"]
    message: str


class Webhooks:
    """The handler of every webhook address."""

    def __init__(self, ctx: Context, settings: Settings, wake: Callable[[], None]) -> None:
        self._ctx = ctx
        self._limits = HookLimits(ctx.store.clock, settings)
        self._wake = wake

    def routes(self, paths: Iterable[str]) -> list[Route]:
        """The same behind each of the addresses."""
        proof = "One of the headers that sign a delivery."
        return [
            Route(
                "POST",
                path,
                self.receive,
                "none",
                "Deliver to a webhook; signed by its secret",
                {
                    200: DeliveredResponse,
                    **dict.fromkeys((400, 401, 404, 408, 413, 429, 503), Problem),
                    422: HTTPValidationError,
                },
                DeliveryInput,
                headers=tuple(Query(name, {"type": "string"}, proof) for name in PROOFS),
                tag="webhooks",
            )
            for path in paths
        ]

    async def receive(self, request: web.Request) -> web.Response:
        """Read the request, have it decided, answer."""
        delivery = IncomingDelivery(
            path=_text(request.match_info["path"]),
            headers=_headers(request),
            body=await _body(request),
            remote=request.remote or "",
        )
        answer = await deliver(self._ctx, delivery, self._limits)
        if answer.started:
            self._wake()
        headers = {}
        if answer.retry_after is not None:
            headers["Retry-After"] = str(answer.retry_after)
        return json_response(answer.body, answer.status_code, headers)


async def _body(request: web.Request) -> bytes | None:
    """The raw body; None when it is longer than the application allows."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        return None
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except web.RequestPayloadError:
        raise web.HTTPBadRequest(reason="The body ended early or is badly framed") from None


def _headers(request: web.Request) -> dict[str, str]:
    """Headers by lower-case name; several of one name are joined, as RFC 9110 5.3 has it."""
    found: dict[str, str] = {}
    for name, value in request.headers.items():
        key, text = _text(name).lower(), _text(value)
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _text(raw: str) -> str:
    """Text as aiohttp decodes it, with what was no UTF-8 replaced: no store takes that."""
    if raw.isascii():
        return raw
    return raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
