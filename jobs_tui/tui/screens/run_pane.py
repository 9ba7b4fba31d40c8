"""One run beside a list: what happened, with which values, and the last lines (UX.md 5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.execution import Attempt, Execution, LogLine
from jobs_tui.service import runs
from jobs_tui.service.context import Context
from jobs_tui.tui.screens import run_words
from jobs_tui.tui.spans import took

TAIL = 8
"""Last lines that are shown."""
VALUES = 10
"""Parameters that are shown."""
Part = Content | str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class RunDetail:
    """Everything that the pane shows."""

    run: Execution
    attempts: list[Attempt]
    lines: int
    tail: list[LogLine]


def load(ctx: Context, execution_id: str) -> RunDetail | None:
    """Read it; None when it is gone. A few milliseconds, called in a thread."""
    try:
        run = runs.get(ctx, execution_id)
    except JobsTuiError:
        return None  # purged meanwhile; the list says so at its next look
    reader = runs.log(ctx, execution_id)
    last = reader.last_line()
    tail = reader.lines(max(1, last - TAIL + 1), TAIL)
    return RunDetail(run, runs.attempts(ctx, execution_id), last, tail)


def pane(detail: RunDetail, now: datetime, width: int, *, name: bool = False) -> Content:
    """The pane, ``width`` columns wide.

    Args:
        name: with the job's name.
    """
    run = detail.run
    state = run_words.state(run)
    title = f"RUN #{run.number}" + (f"  {plain(run.job_name)}" if name else "")
    lines = [_fit([(title, "bold")], width)]
    said = run_words.outcome(run)
    rest = f"  {said}" if said else f"  {state.meaning}"
    lines += _wrapped(state.label, state.style, rest, width)
    lines += [Content(""), *_times(run, now, width)]
    lines.append(_row("by", run_words.by(run), width))
    if run.exit_code is not None:
        lines.append(_row("exit code", str(run.exit_code), width))
    if len(detail.attempts) > 1 or run.max_attempts > 1:
        lines.append(_row("attempt", f"{run.attempt} of {run.max_attempts}", width))
        for attempt in detail.attempts[-3:]:
            why = plain(attempt.error_message or "") or attempt.status.value
            lines.append(_row(f"  try {attempt.number}", why, width))
    if detail.lines:
        word = "line" if detail.lines == 1 else "lines"
        about = f", {run_words.size(run.log_bytes)}" if run.log_bytes else ""
        lines.append(_row("log", f"{run_words.number(detail.lines)} {word}{about}", width))
    if run.parameters:
        lines += [Content(""), _label("RAN WITH")]
        for key, value in list(run.parameters.items())[:VALUES]:
            lines.append(_row(plain(key), run_words.value(value), width))
        if len(run.parameters) > VALUES:
            lines.append(_label(f"and {len(run.parameters) - VALUES} more"))
    if detail.tail:
        live = run.status is ExecutionStatus.RUNNING
        lines += [Content(""), _label("NEWEST LINES" if live else "LAST LINES")]
        lines += [
            _fit([(plain(line.text), "$state-warn" if line.stream == "stderr" else "")], width)
            for line in detail.tail
        ]
    return Content("\n").join(lines)


def _times(run: Execution, now: datetime, width: int) -> list[Content]:
    found: list[Content] = []
    if run.status is ExecutionStatus.SKIPPED:
        if run.nominal_at is not None:
            found.append(_row("due", _stamp(run.nominal_at), width))
        if run.count > 1 and run.last_nominal_at is not None:
            found.append(_row("to", f"{_stamp(run.last_nominal_at)}, {run.count} times", width))
        return [*found, _row("decided", _stamp(run.created_at), width)]
    if run.nominal_at is not None:
        late = ""
        if run.started_at is not None:
            delay = (run.started_at - run.nominal_at).total_seconds()
            late = f" (+{took(delay * 1000)})" if delay >= 0.0005 else ""
        found.append(_row("due", f"{_stamp(run.nominal_at)}{late}", width))
    if run.started_at is None:
        return [*found, _row("queued", _stamp(run.created_at), width)]
    found.append(_row("started", _stamp(run.started_at), width))
    if run.completed_at is not None:
        found.append(_row("ended", _stamp(run.completed_at), width))
    return [*found, _row("took", run_words.duration(run, now), width)]


def _stamp(moment: datetime) -> str:
    return f"{moment:%d %b %H:%M:%S}.{moment.microsecond // 1000:03d}"


def _row(label: str, text: str, width: int) -> Content:
    name = Content(label).truncate(11, ellipsis=True, pad=True)
    return _fit([name.stylize("$quiet"), " ", text], width)


def _label(text: str) -> Content:
    return Content.styled(text, "$quiet")


def _fit(parts: list[Part], width: int) -> Content:
    return Content.assemble(*parts).truncate(max(1, width), ellipsis=True)


def _wrapped(sign: str, style: str, text: str, width: int) -> list[Content]:
    """A state and up to three rows of what it says."""
    rows = [text[place : place + width - 7] for place in range(0, len(text), width - 7)][:3]
    first, *more = rows or [""]
    return [
        Content.assemble((sign, style), first),
        *(Content(f"        {row.strip()}") for row in more),
    ]
