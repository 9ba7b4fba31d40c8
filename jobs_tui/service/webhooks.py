"""What becomes of a request to a webhook: the order of the checks, the start, the record.

The codes and their order are those of compatibility.md: unknown path 404, missing signature 401,
wrong one 401, bad JSON 400, bad shape 422, disabled job 400, then whatever the start refuses.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

from jobs_tui.guard.signatures import verify
from jobs_tui.models.enums import Kind
from jobs_tui.models.errors import InvalidInput, JobsTuiError, NotFound, StoreError, Unauthorised
from jobs_tui.models.execution import Delivery
from jobs_tui.models.ids import new_delivery_id
from jobs_tui.service import starts
from jobs_tui.service.context import Context
from jobs_tui.service.json_body import parse_object
from jobs_tui.store import deliveries as rows
from jobs_tui.store.deliveries import Hook

SIGNATURE = "x-webhook-signature"
SECRET_HEADERS = frozenset(
    {
        SIGNATURE,
        "authorization",
        "cookie",
        "proxy-authorization",
        "webhook-signature",
        "x-api-key",
        "x-gitlab-token",
        "x-hub-signature",
        "x-hub-signature-256",
    }
)
"""Headers that prove something: no template sees them, and records hold ``***`` in their place."""
REFUSED_BODY = 64 * 1024
"""Bytes: of a refused delivery a longer body is not kept."""
LONGEST_PATH = 256
"""Characters of a path that a record keeps."""
BEHIND = 512
"""Records that may wait for the writer before refusing gets as slow as writing is."""
HEAVY_BODY = 32 * 1024
HEAVY_PROMPT = 4 * 1024
"""Bytes, characters: above either, reading and rendering leave the event loop's thread."""
RETRY_AFTER = 5
"""Seconds that a sender is asked to wait when the store cannot be written."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IncomingDelivery:
    """A request as it came."""

    path: str
    """The last part of the address, decoded."""
    headers: Mapping[str, str]
    """By lower-case name; any text, valid Unicode."""
    body: bytes | None
    """Raw; None when it was longer than the setting ``body_limit`` allows."""
    remote: str
    """The sender's address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told."""

    status_code: int
    body: dict[str, Any]
    started: bool = False
    """A run was queued, so the engine should look."""
    retry_after: int | None = None
    """Seconds, for the header of that name."""


class _TooLarge(JobsTuiError):
    title = "Too large"
    http_status = 413


async def deliver(ctx: Context, delivery: IncomingDelivery) -> Answer:
    """Check a delivery, start its job, keep the record; answered after the commit (DESIGN 2.4).

    The run's row and the accepted delivery's record are one commit; the record of a refused one
    is written behind. Nothing that a sender can do makes it raise.
    """
    job_id: str | None = None
    try:
        hook = rows.hook(ctx.store.jobs.reader(), delivery.path)
        if hook is None:
            raise NotFound("There is no webhook at this path.")
        job_id = hook.job.id
        started = await _accept(ctx, delivery, hook)
    except (StoreError, sqlite3.Error) as error:
        return _unavailable(error)
    except JobsTuiError as error:
        record = _record(ctx, delivery, job_id, error.http_status, error.sentence())
        await _write_behind(ctx, record)
        return Answer(error.http_status, {"detail": _detail(error)})
    return Answer(200, started.answer(), started=started.status == "started")


async def _accept(ctx: Context, delivery: IncomingDelivery, hook: Hook) -> starts.Started:
    """Raises a JobsTuiError, whose status is the answer's, when it is not to be accepted."""
    body = delivery.body
    if body is None:
        raise _TooLarge("The body is longer than this host accepts.")
    signature = delivery.headers.get(SIGNATURE, "")
    if not signature.strip():
        raise Unauthorised("The header X-Webhook-Signature is missing.")
    if not verify(hook.secret, body, signature):
        raise Unauthorised("The signature does not fit the body and the webhook's secret.")
    heavy = len(body) > HEAVY_BODY or len(hook.job.definition.prompt_template) > HEAVY_PROMPT
    prepare = partial(_prepare, ctx, delivery, hook, body)
    start = await asyncio.to_thread(prepare) if heavy else prepare()
    accepted = _record(ctx, delivery, hook.job.id, 200, "")

    def operation(connection: sqlite3.Connection) -> starts.Started:
        started = start(connection)
        rows.insert(connection, replace(accepted, execution_id=started.execution_id))
        return started

    return await ctx.store.awrite(operation)


