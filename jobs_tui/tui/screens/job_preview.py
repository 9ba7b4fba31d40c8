"""What is known of the job under the cursor, as a few lines or as a side pane (UX.md 5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from textual.content import Content

from jobs_tui.agents.budgets import Standing
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.config import JobConfig, job_config
from jobs_tui.models.enums import ExecutionStatus, JobStatus, TriggerType
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.execution import Execution, LogLine
from jobs_tui.models.job import Job
from jobs_tui.schedule.zones import zone
from jobs_tui.service import budgets, dashboard, jobs, runs
from jobs_tui.service.context import Context
from jobs_tui.service.waiting import Waiting
from jobs_tui.tui.screens import budget_words, progress
from jobs_tui.tui.screens.job_words import doer
from jobs_tui.tui.spans import ago, bars, day_time, long_span, span, took, until
from jobs_tui.tui.theme import BLOCKED, PAUSED, PENDING, state_of

RUNS, TAIL = 6, 4
"""Lines of history and of log in the side pane."""
Part = Content | str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything that the preview shows of one job."""

    job: Job
    config: JobConfig
    words: str
    """When it starts, or why that cannot be said."""
    stats: dashboard.JobStats
    next_runs: tuple[datetime, ...]
    history: list[Execution]
    live: Execution | None
    tail: list[LogLine]
    waits: str
    """Why it does not run now, though something wants it to; empty when nothing holds it."""
    budgets: list[Standing]


def load(ctx: Context, job_id: str) -> Preview | None:
    """Read it; None when the job is gone. A few milliseconds, called in a thread."""
    try:
        job = jobs.get(ctx, job_id)
    except JobsTuiError:
        return None  # the list drops it at its next look
    try:
        words = dashboard.trigger_words(ctx, job)
        coming = dashboard.next_runs(ctx, job, 3)
    except JobsTuiError as error:
        words, coming = error.message, ()
    try:
        config = job_config(job.definition.config)
    except JobsTuiError:  # written by a version that allowed more
        config = JobConfig()
    history = runs.history(ctx, job_id, limit=RUNS).executions
    going = dashboard.running_of(ctx, job_id)
    running = [run for run in going if run.status is ExecutionStatus.RUNNING]
    live = running[-1] if running else None
    shown = live or next((run for run in history if run.started_at is not None), None)
    tail: list[LogLine] = []
    if shown is not None:
        reader = runs.log(ctx, shown.id)
        tail = reader.lines(max(1, reader.last_line() - TAIL + 1), TAIL)
    return Preview(
        job,
        config,
        words,
        dashboard.job_stats(ctx, job_id),
        coming,
        history,
        live,
        tail,
        _waits(ctx, job, going),
        _standings(ctx, job),
    )


def _waits(ctx: Context, job: Job, live: list[Execution]) -> str:
    """Of its newest run that something holds."""
    if any(run.status is ExecutionStatus.RUNNING for run in live):
        return ""
    waiting = Waiting(ctx)
    reasons = (waiting.reason(run) for run in reversed(live))
    why = job.blocked_reason or progress.waits(job)
    return next((reason for reason in reasons if reason), why)


def _standings(ctx: Context, job: Job) -> list[Standing]:
    try:
        return budgets.standings_of(ctx, job)
    except JobsTuiError:  # settings that cannot be read: the screen says it once
        return []


