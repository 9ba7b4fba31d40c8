"""Running a stored delivery again: under a new id, and said so in the history (UX.md 5.7)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from typing import Any

from jobs_tui.guard.hook_proof import style_of
from jobs_tui.models.config import webhook_config
from jobs_tui.models.enums import HookStyle, Verdict
from jobs_tui.models.errors import JobsTuiError, Refused, StoreError, Unauthorised
from jobs_tui.models.execution import Delivery
from jobs_tui.models.ids import new_delivery_id
from jobs_tui.service import hook_admin, starts
from jobs_tui.service.context import Context
from jobs_tui.service.hook_reading import why_ignored
from jobs_tui.service.webhooks import no_start, prepared_start
from jobs_tui.store import deliveries as rows
from jobs_tui.store.deliveries import Hook


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay has come to."""

    delivery_id: str
    """Of the new delivery."""
    replay_of: str
    answer: dict[str, Any]
    """The fields of the trigger answer."""
    started: bool
    """A run was queued."""

    def entry(self) -> dict[str, Any]:
        """As faces print it."""
        return {**self.answer, "delivery_id": self.delivery_id, "replay_of": self.replay_of}


def replay(ctx: Context, delivery_id: str, *, unverified: bool = False) -> Replayed:
    """Do with a stored body what would be done if it came now, signature and repeats aside.

    Args:
        unverified: run one whose sender never proved itself; record and run say so.

    Raises:
        NotFound: no such delivery.
        Refused: its job has no webhook any more or is paused, its body was not kept, or nobody
            vouches for it.
        InvalidInput: the job cannot be started with this body; that is kept as a refusal.
    """
    old = hook_admin.delivery(ctx, delivery_id)
    hook = rows.hook_of(ctx.store.jobs.reader(), old.job_id) if old.job_id else None
    if hook is None:
        raise Refused(f"The delivery {old.id} leads to no job with a webhook.")
    _refuse_incomplete(old)
    if old.style is None and not unverified:
        raise Refused(
            f"The delivery {old.id} was refused because its sender did not prove itself.",
            "Read its body; to run it all the same say that it is unverified.",
        )
    record = replace(
        old,
        id=new_delivery_id(),
        received_at=ctx.now(),
        remote=ctx.origin or ctx.face,
        status_code=200,
        verdict=Verdict.ACCEPTED,
        reason=_reason(ctx, old),
        execution_id=None,
        sender_id=None,
        replay_of=old.id,
    )
    try:
        return _run(ctx, hook, old, record)
    except StoreError:
        raise
    except JobsTuiError as error:
        refused = replace(
            record,
            status_code=error.http_status,
            verdict=Verdict.REFUSED,
            reason=f"{record.reason} {error.sentence()}",
        )
        ctx.store.write(lambda connection: rows.insert(connection, refused))
        raise


def _run(ctx: Context, hook: Hook, old: Delivery, record: Delivery) -> Replayed:
    job, style = hook.job, old.style or _claimed_style(old)
    ignored = why_ignored(style, old.headers, webhook_config(job.definition.config).events)
    if ignored is not None:
        kept = replace(record, verdict=Verdict.IGNORED, reason=f"{record.reason} {ignored}")
        ctx.store.write(lambda connection: rows.insert(connection, kept))
        return Replayed(record.id, old.id, no_start(job.id, "ignored", ignored), False)
    about: dict[str, Any] = {"replay_of": old.id}
    if old.style is None:
        about["unverified"] = True
    start = prepared_start(ctx, hook, style, old.headers, old.body, about)

    def operation(connection: sqlite3.Connection) -> starts.Started:
        started = start(connection)
        rows.insert(connection, replace(record, execution_id=started.execution_id))
        return started

    started = ctx.store.write(operation)
    return Replayed(record.id, old.id, started.answer(), started.status == "started")


def _refuse_incomplete(old: Delivery) -> None:
    """Of refused deliveries long bodies are not kept, of those that were too many none is."""
    announced = old.headers.get("content-length", "0")
    dropped = not old.body and announced.isdecimal() and int(announced[:18]) > 0
    if old.verdict is Verdict.LIMITED or old.status_code == 413 or dropped:
        raise Refused(f"The body of the delivery {old.id} was not kept.", "Have it sent again.")


def _claimed_style(old: Delivery) -> HookStyle:
    """How a delivery without a good proof wanted to be read; records keep the headers' names."""
    try:
        return style_of(old.headers, list(HookStyle))
    except Unauthorised:
        return HookStyle.GENERIC


def _reason(ctx: Context, old: Delivery) -> str:
    unproven = ", although its sender was never proven" if old.style is None else ""
    return f"A replay of {old.id} by {ctx.actor}{unproven}."
