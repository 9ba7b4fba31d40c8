"""Lines of the job list as cells, and the summary row; no widget in here."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.service.dashboard import JobLine, Overview
from jobs_tui.tui.filters import state_of_line
from jobs_tui.tui.spans import ago, clock_time, until
from jobs_tui.tui.theme import state_of
from jobs_tui.tui.widgets.virtual_list import Cell, Column, Row

COLUMNS = (
    Column("STATE", 6),
    Column("NAME", 18, flex=True),
    Column("TRIGGER", 16),
    Column("NEXT", 9),
    Column("LAST", 10),
    Column("OK%", 4, "right"),
)
MORE = (Column("  RUNS", 6, "right"), Column("AGENT", 14), Column("TAGS", 16))
"""Further columns of the wide list (``w``)."""


def row_of(line: JobLine, now: datetime, *, clock: bool, more: bool = False) -> Row:
    """One job as a row.

    Args:
        clock: show times of day instead of spans (``t``).
        more: with the cells of :data:`MORE`.
    """
    job = line.job
    state = state_of_line(line)
    percent = line.ok_percent
    cells: tuple[Cell, ...] = (
        (state.label, state.style),
        job.name,
        (line.trigger, "$foreground" if job.enabled else "$quiet"),
        _next(job.next_due_at, now, clock),
        _last(line, now, clock),
        ("--" if percent is None else str(percent), "$quiet" if percent in (None, 100) else ""),
    )
    if more:
        cells += (
            str(job.total_executions),
            (job.definition.entity_id or "--", "$quiet"),
            (", ".join(job.definition.tags), "$quiet"),
        )
    return Row(job.id, cells)


def _next(due: datetime | None, now: datetime, clock: bool) -> Cell:
    if due is None:
        return "--", "$quiet"
    return clock_time(due, now) if clock else until(due, now)


def _last(line: JobLine, now: datetime, clock: bool) -> Cell:
    last = line.last
    if last is None:
        return "  --", "$quiet"
    state = state_of(last.status)
    when = clock_time(last.at, now) if clock else "now" if last.status.live else ago(last.at, now)
    return f"{state.sign} {when}", state.style.replace(" bold", "")


def summary(overview: Overview, now: datetime, *, wide: bool) -> tuple[Content, Content]:
    """Left and right text of the summary row."""
    counts = [
        (overview.jobs, "job" if overview.jobs == 1 else "jobs", ""),
        (overview.running, "running", "$state-run"),
        (overview.queued, "queued", "$state-wait"),
        (overview.ok, "ok", "$state-ok"),
        (overview.failing, "failing", "$state-bad bold"),
        (overview.paused, "paused", "$state-idle"),
    ]
    gap = "    " if wide else "   "
    shown = [
        Content.assemble((f"{count} {word}", style if count and style else "$quiet"))
        if style
        else Content(f"{count} {word}")
        for count, word, style in counts
        if count or word not in ("queued",)
    ]
    left = Content.assemble(" ", Content(gap).join(shown))
    parts: list[Content | str | tuple[str, str]] = []
    if wide and overview.today:
        bad = f", {overview.today_failed} failed" if overview.today_failed else ", all well"
        style = "$state-bad" if overview.today_failed else "$quiet"
        parts += [(f"today {overview.today} runs", "$quiet"), (bad, style), "     "]
    if overview.next_name is not None and overview.next_at is not None:
        name = Content(plain(overview.next_name)).truncate(26 if wide else 12, ellipsis=True)
        parts += [("next: ", "$quiet"), name, f" {until(overview.next_at, now)} "]
    return left, Content.assemble(*parts)