def short(preview: Preview, now: datetime, width: int) -> Content:
    """Five lines for a narrow screen."""
    job, stats = preview.job, preview.stats
    kind, name = doer(job.definition)
    title = _fit(
        [
            (plain(job.name), "bold"),
            _label(f"   {kind} "),
            name,
            _label("   runs "),
            str(job.total_executions),
            _label("   fails "),
            (str(job.failed_executions), "$state-bad" if job.failed_executions else ""),
            _label("   avg "),
            took(stats.average_ms),
        ],
        width,
    )
    times = [f"{moment:%a} {moment.day} {moment:%H:%M}" for moment in preview.next_runs]
    coming = ", ".join(times) if times else _idle(job)
    when = _fit(
        [
            (plain(preview.words), ""),
            _label("    next " if times else "    "),
            (coming, "$state-idle" if not times else ""),
        ],
        width,
    )
    results = _fit(
        [
            _label(f"last {len(stats.strip):<2}  "),
            _strip(stats.strip),
            _label("     time  "),
            (bars([*stats.durations_ms]), "$state-run"),
            _label(f"  p95 {took(stats.p95_ms)}" if stats.p95_ms is not None else ""),
        ],
        width,
    )
    if not stats.strip:
        results = Content.styled("no run has ended yet", "$quiet")
    prompt = _fit([_label("prompt   "), _one_line(job.definition.prompt_template)], width)
    lines = [title, when, results, prompt]
    if preview.tail:
        lines.append(_fit([_label("log      "), (plain(preview.tail[-1].text), "$quiet")], width))
    return Content("\n").join(lines)


def full(preview: Preview, now: datetime, width: int) -> Content:
    """The side pane of a wide screen, ``width`` columns."""
    lines = [*_head(preview, now, width), Content("")]
    lines += [*_what(preview, width), Content("")]
    lines += [*_when(preview, now, width), Content("")]
    if preview.budgets:
        lines += [*budget_words.lines(preview.budgets, width), Content("")]
    if preview.stats.strip:
        stats = preview.stats
        p95 = f"  p95 {took(stats.p95_ms)}" if stats.p95_ms is not None else ""
        durations = Content.styled(bars([*stats.durations_ms]), "$state-run")
        lines += [
            _fit([_label("LAST  "), _strip(stats.strip)], width),
            _fit([_label("TOOK  "), durations, _label(p95)], width),
            Content(""),
        ]
    lines += [_history_line(run, now, width) for run in preview.history]
    if preview.tail:
        live = preview.live is not None
        lines += [Content(""), Content.styled("LIVE" if live else "END OF THE LOG", "$quiet")]
        lines += [
            _fit([(f"{line.at:%H:%M:%S} ", "$quiet"), plain(line.text)], width)
            for line in preview.tail
        ]
    return Content("\n").join(lines)


def _head(preview: Preview, now: datetime, width: int) -> list[Content]:
    job = preview.job
    name = _fit([(plain(job.name), "bold")], width)
    if preview.live is not None and preview.live.started_at is not None:
        run = preview.live
        since = took((now - preview.live.started_at).total_seconds() * 1000)
        usual = preview.stats.median_ms
        of = f" of about {took(usual)}" if usual is not None else ""
        state = state_of(ExecutionStatus.RUNNING)
        return [
            name,
            _fit([(state.label, state.style), f" {since}{of}", _label(f"   #{run.number}")], width),
        ]
    if job.ended_as is not None:
        state = state_of(job.ended_as)
        why = _wrapped(progress.why_ended(job) or state.meaning, width - 8, 3)
        line = Content.assemble((f"{state.label}", state.style), f"  {why[0]}")
        return [name, line, *(Content(f"{'':8}{more}") for more in why[1:])]
    if not job.enabled:
        line = _fit([(PAUSED.label, PAUSED.style), _label("  nothing starts it but you")], width)
        return [name, line]
    last = preview.history[0] if preview.history else None
    if preview.waits:
        state = state_of(last.status) if last is not None and last.status.live else BLOCKED
        if state is BLOCKED and job.status is JobStatus.PENDING:
            state = PENDING
        why = _wrapped(plain(preview.waits), width - 7, 3)
        first = Content.assemble((f"{state.label} ", state.style), why[0])
        return [name, first, *(Content(f"{'':7}{more}") for more in why[1:])]
    if last is None:
        return [name, Content.styled("has not run yet", "$quiet")]
    state = state_of(last.status, last.reason)
    when = ago(last.created_at, now)
    return [name, _fit([(state.label, state.style), _label(f"  {when}   #{last.number}")], width)]


