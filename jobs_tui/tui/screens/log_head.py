"""The row above a log: which run it is, how it stands, how far it is."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.execution import Execution
from jobs_tui.service.dashboard import JobStats
from jobs_tui.service.run_detail import RunDetail
from jobs_tui.tui.screens import run_words
from jobs_tui.tui.spans import took
from jobs_tui.tui.widgets.frame import spread

BAR = 10
"""Columns of the progress bar on a narrow screen; a wide one has three times as many."""
NAME = 14
"""Columns of the job's name at least, whatever else there is to say."""


def head(
    detail: RunDetail, stats: JobStats, now: datetime, *, mode: str, width: int, wide: bool
) -> Content:
    """The whole row.

    Args:
        mode: the main screen from which the log was opened.
    """
    run = detail.execution
    crumb = f" {'Jobs' if mode == 'jobs' else 'Runs'} > "
    where = Content.assemble((crumb, "$quiet"), (plain(run.job_name), "bold"))
    facts = Content.assemble(f" #{run.number}   ", *_facts(detail, stats, now, wide))
    right = Content.styled(f"{run_words.by(run)} ", "$quiet") if wide else Content("")
    # The name gives way, but a part of it stays.
    room = max(NAME, width - facts.cell_length - right.cell_length - 2)
    left = Content.assemble(where.truncate(room, ellipsis=True), facts)
    return spread(left, right, width)


def _facts(
    detail: RunDetail, stats: JobStats, now: datetime, wide: bool
) -> list[Content | str | tuple[str, str]]:
    run = detail.execution
    state = run_words.state(run)
    parts: list[Content | str | tuple[str, str]] = [(f"{state.sign} {state.word}", state.style)]
    if run.started_at is not None and run.status is not ExecutionStatus.WAITING_FOR_INPUT:
        parts.append(f" {run_words.duration(run, now)}")
    if run.status is ExecutionStatus.RUNNING and stats.median_ms:
        return [*parts, *_progress(run, stats.median_ms, now, wide)]
    said = plain(detail.waiting_reason or "") or run_words.outcome(run)
    if said and run.status is not ExecutionStatus.COMPLETED:
        parts.append((f"   {said}", state.style.replace(" bold", "")))
    elif stats.average_ms is not None:
        parts.append((f"   avg {took(stats.average_ms)}", "$quiet"))
    return parts


def _progress(
    run: Execution, usual: int, now: datetime, wide: bool
) -> list[Content | str | tuple[str, str]]:
    if run.started_at is None:
        return []
    share = (now - run.started_at).total_seconds() * 1000 / usual
    bar = run_words.progress(share, 3 * BAR if wide else BAR)
    return [(f" of ~{took(usual)} ", "$quiet"), bar]
