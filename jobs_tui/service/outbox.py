"""The outbox: where results went, what waits, what failed, and trying again.

Requests that reach webhooks are called deliveries; what leaves here is the outbox.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs_tui.models.delivery_target import words
from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.models.result_delivery import OutboxStatus, ResultDelivery
from jobs_tui.models.times import maybe_to_text, to_text
from jobs_tui.service.context import Context
from jobs_tui.store import result_deliveries as rows

TRIES = len(rows.DELAYS) + 1
"""Tries of a delivery."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One delivery with the words of its target."""

    delivery: ResultDelivery
    to: str
    """``webhook https://example.org/***``, ``job 'report'``."""

    @property
    def outcome(self) -> str:
        """What became of it and why, one line."""
        one = self.delivery
        if one.status is OutboxStatus.DELIVERED:
            return one.where or ""
        tries = f"{one.attempts} of {TRIES} tries"
        if one.status is OutboxStatus.WAITING:
            return f"{tries}: {one.error}" if one.error else ""
        return one.error or one.status.sentence


def of_run(ctx: Context, execution_id: str) -> list[Sent]:
    """The deliveries of a run, in the order of its targets."""
    return _worded(ctx, rows.of_run(ctx.store.jobs.reader(), execution_id))


def why_none(ctx: Context, execution_id: str) -> str | None:
    """Why the result of a run was not delivered at all; None when it was or had nowhere to go."""
    return rows.undelivered(ctx.store.jobs.reader(), execution_id)


def listing(
    ctx: Context,
    *,
    job_id: str | None = None,
    statuses: Sequence[OutboxStatus] = (),
    limit: int = 50,
    offset: int = 0,
) -> tuple[int, list[Sent]]:
    """Deliveries, newest first: how many match in all, and a page of them."""
    total, found = rows.listing(
        ctx.store.jobs.reader(), job_id=job_id, statuses=statuses, limit=limit, offset=offset
    )
    return total, _worded(ctx, found)


def get(ctx: Context, delivery_id: str) -> Sent:
    """The delivery of an id. Raises NotFound."""
    found = rows.get(ctx.store.jobs.reader(), delivery_id)
    if found is None:
        raise _missing(delivery_id)
    return _worded(ctx, [found])[0]


def find(ctx: Context, ref: str) -> Sent:
    """The delivery that a person means: id or unique beginning of it. Raises NotFound."""
    connection = ctx.store.jobs.reader()
    found = rows.get(connection, ref)
    if found is None and re.fullmatch(r"(out_)?[0-9a-f-]{4,36}", ref):
        ids = rows.beginning(connection, ref if ref.startswith("out_") else f"out_{ref}")
        if len(ids) > 1:
            raise NotFound(f"Several deliveries begin with {ref!r}.", "Give more of the id.")
        found = rows.get(connection, ids[0]) if ids else None
    if found is None:
        raise _missing(ref)
    return _worded(ctx, [found])[0]


def retry(ctx: Context, delivery_id: str) -> Sent:
    """Try a failed, skipped or waiting delivery now, with all its tries.

    Raises:
        NotFound: there is none.
        Refused: it has arrived.
    """

    def operation(connection: sqlite3.Connection) -> None:
        _pending(connection, delivery_id, "tried again")
        rows.again(connection, delivery_id, ctx.now())
        ctx.audit(connection, "outbox.retry", delivery_id)

    return _changed(ctx, delivery_id, operation)


def skip(ctx: Context, delivery_id: str) -> Sent:
    """Give a delivery up.

    Raises:
        NotFound: there is none.
        Refused: it has arrived.
    """

    def operation(connection: sqlite3.Connection) -> None:
        _pending(connection, delivery_id, "given up")
        rows.give_up(connection, delivery_id)
        ctx.audit(connection, "outbox.skip", delivery_id)

    return _changed(ctx, delivery_id, operation)


def entry(sent: Sent) -> dict[str, Any]:
    """A delivery as faces print it."""
    one = sent.delivery
    return {
        "id": one.id,
        "execution_id": one.execution_id,
        "job_id": one.job_id,
        "position": one.position,
        "type": one.target["type"],
        "to": sent.to,
        "status": str(one.status),
        "attempts": one.attempts,
        "error": one.error,
        "where": one.where,
        "created_at": to_text(one.created_at),
        "next_at": maybe_to_text(one.next_at),
        "delivered_at": maybe_to_text(one.delivered_at),
    }


def target_words(ctx: Context, targets: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where the targets of a job lead, one line each, nothing secret in it."""
    names = _names(ctx, [str(one["job"]) for one in targets if one["type"] == "job"])
    return [words(one, names.get(str(one.get("job")))) for one in targets]


def parse_status(text: str) -> OutboxStatus:
    """A status by its name. Raises InvalidInput."""
    try:
        return OutboxStatus(text)
    except ValueError:
        raise InvalidInput(
            f"{text!r:.40} is not a status of the outbox.",
            f"Use one of {', '.join(OutboxStatus)}.",
            field="status",
        ) from None


def _changed(
    ctx: Context, delivery_id: str, operation: Callable[[sqlite3.Connection], None]
) -> Sent:
    ctx.store.write(operation)
    return get(ctx, delivery_id)


def _pending(connection: sqlite3.Connection, delivery_id: str, done: str) -> None:
    found = rows.get(connection, delivery_id)
    if found is None:
        raise _missing(delivery_id)
    if found.status is OutboxStatus.DELIVERED:
        raise Refused(
            f"The delivery {delivery_id} has arrived: it cannot be {done}.", "Nothing was changed."
        )


def _missing(ref: str) -> NotFound:
    return NotFound(
        f"There is no delivery {ref!r:.80} in the outbox.", "`jobs-tui outbox list` shows all."
    )


def _worded(ctx: Context, found: Sequence[ResultDelivery]) -> list[Sent]:
    texts = target_words(ctx, [one.target for one in found])
    return [Sent(one, text) for one, text in zip(found, texts, strict=True)]


def _names(ctx: Context, ids: Sequence[str]) -> dict[str, str]:
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    found = ctx.store.rows(f"select id, name from jobs where id in ({marks})", list(ids))
    return {row["id"]: repr(row["name"]) for row in found}
