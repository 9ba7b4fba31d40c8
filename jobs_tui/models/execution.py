"""An execution ("run" in the screens): one occurrence, delivery or manual start (DESIGN 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs_tui.models.enums import ExecutionStatus, HookStyle, Kind, TriggerType, Verdict


@dataclass(frozen=True, slots=True)
class Execution:
    """One row of ``executions``. Times are aware UTC datetimes."""

    id: str
    job_id: str
    job_name: str
    number: int
    """Counts per job: ``#129``."""
    revision: int
    """Which revision of the job's definition it runs."""
    trigger_type: TriggerType
    kind: Kind
    status: ExecutionStatus
    reason: str | None
    """Why it was skipped, refused or blocked; None otherwise."""
    count: int
    """How many occurrences a skip row stands for (capped at 1,000)."""
    nominal_at: datetime | None
    last_nominal_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    duration_ms: int | None
    parameters: dict[str, Any]
    config_override: dict[str, Any]
    trigger_metadata: dict[str, Any]
    requested_by: str | None
    prompt: str
    """The rendered prompt as a person reads it; never executed."""
    attempt: int
    max_attempts: int
    exit_code: int | None
    error_message: str | None
    result: str | None
    usage: dict[str, Any]
    log_lines: int | None
    """Lines in the log, None while it still grows."""
    log_bytes: int | None
    cancel_requested_at: datetime | None
    queue: str = "default"
    """The worker queue in which it waits."""
    agent_id: str | None = None
    """Who does it; None for teams and workflows, and until Smart has chosen."""
    selection: dict[str, Any] | None = None
    """How Smart chose: ``engine``, ``reason``, ``unclear``, ``ranked``."""
    plan: dict[str, Any] | None = None
    """The workflow that a planner proposed for this run."""
    blocked_at: datetime | None = None
    """Since when it waits for what it needs."""
    resumes: bool = False
    """Whether it goes on where it began to wait."""
    not_before: datetime | None = None
    """When its next attempt may begin."""
    parallel: int = 1
    """How many runs of the job may go on at once, as it was when this one was queued."""
    depth: int = 0
    """How many runs of agents lie between a person and it."""
    verdict: str | None = None
    """What the agent says of the goal: ``done``, ``not_done`` or ``blocked``."""
    verdict_reason: str | None = None
    worth_reporting: bool | None = None
    """Whether a person should be told; None: nobody has said."""
    change: str | None = None
    """How its answer differs from the last one, as a unified diff."""
    goal: str | None = None
    """Why the end condition of its job holds, or not yet, one sentence."""
    problem: str | None = None
    """What of it could not be judged, and why."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of an execution; retries add more."""

    execution_id: str
    number: int
    status: ExecutionStatus
    started_at: datetime
    completed_at: datetime
    exit_code: int | None
    error_message: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One member's or step's part of a run of a team or a workflow."""

    execution_id: str
    attempt: int
    position: int
    name: str
    parent: str
    """The name of the step that it belongs to; empty at the top."""
    needs: tuple[str, ...]
    agent_id: str | None
    role: str
    status: ExecutionStatus
    started_at: datetime | None
    completed_at: datetime | None
    result: str | None
    error_message: str | None
    usage: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One stored line. ``number`` counts from 1."""

    number: int
    at: datetime
    stream: str
    step: str
    text: str
    """Without line end; SGR colour escapes may remain, nothing else does."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request that reached a webhook, accepted or refused."""

    id: str
    job_id: str | None
    path: str
    received_at: datetime
    remote: str
    headers: dict[str, str]
    body: bytes
    status_code: int
    reason: str
    """Why, in words; empty when it was accepted just as it came."""
    execution_id: str | None
    """The row it made; of a duplicate, the row that the first one made."""
    verdict: Verdict = Verdict.ACCEPTED
    style: HookStyle | None = None
    """How it was signed; None when no signature fitted."""
    sender_id: str | None = None
    """The sender's own id of an accepted delivery and of its repeats."""
    replay_of: str | None = None
    """The delivery whose stored body this one ran again."""
