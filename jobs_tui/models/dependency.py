"""What one job wants of another before it starts (jobs_module.md: dependencies)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from jobs_tui.models.enums import BAD, GOOD, Described, ExecutionStatus, JobStatus, TriggerType

MOST = 50
"""Jobs that one job may depend on."""


class On(Described):
    """Which end of the other job is waited for."""

    COMPLETED = "completed", "it has gone well"
    FINISHED = "finished", "it has ended, however it went"
    FAILED = "failed", "it has gone wrong"


class Mode(Described):
    """How often a dependency counts."""

    CHAIN = "chain", "each run of the other job starts one of this"
    GATE = "gate", "once met it stays met, and this job's own trigger begins to count"


VERBS = {On.COMPLETED: "complete", On.FINISHED: "end", On.FAILED: "fail"}
"""What the other job is to do: ``waits for 'build' to complete``."""
ENDED = {
    ExecutionStatus.COMPLETED: "completed",
    ExecutionStatus.FAILED: "failed",
    ExecutionStatus.TIMED_OUT: "timed out",
    ExecutionStatus.CANCELLED: "was cancelled",
    ExecutionStatus.LOST: "was lost",
    ExecutionStatus.SKIPPED: "was skipped",
}
"""What a run did: ``build failed``."""

FITS: Mapping[On, frozenset[ExecutionStatus]] = {
    On.COMPLETED: GOOD,
    On.FAILED: BAD,
    On.FINISHED: GOOD | BAD | {ExecutionStatus.CANCELLED},
}
"""Ends of a run that meet each wish; a run that was skipped meets none."""
AS_A_RUN = {
    JobStatus.COMPLETED: ExecutionStatus.COMPLETED,
    JobStatus.FAILED: ExecutionStatus.FAILED,
    JobStatus.CANCELLED: ExecutionStatus.CANCELLED,
}
"""The end of a whole job, as if it were one run."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """One entry of ``depends_on``."""

    job: str
    """The id of the job that comes first."""
    on: On = On.COMPLETED
    mode: Mode = Mode.CHAIN
    delay_seconds: float = 0.0
    """How long after its end this job begins."""
    parameters: dict[str, str] = field(default_factory=dict)
    """What of its run is passed on: ``{"draft": "answer", "price": "$.price"}``."""

    def fits(self, status: ExecutionStatus) -> bool:
        """Whether a run that ended so meets it."""
        return status in FITS[self.on]

    def stored(self) -> dict[str, Any]:
        """As ``depends_on`` keeps it."""
        return {**asdict(self), "on": str(self.on), "mode": str(self.mode)}


def dependencies(kept: Iterable[Mapping[str, Any]]) -> tuple[Dependency, ...]:
    """The entries of a definition's ``depends_on``, in order."""
    return tuple(
        Dependency(
            job=one["job"],
            on=On(one.get("on", On.COMPLETED)),
            mode=Mode(one.get("mode", Mode.CHAIN)),
            delay_seconds=float(one.get("delay_seconds", 0)),
            parameters=dict(one.get("parameters", {})),
        )
        for one in kept
    )


def usual_mode(trigger: TriggerType) -> Mode:
    """What is meant when nothing is said: a job with a rhythm of its own waits at a gate."""
    if trigger in (TriggerType.CRON, TriggerType.RECURRING, TriggerType.ONGOING):
        return Mode.GATE
    return Mode.CHAIN
