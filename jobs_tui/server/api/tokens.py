"""Tokens over HTTP; the rules are in ``service/tokens``."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, Field

from jobs_tui.models.job_input import validated
from jobs_tui.models.token import Scope
from jobs_tui.server.answers import json_response
from jobs_tui.server.api import reading
from jobs_tui.server.api.models import Answer, HTTPValidationError, Problem
from jobs_tui.server.api.routing import Route, context_of
from jobs_tui.service import tokens


class TokenCreate(BaseModel):
    """What a new token shall be."""

    scope: Scope
    name: str | None = Field(default=None, description="who or what will use it")
    expires: str | None = Field(
        default=None, description="for how long (12h, 30d, 8w) or until when (ISO 8601)"
    )


class TokenResponse(Answer):
    """A token; its text is kept nowhere."""

    id: str
    name: str
    scope: Scope
    status: Literal["valid", "expired", "revoked"]
    created_at: datetime
    created_by: str | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewToken(TokenResponse):
    """A token and, this once, its text."""

    token: str


def routes() -> list[Route]:
    """Those of ``/api/v1/tokens``."""
    return [
        Route(
            "GET",
            "/api/v1/tokens",
            listing,
            "admin",
            "List tokens, newest first",
            {200: list[TokenResponse]},
            tag="tokens",
        ),
        Route(
            "POST",
            "/api/v1/tokens",
            create,
            "admin",
            "Make a token; its text is in this answer alone",
            {201: NewToken, 400: Problem, 422: HTTPValidationError},
            TokenCreate,
            True,
            tag="tokens",
        ),
        Route(
            "DELETE",
            "/api/v1/tokens/{token_id}",
            revoke,
            "admin",
            "Revoke a token by its id or name",
            {200: TokenResponse, 400: Problem, 404: Problem},
            tag="tokens",
        ),
    ]


async def listing(request: web.Request) -> web.Response:
    """All of them, without their texts."""
    ctx = context_of(request)
    return json_response([tokens.entry(one, ctx.now()) for one in tokens.listing(ctx)])


async def create(request: web.Request) -> web.Response:
    """A new one."""
    ctx = context_of(request)
    sent = validated(TokenCreate, await reading.body_of(request))
    made = await asyncio.to_thread(
        tokens.create, ctx, sent.scope, name=sent.name, expires=sent.expires
    )
    body: dict[str, Any] = {**tokens.entry(made.token, ctx.now()), "token": made.text}
    return json_response(body, 201)


async def revoke(request: web.Request) -> web.Response:
    """One less."""
    ctx = context_of(request)
    gone = await asyncio.to_thread(tokens.revoke, ctx, reading.path_part(request, "token_id"))
    return json_response(tokens.entry(gone, ctx.now()))
