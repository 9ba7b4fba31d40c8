"""Reading runs, their history and logs, and cancelling them."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs_tui.models.enums import ExecutionStatus, TriggerType
from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.models.execution import Attempt, Execution, Step
from jobs_tui.models.times import to_text
from jobs_tui.service.context import Context
from jobs_tui.store import executions
from jobs_tui.store import steps as step_rows
from jobs_tui.store.logs import LogReader
from jobs_tui.store.queue import end_waiting


def get(ctx: Context, execution_id: str) -> Execution:
    """The execution of an id. Raises NotFound."""
    found = executions.get(ctx.store.jobs.reader(), execution_id)
    if found is None:
        raise NotFound(f"There is no run {execution_id!r:.80}.", "`jobs-tui history` shows runs.")
    return found


def find(ctx: Context, ref: str) -> Execution:
    """The run that a person means: id or unique prefix of it.

    Raises:
        NotFound: nothing or several things match.
    """
    found = executions.get(ctx.store.jobs.reader(), ref)
    if found is not None:
        return found
    if re.fullmatch(r"(exec_)?[0-9a-f-]{4,36}", ref):
        prefix = ref if ref.startswith("exec_") else f"exec_{ref}"
        rows = ctx.store.rows(
            f"{executions.SELECT} where executions.id >= ? and executions.id < ? limit 2",
            (prefix, prefix + "g"),
        )
        if len(rows) == 1:
            return executions.execution_from(rows[0])
        if rows:
            raise NotFound(f"Several runs begin with {ref!r}.", "Give more of the id.")
    raise NotFound(f"There is no run {ref!r:.80}.", "`jobs-tui history JOB` shows the ids.")


_LIVE = "('queued', 'blocked', 'waiting_for_input', 'running')"


@dataclass(frozen=True, slots=True)
class History:
    """One page of a job's runs, newest first."""

    job_id: str
    total_count: int
    executions: list[Execution]


def history(
    ctx: Context,
    job_id: str,
    *,
    limit: int = 50,
    offset: int = 0,
    statuses: list[ExecutionStatus] | None = None,
    query: str | None = None,
) -> History:
    """Runs of a job, newest first, skipped and lost ones included.

    Args:
        statuses: only these.
        query: only runs with this text in number, result, error or reason.
    """
    where, parameters = ["executions.job_id = ?"], [job_id]
    if statuses:
        where.append(f"executions.status in ({', '.join('?' * len(statuses))})")
        parameters += [str(status) for status in statuses]
    if query:
        where.append(
            "instr(lower('#' || number || ' ' || coalesce(result, '') || ' '"
            " || coalesce(error_message, '') || ' ' || coalesce(reason, '')), lower(?)) > 0"
        )
        parameters.append(query)
    condition = " and ".join(where)
    rows = ctx.store.rows(
        f"{executions.SELECT} where {condition} order by executions.seq desc limit ? offset ?",
        [*parameters, limit, offset],
    )
    total = ctx.store.row(f"select count(*) from executions where {condition}", parameters)
    assert total is not None
    return History(job_id, total[0], [executions.execution_from(row) for row in rows])


