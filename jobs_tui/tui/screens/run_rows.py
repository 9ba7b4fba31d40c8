"""Runs as rows of a list: of one job, or of all of them (UX.md 5.3, 5.4)."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.execution import Execution
from jobs_tui.tui.screens import run_words
from jobs_tui.tui.theme import state_of
from jobs_tui.tui.widgets.virtual_list import Cell, Column, Row

HISTORY = (
    Column("RUN", 6),
    Column("STATE", 6),
    Column("STARTED", 16),
    Column("TOOK", 7, "right"),
    Column("BY", 6),
    Column("RESULT", 12, flex=True),
)
"""Columns of a job's history."""
RUNS = (
    Column("RUN", 6),
    Column("STATE", 6),
    Column("JOB", 20),
    Column("STARTED", 9),
    Column("TOOK", 7, "right"),
    Column("BY", 6),
    Column("RESULT", 10, flex=True),
)
"""Columns of the runs of all jobs."""
FILTERS: tuple[tuple[str, tuple[ExecutionStatus, ...]], ...] = (
    ("all", ()),
    (
        "live",
        (
            ExecutionStatus.RUNNING,
            ExecutionStatus.QUEUED,
            ExecutionStatus.BLOCKED,
            ExecutionStatus.WAITING_FOR_INPUT,
        ),
    ),
    ("failed", (ExecutionStatus.FAILED, ExecutionStatus.TIMED_OUT, ExecutionStatus.LOST)),
    ("ok", (ExecutionStatus.COMPLETED,)),
    ("cancelled", (ExecutionStatus.CANCELLED,)),
    ("skipped", (ExecutionStatus.SKIPPED,)),
)
"""What ``f`` goes through: a word and the statuses it stands for."""


def statuses(name: str) -> list[ExecutionStatus] | None:
    """The statuses behind a filter's word; None for all."""
    return list(dict(FILTERS)[name]) or None


def next_filter(name: str) -> str:
    """The word after this one."""
    names = [word for word, _ in FILTERS]
    return names[(names.index(name) + 1) % len(names)]


def history_row(run: Execution, now: datetime, zone: tzinfo = UTC, waits: str | None = None) -> Row:
    """One line of a job's history; ``waits``: why it does not go on."""
    at = run.started_at or run.nominal_at or run.created_at
    return Row(
        run.id,
        (*_head(run), run_words.when(at, now, zone), *_tail(run, now, waits)),
    )


def run_row(run: Execution, now: datetime, waits: str | None = None) -> Row:
    """One line among the runs of all jobs; ``waits``: why it does not go on."""
    at = run.started_at or run.nominal_at or run.created_at
    return Row(
        run.id, (*_head(run), plain(run.job_name), short_when(at, now), *_tail(run, now, waits))
    )


def _head(run: Execution) -> tuple[Cell, Cell]:
    state = run_words.state(run)
    return f"#{run.number}", (state.label, state.style)


def _tail(run: Execution, now: datetime, waits: str | None) -> tuple[Cell, Cell, Cell]:
    said = plain(waits or "") or run_words.outcome(run)
    style = run_words.state(run).style.replace(" bold", "")
    quiet = run.status in (ExecutionStatus.COMPLETED, ExecutionStatus.RUNNING)
    return (
        run_words.duration(run, now),
        (run_words.made_by(run), "$quiet"),
        (said, "$quiet" if quiet else style) if said else ("--", "$quiet"),
    )


def short_when(moment: datetime, now: datetime) -> str:
    """At most 9 characters."""
    distance = now - moment
    if moment.date() == now.date():
        return f"{moment:%H:%M:%S}"
    if abs(distance.total_seconds()) < 6 * 86_400:
        return f"{moment:%a %H:%M}"
    return f"{moment.day:2d} {moment:%b}" if distance.days < 300 else f"{moment:%Y-%m}"


def counts(total: int, shown: str, query: str) -> Content:
    """``/ find   f:all   212 runs`` for the right end of a row."""
    parts: list[Content | str | tuple[str, str]] = []
    if query:
        parts += [("/ ", "$key bold"), plain(query), "   "]
    parts += [("f:", "$key"), shown, f"   {total:,} run{'' if total == 1 else 's'}"]
    return Content.assemble(*parts)


def strip(statuses: tuple[ExecutionStatus, ...]) -> Content:
    """Signs of the last runs, newest right."""
    return Content.assemble(*((state_of(s).sign, state_of(s).style) for s in statuses))
