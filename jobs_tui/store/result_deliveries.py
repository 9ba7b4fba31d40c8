"""Rows of ``result_deliveries``: the outbox of results (DESIGN 2.4, 7).

Made in the transaction that follows the end of a run, so nothing is lost; sent by the engine at
least once, and told apart by their ids.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from jobs_tui.models.enums import BAD, DeliverWhen, ExecutionStatus
from jobs_tui.models.ids import new_result_delivery_id
from jobs_tui.models.job import Definition, Job
from jobs_tui.models.result_delivery import OutboxStatus, ResultDelivery
from jobs_tui.models.times import from_text, maybe_from_text, to_text

DELAYS = (30, 300, 1800, 3 * 3600, 18 * 3600)
"""Seconds between the tries: six of them within a day."""
ERROR_LIMIT = 500
"""Characters of a reason that are kept."""

NO_START = "Not delivered: the run was ended before it had started."
NOT_WORTH = "Not delivered: nothing was worth reporting."
NOBODY_SAID = "Not delivered: the run did not say that something is worth reporting."
NO_FAILURE = "Not delivered: only failures are."


def plan(
    connection: sqlite3.Connection,
    job: Job,
    definition: Definition,
    execution_id: str,
    status: ExecutionStatus,
    worth_reporting: bool | None,
    now: datetime,
) -> int:
    """Put the result of an ended run into the outbox, or note on the run why not.

    Harmless when repeated. A failed run is always worth reporting.

    Args:
        job: of the run.
        definition: the one that the run followed.
        worth_reporting: what the run said, or None; a change that was found counts as well.

    Returns:
        How many deliveries wait now.
    """
    if not definition.deliver_to or status is ExecutionStatus.SKIPPED or status.live:
        return 0
    row = connection.execute(
        "select change, started_at, log_lines from executions where id = ?", (execution_id,)
    ).fetchone()
    if status is ExecutionStatus.CANCELLED and row["started_at"] is None:
        why = NO_START
    else:
        why = _why_not(definition.deliver_when, status, worth_reporting, bool(row["change"]))
    if why:
        connection.execute(
            "update executions set undelivered = ? where id = ?", (why, execution_id)
        )
        return 0
    made = 0
    for position, target in enumerate(definition.deliver_to):
        made += connection.execute(
            "insert or ignore into result_deliveries (id, execution_id, job_id, position, target,"
            " status, attempts, created_at, next_at) values (?, ?, ?, ?, ?, 'waiting', 0, ?, ?)",
            (
                new_result_delivery_id(),
                execution_id,
                job.id,
                position,
                json.dumps(target, ensure_ascii=False, separators=(",", ":")),
                to_text(now),
                to_text(now),
            ),
        ).rowcount
    return made


def _why_not(
    when: DeliverWhen, status: ExecutionStatus, worth_reporting: bool | None, changed: bool
) -> str:
    if when is DeliverWhen.ALWAYS or status in BAD:
        return ""
    if when is DeliverWhen.FAILURE:
        return NO_FAILURE
    if worth_reporting or (changed and worth_reporting is None):
        return ""
    return NOBODY_SAID if worth_reporting is None else NOT_WORTH


def undelivered(connection: sqlite3.Connection, execution_id: str) -> str | None:
    """Why nothing of a run's result was delivered; None when it was, or had nowhere to go."""
    row = connection.execute(
        "select undelivered from executions where id = ?", (execution_id,)
    ).fetchone()
    return None if row is None else row[0]


def due(
    connection: sqlite3.Connection,
    now: datetime,
    limit: int,
    but: Collection[str] = (),
    run: str | None = None,
) -> list[str]:
    """Ids of deliveries whose time has come, longest due first.

    Args:
        but: those that are under way already.
        run: only those of this run.
    """
    rows = connection.execute(
        "select id from result_deliveries where status = 'waiting' and next_at <= ?"
        f"{' and execution_id = ?' if run else ''} order by next_at, seq limit ?",
        (to_text(now), *([run] if run else []), limit + len(but)),
    )
    return [row[0] for row in rows if row[0] not in but][:limit]


def claim(connection: sqlite3.Connection, delivery_id: str, now: datetime) -> ResultDelivery | None:
    """Begin a try: counted before it is made, so that one that kills its engine ends as well.

    Returns:
        None when it is not to be tried now: someone else did, or gave it up.
    """
    row = connection.execute(
        "select attempts from result_deliveries"
        " where id = ? and status = 'waiting' and next_at <= ?",
        (delivery_id, to_text(now)),
    ).fetchone()
    if row is None:
        return None
    connection.execute(
        "update result_deliveries set attempts = attempts + 1, next_at = ? where id = ?",
        (to_text(now + _delay(row["attempts"] + 1)), delivery_id),
    )
    return get(connection, delivery_id)


def _delay(attempts: int) -> timedelta:
    return timedelta(seconds=DELAYS[min(attempts, len(DELAYS)) - 1])


