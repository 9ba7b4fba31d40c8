"""The tabs of a job beside its history: definition, schedule, stats, deliveries (UX.md 5.3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.config import job_config
from jobs_tui.models.enums import ExecutionStatus, TriggerType
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.execution import Delivery
from jobs_tui.models.job import Definition, Job
from jobs_tui.schedule.durations import span_words
from jobs_tui.schedule.timing import counts_from_end, delay_of, is_timed
from jobs_tui.service import job_detail, preview
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import webhook_url
from jobs_tui.tui.dialogs import text_of
from jobs_tui.tui.screens import hook_rows, progress
from jobs_tui.tui.screens.job_words import JobFacts, doer
from jobs_tui.tui.spans import day_time, long_span, span, took
from jobs_tui.tui.theme import state_of
from jobs_tui.tui.widgets.virtual_list import Column, Row

LABEL = 15
"""Columns of the labels."""
COMING = 10
"""Next runs on the schedule tab."""
ROWS = 8
"""Rows of the duration chart."""
DELIVERIES = (
    Column("TIME", 12),
    Column("FROM", 13),
    Column("STATE", 14),
    Column("SIZE", 7, "right"),
    Column("NOTE", 20, flex=True),
)


def definition(ctx: Context, facts: JobFacts, now: datetime) -> Content:
    """Everything that was written down about the job."""
    job = facts.job
    written, config = job.definition, job_config(job.definition.config)
    tries = config.retry.max_attempts
    retry = "none"
    if tries > 1:
        retry = f"up to {tries} attempts, {span(config.retry.delay)} apart at first"
    rows = [
        _field("name", plain(job.name)),
        _field("id", f"{job.id}   revision {job.revision}"),
        _field("description", plain(written.description or "--")),
        _field("tags", plain(", ".join(written.tags) or "--")),
        _field("trigger", plain(facts.words)),
        _field(*doer(written)),
        _field("timeout", f"{span(config.timeout)} per attempt"),
        _field("retries", retry),
    ]
    if written.trigger_type is TriggerType.WEBHOOK and job.webhook_path:
        rows.append(_field("webhook", webhook_url(ctx, job.webhook_path)))
    if config.working_directory:
        rows.append(_field("directory", plain(config.working_directory)))
    rows += [
        _field("created", _when_by(job.created_at, job.created_by, facts, now)),
        _field("edited", _when_by(job.updated_at, job.updated_by, facts, now)),
    ]
    if written.parameters:
        rows += [Content(""), _title("VARIABLES")]
        for parameter in written.parameters:
            default = "" if parameter.default is None else f" = {json.dumps(parameter.default)}"
            need = "  required" if parameter.required else ""
            about = f"  {parameter.description}" if parameter.description else ""
            rows.append(
                Content.assemble(
                    plain(f"  {parameter.name}{default}"),
                    (need, "$state-warn"),
                    (plain(about), "$quiet"),
                )
            )
    rows += [Content(""), _title("PROMPT"), _indented(written.prompt_template)]
    if written.system_prompt:
        rows += [Content(""), _title("SYSTEM PROMPT"), _indented(written.system_prompt)]
    return Content("\n").join(rows)


def schedule(ctx: Context, facts: JobFacts, now: datetime) -> Content:
    """Words, the next runs, what clock changes do, and what happens to missed ones."""
    written, job = facts.job.definition, facts.job
    if written.trigger_type is TriggerType.WEBHOOK:
        url = webhook_url(ctx, job.webhook_path) if job.webhook_path else "--"
        return Content("\n").join(
            [
                _field("starts", "when a signed request arrives"),
                _field("URL", url),
                _field("signature", "X-Webhook-Signature: hex HMAC-SHA256 of the body"),
                Content(""),
                _hint("y copies the URL or a signed curl command."),
            ]
        )
    if not is_timed(written):
        return Content("\n").join(
            [
                _field("starts", "by hand, by command or by API"),
                Content(""),
                _hint("r runs it now, e gives it a schedule or a webhook."),
            ]
        )
    try:
        shown = preview.of_definition(ctx, written, job, COMING)
        readings = preview.readings(ctx, written)
    except JobsTuiError as error:
        return Content.styled(plain(error.sentence()), "$state-warn")
    rows = [
        *_timing(written, shown.words if shown is not None else facts.words, readings),
        *_far(job),
        Content(""),
    ]
    if shown is not None and job.ended_as is None:
        rows += _coming(facts, shown, now)
    if state := progress.state_lines(job):
        rows += [Content(""), _title("STATE, LEFT FOR THE NEXT RUN"), *state]
    return Content("\n").join(rows)


def _timing(written: Definition, words: str, readings: Mapping[str, str]) -> list[Content]:
    config = job_config(written.config)
    overlap = "a start is skipped while a run goes on"
    if config.overlap != "skip":
        overlap = f"up to {config.max_parallel} runs at once"
    rows = [_field("in words", plain(words))]
    if written.schedule is not None:
        rows.append(_field("cron", plain(written.schedule)))
    rows.append(_field("time zone", plain(written.cron_timezone or "UTC")))
    named = (("run_at", "starts"), ("start_at", "begins"), ("end_at", "ends"))
    rows += [_field(label, plain(readings[name])) for name, label in named if name in readings]
    if written.watch is not None:
        rows.append(_field("answers", "only changes are told"))
    if written.trigger_type is TriggerType.ONE_OFF:
        return [*rows, _field("missed", "started as soon as an engine is back, however late")]
    if counts_from_end(written):
        return rows
    return [
        *rows,
        _field("overlap", overlap),
        _field("missed", f"the newest one of the last {span(config.catchup_window)} is made up"),
        _field("grace", f"up to {span(config.grace)} late is on time"),
    ]


def _far(job: Job) -> list[Content]:
    """Why it has ended, how far it is, when it is done."""
    rows = []
    if job.ended_as is not None:
        why = progress.why_ended(job)
        rows.append(_field("ended", f"{job.ended_as.value}{f': {why}' if why else ''}"))
    told = (
        ("waits", progress.waits(job)),
        ("until", progress.until(job)),
        ("runs", progress.runs_words(job)),
        ("last run", plain(job.goal or "")),
        ("problem", plain(job.problem or "")),
    )
    return rows + [_field(label, text) for label, text in told if text]


def _coming(facts: JobFacts, shown: preview.SchedulePreview, now: datetime) -> list[Content]:
    job = facts.job
    rows = [_title("NEXT RUNS" if job.enabled else "WHEN RESUMED, IT WOULD RUN")]
    for moment in shown.next_runs:
        left = long_span((moment - now).total_seconds())
        when = f"{moment:%a} {moment.day:2d} {moment:%b %Y  %H:%M} {moment:%Z}"
        rows.append(Content.assemble(f"  {when:<30}", (f"in {left}", "$quiet")))
    if counts_from_end(job.definition):
        pause = span_words(delay_of(job.definition).total_seconds())
        rows.append(_hint(f"  then {pause} after the end of each run"))
    elif not shown.next_runs:
        rows.append(_hint("  none"))
    return rows + [
        Content.assemble(("! ", "$state-warn"), plain(note))
        for note in (*shown.warnings, *shown.clock_changes)
    ]


def stats(ctx: Context, facts: JobFacts, now: datetime) -> Content:
    """Counts by outcome, usual lengths, and a chart of the last runs."""
    counts = job_detail.status_counts(ctx, facts.job.id)
    total = sum(counts.values())
    if not total:
        return _hint("Nothing has run yet.")
    rows = [_title("OUTCOMES")]
    widest = max(counts.values())
    for status in ExecutionStatus:
        if count := counts.get(status, 0):
            state = state_of(status)
            bar = "#" * max(1, round(30 * count / widest))
            rows.append(
                Content.assemble(
                    "  ",
                    (f"{state.label:<8}", state.style),
                    f"{count:>7,}  ",
                    (f"{count / total:>4.0%}  ", "$quiet"),
                    (bar, state.style),
                )
            )
    lengths = [value for value in facts.stats.durations_ms if value is not None]
    if lengths:
        numbers = facts.stats
        rows += [
            Content(""),
            _title("HOW LONG"),
            Content.assemble(
                ("  shortest ", "$quiet"),
                took(min(lengths)),
                ("   usual ", "$quiet"),
                took(numbers.median_ms),
                ("   average ", "$quiet"),
                took(numbers.average_ms),
                ("   p95 ", "$quiet"),
                took(numbers.p95_ms),
                ("   longest ", "$quiet"),
                took(max(lengths)),
            ),
            Content(""),
            *_chart(facts),
        ]
    return Content("\n").join(rows)


def _chart(facts: JobFacts) -> list[Content]:
    """Durations of the last runs as columns, newest right, each in the colour of its outcome."""
    lengths, statuses = facts.stats.durations_ms, facts.stats.strip
    top = max(value for value in lengths if value is not None) or 1
    rows = []
    for row in range(ROWS, 0, -1):
        label = took(top) if row == ROWS else took(top / 2) if row == ROWS // 2 else ""
        cells: list[Content | str | tuple[str, str]] = [(f"  {label:>7} | ", "$quiet")]
        for length, status in zip(lengths, statuses, strict=True):
            tall = length is not None and round(ROWS * length / top) >= row
            least = row == 1 and length is not None
            cells.append(("#", state_of(status).style) if tall or least else " ")
        rows.append(Content.assemble(*cells))
    signs = [(state_of(status).sign, state_of(status).style) for status in statuses]
    rows.append(Content.assemble(("          +-" + "-" * len(lengths), "$quiet")))
    rows.append(Content.assemble("            ", *signs))
    return rows


def delivery_row(delivery: Delivery, now: datetime) -> Row:
    """One request that reached the webhook."""
    label, style = hook_rows.state(delivery.verdict, delivery.status_code)
    good = delivery.status_code < 300
    at = delivery.received_at
    when = f"{at:%H:%M:%S}" if at.date() == now.date() else f"{at.day:2d} {at:%b %H:%M}"
    size = f"{len(delivery.body):,} B"
    return Row(
        delivery.id,
        (
            when,
            plain(delivery.remote),
            (label, style),
            (size, "$quiet"),
            (plain(delivery.reason) or "started a run", "$quiet" if good else ""),
        ),
    )


def _field(label: str, text: str) -> Content:
    return Content.assemble((f"{label:<{LABEL}}", "$quiet"), text)


def _title(text: str) -> Content:
    return Content.styled(text, "$title bold")


def _hint(text: str) -> Content:
    return Content.styled(text, "$quiet")


def _indented(text: str) -> Content:
    lines = text_of(text).plain.split("\n")
    return Content("\n".join(f"  {line}" for line in lines))


def _when_by(moment: datetime, actor: str | None, facts: JobFacts, now: datetime) -> str:
    who = f" by {plain(actor)}" if actor else ""
    return f"{day_time(moment, now, facts.place)}{who}"
