"""What operators do with a job's webhook: a new secret, a look at its deliveries."""

from __future__ import annotations

import sqlite3
from typing import Any

from jobs_tui.guard.signatures import new_secret
from jobs_tui.models.errors import Refused
from jobs_tui.models.execution import Delivery
from jobs_tui.models.job import Job
from jobs_tui.models.times import to_text
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.store import deliveries as rows


def require_hook(job: Job) -> str:
    """The webhook path of a job. Raises Refused for a job without a webhook."""
    if job.webhook_path is None:
        raise Refused(
            f"The job {job.name!r:.80} has no webhook.",
            f"`jobs-tui edit {job.id} --webhook` gives it one.",
        )
    return job.webhook_path


def rotate_secret(ctx: Context, job_id: str) -> str:
    """Make a new secret; the old one is refused from the commit on.

    Returns:
        The secret, this once.

    Raises:
        NotFound: no such job.
        Refused: it has no webhook.
    """
    require_hook(jobs.get(ctx, job_id))
    secret = new_secret()

    def operation(connection: sqlite3.Connection) -> None:
        connection.execute(
            "update jobs set webhook_secret = ?, updated_at = ?, updated_by = ? where id = ?",
            (secret, to_text(ctx.now()), ctx.actor, job_id),
        )
        ctx.audit(connection, "webhook.rotate", job_id)

    ctx.store.write(operation)
    return secret


def deliveries(ctx: Context, job_id: str, *, limit: int = 50) -> list[Delivery]:
    """Requests that reached the webhook of a job, accepted or refused, newest first."""
    return rows.listing(ctx.store.jobs.reader(), job_id, limit)


def delivery_entry(delivery: Delivery) -> dict[str, Any]:
    """A delivery as faces print it; the body as text, at most 64 KiB of it."""
    return {
        "id": delivery.id,
        "job_id": delivery.job_id,
        "received_at": to_text(delivery.received_at),
        "remote": delivery.remote,
        "status_code": delivery.status_code,
        "reason": delivery.reason,
        "execution_id": delivery.execution_id,
        "headers": delivery.headers,
        "body": delivery.body[:65_536].decode("utf-8", "replace"),
    }
