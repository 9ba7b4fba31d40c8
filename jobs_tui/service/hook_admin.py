"""What operators do with a job's webhook: how to call it, a new secret, a look at deliveries."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jobs_tui.guard.signatures import new_secret
from jobs_tui.models.config import webhook_config
from jobs_tui.models.enums import Verdict
from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.models.execution import Delivery
from jobs_tui.models.job import Job
from jobs_tui.models.times import maybe_from_text, maybe_to_text, to_text
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import webhook_url
from jobs_tui.service.hook_samples import curl_sample, example_values, first_style
from jobs_tui.store import deliveries as rows

OVERLAP = 86_400.0
"""Seconds that the old secret stays good after a rotation, unless said otherwise."""
LONGEST_OVERLAP = 366 * 86_400.0
BODY_SHOWN = 65_536
BODY_LISTED = 2_048
"""Bytes of a body that are shown of one delivery, and of each in a list of many."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """A new secret, shown this once."""

    secret: str
    previous_until: datetime
    """Until when the old one is accepted too."""


def require_hook(job: Job) -> str:
    """The webhook path of a job. Raises Refused for a job without a webhook."""
    if job.webhook_path is None:
        raise Refused(
            f"The job {job.name!r:.80} has no webhook.",
            f"`jobs-tui edit {job.id} --webhook` gives it one.",
        )
    return job.webhook_path


def rotate_secret(ctx: Context, job_id: str, overlap: float = OVERLAP) -> Rotated:
    """Make a new secret; the present one stays good for a while, any older one ends at once.

    Args:
        overlap: seconds; 0 refuses the present one from the commit on.

    Raises:
        NotFound: no such job.
        Refused: it has no webhook.
        InvalidInput: ``overlap`` is out of range.
    """
    if not (math.isfinite(overlap) and 0 <= overlap <= LONGEST_OVERLAP):
        raise InvalidInput(
            f"overlap is not between 0 and {LONGEST_OVERLAP:.0f} seconds.", field="overlap"
        )
    require_hook(jobs.present(ctx, job_id))
    now = ctx.now()
    made = Rotated(new_secret(), now + timedelta(seconds=overlap))

    def operation(connection: sqlite3.Connection) -> None:
        connection.execute(
            "update jobs set webhook_previous_secret = webhook_secret,"
            " webhook_previous_until = ?, webhook_secret = ?, updated_at = ?, updated_by = ?"
            " where id = ?",
            (to_text(made.previous_until), made.secret, to_text(now), ctx.actor, job_id),
        )
        ctx.audit(connection, "webhook.rotate", job_id, f"overlap {overlap:g} s")

    ctx.store.write(operation)
    return made


def hook_entry(ctx: Context, job: Job) -> dict[str, Any]:
    """How a job's webhook is called. The secret is not in it: it is shown when it is made.

    Raises:
        Refused: it has no webhook.
    """
    path = require_hook(job)
    config = webhook_config(job.definition.config)
    url = webhook_url(ctx, path)
    row = ctx.store.row("select webhook_previous_until from jobs where id = ?", (job.id,))
    until = maybe_from_text(row[0]) if row is not None else None
    style, values = first_style(job.definition), example_values(job.definition, ctx.directory)
    return {
        "job_id": job.id,
        "webhook_url": url,
        "styles": [str(one) for one in config.styles],
        "events": config.events,
        "mapping": config.mapping,
        "previous_secret_until": maybe_to_text(until if until and until > ctx.now() else None),
        "curl": curl_sample(url, values, style, config.events),
    }


def deliveries(
    ctx: Context,
    job_id: str | None = None,
    *,
    limit: int = 50,
    offset: int = 0,
    verdicts: Sequence[Verdict] = (),
) -> list[Delivery]:
    """Requests that reached the webhook of a job, or any address of one, newest first."""
    reader = ctx.store.jobs.reader()
    return rows.listing(reader, job_id, limit, verdicts=verdicts, offset=offset)


def delivery_count(
    ctx: Context, job_id: str | None = None, verdicts: Sequence[Verdict] = ()
) -> int:
    """How many there are of those that :func:`deliveries` pages through."""
    return rows.count(ctx.store.jobs.reader(), job_id, verdicts)


def delivery(ctx: Context, delivery_id: str) -> Delivery:
    """The delivery of an id. Raises NotFound."""
    found = rows.get(ctx.store.jobs.reader(), delivery_id)
    if found is None:
        raise NotFound(
            f"There is no delivery {delivery_id!r:.80}.",
            "`jobs-tui webhook deliveries JOB` lists those of a job.",
        )
    return found


def find_delivery(ctx: Context, ref: str) -> Delivery:
    """The delivery of an id or of its unique beginning. Raises NotFound."""
    prefix = ref if ref.startswith("dlv_") else f"dlv_{ref}"
    found = rows.beginning(ctx.store.jobs.reader(), prefix) if len(prefix) >= 8 else []
    if len(found) > 1:
        raise NotFound(f"Several deliveries begin with {ref!r:.80}.", "Give more of the id.")
    return delivery(ctx, found[0] if found else ref)


def delivery_entry(delivery: Delivery, most: int = BODY_SHOWN) -> dict[str, Any]:
    """A delivery as faces print it.

    Args:
        most: bytes of the body to show, as text.
    """
    return {
        "id": delivery.id,
        "job_id": delivery.job_id,
        "received_at": to_text(delivery.received_at),
        "remote": delivery.remote,
        "path": delivery.path,
        "status_code": delivery.status_code,
        "verdict": str(delivery.verdict),
        "reason": delivery.reason,
        "execution_id": delivery.execution_id,
        "style": str(delivery.style) if delivery.style else None,
        "sender_id": delivery.sender_id,
        "replay_of": delivery.replay_of,
        "headers": delivery.headers,
        "body": delivery.body[:most].decode("utf-8", "replace"),
        "body_bytes": len(delivery.body),
        "body_truncated": len(delivery.body) > most,
    }