def delivered(connection: sqlite3.Connection, delivery_id: str, where: str, now: datetime) -> None:
    """It has arrived."""
    connection.execute(
        "update result_deliveries set status = 'delivered', next_at = null, error = null,"
        " delivered_at = ?, place = ? where id = ? and status <> 'delivered'",
        (to_text(now), where[:ERROR_LIMIT], delivery_id),
    )


def not_delivered(
    connection: sqlite3.Connection,
    delivery_id: str,
    error: str,
    now: datetime,
    *,
    for_good: bool = False,
) -> ResultDelivery | None:
    """A try has failed: wait for the next one, or give up after the last.

    Args:
        for_good: another try would end in the same way.

    Returns:
        How it stands now.
    """
    found = get(connection, delivery_id)
    if found is None or found.status is not OutboxStatus.WAITING:
        return found
    over = for_good or found.attempts > len(DELAYS)
    connection.execute(
        "update result_deliveries set status = ?, error = ?, next_at = ? where id = ?",
        (
            OutboxStatus.FAILED if over else OutboxStatus.WAITING,
            error[:ERROR_LIMIT],
            None if over else to_text(now + _delay(found.attempts)),
            delivery_id,
        ),
    )
    return get(connection, delivery_id)


def again(connection: sqlite3.Connection, delivery_id: str, now: datetime) -> None:
    """Try it anew from now on, with all its tries."""
    connection.execute(
        "update result_deliveries set status = 'waiting', attempts = 0, next_at = ?"
        " where id = ? and status <> 'delivered'",
        (to_text(now), delivery_id),
    )


def give_up(connection: sqlite3.Connection, delivery_id: str) -> None:
    """Do not try it any more."""
    connection.execute(
        "update result_deliveries set status = 'skipped', next_at = null"
        " where id = ? and status in ('waiting', 'failed')",
        (delivery_id,),
    )


def get(connection: sqlite3.Connection, delivery_id: str) -> ResultDelivery | None:
    """The delivery of an id."""
    row = connection.execute(
        "select * from result_deliveries where id = ?", (delivery_id,)
    ).fetchone()
    return None if row is None else delivery_from(row)


def of_run(connection: sqlite3.Connection, execution_id: str) -> list[ResultDelivery]:
    """Those of a run, in the order of its targets."""
    rows = connection.execute(
        "select * from result_deliveries where execution_id = ? order by position", (execution_id,)
    )
    return [delivery_from(row) for row in rows]


def listing(
    connection: sqlite3.Connection,
    *,
    job_id: str | None = None,
    statuses: Sequence[OutboxStatus] = (),
    limit: int = 50,
    offset: int = 0,
) -> tuple[int, list[ResultDelivery]]:
    """Deliveries of a job or of all, newest first: how many match in all, and a page of them."""
    where, values = ["1"], list[Any]()
    if job_id is not None:
        where.append("job_id = ?")
        values.append(job_id)
    if statuses:
        where.append(f"status in ({', '.join('?' * len(statuses))})")
        values += [str(status) for status in statuses]
    condition = " and ".join(where)
    total = connection.execute(
        f"select count(*) from result_deliveries where {condition}", values
    ).fetchone()[0]
    rows = connection.execute(
        f"select * from result_deliveries where {condition} order by seq desc limit ? offset ?",
        (*values, limit, offset),
    )
    return int(total), [delivery_from(row) for row in rows]


def beginning(connection: sqlite3.Connection, prefix: str) -> list[str]:
    """Up to two ids that begin so."""
    rows = connection.execute(
        "select id from result_deliveries where id >= ? and id < ? order by id limit 2",
        (prefix, f"{prefix}\U0010ffff"),
    )
    return [row[0] for row in rows]


def whole(connection: sqlite3.Connection, execution_id: str) -> Mapping[str, Any] | None:
    """Everything of a run that a delivery may tell, masked when it was stored."""
    row = connection.execute(
        "select executions.*, jobs.name as job_name, jobs.cron_timezone as zone,"
        " answers.answer as answer"
        " from executions join jobs on jobs.id = executions.job_id"
        " left join answers on answers.execution_id = executions.id where executions.id = ?",
        (execution_id,),
    ).fetchone()
    return None if row is None else dict(row)


def delivery_from(row: sqlite3.Row) -> ResultDelivery:
    """A row of ``result_deliveries``."""
    return ResultDelivery(
        id=row["id"],
        execution_id=row["execution_id"],
        job_id=row["job_id"],
        position=row["position"],
        target=json.loads(row["target"]),
        status=OutboxStatus(row["status"]),
        attempts=row["attempts"],
        created_at=from_text(row["created_at"]),
        next_at=maybe_from_text(row["next_at"]),
        error=row["error"],
        delivered_at=maybe_from_text(row["delivered_at"]),
        where=row["place"],
    )
