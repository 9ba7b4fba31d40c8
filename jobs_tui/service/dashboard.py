"""Read models for the screens: a few queries each, whatever the number of jobs (UX.md 5.1-5.4)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs_tui.models.enums import ExecutionStatus, JobStatus
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.models.times import maybe_from_text, to_text
from jobs_tui.schedule.timing import timing_of
from jobs_tui.schedule.timing import upcoming as upcoming_of
from jobs_tui.schedule.timing_words import timing_label, timing_words
from jobs_tui.schedule.zones import zone
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.service.job_references import names
from jobs_tui.store import executions

STRIP = 20
"""Runs in a strip of results."""


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest execution of a job that started or was to start."""

    id: str
    number: int
    status: ExecutionStatus
    at: datetime
    """When it started, else when its row was made."""
    error_message: str | None


@dataclass(frozen=True, slots=True)
class JobLine:
    """One line of the job list."""

    job: Job
    trigger: str
    """The trigger in at most 16 characters: ``daily 09:00``, ``hook``, ``by hand``."""
    last: LastRun | None
    running: bool = False
    """Whether a run of it is going on, the newest or an older one."""

    @property
    def ok_percent(self) -> int | None:
        """Good runs among those that ended good or bad; None before the first."""
        total = self.job.successful_executions + self.job.failed_executions
        return None if total == 0 else round(100 * self.job.successful_executions / total)


@dataclass(frozen=True, slots=True)
class JobStats:
    """What the last runs of a job say (UX.md 5.3)."""

    strip: tuple[ExecutionStatus, ...]
    """Statuses of the last runs that were started, oldest first."""
    durations_ms: tuple[int | None, ...]
    """Parallel to ``strip``."""
    average_ms: int | None
    median_ms: int | None
    """Of the last 20 good runs."""
    p95_ms: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The numbers of the header and summary rows."""

    jobs: int
    running: int
    queued: int
    blocked: int
    """Runs that wait for what they need."""
    asking: int
    """Runs that wait for an approval."""
    ok: int
    """Jobs whose last run ended well."""
    failing: int
    """Jobs whose last run ended badly."""
    paused: int
    next_name: str | None
    next_at: datetime | None
    today: int
    """Runs made since midnight UTC, skipped ones not counted."""
    today_ok: int
    today_failed: int


@dataclass(frozen=True, slots=True)
class Upcoming:
    """One start that is to come."""

    job_id: str
    job_name: str
    at: datetime


def trigger_label(job: Job) -> str:
    """The trigger in at most 16 characters."""
    return timing_label(job.definition)


def trigger_words(ctx: Context, job: Job) -> str:
    """When it starts and ends as a sentence: zone included, jobs that come first by name.

    Raises:
        InvalidInput: the schedule or the zone cannot be followed (any more).
    """
    first = [one["job"] for one in job.definition.depends_on]
    return timing_words(job.definition, names=names(ctx, first))


def job_lines(ctx: Context) -> list[JobLine]:
    """Every job that is not deleted, with its newest run."""
    found = jobs.listing(ctx)
    last = {
        row["job_id"]: LastRun(
            row["id"],
            row["number"],
            ExecutionStatus(row["status"]),
            maybe_from_text(row["started_at"] or row["created_at"]) or ctx.now(),
            row["error_message"],
        )
        for row in ctx.store.rows(
            "select e.id, e.job_id, e.number, e.status, e.started_at, e.created_at,"
            " e.error_message from executions e join jobs j on j.last_execution_id = e.id"
            " where j.archived_at is null"
        )
    }
    running = {
        row[0] for row in ctx.store.rows("select job_id from executions where status = 'running'")
    }
    return [JobLine(job, trigger_label(job), last.get(job.id), job.id in running) for job in found]


def overview(ctx: Context, lines: list[JobLine]) -> Overview:
    """Numbers over the lines of :func:`job_lines` and today's runs."""
    midnight = ctx.now().replace(hour=0, minute=0, second=0, microsecond=0)
    today: dict[str, int] = defaultdict(int)
    for row in ctx.store.rows(
        "select status, count(*) as n from executions where seq >= coalesce((select min(seq) from"
        " executions where created_at >= ?), 9e18) group by status",
        (to_text(midnight),),
    ):
        today[row["status"]] = row["n"]
    live = {
        row["status"]: row["n"]
        for row in ctx.store.rows(
            "select status, count(*) as n from executions where status in"
            " ('queued', 'blocked', 'waiting_for_input', 'running') group by status"
        )
    }
    due = [line.job for line in lines if line.job.next_due_at is not None]
    first = min(due, key=lambda job: job.next_due_at or ctx.now(), default=None)
    statuses = [line.last.status for line in lines if line.last is not None]
    bad = {ExecutionStatus.FAILED, ExecutionStatus.TIMED_OUT, ExecutionStatus.LOST}
    return Overview(
        jobs=len(lines),
        running=live.get("running", 0),
        queued=live.get("queued", 0),
        blocked=live.get("blocked", 0),
        asking=live.get("waiting_for_input", 0),
        ok=statuses.count(ExecutionStatus.COMPLETED),
        failing=sum(status in bad for status in statuses),
        paused=sum(line.job.status is JobStatus.PAUSED for line in lines),
        next_name=first.name if first else None,
        next_at=first.next_due_at if first else None,
        today=sum(today.values()) - today["skipped"],
        today_ok=today["completed"],
        today_failed=today["failed"] + today["timed_out"] + today["lost"],
    )


