"""Which status of a job may follow which: the one table (DESIGN 4, jobs_module.md)."""

from __future__ import annotations

from collections.abc import Mapping

from jobs_tui.models.enums import JobStatus
from jobs_tui.models.errors import Refused, WrongStatus
from jobs_tui.models.job import Job

PENDING, ACTIVE, IN_PROGRESS, BLOCKED, PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED = JobStatus

GOING_ON = frozenset({PENDING, ACTIVE, IN_PROGRESS, BLOCKED})
"""Of these one follows from another by itself: a time comes, a run begins, a reason is mended."""
ENDS = frozenset({COMPLETED, FAILED, CANCELLED})
"""Nothing starts a job any more."""
FOR_GOOD = frozenset({COMPLETED, CANCELLED})
"""Ends that are not taken back: such a job is started again as a copy."""

_STOPS = frozenset({PAUSED, COMPLETED, FAILED, CANCELLED, ARCHIVED})

TRANSITIONS: Mapping[JobStatus, frozenset[JobStatus]] = {
    PENDING: (GOING_ON | _STOPS) - {PENDING},
    ACTIVE: (GOING_ON | _STOPS) - {ACTIVE},
    IN_PROGRESS: (GOING_ON | _STOPS) - {IN_PROGRESS},
    BLOCKED: (GOING_ON | _STOPS) - {BLOCKED},
    PAUSED: GOING_ON | {COMPLETED, FAILED, CANCELLED, ARCHIVED},
    FAILED: GOING_ON | {COMPLETED, CANCELLED, ARCHIVED},
    COMPLETED: frozenset({ARCHIVED}),
    CANCELLED: frozenset({ARCHIVED}),
    ARCHIVED: GOING_ON | {PAUSED, COMPLETED, FAILED, CANCELLED},
}
"""From each status to those that may follow. A failed job may be resumed once its reason is mended,
or ended by who knows better. A deleted one comes back as what it was, never as something else."""


def allowed(old: JobStatus, new: JobStatus) -> bool:
    """Whether a job may go from one status to another."""
    return new in TRANSITIONS[old]


def refuse_transition(job: Job, new: JobStatus) -> None:
    """Raises WrongStatus, with what can be done instead, unless the job may become ``new``."""
    old = job.status
    if allowed(old, new):
        return
    name = f"The job {job.name!r:.80}"
    if old is new:
        raise WrongStatus(f"{name} is {in_words(old)} already.", way_out(job))
    if old is FAILED:
        raise WrongStatus(f"{name} is failed: nothing starts it as it is.", way_out(job))
    raise WrongStatus(f"{name} is {in_words(old)}: it cannot become {in_words(new)}.", way_out(job))


def refuse_ended(job: Job) -> None:
    """Raises Refused when the job has ended: then nothing starts it, not even by hand."""
    if job.ended_as is not None:
        raise Refused(
            f"The job {job.name!r:.80} is {in_words(job.ended_as)}: nothing starts it any more.",
            way_out(job),
        )


def way_out(job: Job) -> str:
    """What a person does who wants a job in this status to run again; may be empty."""
    if job.ended_as in FOR_GOOD:
        return f"`jobs-tui copy {job.id}` starts it again as a copy."
    if job.ended_as is FAILED:
        return f"`jobs-tui resume {job.id}` starts it again, `jobs-tui copy` makes a new one of it."
    return ""


def in_words(status: JobStatus) -> str:
    """A status within a sentence."""
    return status.value.replace("_", " ")
