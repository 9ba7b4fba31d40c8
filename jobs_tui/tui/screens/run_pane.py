"""One run beside a list: what happened, with which values, and the last lines (UX.md 5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.execution import Execution, LogLine
from jobs_tui.service import runs
from jobs_tui.service.context import Context
from jobs_tui.service.run_detail import RunDetail, run_detail
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.dialogs import MessageDialog
from jobs_tui.tui.screens import run_outcome, run_sections, run_words
from jobs_tui.tui.screens.run_outbox import delivered
from jobs_tui.tui.screens.run_sections import fit, row, title, wrapped
from jobs_tui.tui.spans import took

TAIL = 8
"""Last lines that are shown."""
VALUES = 10
"""Parameters that are shown."""
DIALOG = 86
"""Columns of the same facts in a dialog."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the pane shows."""

    detail: RunDetail
    lines: int
    tail: list[LogLine]


def load(ctx: Context, execution_id: str) -> Facts | None:
    """Read it; None when it is gone. A few milliseconds, called in a thread."""
    try:
        detail = run_detail(ctx, execution_id)
    except JobsTuiError:
        return None  # purged meanwhile; the list says so at its next look
    reader = runs.log(ctx, execution_id)
    last = reader.last_line()
    tail = reader.lines(max(1, last - TAIL + 1), TAIL)
    return Facts(detail, last, tail)


def show(screen: BaseScreen, execution_id: str) -> None:
    """All about a run in a dialog: for screens that have no room for the pane."""

    def loaded(facts: Facts | None) -> None:
        if facts is None:
            screen.say("This run is not stored any more.")
            return
        run, width = facts.detail.execution, min(DIALOG, screen.app.size.width - 11)
        text = pane(facts, screen.ctx.now(), width, first="esc, then ")
        screen.app.push_screen(MessageDialog(f"{run.job_name} #{run.number}", text, wide=True))

    screen.attempt(lambda: load(screen.ctx, execution_id), loaded)


def pane(facts: Facts, now: datetime, width: int, *, first: str = "") -> Content:
    """The pane, ``width`` columns wide.

    Args:
        first: what has to be done before a key of the screen works: ``esc, then ``.
    """
    detail, run = facts.detail, facts.detail.execution
    state = run_words.state(run)
    said = plain(detail.waiting_reason or "") or run_words.outcome(run) or state.meaning
    lines = [fit([(f"RUN #{run.number}", "bold")], width)]
    first, *more = wrapped(said, width - 8, 4) or [""]
    lines.append(Content.assemble((state.label, state.style), f"  {first}"))
    lines += [Content(f"{'':8}{line}") for line in more]
    lines += run_sections.asked(detail.asked, now, width, first)
    lines += [Content(""), *_times(run, now, width)]
    lines.append(row("by", run_words.by(run), width))
    lines += run_sections.doer(detail, width)
    lines += _tries(detail, width)
    lines += run_outcome.told(run, width)
    if facts.lines:
        word = "line" if facts.lines == 1 else "lines"
        about = f", {run_words.size(run.log_bytes)}" if run.log_bytes else ""
        lines.append(row("log", f"{run_words.number(facts.lines)} {word}{about}", width))
    lines += run_sections.steps(detail.tree, width, planned=run.plan is not None)
    lines += run_sections.choice(detail.choice, width)
    lines += delivered(detail, now, width)
    lines += _values(run, width)
    lines += run_outcome.change(run, width)
    lines += _tail(facts, width)
    return Content("\n").join(lines)


def _tries(detail: RunDetail, width: int) -> list[Content]:
    run, found = detail.execution, list[Content]()
    if run.exit_code is not None:
        found.append(row("exit code", str(run.exit_code), width))
    if len(detail.attempts) > 1 or run.max_attempts > 1:
        found.append(row("attempt", f"{run.attempt} of {run.max_attempts}", width))
        for attempt in detail.attempts[-3:]:
            why = plain(attempt.error_message or "") or attempt.status.value
            found.append(row(f"  try {attempt.number}", why, width))
    return found


def _values(run: Execution, width: int) -> list[Content]:
    if not run.parameters:
        return []
    found = [Content(""), title("RAN WITH")]
    for key, value in list(run.parameters.items())[:VALUES]:
        found.append(row(plain(key), run_words.value(value), width))
    if len(run.parameters) > VALUES:
        found.append(title(f"and {len(run.parameters) - VALUES} more"))
    return found


def _tail(facts: Facts, width: int) -> list[Content]:
    if not facts.tail:
        return []
    live = facts.detail.execution.status is ExecutionStatus.RUNNING
    found = [Content(""), title("NEWEST LINES" if live else "LAST LINES")]
    for line in facts.tail:
        step = (f"{plain(line.step)} ", "$quiet") if line.step else ""
        style = "$state-warn" if line.stream == "stderr" else ""
        found.append(fit([step, (plain(line.text), style)], width))
    return found


def _times(run: Execution, now: datetime, width: int) -> list[Content]:
    found: list[Content] = []
    if run.status is ExecutionStatus.SKIPPED:
        if run.nominal_at is not None:
            found.append(row("due", _stamp(run.nominal_at), width))
        if run.count > 1 and run.last_nominal_at is not None:
            found.append(row("to", f"{_stamp(run.last_nominal_at)}, {run.count} times", width))
        return [*found, row("decided", _stamp(run.created_at), width)]
    if run.nominal_at is not None:
        late = ""
        if run.started_at is not None:
            delay = (run.started_at - run.nominal_at).total_seconds()
            late = f" (+{took(delay * 1000)})" if delay >= 0.0005 else ""
        found.append(row("due", f"{_stamp(run.nominal_at)}{late}", width))
    if run.started_at is None:
        return [*found, row("queued", _stamp(run.created_at), width)]
    found.append(row("started", _stamp(run.started_at), width))
    if run.completed_at is not None:
        found.append(row("ended", _stamp(run.completed_at), width))
    return [*found, row("took", run_words.duration(run, now), width)]


def _stamp(moment: datetime) -> str:
    return f"{moment:%d %b %H:%M:%S}.{moment.microsecond // 1000:03d}"
