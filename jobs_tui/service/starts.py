"""Starting a job by hand, by program, by delivery, or again: one row, one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jobs_tui.agents import prompt as prompts
from jobs_tui.agents.directory import Directory
from jobs_tui.agents.doer import agent_of
from jobs_tui.agents.missing import queue_of
from jobs_tui.models.config import job_config
from jobs_tui.models.dependency import Mode
from jobs_tui.models.enums import ExecutionStatus, Kind, TriggerType
from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.models.ids import new_execution_id
from jobs_tui.models.job import Definition, Job
from jobs_tui.models.lifecycle import refuse_ended
from jobs_tui.service.context import Context
from jobs_tui.store import executions
from jobs_tui.store import jobs as job_rows
from jobs_tui.store.learned import learned


@dataclass(frozen=True, slots=True)
class Started:
    """The answer to a start (jobs_service_sdk.md, trigger)."""

    job_id: str
    execution_id: str
    number: int
    status: str
    """``started``, or ``skipped`` when the overlap policy did not let a delivery start."""
    message: str

    def answer(self) -> dict[str, Any]:
        """The fields of the trigger answer."""
        return {
            "job_id": self.job_id,
            "execution_id": self.execution_id,
            "workflow_id": self.execution_id,
            "status": self.status,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class Request:
    """What one start brings along."""

    kind: Kind
    parameters: Mapping[str, Any]
    config_override: Mapping[str, Any]
    metadata: Mapping[str, Any]
    inputs: Mapping[str, Any] | None = None
    """``payload`` and ``headers`` of a delivery."""
    paused_too: bool = False
    """Start a paused job as well (a person in front of TUI or CLI: SCHEDULING.md 5)."""


def start(
    ctx: Context,
    job_id: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    config_override: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    kind: Kind = Kind.MANUAL,
    paused_too: bool = False,
    known_only: bool = False,
) -> Started:
    """Queue a run of a job.

    Args:
        known_only: refuse parameters that the job does not know (a person's typing mistake).

    Raises:
        NotFound: no such job.
        Refused: it is paused, or has ended.
        InvalidInput: a parameter is missing or bad; nothing was written.
    """
    request = Request(
        kind, parameters or {}, config_override or {}, metadata or {}, None, paused_too
    )

    def operation(connection: sqlite3.Connection) -> Started:
        job = job_rows.get(connection, job_id)
        if job is None or job.archived_at is not None:
            raise NotFound(f"There is no job {job_id!r:.80}.", "`jobs-tui list` shows all.")
        if known_only:
            refuse_unknown(ctx.directory, job.definition, request.parameters)
        return queue(ctx, connection, job, request)

    return ctx.store.write(operation)


def refuse_unknown(
    directory: Directory, definition: Definition, parameters: Mapping[str, Any]
) -> None:
    """A name that the job does not know is a typing mistake. Raises InvalidInput."""
    known = [parameter.name for parameter in prompts.declared_and_used(definition, directory)]
    for name in parameters:
        if name not in known:
            takes = ", ".join(known) if known else "none"
            raise InvalidInput(
                f"The job has no parameter {name!r:.60}.",
                f"It takes: {takes}.",
                field=f"parameters.{name}",
            )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A start as far as it is known before its transaction: checked, prompt rendered."""

    row: executions.NewExecution
    skip_when_live: bool
    """Skipped while a run of the job is live (an automatic start under ``overlap: skip``)."""


def prepare(ctx: Context, job: Job, request: Request) -> Prepared:
    """All of a start that needs no transaction.

    Raises:
        Refused: the job is paused, or has ended.
        InvalidInput: a parameter is missing or bad.
    """
    _refuse_paused(job, request)
    definition, directory = job.definition, ctx.directory
    config = job_config(definition.config, request.config_override)
    new = executions.NewExecution(
        id=new_execution_id(),
        job_id=job.id,
        revision=job.revision,
        trigger_type=_trigger(request.kind, definition),
        kind=request.kind,
        created_at=ctx.now(),
        parallel=config.parallel,
        max_attempts=config.retry.max_attempts,
        config_override=dict(request.config_override),
        trigger_metadata=dict(request.metadata),
        requested_by=ctx.actor,
        queue=queue_of(definition),
        agent_id=agent_of(definition),
    )
    new.parameters = prompts.resolve(definition, request.parameters, directory)
    new.inputs = _used_inputs(definition, request.inputs, directory)
    known = learned(ctx.store.jobs.reader(), job.id, shown=True) if definition.learns else {}
    new.prompt = prompts.readable(
        definition,
        prompts.Start(new.id, new.created_at, known),
        new.parameters,
        directory,
        request.inputs,
    )
    return Prepared(new, request.kind is Kind.WEBHOOK and config.overlap == "skip")


def queue(ctx: Context, connection: sqlite3.Connection, job: Job, request: Request) -> Started:
    """Make the row of a start inside a transaction."""
    return decide(ctx, connection, job, prepare(ctx, job, request))


def decide(ctx: Context, connection: sqlite3.Connection, job: Job, prepared: Prepared) -> Started:
    """Make the row of a prepared start; the one place where started or skipped is decided.

    Args:
        job: as it stands in this transaction, of the revision that was prepared.
    """
    new = prepared.row
    ctx.audit(connection, _action(ctx, new.kind), job.id, new.id)
    if prepared.skip_when_live and job.live:
        skipped = replace(new, status=ExecutionStatus.SKIPPED, reason="overlap")
        number = executions.insert(connection, skipped)
        message = f"Not started: a run of {job.name!r} is still going on (overlap: skip)."
        return Started(job.id, new.id, number, "skipped", message)
    number = executions.insert(connection, new)
    message = f"Run #{number} of {job.name!r} is queued."
    if not job.enabled:
        message = f"Run #{number} of {job.name!r} is queued although the job is paused."
    return Started(job.id, new.id, number, "started", message)


def start_late(ctx: Context, connection: sqlite3.Connection, job: Job) -> Started:
    """Start a one-off job whose time has passed, inside the transaction that resumed it.

    With the values of its last run: those may have come from a job before it.
    """
    last = executions.get(connection, job.last_execution_id or "")
    known = {one.name for one in prompts.declared_and_used(job.definition, ctx.directory)}
    given = {} if last is None else last.parameters
    kept = {name: value for name, value in given.items() if name in known}
    return queue(ctx, connection, job, Request(Kind.CATCH_UP, kept, {}, {}))


def rerun(ctx: Context, execution_id: str, parameters: Mapping[str, Any] | None = None) -> Started:
    """Start the job of an earlier execution again, with its parameters or changed ones.

    The job's present definition is run; parameters that it no longer knows are dropped.

    Raises:
        NotFound: no such execution, or its job is deleted.
        InvalidInput: a parameter is not known, missing or bad.
    """
    return ctx.store.write(rerun_operation(ctx, execution_id, parameters or {}))


def rerun_operation(
    ctx: Context,
    execution_id: str,
    parameters: Mapping[str, Any],
    config_override: Mapping[str, Any] | None = None,
) -> Callable[[sqlite3.Connection], Started]:
    """As :func:`rerun`, for a transaction that does more; see :func:`start_operation`.

    Args:
        config_override: settings in place of those of the earlier start, key by key.
    """
    connection = ctx.store.jobs.reader()
    old = executions.get(connection, execution_id)
    if old is None:
        raise NotFound(f"There is no run {execution_id!r:.80}.")
    job = job_rows.get(connection, old.job_id)
    if job is None or job.archived_at is not None:
        raise NotFound(f"The job of run {execution_id} is deleted.", "Restore it first.")
    if parameters:
        refuse_unknown(ctx.directory, job.definition, parameters)
    known = {
        parameter.name for parameter in prompts.declared_and_used(job.definition, ctx.directory)
    }
    kept = {name: value for name, value in old.parameters.items() if name in known}
    request = Request(
        kind=Kind.RERUN,
        parameters={**kept, **parameters},
        config_override={**old.config_override, **(config_override or {})},
        metadata={**old.trigger_metadata, "rerun_of": old.id},
        inputs=executions.inputs(connection, execution_id) or None,
        paused_too=True,
    )
    return start_operation(ctx, job, request)


def start_operation(
    ctx: Context, job: Job, request: Request
) -> Callable[[sqlite3.Connection], Started]:
    """A start as an operation that is short in its transaction: the prompt is rendered here.

    Raises:
        Refused, InvalidInput: as :func:`prepare`, at once. The operation raises them too, and
            NotFound, when the job was changed in between.
    """
    prepared = prepare(ctx, job, request)

    def operation(connection: sqlite3.Connection) -> Started:
        current = job_rows.get(connection, job.id)
        if current is None or current.archived_at is not None:
            raise NotFound("The job was deleted in this moment.")
        _refuse_paused(current, request)
        if current.revision != job.revision:
            return queue(ctx, connection, current, request)
        return decide(ctx, connection, current, prepared)

    return operation


def _action(ctx: Context, kind: Kind) -> str:
    """How the record of changes calls a start."""
    if kind is Kind.RERUN:
        return "job.rerun"
    # A delivery that comes by another way than a sender's is one that was stored.
    return "delivery.replay" if kind is Kind.WEBHOOK and ctx.face != "webhook" else "job.start"


def _refuse_paused(job: Job, request: Request) -> None:
    refuse_ended(job)
    gated = any(one.get("mode") == Mode.GATE for one in job.definition.depends_on)
    if request.kind is Kind.WEBHOOK and gated and job.waiting_on:
        raise Refused(f"The job {job.name!r:.80} does not start yet: {job.waiting_on}.")
    if not job.enabled and not request.paused_too:
        raise Refused(f"The job {job.name!r:.80} is disabled.", "Enable it first.")


def _trigger(kind: Kind, definition: Definition) -> TriggerType:
    if kind is Kind.WEBHOOK:
        return TriggerType.WEBHOOK
    if kind in (Kind.SCHEDULED, Kind.CATCH_UP):
        return definition.trigger_type
    return TriggerType.MANUAL


def _used_inputs(
    definition: Definition, inputs: Mapping[str, Any] | None, directory: Directory
) -> dict[str, Any] | None:
    if not inputs:
        return None
    used = set(prompts.template_variables(definition, directory)) & set(prompts.FROM_DELIVERY)
    return {name: inputs[name] for name in used if name in inputs} or None
