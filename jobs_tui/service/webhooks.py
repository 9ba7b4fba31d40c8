"""What becomes of a request to a webhook: the order of the checks, the start, the record.

The codes and their order are those of compatibility.md: unknown path 404, missing signature 401,
wrong one 401, bad JSON 400, bad shape 422, disabled job 400, then whatever the start refuses.
Limits come in between: after the signature that of the webhook, before it that of the address.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from jobs_tui.guard.hook_proof import PROOF_HEADER, check_time, fits, style_of
from jobs_tui.models.config import webhook_config
from jobs_tui.models.enums import HookStyle, Verdict
from jobs_tui.models.errors import InvalidInput, JobsTuiError, NotFound, StoreError, Unauthorised
from jobs_tui.models.execution import Delivery
from jobs_tui.models.times import to_text
from jobs_tui.service import hook_reading, starts
from jobs_tui.service.context import Context
from jobs_tui.service.hook_limits import HookLimits, TooMany
from jobs_tui.service.hook_records import IncomingDelivery, duplicate_of, record_of, refused
from jobs_tui.store import deliveries as rows
from jobs_tui.store.deliveries import Hook

BEHIND = 512
"""Records that may wait for the writer before refusing gets as slow as writing is."""
HEAVY_BODY = 32 * 1024
HEAVY_PROMPT = 4 * 1024
"""Bytes, characters: above either, reading and rendering leave the event loop's thread."""
RETRY_AFTER = 5
"""Seconds that a sender is asked to wait when the store cannot be written."""

_log = logging.getLogger(__name__)


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


async def deliver(
    ctx: Context, delivery: IncomingDelivery, limits: HookLimits | None = None
) -> Answer:
    """Check a delivery, start its job, keep the record; answered after the commit (DESIGN 2.4).

    The run's row and the accepted delivery's record are one commit; the record of any other one
    is written behind. Nothing that a sender can do makes it raise.

    Args:
        limits: those of this engine; None lets everything through.
    """
    ctx = replace(ctx, origin=delivery.remote)
    hook: Hook | None = None
    style: HookStyle | None = None
    try:
        hook = rows.hook(ctx.store.jobs.reader(), delivery.path)
        if hook is None:
            raise NotFound("There is no webhook at this path.")
        style, body = _proven(ctx, delivery, hook)
        if limits is not None:
            limits.accept(hook.job.id)
        return await _accept(ctx, delivery, hook, style, body)
    except (StoreError, sqlite3.Error) as error:
        return _unavailable(error)
    except JobsTuiError as error:
        refusal = error
        if style is None and limits is not None:
            refusal = limits.refuse(delivery.remote, error)
        job_id = hook.job.id if hook is not None else None
        await _write_behind(ctx, refused(ctx, delivery, job_id, style, refusal))
        retry_after = refusal.retry_after if isinstance(refusal, TooMany) else None
        return Answer(refusal.http_status, {"detail": detail_of(refusal)}, retry_after=retry_after)


def _proven(ctx: Context, delivery: IncomingDelivery, hook: Hook) -> tuple[HookStyle, bytes]:
    """How the delivery is signed, and its body. Raises a JobsTuiError when it is not, or cannot."""
    if delivery.body is None:
        raise _TooLarge("The body is longer than this host accepts.")
    config = webhook_config(hook.job.definition.config)
    style, body = style_of(delivery.headers, config.styles), delivery.body
    check_time(style, delivery.headers, ctx.now())
    good = fits(style, hook.secret, delivery.headers, body)
    old = hook.previous_secret
    if not good and old is not None and fits(style, old, delivery.headers, body):
        until = hook.previous_until
        good = until is not None and ctx.now() < until
        if not good and until is not None:
            raise Unauthorised(
                f"It was signed with the secret before the last one, valid until {to_text(until)}.",
                "Give the sender the present secret.",
            )
    if not good:
        what = "token" if style is HookStyle.GITLAB else "signature"
        raise Unauthorised(
            f"The {what} in {PROOF_HEADER[style]} does not fit the body and the webhook's secret."
        )
    return style, body