def _what(preview: Preview, width: int) -> list[Content]:
    definition = preview.job.definition
    prompt = _wrapped(_one_line(definition.prompt_template), width - 6, 3)
    lines = [_labelled("WHAT" if not place else "", text) for place, text in enumerate(prompt)]
    config = preview.config
    retry = f"  tries {config.retry.max_attempts}" if config.retry.max_attempts > 1 else ""
    who = f"{doer(definition)[1]}  timeout {span(config.timeout)}{retry}"
    return [*lines, _labelled("WHO", _cut(who, width - 6))]


def _when(preview: Preview, now: datetime, width: int) -> list[Content]:
    words = _wrapped(plain(preview.words), width - 6, 2)
    lines = [_labelled("WHEN" if not place else "", text) for place, text in enumerate(words)]
    overlap = preview.config.overlap
    definition = preview.job.definition
    if preview.next_runs and definition.trigger_type in (TriggerType.CRON, TriggerType.RECURRING):
        also = "overlap: skip" if overlap == "skip" else "runs may overlap"
        lines.append(_labelled("", f"missed: run once   {also}", "$quiet"))
    place = _zone(preview.job)
    for index, moment in enumerate(preview.next_runs):
        text = f"{day_time(moment, now, place):<18}"
        left = (moment - now).total_seconds()
        until_then = f"in {long_span(left)}" if left > 0 else until(moment, now)
        label = "NEXT" if not index else ""
        lines.append(_fit([_label(f"{label:<6}"), text, _label(f" {until_then}")], width))
    far = _wrapped(progress.words(preview.job), width - 6, 3)
    lines += [_labelled("FAR" if not place else "", text) for place, text in enumerate(far) if text]
    return lines


def _idle(job: Job) -> str:
    """What it says in place of a next start."""
    if job.ended_as is not None:
        why = progress.why_ended(job)
        return f"{job.ended_as.value}{f': {why}' if why else ''}"
    return progress.waits(job) or ("paused" if not job.enabled else "")


def _history_line(run: Execution, now: datetime, width: int) -> Content:
    state = state_of(run.status, run.reason)
    at = run.started_at or run.created_at
    same_day = (now - at).total_seconds() < 86_400
    when = f"{at:%H:%M}" if same_day else f"{at.day:2d} {at:%b}"
    why = run.error_message or run.reason or ""
    return _fit(
        [
            _label(f"{'#' + str(run.number):<6}"),
            (state.label, state.style),
            f" {when:<6} {took(run.duration_ms):>6} ",
            (plain(why), "$quiet"),
        ],
        width,
    )


def _strip(statuses: tuple[ExecutionStatus, ...]) -> Content:
    return Content.assemble(*((state_of(s).sign, state_of(s).style) for s in statuses))


def _zone(job: Job) -> tzinfo:
    try:
        return zone(job.definition.cron_timezone or "UTC")
    except JobsTuiError:
        return UTC


def _label(text: str) -> tuple[str, str]:
    return text, "$quiet"


def _labelled(label: str, text: str, style: str = "") -> Content:
    return Content.assemble((f"{label:<6}", "$quiet"), (text, style) if style else text)


def _fit(parts: list[Part], width: int) -> Content:
    return Content.assemble(*parts).truncate(max(1, width), ellipsis=True)


def _cut(text: str, width: int) -> str:
    return Content(text).truncate(max(1, width), ellipsis=True).plain


def _one_line(text: str) -> str:
    return " ".join(plain(text[:2000]).split())


def _wrapped(text: str, width: int, most: int) -> list[str]:
    """Lines of at most ``width`` cells; what is left of the last one is cut."""
    lines: list[str] = []
    words = text.split(" ")
    while words and len(lines) < most:
        line = words.pop(0)
        if len(lines) == most - 1:
            line = " ".join([line, *words])
            words = []
        while words and Content(f"{line} {words[0]}").cell_length <= width:
            line = f"{line} {words.pop(0)}"
        lines.append(_cut(line, width))
    return lines
