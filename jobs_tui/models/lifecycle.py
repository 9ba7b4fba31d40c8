"""Which status of a job may follow which: the one table (DESIGN 4, jobs_module.md)."""

from __future__ import annotations

from collections.abc import Mapping

from jobs_tui.models.enums import JobStatus
from jobs_tui.models.errors import Refused

PENDING, ACTIVE, IN_PROGRESS, BLOCKED, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = JobStatus

_GOING_ON = frozenset({PENDING, ACTIVE, IN_PROGRESS, BLOCKED})
_ENDS = frozenset({PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED})

TRANSITIONS: Mapping[JobStatus, frozenset[JobStatus]] = {
    PENDING: (_GOING_ON | _ENDS) - {PENDING},
    ACTIVE: (_GOING_ON | _ENDS) - {ACTIVE},
    IN_PROGRESS: (_GOING_ON | _ENDS) - {IN_PROGRESS},
    BLOCKED: (_GOING_ON | _ENDS) - {BLOCKED},
    PAUSED: _GOING_ON | {COMPLETED, FAILED, CANCELLED, ARCHIVED},
    FAILED: _GOING_ON | {CANCELLED, ARCHIVED},
    COMPLETED: frozenset({ARCHIVED}),
    CANCELLED: frozenset({ARCHIVED}),
    ARCHIVED: _GOING_ON | {PAUSED, COMPLETED, FAILED, CANCELLED},
}
"""From each status to those that may follow. A job that is completed or cancelled stays so: it is
started again as a copy. A failed one may be resumed, once its reason is mended."""


def allowed(old: JobStatus, new: JobStatus) -> bool:
    """Whether a job may go from one status to another."""
    return new in TRANSITIONS[old]


def refuse_transition(name: str, old: JobStatus, new: JobStatus) -> None:
    """Raises Refused, with what can be done instead, unless the transition is allowed."""
    if allowed(old, new):
        return
    hint = "Nothing was changed."
    if old in (COMPLETED, CANCELLED):
        hint = "Start it again as a copy: `jobs-tui copy JOB`."
    raise Refused(f"The job {name!r:.80} is {old}: it cannot become {new}.", hint)