async def _accept(
    ctx: Context, delivery: IncomingDelivery, hook: Hook, style: HookStyle, body: bytes
) -> Answer:
    """Raises a JobsTuiError, whose status is the answer's, when it is not to be accepted."""
    job, headers = hook.job, delivery.headers
    config = webhook_config(job.definition.config)
    record = replace(
        record_of(ctx, delivery, job.id, 200), style=style, verdict=Verdict.ACCEPTED, reason=""
    )
    ignored = hook_reading.why_ignored(style, headers, config.events)
    if ignored is not None:
        await _write_behind(ctx, replace(record, verdict=Verdict.IGNORED, reason=ignored))
        return Answer(200, no_start(job.id, "ignored", ignored))
    record = replace(record, sender_id=hook_reading.sender_id(style, headers))
    heavy = len(body) > HEAVY_BODY or len(job.definition.prompt_template) > HEAVY_PROMPT
    prepare = partial(prepared_start, ctx, hook, style, headers, body)
    try:
        start = await asyncio.to_thread(prepare) if heavy else prepare()
    except JobsTuiError:
        # A repeat is a repeat, even when the job is paused or another one by now.
        first = _first(ctx.store.jobs.reader(), record)
        if first is None:
            raise
        await _write_behind(ctx, duplicate_of(first, record))
        return Answer(200, _repeated(first))

    def operation(connection: sqlite3.Connection) -> starts.Started | Delivery:
        first = _first(connection, record)
        if first is not None:
            rows.insert(connection, duplicate_of(first, record))
            return first
        started = start(connection)
        rows.insert(connection, replace(record, execution_id=started.execution_id))
        return started

    done = await ctx.store.awrite(operation)
    if isinstance(done, Delivery):
        return Answer(200, _repeated(done))
    return Answer(200, done.answer(), started=done.status == "started")


def prepared_start(
    ctx: Context,
    hook: Hook,
    style: HookStyle,
    headers: Mapping[str, str],
    body: bytes,
    metadata: Mapping[str, Any] | None = None,
) -> Callable[[sqlite3.Connection], starts.Started]:
    """The start that a delivery asks for, read and rendered, as an operation.

    Args:
        metadata: more of it than the body brings.

    Raises:
        JobsTuiError: the body does not allow a start; ``field`` is the place in the body.
    """
    job = hook.job
    config = webhook_config(job.definition.config)
    request = hook_reading.start_request(
        style, headers, body, job.definition, config, ctx.directory
    )
    if metadata:
        request = replace(request, metadata={**request.metadata, **metadata})
    try:
        return starts.start_operation(ctx, job, request)
    except InvalidInput as error:
        error.field = _place(error.field)
        raise


def no_start(
    job_id: str, status: str, message: str, execution_id: str | None = None
) -> dict[str, Any]:
    """The answer to a good delivery that starts nothing, with the fields of the trigger answer."""
    return {
        "job_id": job_id,
        "execution_id": execution_id,
        "workflow_id": execution_id,
        "status": status,
        "message": message,
    }


def _first(connection: sqlite3.Connection, record: Delivery) -> Delivery | None:
    """The accepted delivery that this one repeats."""
    if record.job_id is None or record.style is None or record.sender_id is None:
        return None
    return rows.first_accepted(connection, record.job_id, record.style, record.sender_id)


def _repeated(first: Delivery) -> dict[str, Any]:
    message = f"This delivery was accepted before, at {to_text(first.received_at)}."
    return no_start(first.job_id or "", "duplicate", message, first.execution_id)


def _place(field: str | None) -> str:
    """Where in the body the cause of a start's error is to be looked for."""
    field = field or "parameters"
    if field == "config" or field.startswith("config."):
        return f"config_override{field[len('config') :]}"
    # A prompt that cannot be rendered was checked when it was saved: the values are the cause.
    return field if field.startswith("parameters") else "parameters"


def detail_of(error: JobsTuiError) -> str | list[dict[str, Any]]:
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


async def _write_behind(ctx: Context, record: Delivery) -> None:
    """Keep a record without keeping the sender waiting, unless many do."""
    try:
        future = ctx.store.submit(lambda connection: rows.insert(connection, record))
    except StoreError as error:
        _log.warning("a delivery was not recorded: %s", error)
        return
    future.add_done_callback(_note_failure)
    if ctx.store.jobs.writer.waiting() > BEHIND:
        # A failure is told by the callback.
        await asyncio.gather(asyncio.wrap_future(future), return_exceptions=True)


def _note_failure(future: Future[None]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        _log.warning("a delivery was not recorded: %s", error)
