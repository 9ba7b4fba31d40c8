"""What is kept of each request that reached a webhook (DESIGN 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice

from jobs_tui.models.enums import HookStyle, Verdict
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.execution import Delivery
from jobs_tui.models.ids import new_delivery_id
from jobs_tui.service.context import Context
from jobs_tui.service.hook_limits import TooMany
from jobs_tui.service.hook_reading import SECRET_HEADERS

REFUSED_BODY = 64 * 1024
"""Bytes: of a refused delivery a longer body is not kept."""
LONGEST_PATH = 256
"""Characters of a path that a record keeps."""


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


def record_of(
    ctx: Context, delivery: IncomingDelivery, job_id: str | None, status: int
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
        reason="",
        execution_id=None,
    )


def refused(
    ctx: Context,
    delivery: IncomingDelivery,
    job_id: str | None,
    style: HookStyle | None,
    refusal: JobsTuiError,
) -> Delivery:
    """The record of a refusal; of those that are too many it has neither headers nor body."""
    verdict = Verdict.REFUSED
    if isinstance(refusal, TooMany):
        verdict = Verdict.LIMITED
        delivery = replace(delivery, headers={}, body=None)
    record = record_of(ctx, delivery, job_id, refusal.http_status)
    return replace(record, verdict=verdict, reason=refusal.sentence(), style=style)


def duplicate_of(first: Delivery, record: Delivery) -> Delivery:
    """The record of a repeat: it leads to the row that the first one made."""
    return replace(
        record,
        verdict=Verdict.DUPLICATE,
        reason=f"A repeat of {first.id}.",
        execution_id=first.execution_id,
    )
