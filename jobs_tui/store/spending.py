"""Rows of ``spending``: what runs have used of models, for budgets and reports."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from jobs_tui.models.times import to_text

NANO = 1_000_000_000
"""Costs are kept in billionths of a dollar: whole numbers add up exactly."""


@dataclass(frozen=True, slots=True)
class Spent:
    """A sum over runs."""

    tokens: int = 0
    cost: Decimal = Decimal(0)
    """US dollars, of what is known."""
    unknown: int = 0
    """Runs that used tokens whose cost is not known."""


def record(
    connection: sqlite3.Connection,
    execution_id: str,
    job_id: str,
    agent_id: str | None,
    at: datetime,
    usage: Mapping[str, Any],
) -> None:
    """Add what one agent used in a run; usage without tokens or cost adds nothing."""
    tokens = (_whole(usage.get("input_tokens")), _whole(usage.get("output_tokens")))
    nanos = _nanos(usage.get("cost"))
    if not any(tokens) and not nanos:
        return
    connection.execute(
        "insert into spending (execution_id, job_id, agent_id, at, model, requests, tool_calls,"
        " input_tokens, output_tokens, cost_nanos) values (?,?,?,?,?,?,?,?,?,?)",
        (
            execution_id,
            job_id,
            agent_id,
            to_text(at),
            usage.get("model"),
            _whole(usage.get("requests")),
            _whole(usage.get("tool_calls")),
            *tokens,
            nanos,
        ),
    )


def since(
    connection: sqlite3.Connection,
    start: datetime,
    *,
    job_id: str | None = None,
    agent_id: str | None = None,
) -> Spent:
    """What was used since ``start``, by one job, one agent, or all."""
    where, values = ["at >= ?"], [to_text(start)]
    for column, wanted in (("job_id", job_id), ("agent_id", agent_id)):
        if wanted is not None:
            where.append(f"{column} = ?")
            values.append(wanted)
    row = connection.execute(
        "select coalesce(sum(input_tokens + output_tokens), 0),"
        " coalesce(sum(cost_nanos), 0), count(*) - count(cost_nanos) from spending"
        f" where {' and '.join(where)}",
        values,
    ).fetchone()
    return Spent(row[0], Decimal(row[1]) / NANO, row[2])


def of_run(
    connection: sqlite3.Connection, job_id: str, execution_id: str, begun: datetime
) -> dict[str, Any]:
    """What one run has used so far, in the form of ``Result.usage``; empty when nothing.

    Args:
        begun: when the run was made: what is older need not be looked at.
    """
    row = connection.execute(
        "select count(*) as n, sum(requests) as requests, sum(tool_calls) as tool_calls,"
        " sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens,"
        " sum(cost_nanos) as nanos, count(cost_nanos) as known,"
        " group_concat(distinct model) as models"
        " from spending where job_id = ? and at >= ? and execution_id = ?",
        (job_id, to_text(begun), execution_id),
    ).fetchone()
    if not row["n"]:
        return {}
    names = ("requests", "tool_calls", "input_tokens", "output_tokens")
    known = row["known"] == row["n"]
    return {
        "model": ", ".join((row["models"] or "").split(",")) or None,
        **{name: row[name] for name in names},
        "cost": format(Decimal(row["nanos"]) / NANO, "f") if known else None,
    }


def day_start(now: datetime, zone: tzinfo) -> datetime:
    """The beginning of the day in a zone."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def month_start(now: datetime, zone: tzinfo) -> datetime:
    """The beginning of the month in a zone."""
    return day_start(now, zone).replace(day=1)


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _nanos(value: Any) -> int | None:
    if value is None:
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return int(amount * NANO) if amount.is_finite() and amount >= 0 else None
