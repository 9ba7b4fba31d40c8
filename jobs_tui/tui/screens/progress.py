"""How far a job is: runs counted, its goal, why it waits or has ended, what it keeps."""

from __future__ import annotations

import json

from textual.content import Content

from jobs_tui.guard.terminal_text import clean_output, plain
from jobs_tui.models.end_condition import words as goal_words
from jobs_tui.models.enums import JobStatus, TriggerType
from jobs_tui.models.job import Job

STATE_LINES = 40
"""Lines of the state document that are shown."""


def runs_words(job: Job) -> str:
    """``3 of 10 runs``; of a job without that limit ``3 runs``, empty where nobody counts."""
    most = job.definition.max_runs
    if most is not None:
        return f"{job.counted_runs:,} of {most:,} run{'s' * (most != 1)}"
    if job.definition.trigger_type is TriggerType.ONGOING:
        return f"{job.counted_runs:,} run{'s' * (job.counted_runs != 1)}"
    return ""


def words(job: Job) -> str:
    """How far it is, in one line: ``3 of 10 runs   not done: 2 PRs open``; may be empty."""
    return "   ".join(part for part in (runs_words(job), plain(job.goal or "")) if part)


def waits(job: Job) -> str:
    """Why it is pending, in words; empty for others."""
    if job.status is not JobStatus.PENDING:
        return ""
    return plain(job.waiting_on or "")


def why_ended(job: Job) -> str:
    """Why it has ended or was paused, in words; empty where nobody said."""
    return plain(job.status_reason or "")


def until(job: Job) -> str:
    """Its end condition in words; empty without one."""
    return plain(goal_words(job.definition.end_condition).removeprefix("until "))


def state_lines(job: Job) -> list[Content]:
    """The document that its runs leave for the next one, as JSON."""
    if not job.state:
        return []
    text = json.dumps(job.state, ensure_ascii=False, indent=2)
    lines = [plain(line) for line in clean_output(text).split("\n")]
    shown = [Content(f"  {line}") for line in lines[:STATE_LINES]]
    if len(lines) > STATE_LINES:
        more = f"  and {len(lines) - STATE_LINES:,} lines more: y, then j copies the job as JSON"
        shown.append(Content.styled(more, "$quiet"))
    return shown
