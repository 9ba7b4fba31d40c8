"""Deliveries and webhooks over HTTP; the rules are in ``service/hook_admin`` and ``replays``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, Field, StrictBool, StrictFloat

from jobs_tui.guard.standard_webhooks import shown_secret
from jobs_tui.models.enums import HookStyle, Verdict
from jobs_tui.models.job_input import validated
from jobs_tui.models.times import to_text
from jobs_tui.server.answers import json_response
from jobs_tui.server.api import reading, routing
from jobs_tui.server.api.models import Answer, HTTPValidationError, Problem
from jobs_tui.server.api.routing import Query, Route, context_of
from jobs_tui.service import hook_admin, jobs, replays
from jobs_tui.service.context import Context

MOST = 500
"""Deliveries of one page."""
Responses = dict[int, routing.Answer]


class RotateInput(BaseModel):
    """How to change a secret."""

    overlap: StrictFloat = Field(
        default=hook_admin.OVERLAP,
        ge=0,
        le=hook_admin.LONGEST_OVERLAP,
        description="seconds that the old secret stays good",
    )


class ReplayInput(BaseModel):
    """How to run a delivery again."""

    unverified: StrictBool = Field(
        default=False, description="run one whose sender never proved itself too"
    )


class WebhookResponse(Answer):
    """How a job's webhook is called; the secret is not in it."""

    job_id: str
    webhook_url: str
    styles: list[HookStyle]
    events: list[str] | None
    mapping: dict[str, str]
    previous_secret_until: datetime | None
    """Until when the secret before the last rotation is accepted; null when it is not."""
    curl: str
    """A command that signs and sends; it takes the secret from ``$SECRET``."""


class RotatedResponse(Answer):
    """A new secret, in this answer alone."""

    job_id: str
    webhook_url: str
    webhook_secret: str
    standard_secret: str
    """The same as Standard Webhooks senders take it: ``whsec_`` and base64."""
    previous_secret_until: datetime


class DeliveryResponse(Answer):
    """One request that reached a webhook."""

    id: str
    job_id: str | None
    received_at: datetime
    remote: str
    path: str
    status_code: int
    verdict: Verdict
    reason: str
    execution_id: str | None
    style: HookStyle | None
    sender_id: str | None
    replay_of: str | None
    headers: dict[str, str]
    body: str
    body_bytes: int
    body_truncated: bool


class ReplayedResponse(Answer):
    """What a replay has come to."""

    job_id: str
    execution_id: str | None
    workflow_id: str | None
    status: Literal["started", "skipped", "ignored"]
    message: str
    delivery_id: str
    replay_of: str


class Deliveries:
    """The handlers of deliveries, and of a job's webhook.

    Args:
        wake: called after each commit that queued a run.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    def routes(self) -> list[Route]:
        """All of them."""
        missing: Responses = {404: Problem}
        wrong: Responses = {422: HTTPValidationError}
        refused: Responses = {400: Problem}
        page: Responses = {200: list[DeliveryResponse]}
        paging = (
            Query("verdict", reading.some_of(list(Verdict)), "Several with commas."),
            Query("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": 50}),
            Query("offset", {"type": "integer", "minimum": 0, "maximum": reading.FURTHEST}),
        )
        hook = "/api/v1/jobs/{job_id}/webhook"
        one = "/api/v1/deliveries/{delivery_id}"
        return [
            Route(
                "GET", "/api/v1/deliveries", self.list, "read",
                "List what has reached any webhook, newest first", page | wrong,
                query=(Query("job_id", {"type": "string"}), *paging), tag="webhooks",
            ),
            Route(
                "GET", one, self.get, "read", "Get a delivery, its body up to 64 KiB",
                {200: DeliveryResponse, **missing}, tag="webhooks",
            ),
            Route(
                "POST", f"{one}/replay", self.replay, "admin",
                "Run the stored body of a delivery again, under a new id",
                {200: ReplayedResponse, **refused, **missing, **wrong}, ReplayInput, tag="webhooks",
            ),
            Route(
                "GET", "/api/v1/jobs/{job_id}/deliveries", self.of_job, "read",
                "List what has reached the webhook of a job, newest first",
                page | missing | wrong, query=paging, tag="webhooks",
            ),
            Route(
                "GET", hook, self.hook, "read", "How to call the webhook of a job",
                {200: WebhookResponse, **refused, **missing}, tag="webhooks",
            ),
            Route(
                "POST", f"{hook}/rotate", self.rotate, "admin",
                "Make a new secret; the old one stays good for a while",
                {200: RotatedResponse, **refused, **missing, **wrong}, RotateInput, tag="webhooks",
            ),
        ]  # fmt: skip

    async def list(self, request: web.Request) -> web.Response:
        """A bare list, bodies cut short; ``X-Total-Count`` says how many there are in all."""
        return await _page(request, context_of(request), reading.text(request, "job_id"))

    async def of_job(self, request: web.Request) -> web.Response:
        """As :meth:`list`, of one job."""
        ctx, job_id = context_of(request), reading.path_part(request, "job_id")
        jobs.present(ctx, job_id)
        return await _page(request, ctx, job_id)

    async def get(self, request: web.Request) -> web.Response:
        """One delivery."""
        ctx, found = context_of(request), reading.path_part(request, "delivery_id")
        return json_response(hook_admin.delivery_entry(hook_admin.delivery(ctx, found)))

    async def replay(self, request: web.Request) -> web.Response:
        """Once more."""
        ctx, found = context_of(request), reading.path_part(request, "delivery_id")
        sent = validated(ReplayInput, await reading.body_of(request))
        done = await asyncio.to_thread(replays.replay, ctx, found, unverified=sent.unverified)
        if done.started:
            self._wake()
        return json_response(done.entry())

    async def hook(self, request: web.Request) -> web.Response:
        """Address, styles, mapping, a command."""
        ctx, job_id = context_of(request), reading.path_part(request, "job_id")
        return json_response(hook_admin.hook_entry(ctx, jobs.present(ctx, job_id)))

    async def rotate(self, request: web.Request) -> web.Response:
        """The new secret, this once."""
        ctx, job_id = context_of(request), reading.path_part(request, "job_id")
        sent = validated(RotateInput, await reading.body_of(request))

        def work() -> dict[str, Any]:
            made = hook_admin.rotate_secret(ctx, job_id, sent.overlap)
            return {
                "job_id": job_id,
                "webhook_url": hook_admin.hook_entry(ctx, jobs.get(ctx, job_id))["webhook_url"],
                "webhook_secret": made.secret,
                "standard_secret": shown_secret(made.secret),
                "previous_secret_until": to_text(made.previous_until),
            }

        return json_response(await asyncio.to_thread(work))


async def _page(request: web.Request, ctx: Context, job_id: str | None) -> web.Response:
    known = [str(one) for one in Verdict]
    verdicts = [Verdict(one) for one in reading.choices(request, "verdict", known)]
    limit = reading.number(request, "limit", 1, MOST) or 50
    offset = reading.number(request, "offset", 0, reading.FURTHEST) or 0

    def work() -> tuple[int, list[dict[str, Any]]]:
        found = hook_admin.deliveries(ctx, job_id, limit=limit, offset=offset, verdicts=verdicts)
        entries = [hook_admin.delivery_entry(one, hook_admin.BODY_LISTED) for one in found]
        return hook_admin.delivery_count(ctx, job_id, verdicts), entries

    total, entries = await asyncio.to_thread(work)
    return json_response(entries, headers={"X-Total-Count": str(total)})