def _prepare(
    ctx: Context, delivery: IncomingDelivery, hook: Hook, body: bytes
) -> Callable[[sqlite3.Connection], starts.Started]:
    payload = parse_object(body)
    request = starts.Request(
        kind=Kind.WEBHOOK,
        parameters=_object(payload, "parameters"),
        config_override=_object(payload, "config_override"),
        metadata=_object(payload, "metadata"),
        inputs={
            "payload": payload,
            "headers": {k: v for k, v in delivery.headers.items() if k not in SECRET_HEADERS},
        },
    )
    try:
        return starts.start_operation(ctx, hook.job, request)
    except InvalidInput as error:
        error.field = _place(error.field)
        raise


def _object(payload: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A part of the body that is an object when it is there; null counts as absent."""
    value = payload.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidInput(f"{name} is not an object.", "Send {...}.", field=name)
    return value


def _place(field: str | None) -> str:
    """Where in the body the cause of a start's error is to be looked for."""
    field = field or "parameters"
    if field == "config" or field.startswith("config."):
        return f"config_override{field[len('config') :]}"
    # A prompt that cannot be rendered was checked when it was saved: the values are the cause.
    return field if field.startswith("parameters") else "parameters"


def _detail(error: JobsTuiError) -> str | list[dict[str, Any]]:
    """The ``detail`` of an answer: one sentence, or for 422 a list with the place."""
    if not isinstance(error, InvalidInput):
        return error.sentence()
    place = [] if error.field in (None, "body") else str(error.field).split(".", 1)
    return [{"loc": ["body", *place], "msg": error.sentence(), "type": "value_error"}]


def _unavailable(error: Exception) -> Answer:
    _log.warning("a webhook delivery was not accepted: %s", error)
    message = error.message if isinstance(error, StoreError) else "The store cannot be read."
    return Answer(
        503, {"detail": f"{message} Nothing was started; send it again."}, retry_after=RETRY_AFTER
    )


def _record(
    ctx: Context, delivery: IncomingDelivery, job_id: str | None, status: int, reason: str
) -> Delivery:
    """What is kept of a delivery; a refused one's share of the disk is bounded."""
    body, headers = delivery.body or b"", delivery.headers.items()
    if status != 200:
        body = body if len(body) <= REFUSED_BODY else b""
        headers = {k[:100]: v[:500] for k, v in islice(headers, 50)}.items()
    return Delivery(
        id=new_delivery_id(),
        job_id=job_id,
        path=delivery.path[:LONGEST_PATH],
        received_at=ctx.now(),
        remote=delivery.remote,
        headers={k: "***" if k in SECRET_HEADERS else v for k, v in headers},
        body=body,
        status_code=status,
        reason=reason,
        execution_id=None,
    )


async def _write_behind(ctx: Context, record: Delivery) -> None:
    """Keep the record of a refusal without keeping its sender waiting, unless many do."""
    try:
        future = ctx.store.submit(lambda connection: rows.insert(connection, record))
    except StoreError as error:
        _log.warning("a refused delivery was not recorded: %s", error)
        return
    future.add_done_callback(_note_failure)
    if ctx.store.jobs.writer.waiting() > BEHIND:
        # A failure is told by the callback.
        await asyncio.gather(asyncio.wrap_future(future), return_exceptions=True)


def _note_failure(future: Future[None]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        _log.warning("a refused delivery was not recorded: %s", error)
