"""What the hooks screen shows: webhooks, what came today, deliveries a page at a time (UX.md 5.7).

Bodies are not read for lists: a page of long ones would be many megabytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs_tui.agents import prompt as prompts
from jobs_tui.models.config import webhook_config
from jobs_tui.models.enums import HookStyle, TriggerType, Verdict
from jobs_tui.models.execution import Delivery
from jobs_tui.models.ids import new_execution_id
from jobs_tui.models.job import Job
from jobs_tui.models.times import from_text, maybe_from_text, to_text
from jobs_tui.service import hook_reading, jobs
from jobs_tui.service.context import Context
from jobs_tui.store import jobs as job_rows

TURNED_AWAY = (Verdict.REFUSED, Verdict.LIMITED)
FOUND = 5_000
"""Deliveries that a search lists, the newest of those that fit."""
_LINE = (
    "select d.id, d.job_id, d.path, d.received_at, d.remote, d.status_code, d.verdict, d.reason,"
    " d.execution_id, d.replay_of, length(d.body) as bytes, j.name, j.archived_at, e.number"
    " from deliveries d left join jobs j on j.id = d.job_id"
    " left join executions e on e.id = d.execution_id"
)


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery as a list shows it."""

    id: str
    job_id: str | None
    """None for an address that led to no webhook."""
    job_name: str | None
    """None as well when the job was removed for good."""
    deleted: bool
    """The job is in the bin."""
    path: str
    received_at: datetime
    remote: str
    status_code: int
    verdict: Verdict
    reason: str
    execution_id: str | None
    """As the delivery says; the run itself may be gone."""
    run_number: int | None
    body_bytes: int
    replay_of: str | None


@dataclass(frozen=True, slots=True)
class HookLine:
    """A job's webhook."""

    job: Job
    path: str
    armed: bool
    """Deliveries start it: it is started by its webhook, and not paused."""
    styles: tuple[HookStyle, ...]
    today: int
    refused_today: int
    previous_until: datetime | None
    """Until when the secret before the last rotation is accepted; None when it is not."""


@dataclass(frozen=True, slots=True)
class HookOverview:
    """All webhooks, and what came since midnight UTC."""

    hooks: tuple[HookLine, ...]
    today: dict[Verdict, int]

    @property
    def today_total(self) -> int:
        """Everything that came."""
        return sum(self.today.values())

    @property
    def refused_today(self) -> int:
        """Refused for whatever reason."""
        return sum(self.today.get(verdict, 0) for verdict in TURNED_AWAY)


@dataclass(frozen=True, slots=True)
class Found:
    """Which deliveries a list has."""

    total: int
    """All there are."""
    shown: int
    """Those that fit the filter."""
    places: tuple[int, ...] | None
    """Row numbers of those that a search found, in their order; None without a search."""


def overview(ctx: Context) -> HookOverview:
    """The webhooks by name, with what came today."""
    first = ctx.store.row(
        "select seq from deliveries where received_at >= ? order by received_at limit 1",
        (to_text(ctx.now().replace(hour=0, minute=0, second=0, microsecond=0)),),
    )
    # Row numbers grow with time, and the indexes hold them: no row is read to count it.
    since = first["seq"] if first is not None else 2**62
    counted = {verdict: _count_since(ctx, verdict, since) for verdict in Verdict}
    refused = {
        row["job_id"]: row["n"]
        for row in ctx.store.rows(
            "select job_id, count(*) as n from deliveries"
            " where verdict in ('refused', 'limited') and seq >= ? group by job_id",
            (since,),
        )
    }
    now = ctx.now()
    untils = {
        row["id"]: maybe_from_text(row["webhook_previous_until"])
        for row in ctx.store.rows(
            "select id, webhook_previous_until from jobs where webhook_path is not null"
        )
    }
    lines = []
    for row in ctx.store.rows(
        f"{job_rows.SELECT} where jobs.webhook_path is not null and jobs.archived_at is null"
    ):
        job = job_rows.job_from(row)
        until = untils.get(job.id)
        today = ctx.store.row(
            "select count(*) as n from deliveries where job_id = ? and seq >= ?", (job.id, since)
        )
        by_webhook = job.definition.trigger_type is TriggerType.WEBHOOK
        lines.append(
            HookLine(
                job=job,
                path=job.webhook_path or "",
                armed=by_webhook and job.enabled,
                styles=tuple(webhook_config(job.definition.config).styles),
                today=today["n"] if today is not None else 0,
                refused_today=refused.get(job.id, 0),
                previous_until=until if until is not None and until > now else None,
            )
        )
    lines.sort(key=lambda line: (line.job.name.casefold(), line.job.id))
    return HookOverview(tuple(lines), {verdict: n for verdict, n in counted.items() if n})


