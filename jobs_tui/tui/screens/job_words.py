"""A job in words: the rows at the top of its detail screen (UX.md 5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.config import job_config
from jobs_tui.models.enums import ExecutionStatus, TriggerType
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Definition, Job
from jobs_tui.schedule.timing import is_timed
from jobs_tui.schedule.zones import zone
from jobs_tui.service import dashboard, job_detail, jobs
from jobs_tui.service.context import Context
from jobs_tui.tui.screens import progress, run_rows
from jobs_tui.tui.spans import bars, day_time, long_span, took
from jobs_tui.tui.theme import CANCELLED, FAIL, state_of, state_of_job
from jobs_tui.tui.widgets.frame import spread

Part = Content | str | tuple[str, str]
STRIP_NARROW, STRIP_WIDE = 40, 60
"""Runs in the strip of results."""


@dataclass(frozen=True, slots=True)
class JobFacts:
    """What the rows at the top show."""

    job: Job
    words: str
    place: tzinfo
    stats: dashboard.JobStats
    streak: job_detail.Streak
    next_runs: tuple[datetime, ...]
    last: Execution | None
    problem: str
    """Why there are no next runs, in words; empty when all is well."""


def load(ctx: Context, job_id: str, strip: int) -> JobFacts:
    """Read them. Raises NotFound when the job was purged."""
    job = jobs.get(ctx, job_id)
    place: tzinfo = UTC
    problem, words = "", job.definition.trigger_type.sentence
    coming: tuple[datetime, ...] = ()
    try:
        if is_timed(job.definition):
            place = zone(job.definition.cron_timezone or "UTC")
        words = dashboard.trigger_words(ctx, job)
        coming = dashboard.next_runs(ctx, job, 5)
    except JobsTuiError as error:  # a zone that this machine does not know: the screen says so
        problem = error.message
    return JobFacts(
        job,
        words,
        place,
        dashboard.job_stats(ctx, job_id, strip),
        job_detail.streak(ctx, job_id),
        coming,
        job_detail.last_run(ctx, job_id),
        problem or plain(job.blocked_reason or ""),
    )


def head(facts: JobFacts, now: datetime, width: int) -> Content:
    """Three rows: name and health, trigger and record, what comes next."""
    wide = width >= 100
    return Content("\n").join(
        [_name(facts, now, width), _record(facts, width, wide), _next(facts, now, width, wide)]
    )


def strips(facts: JobFacts, width: int) -> Content:
    """Two rows: results and durations of the last runs, newest right."""
    stats = facts.stats
    if not stats.strip:
        return Content.styled(" no run has ended yet", "$quiet")
    top = max((length for length in stats.durations_ms if length is not None), default=None)
    scale = f"   up to {took(top)}, newest right" if top is not None else ""
    return Content("\n").join(
        [
            Content.assemble(
                (f" last {len(stats.strip):<3} ", "$quiet"), run_rows.strip(stats.strip)
            ),
            Content.assemble(
                (" took     ", "$quiet"),
                (bars([*stats.durations_ms]), "$state-run"),
                (scale, "$quiet"),
            ).truncate(width, ellipsis=True),
        ]
    )


def _name(facts: JobFacts, now: datetime, width: int) -> Content:
    job, last = facts.job, facts.last
    crumb = Content.assemble((" Jobs > ", "$quiet"), (plain(job.name), "bold"))
    running = last is not None and last.status is ExecutionStatus.RUNNING
    if job.archived_at is not None:
        right = Content.assemble((CANCELLED.label, CANCELLED.style), ("deleted ", "$quiet"))
    elif facts.streak.failed and not running and job.enabled:
        failed = facts.streak.failed
        since = ""
        if facts.streak.since is not None:
            at = day_time(facts.streak.since, now, facts.place)
            ago = long_span((now - facts.streak.since).total_seconds())
            since = f" since {at} ({ago})" if width >= 100 else f" in {ago}"
        runs = "last run failed" if failed == 1 else f"last {failed} runs failed"
        right = Content.assemble((f"{FAIL.sign} FAILING  ", FAIL.style), f"{runs}{since} ")
    else:
        state = state_of_job(job, last.status if last else None, running)
        words: str = state.meaning
        if last is not None and last.status.live:
            state, words = state_of(last.status), f"run #{last.number} {last.status.sentence}"
        right = Content.assemble((f"{state.label} ", state.style), (f"{words} ", "$quiet"))
    return spread(crumb, right, width)


def doer(definition: Definition) -> tuple[str, str]:
    """Who does the job: ``agent`` and its id, ``team`` and its id..., ``who`` and ``Smart``."""
    if definition.entity_type is None or definition.entity_id is None:
        return "who", "Smart"
    return definition.entity_type.value, plain(definition.entity_id)


def _record(facts: JobFacts, width: int, wide: bool) -> Content:
    job, stats = facts.job, facts.stats
    kind, name = doer(job.definition)
    gap = "     " if wide else "   "
    total = job.successful_executions + job.failed_executions
    parts: list[Part] = [
        " ",
        Content(plain(facts.words)).truncate(max(20, width - 40), ellipsis=True),
        gap,
        (f"{kind} ", "$quiet"),
        name,
    ]
    if total:
        share = round(100 * job.successful_executions / total)
        parts += [gap, f"{share}%", (f" of {total:,} {'runs ' if wide else ''}ok", "$quiet")]
    if stats.average_ms is not None:
        parts += [
            gap,
            ("avg ", "$quiet"),
            took(stats.average_ms),
            ("  p95 ", "$quiet"),
            took(stats.p95_ms),
        ]
    return Content.assemble(*parts).truncate(width - 1, ellipsis=True)


def _next(facts: JobFacts, now: datetime, width: int, wide: bool) -> Content:
    job = facts.job
    left: list[Part]
    if facts.problem:
        left = [(f" ! {facts.problem}", "$state-warn")]
    elif job.ended_as is not None:
        state = state_of(job.ended_as)
        why = f": {plain(job.status_reason)}" if job.status_reason else ": nothing starts it"
        left = [(f" {state.sign} {job.ended_as.value}", state.style), (why, "$quiet")]
    elif not job.enabled:
        why = plain(job.status_reason or "nothing starts it but you")
        left = [(" = paused", "$state-idle bold"), (f": {why}; p resumes", "$quiet")]
    elif waits := progress.waits(job):
        left = [(f" . {waits}", "$state-wait")]
    elif facts.next_runs:
        left = [(" next  ", "$quiet")]
        day = None
        for moment in facts.next_runs[: 5 if wide else 3]:
            same = day == moment.date() or moment.date() == now.astimezone(facts.place).date()
            left += [
                f"{moment:%H:%M}" if same else f"{moment:%a} {moment.day} {moment:%H:%M}",
                "  ",
            ]
            day = moment.date()
        first = (facts.next_runs[0] - now).total_seconds()
        left.append((f"in {long_span(first)}" if first > 0 else "now", "$quiet"))
    elif job.definition.trigger_type is TriggerType.WEBHOOK:
        left = [(" starts when its webhook is called", "$quiet")]
    elif job.definition.trigger_type is TriggerType.MANUAL and job.definition.depends_on:
        left = [(" next  follows from the runs of other jobs", "$quiet")]
    elif job.definition.trigger_type is TriggerType.MANUAL:
        left = [(" starts by hand: r", "$quiet")]
    elif job.live:
        left = [(" next  follows from the end of this run", "$quiet")]
    else:
        left = [(" nothing is due any more", "$quiet")]
    right = Content("")
    if job.definition.trigger_type is TriggerType.CRON:
        config = job_config(job.definition.config)
        overlap = "skip" if config.overlap == "skip" else f"up to {config.max_parallel} at once"
        right = Content.styled(f"missed: run once   overlap: {overlap} ", "$quiet")
    row = Content.assemble(*left)
    if how_far := progress.words(job):
        room = max(0, width - row.cell_length - 3)
        right = Content.assemble(Content(how_far).truncate(room, ellipsis=True), " ")
    return spread(row, right, width)