def newest(ctx: Context, job_id: str, limit: int) -> list[Execution]:
    """A job's newest runs, newest first, without counting all."""
    rows = ctx.store.rows(
        f"{executions.SELECT} where executions.job_id = ? order by executions.seq desc limit ?",
        (job_id, limit),
    )
    return [executions.execution_from(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs of all jobs a program asks for; what is None does not matter."""

    job_id: str | None = None
    statuses: tuple[ExecutionStatus, ...] = ()
    trigger_type: TriggerType | None = None
    since: datetime | None = None
    """Made at this instant or later."""
    until: datetime | None = None
    """Made before this instant."""


def listing(
    ctx: Context, wanted: Wanted, *, limit: int, offset: int = 0
) -> tuple[int, list[Execution]]:
    """Runs of all jobs, newest first; those of deleted jobs stay.

    Returns:
        How many match in all, and one page of them.
    """
    where, parameters = ["1"], list[Any]()
    if wanted.job_id is not None:
        where.append("executions.job_id = ?")
        parameters.append(wanted.job_id)
    if wanted.statuses:
        where.append(f"executions.status in ({', '.join('?' * len(wanted.statuses))})")
        parameters += [str(status) for status in wanted.statuses]
    if wanted.trigger_type is not None:
        where.append("executions.trigger_type = ?")
        parameters.append(str(wanted.trigger_type))
    if wanted.since is not None:
        where.append("executions.created_at >= ?")
        parameters.append(to_text(wanted.since))
    if wanted.until is not None:
        where.append("executions.created_at < ?")
        parameters.append(to_text(wanted.until))
    condition = " and ".join(where)
    total = ctx.store.row(f"select count(*) from executions where {condition}", parameters)
    assert total is not None
    rows = ctx.store.rows(
        f"{executions.SELECT} where {condition} order by executions.seq desc limit ? offset ?",
        [*parameters, limit, offset],
    )
    return total[0], [executions.execution_from(row) for row in rows]


def recent(
    ctx: Context,
    *,
    statuses: list[ExecutionStatus] | None = None,
    query: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[int, list[Execution]]:
    """Runs of all jobs: running first, then queued, then newest (UX.md 5.4).

    Returns:
        How many match in all, and one page of them.
    """
    where, parameters = ["1"], []
    if statuses:
        where.append(f"executions.status in ({', '.join('?' * len(statuses))})")
        parameters += [str(status) for status in statuses]
    if query:
        where.append("instr(lower(jobs.name), lower(?)) > 0")
        parameters.append(query)
    condition = " and ".join(where)
    total = ctx.store.row(
        f"select count(*) from executions{' join jobs on jobs.id = job_id' if query else ''}"
        f" where {condition}",
        parameters,
    )
    assert total is not None
    # What is live is little and found by its index; the rest is read in the order of its key.
    live = ctx.store.rows(
        f"{executions.SELECT} where {condition} and executions.status in {_LIVE}"
        " order by case executions.status when 'running' then 0 else 1 end, executions.seq desc",
        parameters,
    )
    found = live[offset : offset + limit]
    if len(found) < limit:
        found += ctx.store.rows(
            f"{executions.SELECT} where {condition} and executions.status not in {_LIVE}"
            " order by executions.seq desc limit ? offset ?",
            [*parameters, limit - len(found), max(0, offset - len(live))],
        )
    return total[0], [executions.execution_from(row) for row in found]


def attempts(ctx: Context, execution_id: str) -> list[Attempt]:
    """The tries of a run, oldest first."""
    return executions.attempts(ctx.store.jobs.reader(), execution_id)


def steps(ctx: Context, execution_id: str) -> list[Step]:
    """What the members or steps of a run did; empty for a run of one agent. Raises NotFound."""
    get(ctx, execution_id)
    return step_rows.listing(ctx.store.jobs.reader(), execution_id)


def neighbour(ctx: Context, execution: Execution, *, newer: bool) -> Execution | None:
    """The run of the same job before or after this one that was started; None at the end."""
    compare, order = (">", "asc") if newer else ("<", "desc")
    row = ctx.store.row(
        f"{executions.SELECT} where executions.job_id = ? and executions.status != 'skipped'"
        f" and executions.number {compare} ? order by executions.seq {order} limit 1",
        (execution.job_id, execution.number),
    )
    return None if row is None else executions.execution_from(row)


def log(ctx: Context, execution_id: str) -> LogReader:
    """The log of a run, readable while it grows."""
    return LogReader(ctx.store.logs, execution_id)


def cancel(ctx: Context, execution_id: str) -> Execution:
    """Ask for a run's end; a queued one ends at once, a running one within a second.

    Raises:
        NotFound: no such run.
        Refused: it has ended already.
    """

    def operation(connection: sqlite3.Connection) -> Execution:
        found = executions.get(connection, execution_id)
        if found is None:
            raise NotFound(f"There is no run {execution_id!r:.80}.")
        if not found.status.live:
            raise Refused(
                f"Run #{found.number} of {found.job_name!r:.80} has already ended"
                f" ({found.status.value.replace('_', ' ')}).",
                "Nothing was changed.",
            )
        now = ctx.now()
        connection.execute(
            "update executions set cancel_requested_at = coalesce(cancel_requested_at, ?),"
            " cancel_requested_by = coalesce(cancel_requested_by, ?) where id = ?",
            (to_text(now), ctx.actor, execution_id),
        )
        reason = f"cancelled by {ctx.actor}"
        end_waiting(connection, execution_id, now, ExecutionStatus.CANCELLED, reason)
        ctx.audit(connection, "execution.cancel", execution_id)
        again = executions.get(connection, execution_id)
        assert again is not None
        return again

    return ctx.store.write(operation)


def parse_status(text: str) -> ExecutionStatus:
    """An execution status by its name. Raises InvalidInput."""
    try:
        return ExecutionStatus(text)
    except ValueError:
        raise InvalidInput(
            f"{text!r:.40} is not a run status.",
            f"Use one of {', '.join(ExecutionStatus)}.",
            field="status",
        ) from None