def find(
    ctx: Context, verdicts: Sequence[Verdict] = (), query: str = "", *, oldest_first: bool = False
) -> Found:
    """Which deliveries fit. With a search it reads them all: not for an event loop.

    Args:
        verdicts: only these; empty means all.
        query: what the job's name, path, sender's address, reason or id must hold.
    """
    total = _count(ctx, ())
    if not query.strip():
        return Found(total, _count(ctx, verdicts) if verdicts else total, None)
    where, values = _where(verdicts)
    low = query.strip().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    texts = ("j.name", "d.path", "d.remote", "d.reason", "d.id", "d.verdict")
    likes = " or ".join(f"{text} like ? escape '!'" for text in texts)
    rows = ctx.store.rows(
        "select d.seq from deliveries d left join jobs j on j.id = d.job_id"
        f" where {where} and ({likes}) order by d.seq desc limit ?",
        (*values, *[f"%{low}%"] * len(texts), FOUND),
    )
    places = tuple(row["seq"] for row in rows)
    return Found(total, len(places), places[::-1] if oldest_first else places)


def page(
    ctx: Context,
    found: Found,
    verdicts: Sequence[Verdict],
    offset: int,
    count: int,
    *,
    oldest_first: bool = False,
) -> list[DeliveryLine]:
    """Some of the deliveries of :func:`find`, which had the same arguments."""
    order = "asc" if oldest_first else "desc"
    if found.places is not None:
        some = found.places[offset : offset + count]
        marks = ", ".join("?" * len(some))
        rows = ctx.store.rows(f"{_LINE} where d.seq in ({marks}) order by d.seq {order}", some)
    else:
        where, values = _where(verdicts)
        rows = ctx.store.rows(
            f"{_LINE} where d.seq in (select d.seq from deliveries d where {where}"
            f" order by d.seq {order} limit ? offset ?) order by d.seq {order}",
            (*values, count, offset),
        )
    return [_line(row) for row in rows]


def would_run(ctx: Context, delivery: Delivery) -> str | None:
    """The prompt that a replay of a stored delivery would run; None when it leads to no job.

    Raises:
        JobsTuiError: the body does not allow a start.
    """
    job = jobs.get(ctx, delivery.job_id) if delivery.job_id else None
    if job is None or job.definition.trigger_type is not TriggerType.WEBHOOK:
        return None
    config = webhook_config(job.definition.config)
    style = delivery.style or HookStyle.GENERIC
    request = hook_reading.start_request(
        style, delivery.headers, delivery.body, job.definition, config, ctx.directory
    )
    return prompts.readable(
        job.definition,
        prompts.Start(new_execution_id(), ctx.now()),
        prompts.resolve(job.definition, request.parameters, ctx.directory),
        ctx.directory,
        request.inputs,
    )


def _count_since(ctx: Context, verdict: Verdict, since: int) -> int:
    row = ctx.store.row(
        "select count(*) as n from deliveries where verdict = ? and seq >= ?", (verdict, since)
    )
    return row["n"] if row is not None else 0


def _count(ctx: Context, verdicts: Sequence[Verdict]) -> int:
    where, values = _where(verdicts)
    row = ctx.store.row(f"select count(*) as n from deliveries d where {where}", values)
    return row["n"] if row is not None else 0


def _where(verdicts: Sequence[Verdict]) -> tuple[str, list[str]]:
    if not verdicts:
        return "1", []
    return f"d.verdict in ({', '.join('?' * len(verdicts))})", [str(one) for one in verdicts]


def _line(row: Any) -> DeliveryLine:
    return DeliveryLine(
        id=row["id"],
        job_id=row["job_id"],
        job_name=row["name"],
        deleted=row["archived_at"] is not None,
        path=row["path"],
        received_at=from_text(row["received_at"]),
        remote=row["remote"],
        status_code=row["status_code"],
        verdict=Verdict(row["verdict"]),
        reason=row["reason"],
        execution_id=row["execution_id"],
        run_number=row["number"],
        body_bytes=row["bytes"],
        replay_of=row["replay_of"],
    )
