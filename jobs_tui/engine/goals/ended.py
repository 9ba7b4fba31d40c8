"""What goes into a judgement and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs_tui.models.enums import ExecutionStatus


@dataclass(frozen=True, slots=True)
class Ended:
    """What is known of a run that has ended."""

    status: ExecutionStatus
    exit_code: int | None = None
    result: str | None = None
    """The last line, or the beginning of the answer."""
    answer: str | None = None
    """The whole answer where it was kept, masked."""
    completed_at: datetime | None = None
    verdict: str | None = None
    """What it was judged to have said, of an earlier run."""
    changed: bool = False
    """Whether it was judged to be a change, of an earlier run."""

    @property
    def text(self) -> str:
        """The most that is known of what it said."""
        return self.answer if self.answer is not None else self.result or ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run means for its job."""

    met: bool = False
    """The end condition holds: the job has reached its goal."""
    reason: str = ""
    """Why it is met, or why not yet, one sentence; empty when nothing was asked."""
    verdict: str | None = None
    """``done``, ``not_done``, ``blocked``, or None when the run said none."""
    verdict_reason: str | None = None
    worth_reporting: bool | None = None
    """None: nobody has said."""
    change: str | None = None
    """Unified diff against the last answer; None: no change, or the first look."""
    watched: str | None = None
    """What the next answer is compared with."""
    state: dict[str, Any] | None = None
    """What the run leaves for the next one; None: as it was."""
    problem: str | None = None
    """What could not be told and why; to be shown on the run and on the job."""
