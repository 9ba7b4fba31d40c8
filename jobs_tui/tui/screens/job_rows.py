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


def summary(
    overview: Overview, now: datetime, width: int, spent: Content
) -> tuple[Content, Content]:
    """Left and right text of the summary row; what does not fit goes, the counts last.

    Args:
        spent: what has to be said of budgets.
    """
    for gap, today, name in ((4, True, 30), (4, True, 18), (3, False, 18), (2, False, 12)):
        left = _counts(overview, " " * gap, spent)
        right = Content.assemble(
            _today(overview) if today else "", _coming(overview, now, name), " "
        )
        if left.cell_length + right.cell_length + 2 <= width:
            return left, right
    return _counts(overview, "  ", spent), Content("")


def _counts(overview: Overview, gap: str, spent: Content) -> Content:
    counts = (
        (overview.jobs, "job" if overview.jobs == 1 else "jobs", ""),
        (overview.running, "running", "$state-run"),
        (overview.queued, "queued", "$state-wait"),
        (overview.blocked, "blocked", "$state-warn"),
        (overview.asking, "asking", "$state-warn bold"),
        (overview.ok, "ok", "$state-ok"),
        (overview.failing, "failing", "$state-bad bold"),
        (overview.paused, "paused", "$state-idle"),
    )
    parts = [
        Content.styled(f"{count} {word}", style if count else "$quiet")
        for count, word, style in counts
        if count or word not in ("queued", "blocked", "asking")
    ]
    if spent:
        parts.append(spent)
    return Content.assemble(" ", Content(gap).join(parts))


def _today(overview: Overview) -> Content:
    if not overview.today:
        return Content("")
    failed = overview.today_failed
    runs = f"today {overview.today} run{'' if overview.today == 1 else 's'}"
    outcome = (f", {failed} failed", "$state-bad") if failed else ("", "")
    return Content.assemble((runs, "$quiet"), outcome, "     ")


def _coming(overview: Overview, now: datetime, room: int) -> Content:
    if overview.next_name is None or overview.next_at is None:
        return Content("")
    name = Content(plain(overview.next_name)).truncate(room, ellipsis=True)
    return Content.assemble(("next: ", "$quiet"), name, f" {until(overview.next_at, now)}")
