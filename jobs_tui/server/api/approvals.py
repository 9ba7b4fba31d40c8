"""Approvals over HTTP; the rules are in ``service/approvals``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StrictStr

from jobs_tui.models.approval import ApprovalStatus
from jobs_tui.models.job_input import validated
from jobs_tui.server.answers import json_response
from jobs_tui.server.api import reading
from jobs_tui.server.api.models import ApprovalResponse, HTTPValidationError, Problem
from jobs_tui.server.api.routing import Answer as Schema
from jobs_tui.server.api.routing import Query, Route, context_of, either
from jobs_tui.service import approvals

ALL = "/api/v1/approvals"
ONE = f"{ALL}/{{approval_id}}"
RUN = "/api/v1/executions/{execution_id}"


class DecisionInput(BaseModel):
    """What goes with a decision."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": [{"reason": "ok"}]})

    reason: Annotated[StrictStr, Field(max_length=approvals.LONGEST_REASON)] | None = None


class Approvals:
    """The handlers of ``/api/v1/approvals``.

    Args:
        wake: called after each commit that let a run go on or ended one.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    def routes(self) -> list[Route]:
        """All of them."""
        wrong: dict[int, Schema] = {400: Problem, 404: Problem, 422: HTTPValidationError}
        found = [
            Route(
                "GET",
                ALL,
                self.list,
                "read",
                "List approvals: waiting ones first, those that expire soonest at the top",
                {200: list[ApprovalResponse], 422: HTTPValidationError},
                query=(
                    Query("status", reading.some_of(list(ApprovalStatus)), "Several with commas."),
                    Query("execution_id", {"type": "string"}),
                ),
            ),
            Route(
                "GET",
                ONE,
                self.get,
                "read",
                "Get an approval",
                {200: ApprovalResponse, 404: Problem},
            ),
        ]
        approve = "Let it be done; the run goes on"
        deny = "Forbid it; the agent is told and the run goes on, a denied run fails"
        of_run = "the one approval that the run waits for"
        for path, handler, sentence in (
            (f"{ONE}/approve", self.approve, approve),
            (f"{ONE}/deny", self.deny, deny),
            (f"{RUN}/approve", self.approve_run, f"{approve}: {of_run}"),
            (f"{RUN}/deny", self.deny_run, f"{deny}: {of_run}"),
        ):
            answers = either({200: ApprovalResponse}, wrong)
            found.append(Route("POST", path, handler, "trigger", sentence, answers, DecisionInput))
        return [replace(route, tag="approvals") for route in found]

    async def list(self, request: web.Request) -> web.Response:
        """A bare list; of every status without a filter."""
        ctx = context_of(request)
        statuses = reading.choices(request, "status", list(ApprovalStatus))
        execution_id = reading.text(request, "execution_id")

        def work() -> list[dict[str, Any]]:
            wanted = [ApprovalStatus(status) for status in statuses]
            found = approvals.listing(ctx, statuses=wanted, execution_id=execution_id)
            return [approvals.entry(one) for one in found]

        return json_response(await asyncio.to_thread(work))

    async def get(self, request: web.Request) -> web.Response:
        """One of them."""
        ctx, approval_id = context_of(request), reading.path_part(request, "approval_id")
        found = await asyncio.to_thread(approvals.get, ctx, approval_id)
        return json_response(approvals.entry(found))

    async def approve(self, request: web.Request) -> web.Response:
        """Yes."""
        return await self._decide(request, "approve", reading.path_part(request, "approval_id"))

    async def deny(self, request: web.Request) -> web.Response:
        """No."""
        return await self._decide(request, "deny", reading.path_part(request, "approval_id"))

    async def approve_run(self, request: web.Request) -> web.Response:
        """Yes to what a run waits for."""
        return await self._decide(request, "approve", None)

    async def deny_run(self, request: web.Request) -> web.Response:
        """No to what a run waits for."""
        return await self._decide(request, "deny", None)

    async def _decide(
        self, request: web.Request, choice: approvals.Choice, approval_id: str | None
    ) -> web.Response:
        ctx = context_of(request)
        sent = validated(DecisionInput, await reading.body_of(request))

        def work() -> dict[str, Any]:
            wanted = approval_id
            if wanted is None:
                wanted = approvals.of_run(ctx, reading.path_part(request, "execution_id")).id
            return approvals.entry(approvals.decide(ctx, wanted, choice, sent.reason))

        answer = await asyncio.to_thread(work)
        self._wake()
        return json_response(answer)
