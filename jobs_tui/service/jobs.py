"""Creating, changing, pausing, deleting and finding jobs."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from jobs_tui.guard.signatures import new_path, new_secret
from jobs_tui.models.enums import JobStatus, TriggerType
from jobs_tui.models.errors import InvalidInput, NotFound, WrongStatus
from jobs_tui.models.ids import new_job_id
from jobs_tui.models.job import Definition, Job
from jobs_tui.models.job_input import JobCreate, JobPatch, validated
from jobs_tui.models.lifecycle import FOR_GOOD, in_words, refuse_transition, way_out
from jobs_tui.models.times import maybe_to_text, to_text
from jobs_tui.schedule.timing import timing_of
from jobs_tui.service.around import around
from jobs_tui.service.context import Context
from jobs_tui.service.dependencies import wire
from jobs_tui.service.due import Due, due_again, first_due
from jobs_tui.service.paused import record_pause
from jobs_tui.store import conversations
from jobs_tui.store import jobs as rows
from jobs_tui.store.dependencies import refresh_dependants, started_by_chain
from jobs_tui.store.learned import look_anew
from jobs_tui.store.lifecycle import arm, bring_back, move

if TYPE_CHECKING:
    from jobs_tui.service.delivery_checks import Outgoing
    from jobs_tui.service.policy_gate import Asked


@dataclass(frozen=True, slots=True)
class Saved:
    """A job that was created or changed."""

    job: Job
    webhook_secret: str | None
    """Shown once: at creation, and when a job becomes a webhook job."""
    warnings: tuple[str, ...]


def create(ctx: Context, data: Mapping[str, Any]) -> Saved:
    """Make a job from the fields of JobCreate.

    Raises:
        InvalidInput: nothing was written.
        Forbidden: a policy denies it.
    """
    return ctx.store.write(create_operation(ctx, data))


def create_operation(
    ctx: Context, data: Mapping[str, Any], *, copied_from: str | None = None
) -> Callable[[sqlite3.Connection], Saved]:
    """As :func:`create`, for a transaction that does more: everything is checked here already.

    Args:
        copied_from: the id of the job that it is a copy of.
    """
    # Slow to import, and who only reads needs neither.
    from jobs_tui.service.checks import check
    from jobs_tui.service.delivery_checks import outgoing
    from jobs_tui.service.policy_gate import refuse_denied

    results = outgoing(ctx, validated(JobCreate, data))
    sent = results.sent
    near = around(ctx)
    checked = check(sent, ctx.directory, near)
    # The time of the check: a job that starts at once is due just after it.
    definition, now, job_id = checked.definition, near.now, new_job_id()
    warnings = checked.warnings + tuple(results.warnings)
    warnings += refuse_denied(ctx, "create", definition)
    hook = definition.trigger_type is TriggerType.WEBHOOK
    secret = new_secret() if hook else None
    due = first_due(definition, now)
    values = rows.definition_columns(definition) | {
        "id": job_id,
        "enabled": sent.enabled,
        "webhook_path": new_path() if hook else None,
        "webhook_secret": secret,
        "cursor_at": to_text(now),
        "due_at": maybe_to_text(due.due_at),
        "next_due_at": maybe_to_text(due.next_due_at) if sent.enabled else None,
        "waiting_on": None,
        "copied_from": copied_from,
        "at": to_text(now),
        "by": ctx.actor,
    }

    def operation(connection: sqlite3.Connection) -> Saved:
        results.save(ctx, connection)
        connection.execute(rows.INSERT, values)
        rows.save_revision(connection, job_id, 1, definition, now, ctx.actor)
        ctx.audit(connection, "job.create", job_id)
        wire(ctx, connection, job_id, None)
        return Saved(must_get(connection, job_id), secret, warnings)

    return operation


Then = Callable[[sqlite3.Connection], None]
"""What else a change does in its transaction."""

AFTER_THE_END = frozenset({"name", "description", "tags"})
"""Fields that can still be changed when a job has ended for good: they only help to find it."""


def edit(
    ctx: Context, job_id: str, changes: Mapping[str, Any], *, then: Then | None = None
) -> Saved:
    """Change the fields that are named; effective at the commit, nothing retroactive.

    Args:
        then: done in the same transaction, after the change; what it raises undoes all.

    Raises:
        InvalidInput: a field is bad or none is known.
        NotFound: no such job.
        WrongStatus: it has ended for good, and more than its words would change.
        Forbidden: a policy denies it.
    """
    sent = validated(JobPatch, changes)
    if not sent.model_fields_set:
        raise InvalidInput("Nothing to change was given.", "Name at least one field of the job.")
    from jobs_tui.service.delivery_checks import outgoing
    from jobs_tui.service.policy_gate import ask_about_change

    results = outgoing(ctx, sent, get(ctx, job_id).definition)
    while True:  # again when someone else changed it while the policies were asked
        saved = _edit(ctx, job_id, results, ask_about_change(ctx, job_id, results.sent), then)
        if saved is not None:
            return saved


def _edit(
    ctx: Context, job_id: str, results: Outgoing, asked: Asked, then: Then | None
) -> Saved | None:
    from jobs_tui.service.checks import check

    sent = results.sent
    secret: str | None = None
    warnings: tuple[str, ...] = ()
    now = ctx.now()
    secret_if_needed, path_if_needed = new_secret(), new_path()

    def operation(connection: sqlite3.Connection) -> Job | None:
        nonlocal secret, warnings
        job = must_get(connection, job_id)
        refuse_archived(job)
        if not asked.covers(job):
            return None
        enabled = sent.enabled if "enabled" in sent.model_fields_set else job.enabled
        _refuse_edit(job, sent, enabled)
        checked = check(sent, ctx.directory, around(ctx, job_id, connection), job.definition)
        warnings = checked.warnings + tuple(results.warnings) + asked.warnings
        definition = checked.definition
        old_secret = connection.execute(
            "select webhook_secret from jobs where id = ?", (job_id,)
        ).fetchone()[0]
        hook = definition.trigger_type is TriggerType.WEBHOOK
        secret = secret_if_needed if hook and old_secret is None else None
        retimed = _timing(definition) != _timing(job.definition)
        if not job.enabled and (enabled or retimed):
            # What the pause kept from starting by the old schedule is told before it is gone.
            record_pause(connection, job, now, ctx.actor)
        anew = retimed or (enabled and not job.enabled)
        # As in a pause: when it begins the cursor stays, so that nothing due goes undecided.
        cursor = now if anew else job.cursor_at or now
        due = (
            first_due(definition, now, job.created_at) if anew else _due_as_before(job, definition)
        )
        values = rows.definition_columns(definition) | {
            "id": job_id,
            "enabled": enabled,
            "webhook_path": job.webhook_path or (path_if_needed if hook else None),
            "webhook_secret": old_secret or secret,
            "cursor_at": to_text(cursor),
            "due_at": maybe_to_text(due.due_at),
            "next_due_at": maybe_to_text(due.next_due_at) if enabled else None,
            "waiting_on": job.waiting_on,
            "at": to_text(now),
            "by": ctx.actor,
        }
        results.save(ctx, connection)
        number = connection.execute(rows.UPDATE_DEFINITION, values).fetchone()[0]
        rows.save_revision(connection, job_id, number, definition, now, ctx.actor)
        if "conversation" in sent.model_fields_set and sent.conversation == "new":
            conversations.forget(connection, job_id)
        if _looked_at(definition) != _looked_at(job.definition):
            look_anew(connection, job_id)
        changed = sorted(sent.model_fields_set - {"enabled"})
        if changed:
            ctx.audit(connection, "job.edit", job_id, ", ".join(changed))
        if enabled and not job.enabled:
            arm(connection, job, due.due_at, due.next_due_at, now, **ctx.who)
        elif job.enabled and not enabled:
            move(connection, job, JobStatus.PAUSED, None, now, **ctx.who)
        if sent.model_fields_set & {"depends_on", "trigger_type"}:
            wire(ctx, connection, job_id, job)
        if definition.name != job.name:
            refresh_dependants(connection, job_id)
        if then is not None:
            then(connection)
        return must_get(connection, job_id)

    job = ctx.store.write(operation)
    return None if job is None else Saved(job, secret, warnings)


def pause(ctx: Context, job_id: str, reason: str | None = None) -> Job:
    """Nothing automatic starts it any more; runs that are live go on. Harmless when repeated.

    Raises:
        NotFound: no such job, or it is deleted.
        WrongStatus: it has ended.
    """
    return change(ctx, job_id, partial(pause_in, ctx, reason=reason))


def resume(ctx: Context, job_id: str) -> Job:
    """Armed again from now; what was due meanwhile is one skip record (SCHEDULING.md 5).

    A one-off job whose time has passed starts at once: it is never lost, only late.

    Raises:
        NotFound: no such job, or it is deleted.
        WrongStatus: it has ended for good.
    """
    return change(ctx, job_id, partial(resume_in, ctx))


def archive(ctx: Context, job_id: str) -> Job:
    """Delete: configuration and history stay and can be restored. Live runs finish."""
    return change(ctx, job_id, partial(archive_in, ctx))


def restore(ctx: Context, job_id: str) -> Job:
    """Take a delete back; nothing is made up for the time between.

    Raises:
        WrongStatus: it is not deleted.
    """
    now = ctx.now()

    def operation(connection: sqlite3.Connection) -> Job:
        job = must_get(connection, job_id)
        due = due_again(job, now) if job.enabled else Due(job.due_at, None)
        bring_back(connection, job, due.due_at, due.next_due_at, now, **ctx.who)
        return must_get(connection, job_id)

    return ctx.store.write(operation)


def pause_in(
    ctx: Context, connection: sqlite3.Connection, job: Job, reason: str | None = None
) -> None:
    """As :func:`pause`, within a transaction that does more."""
    if job.enabled or job.ended_as is not None:
        # While paused the cursor stays: everything after it was not decided but paused.
        move(connection, job, JobStatus.PAUSED, reason, ctx.now(), **ctx.who)


def resume_in(ctx: Context, connection: sqlite3.Connection, job: Job) -> None:
    """As :func:`resume`, within a transaction that does more."""
    if job.enabled:
        return
    now = ctx.now()
    refuse_transition(job, JobStatus.ACTIVE)
    due = due_again(job, now)
    once = job.definition.trigger_type is TriggerType.ONE_OFF
    waits = bool(job.definition.depends_on) and not started_by_chain(connection, job.id)
    at_once = once and due.next_due_at is None and not waits
    if not at_once:
        record_pause(connection, job, now, ctx.actor)
    arm(connection, job, due.due_at, due.next_due_at, now, **ctx.who)
    if at_once and not job.live:
        from jobs_tui.service.starts import start_late  # slow to import

        start_late(ctx, connection, must_get(connection, job.id))


def archive_in(ctx: Context, connection: sqlite3.Connection, job: Job) -> None:
    """As :func:`archive`, within a transaction that does more."""
    move(connection, job, JobStatus.ARCHIVED, None, ctx.now(), **ctx.who)


def change(ctx: Context, job_id: str, how: Callable[[sqlite3.Connection, Job], None]) -> Job:
    """Change a job that is not deleted, in one transaction. Raises NotFound."""

    def operation(connection: sqlite3.Connection) -> Job:
        job = must_get(connection, job_id)
        refuse_archived(job)
        how(connection, job)
        return must_get(connection, job_id)

    return ctx.store.write(operation)


def present(ctx: Context, job_id: str) -> Job:
    """The job of an id that is not deleted. Raises NotFound."""
    job = get(ctx, job_id)
    refuse_archived(job)
    return job


def get(ctx: Context, job_id: str) -> Job:
    """The job of an id, archived or not. Raises NotFound."""
    row = ctx.store.row(f"{rows.SELECT} where jobs.id = ?", (job_id,))
    if row is None:
        raise NotFound(f"There is no job {job_id!r:.80}.", "`jobs-tui list` shows all.")
    return rows.job_from(row)


def find(ctx: Context, ref: str, *, archived: bool = False) -> Job:
    """The job that a person means: id, unique id prefix or unique name (DESIGN 10).

    Args:
        archived: also look among deleted jobs.

    Raises:
        NotFound: nothing or several things match.
    """
    found = _matches(ctx, ref)
    wanted = [job for job in found if archived or job.archived_at is None]
    if not wanted and found:
        raise NotFound(
            f"The job {found[0].name!r:.80} is deleted.",
            f"`jobs-tui restore {found[0].id}` brings it back.",
        )
    return _only(ref, wanted)


def find_any(ctx: Context, ref: str) -> Job:
    """As :func:`find`; a deleted job only when no other one is meant. Raises NotFound."""
    found = _matches(ctx, ref)
    return _only(ref, [job for job in found if job.archived_at is None] or found)


def find_deleted(ctx: Context, ref: str) -> Job:
    """As :func:`find_any`, deleted jobs first: what a restore means. Raises NotFound."""
    found = _matches(ctx, ref)
    return _only(ref, [job for job in found if job.archived_at is not None] or found)


def _matches(ctx: Context, ref: str) -> list[Job]:
    """The job with this id, else those with this name, else those whose id begins so.

    An id is never ambiguous: a name may be any text, so also the id of another job.
    """
    found = ctx.store.rows(f"{rows.SELECT} where jobs.id = ?", (ref,))
    if not found:
        found = ctx.store.rows(f"{rows.SELECT} where jobs.name = ?", (ref,))
    if not found and re.fullmatch(r"(job_)?[0-9a-f-]{4,36}", ref):
        prefix = ref if ref.startswith("job_") else f"job_{ref}"
        found = ctx.store.rows(
            f"{rows.SELECT} where jobs.id >= ? and jobs.id < ?", (prefix, prefix + "g")
        )
    return [rows.job_from(row) for row in found]


def _only(ref: str, found: list[Job]) -> Job:
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFound(
            f"There is no job {ref!r:.80}.",
            "Name it by id, by the beginning of its id, or by name; `jobs-tui list` shows all.",
        )
    ids = ", ".join(job.id for job in found[:5])
    raise NotFound(f"{len(found)} jobs are called {ref!r:.80}: {ids}.", "Use the id.")


def listing(
    ctx: Context,
    *,
    enabled: bool | None = None,
    trigger_type: str | None = None,
    status: str | None = None,
    query: str | None = None,
    tag: str | None = None,
) -> list[Job]:
    """Jobs, newest first; deleted ones only with ``status="archived"``.

    Args:
        query: its words are all in name, description, tags, prompt or latest results.

    Raises:
        InvalidInput: the status is none.
    """
    wanted = _status(status)
    where = ["jobs.archived_at is " + ("not null" if wanted is JobStatus.ARCHIVED else "null")]
    parameters: list[Any] = []
    if enabled is not None:
        where.append("jobs.enabled = ?")
        parameters.append(enabled)
    if trigger_type is not None:
        where.append("jobs.trigger_type = ?")
        parameters.append(trigger_type)
    sql = (
        f"{rows.SELECT} where {' and '.join(where)} order by jobs.created_at desc, jobs.rowid desc"
    )
    found = [rows.job_from(row) for row in ctx.store.rows(sql, parameters)]
    if wanted is not None:
        found = [job for job in found if job.status is wanted]
    if tag is not None:
        found = [job for job in found if tag in job.definition.tags]
    if query and query.strip():
        from jobs_tui.service.search import having  # who lists without words needs no index

        ids, low = having(ctx, query, archived=wanted is JobStatus.ARCHIVED), query.casefold()
        found = [job for job in found if job.id in ids or low in searchable(job)]
    return found


def searchable(job: Job) -> str:
    """The text that a plain search looks at, folded for comparing."""
    parts = (job.name, job.definition.description or "", *job.definition.tags)
    return "\n".join((*parts, job.definition.prompt_template)).casefold()


def definition_of(ctx: Context, job_id: str, revision: int) -> Definition:
    """The snapshot that a run of this revision follows."""
    return rows.revision(ctx.store.jobs.reader(), job_id, revision)


def same_name(ctx: Context, name: str, *, but: str | None = None) -> list[str]:
    """Ids of other jobs with exactly this name."""
    found = ctx.store.rows("select id from jobs where name = ? and archived_at is null", (name,))
    return [row[0] for row in found if row[0] != but]


def _status(status: str | None) -> JobStatus | None:
    try:
        return None if status is None else JobStatus(status)
    except ValueError:
        raise InvalidInput(
            f"{status!r:.40} is not a job status.",
            f"Use one of {', '.join(JobStatus)}.",
            field="status",
        ) from None


def _looked_at(definition: Definition) -> tuple[object, ...]:
    """What an answer depends on: one of something else is no change."""
    return (
        definition.prompt_template,
        definition.parameters,
        definition.entity_id,
        definition.execution_environment,
        definition.watch,
        definition.end_condition,
    )


def _timing(definition: Definition) -> tuple[Any, ...]:
    return (
        definition.trigger_type,
        definition.cron_schedule,
        definition.cron_timezone,
        definition.run_at,
        definition.interval_seconds,
        definition.interval_mode,
        definition.start_at,
        definition.end_at,
    )


def _due_as_before(job: Job, definition: Definition) -> Due:
    timing = timing_of(definition, job.created_at, job.due_at)
    cursor = job.cursor_at or job.created_at
    return Due(job.due_at, None if timing is None else timing.next(cursor))


def must_get(connection: sqlite3.Connection, job_id: str) -> Job:
    """The job of an id within a transaction, archived or not. Raises NotFound."""
    job = rows.get(connection, job_id)
    if job is None:
        raise NotFound(f"There is no job {job_id!r:.80}.", "`jobs-tui list` shows all.")
    return job


def _refuse_edit(job: Job, sent: JobPatch, enabled: bool) -> None:
    """Raises WrongStatus when the job's status does not allow this change."""
    if enabled and not job.enabled:
        refuse_transition(job, JobStatus.ACTIVE)
    beyond = sorted(sent.model_fields_set - AFTER_THE_END - {"enabled"})
    if job.ended_as in FOR_GOOD and beyond:
        raise WrongStatus(
            f"The job {job.name!r:.80} is {in_words(job.status)}: only its name, description and"
            f" tags can be changed, not {beyond[0]}.",
            way_out(job),
        )


def refuse_archived(job: Job) -> None:
    """Raises NotFound when it is deleted."""
    if job.archived_at is not None:
        raise NotFound(f"The job {job.name!r:.80} is deleted.", "Restore it first.")