def job_stats(ctx: Context, job_id: str, n: int = STRIP) -> JobStats:
    """Results and durations of the last ``n`` runs that were started."""
    rows = ctx.store.rows(
        "select status, duration_ms from executions where job_id = ?"
        " and status in ('completed', 'failed', 'timed_out', 'cancelled', 'lost')"
        " order by seq desc limit ?",
        (job_id, n),
    )
    good = sorted(
        row["duration_ms"]
        for row in ctx.store.rows(
            "select duration_ms from executions where job_id = ? and status = 'completed'"
            " and duration_ms is not null order by seq desc limit 20",
            (job_id,),
        )
    )
    return JobStats(
        strip=tuple(ExecutionStatus(row["status"]) for row in reversed(rows)),
        durations_ms=tuple(row["duration_ms"] for row in reversed(rows)),
        average_ms=round(sum(good) / len(good)) if good else None,
        median_ms=good[len(good) // 2] if good else None,
        p95_ms=good[min(len(good) - 1, round(0.95 * (len(good) - 1)))] if good else None,
    )


def next_runs(ctx: Context, job: Job, n: int) -> tuple[datetime, ...]:
    """The next starts of a job in its own zone; empty without a schedule or when paused."""
    definition = job.definition
    if not job.enabled or job.archived_at is not None or job.waiting_on:
        return ()
    timing = timing_of(definition, job.created_at, job.due_at)
    if timing is None:
        return ()
    if definition.max_runs is not None:
        n = min(n, max(0, definition.max_runs - job.counted_runs))
    place = zone(definition.cron_timezone or "UTC")
    found = upcoming_of(timing, ctx.now(), n)
    return tuple(moment.astimezone(place) for moment in found)


def upcoming(ctx: Context, hours: int = 24, per_job: int = 100) -> list[Upcoming]:
    """Starts of all jobs within the next hours, in order; at most ``per_job`` of each."""
    until = ctx.now() + timedelta(hours=hours)
    found: list[Upcoming] = []
    for job in jobs.listing(ctx, enabled=True):
        if job.next_due_at is None or job.next_due_at > until:
            continue
        found += [
            Upcoming(job.id, job.name, moment)
            for moment in next_runs(ctx, job, per_job)
            if moment <= until
        ]
    return sorted(found, key=lambda item: (item.at, item.job_name))


def running_of(ctx: Context, job_id: str) -> list[Execution]:
    """Live executions of a job, oldest first."""
    rows = ctx.store.rows(
        f"{executions.SELECT} where executions.job_id = ? and executions.status in"
        " ('queued', 'blocked', 'waiting_for_input', 'running') order by executions.seq",
        (job_id,),
    )
    return [executions.execution_from(row) for row in rows]
