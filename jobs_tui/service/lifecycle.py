"""Ending a job, starting one again as a copy, and setting a status by its name.

What may follow what is in :mod:`jobs_tui.models.lifecycle`; what is written, and the audit row, in
:mod:`jobs_tui.store.lifecycle`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from jobs_tui.models.enums import JobStatus
from jobs_tui.models.errors import InvalidInput, JobsTuiError
from jobs_tui.models.job import Job
from jobs_tui.models.job_change import JobChange
from jobs_tui.models.job_input import JobCreate, JobPatch, validated
from jobs_tui.models.lifecycle import in_words
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.store.lifecycle import end_waiting_runs, move

LONGEST_NAME = 255
LONGEST_REASON = 500
SETTABLE = (
    JobStatus.ACTIVE,
    JobStatus.PAUSED,
    JobStatus.COMPLETED,
    JobStatus.CANCELLED,
    JobStatus.ARCHIVED,
)
"""Statuses that a caller may ask for; the others follow by themselves."""


def cancel(ctx: Context, job_id: str, reason: str | None = None) -> Job:
    """End a job for good: what waits is cancelled, what runs is asked to stop.

    Args:
        reason: one sentence; None: who did it.

    Raises:
        NotFound: no such job, or it is deleted.
        WrongStatus: it has ended for good already.
        InvalidInput: the reason is too long.
    """
    return _end(ctx, job_id, JobStatus.CANCELLED, reason)


def complete(ctx: Context, job_id: str, reason: str | None = None) -> Job:
    """End a job whose goal is met: what waits is cancelled, what runs goes on to its end.

    Raises:
        NotFound: no such job, or it is deleted.
        WrongStatus: it has ended for good already.
        InvalidInput: the reason is too long.
    """
    return _end(ctx, job_id, JobStatus.COMPLETED, reason)


def change(ctx: Context, job_id: str, sent: Mapping[str, Any]) -> jobs.Saved:
    """Change fields of a job and, with ``status``, that as well: both or nothing.

    Args:
        sent: fields of JobChange.

    Raises:
        as :func:`jobs_tui.service.jobs.edit` and :func:`set_status`.
    """
    if sent.get("status") is None:
        return jobs.edit(ctx, job_id, sent)
    told = validated(JobChange, sent)
    rest = {name: value for name, value in sent.items() if name in JobPatch.model_fields}
    return set_status(ctx, job_id, str(told.status), told.status_reason, rest)


def set_status(
    ctx: Context,
    job_id: str,
    status: str,
    reason: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> jobs.Saved:
    """Make a job have a status, by its name, and change fields of it in the same transaction.

    Args:
        status: one of :data:`SETTABLE`.
        changes: fields of JobPatch, changed before; what is refused undoes all.

    Raises:
        NotFound: no such job, or it is deleted.
        WrongStatus: the transition is not allowed.
        InvalidInput: the status is none that can be asked for, or a field is bad.
    """
    wanted = _settable(status)
    said = _sentence(reason)

    def then(connection: sqlite3.Connection) -> None:
        job = jobs.must_get(connection, job_id)
        if wanted is JobStatus.ACTIVE:
            jobs.resume_in(ctx, connection, job)
        elif wanted is JobStatus.PAUSED:
            jobs.pause_in(ctx, connection, job, said)
        elif wanted is JobStatus.ARCHIVED:
            jobs.archive_in(ctx, connection, job)
        else:
            end_in(ctx, connection, job, wanted, said)

    if changes:
        return jobs.edit(ctx, job_id, changes, then=then)

    def operation(connection: sqlite3.Connection) -> Job:
        jobs.refuse_archived(jobs.must_get(connection, job_id))
        then(connection)
        return jobs.must_get(connection, job_id)

    return jobs.Saved(ctx.store.write(operation), None, ())


def end_in(
    ctx: Context, connection: sqlite3.Connection, job: Job, to: JobStatus, reason: str | None
) -> None:
    """As :func:`cancel` and :func:`complete`, within a transaction that does more."""
    said = reason or f"{in_words(to)} by {ctx.actor}"
    move(connection, job, to, said, ctx.now(), **ctx.who)
    if to is JobStatus.COMPLETED:
        end_waiting_runs(connection, job, ctx.now(), "the job was completed")


def copy(ctx: Context, job_id: str, changes: Mapping[str, Any] | None = None) -> jobs.Saved:
    """A new job with the definition of another one, which may have ended; it is enabled.

    The copy begins afresh: no history, no state, its own webhook address and secret.

    Args:
        changes: fields of JobCreate in place of those of the old job.

    Raises:
        NotFound: no such job, or it is deleted.
        InvalidInput: the definition does not hold any more (a time in the past, say).
        Forbidden: a policy denies it.
    """
    job = jobs.present(ctx, job_id)
    sent = dict(changes or {})
    fields = {**definition_fields(job), "name": _free_name(ctx, job.name), **sent}
    try:
        operation = jobs.create_operation(ctx, fields, copied_from=job.id)
    except JobsTuiError as error:
        if error.field is not None and error.field.partition(".")[0] not in sent:
            error.hint = f"{error.hint} Give the copy another {error.field}.".strip()
        raise
    return ctx.store.write(operation)


def definition_fields(job: Job) -> dict[str, Any]:
    """The definition of a job as fields of JobCreate."""
    fields = asdict(job.definition)
    # As JSON would hold it: lists, and no values that are None by default.
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in fields.items()
        if name in JobCreate.model_fields and value is not None
    }


def _end(ctx: Context, job_id: str, to: JobStatus, reason: str | None) -> Job:
    said = _sentence(reason)
    return jobs.change(ctx, job_id, partial(end_in, ctx, to=to, reason=said))


def _settable(status: str) -> JobStatus:
    try:
        wanted = JobStatus(status)
    except ValueError:
        raise InvalidInput(
            f"{status!r:.40} is not a job status.",
            f"Use one of {', '.join(SETTABLE)}.",
            field="status",
        ) from None
    if wanted not in SETTABLE:
        raise InvalidInput(
            f"The status {wanted} follows by itself and cannot be set.",
            f"Use one of {', '.join(SETTABLE)}.",
            field="status",
        )
    return wanted


def _sentence(reason: str | None) -> str | None:
    text = " ".join((reason or "").split())
    if len(text) > LONGEST_REASON:
        raise InvalidInput(
            f"The reason has {len(text)} characters; {LONGEST_REASON} are kept.",
            "Shorten it.",
            field="reason",
        )
    return text or None


def _free_name(ctx: Context, name: str) -> str:
    """``NAME (copy)``, or with a number when that is taken."""
    number = 1
    while True:
        end = " (copy)" if number == 1 else f" (copy {number})"
        found = f"{name[: LONGEST_NAME - len(end)]}{end}"
        if not jobs.same_name(ctx, found):
            return found
        number += 1
