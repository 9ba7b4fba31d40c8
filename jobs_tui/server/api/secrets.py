"""Secrets over HTTP: their names and where they are; values come in and never go out."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StrictStr

from jobs_tui.models.job_input import validated
from jobs_tui.server.answers import json_response
from jobs_tui.server.api import reading
from jobs_tui.server.api.models import Answer, HTTPValidationError, Problem
from jobs_tui.server.api.routing import Query, Route, context_of
from jobs_tui.service import secrets


class SecretSet(BaseModel):
    """A secret: its value, or where it is."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={"examples": [{"name": "PG_PASSWORD", "reference": "env:PGPASSWORD"}]},
    )

    name: StrictStr = Field(description="how runs ask for it")
    value: StrictStr | None = Field(default=None, description="kept sealed, never shown again")
    reference: StrictStr | None = Field(
        default=None, description="in place of a value: `env:NAME`, `file:PATH`, `cmd:ARGV`"
    )
    description: StrictStr | None = Field(default=None, description="what it is for")


class SecretResponse(Answer):
    """What is known of a secret; never its value."""

    id: str
    name: str
    source: str
    """``store`` when it is sealed here, else the scheme of its reference."""
    reference: str | None
    description: str
    ready: bool
    reason: str | None
    used_by: list[str]
    created_at: datetime
    created_by: str | None
    updated_at: datetime
    updated_by: str | None


def routes() -> list[Route]:
    """Those of ``/api/v1/secrets``."""
    place, one = "/api/v1/secrets", "/api/v1/secrets/{name}"
    force = Query("force", {"type": "boolean", "default": False}, "also when something uses it")
    return [
        Route("GET", place, listing, "read", "List secrets without their values",
              {200: list[SecretResponse]}, tag="secrets"),
        Route("POST", place, put, "admin", "Set a secret; an earlier one of the name is replaced",
              {201: SecretResponse, 422: HTTPValidationError}, SecretSet, True, tag="secrets"),
        Route("GET", one, get, "read", "What is known of a secret",
              {200: SecretResponse, 404: Problem}, tag="secrets"),
        Route("DELETE", one, delete, "admin", "Delete a secret",
              {204: "", 400: Problem, 404: Problem, 422: HTTPValidationError}, query=(force,),
              tag="secrets"),
    ]  # fmt: skip


async def listing(request: web.Request) -> web.Response:
    """All of them."""
    found = await asyncio.to_thread(secrets.listing, context_of(request))
    return json_response([info.answer() for info in found])


async def put(request: web.Request) -> web.Response:
    """A new one, or a new value of it."""
    sent = validated(SecretSet, await reading.body_of(request))
    info = await asyncio.to_thread(
        partial(
            secrets.put,
            context_of(request),
            sent.name,
            value=sent.value,
            reference=sent.reference,
            description=sent.description,
        )
    )
    return json_response(info.answer(), 201)


async def get(request: web.Request) -> web.Response:
    """One."""
    info = await asyncio.to_thread(
        secrets.get, context_of(request), reading.path_part(request, "name")
    )
    return json_response(info.answer())


async def delete(request: web.Request) -> web.Response:
    """One less."""
    name, force = reading.path_part(request, "name"), bool(reading.flag(request, "force"))
    await asyncio.to_thread(partial(secrets.delete, context_of(request), name, force=force))
    return web.Response(status=204)
