"""Figures of a home for monitoring: read from the store, whichever process is asked.

What only grows is kept by the store (``store/totals``), so no restart and no retention makes it
smaller. At most :data:`MOST_JOBS` jobs have series of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobs_tui.models.enums import LIVE, Verdict
from jobs_tui.models.times import from_text
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import EngineState, engine_state
from jobs_tui.store import totals
from jobs_tui.store.totals import Spread

MOST_JOBS = 200
"""Jobs with series of their own, oldest first, so that none changes its place as others come."""
OTHERS = ("", "other jobs")
"""Id and name under which the rest is counted together."""


@dataclass(slots=True)
class JobFigures:
    """Ended runs of one job, or of the rest."""

    job_id: str
    name: str
    runs: dict[str, int] = field(default_factory=dict)
    """By status; of skips, the occurrences."""
    durations: Spread = field(default_factory=Spread)
    """Of runs that were started, from the first attempt's start to the end."""
    log_lines: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """All of them, as of one moment."""

    engine: EngineState
    jobs_by_state: Mapping[str, int]
    """``enabled``, ``disabled``, ``archived``."""
    queue: Mapping[str, int]
    """Runs that have not ended, by status."""
    behind_seconds: float
    """How long the oldest occurrence that is due has waited for its decision."""
    jobs: tuple[JobFigures, ...]
    lags: Mapping[str, Spread]
    """From due to start, by kind of start."""
    deliveries: Mapping[str, int]
    """By verdict, those without any included."""


def figures(ctx: Context) -> Figures:
    """Look at the store; its cost grows with the jobs, not with their history."""
    connection = ctx.store.jobs.reader()
    live: dict[str, int] = dict.fromkeys(sorted(LIVE), 0)
    for row in ctx.store.rows(
        "select status, count(*) as n from executions where status in"
        " ('queued', 'blocked', 'waiting_for_input', 'running') group by status"
    ):
        live[row["status"]] = row["n"]
    states = ctx.store.row(
        "select count(*) filter (where archived_at is null and enabled) as enabled,"
        " count(*) filter (where archived_at is null and not enabled) as disabled,"
        " count(*) filter (where archived_at is not null) as archived from jobs"
    )
    assert states is not None
    return Figures(
        engine=engine_state(ctx),
        jobs_by_state=dict(states),
        queue=live,
        behind_seconds=_behind(ctx),
        jobs=_by_job(ctx),
        lags=totals.lags(connection),
        deliveries=dict.fromkeys(Verdict, 0) | dict(totals.deliveries(connection)),
    )


def _behind(ctx: Context) -> float:
    row = ctx.store.row(
        "select min(next_due_at) from jobs"
        " where enabled = 1 and archived_at is null and next_due_at is not null"
    )
    if row is None or row[0] is None:
        return 0.0
    return max(0.0, (ctx.now() - from_text(row[0])).total_seconds())


def _by_job(ctx: Context) -> tuple[JobFigures, ...]:
    named = ctx.store.rows(
        "select id, name from jobs order by archived_at is not null, created_at, rowid limit ?",
        (MOST_JOBS,),
    )
    found = {row["id"]: JobFigures(row["id"], row["name"]) for row in named}
    rest = JobFigures(*OTHERS)
    for one in totals.runs(ctx.store.jobs.reader()):
        job = found.get(one.job_id, rest)
        job.runs[one.status] = job.runs.get(one.status, 0) + one.runs
        job.log_lines += one.log_lines
        if one.bucket != totals.NOT_RUN:
            job.durations.add(one.bucket, one.runs, one.duration_ms)
    return (*found.values(), rest) if rest.runs else tuple(found.values())
