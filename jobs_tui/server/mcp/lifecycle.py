"""Ending jobs: the one door of this face to it."""

from __future__ import annotations

import sqlite3

from jobs_tui.models.enums import JobStatus
from jobs_tui.models.job import Job
from jobs_tui.service.context import Context
from jobs_tui.service.jobs import must_get
from jobs_tui.store import lifecycle


def cancel(ctx: Context, job_id: str, reason: str) -> Job:
    """End a job for good. Raises Refused, NotFound."""
    return _move(ctx, job_id, JobStatus.CANCELLED, reason)


def complete(ctx: Context, job_id: str, reason: str) -> Job:
    """Say that a job has done what it was for. Raises Refused, NotFound."""
    return _move(ctx, job_id, JobStatus.COMPLETED, reason)


def _move(ctx: Context, job_id: str, to: JobStatus, reason: str) -> Job:
    def operation(connection: sqlite3.Connection) -> Job:
        job = must_get(connection, job_id)
        lifecycle.move(
            connection, job, to, reason, ctx.now(), actor=ctx.actor, face=ctx.face,
            origin=ctx.origin,
        )  # fmt: skip
        return must_get(connection, job_id)

    return ctx.store.write(operation)
