"""A job as it is kept: what, when, who (DESIGN 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jobs_tui.models.enums import (
    Conversation,
    DeliverWhen,
    EntityType,
    ExecutorType,
    IntervalMode,
    JobStatus,
    PlanningMode,
    TriggerType,
)

_LEARNED = re.compile(r"\{[{%][^{}]*\b(?:last_result|last_answer|state)\b")

DEFAULT_AGENT = "shell"
"""The agent of a job that names none."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable of the prompt that a start may fill in."""

    name: str
    default: Any = None
    required: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """The part of a job that a run keeps as its snapshot (SCHEDULING.md 5, edit).

    ``config`` and ``cron_schedule`` are exactly as the user sent them; read effective settings
    through :func:`jobs_tui.models.config.job_config`.
    """

    name: str
    prompt_template: str
    trigger_type: TriggerType
    description: str | None = None
    tags: tuple[str, ...] = ()
    cron_schedule: str | None = None
    cron_timezone: str | None = "UTC"
    planning_mode: PlanningMode = PlanningMode.PREDEFINED_AGENT
    entity_type: EntityType | None = EntityType.AGENT
    entity_id: str | None = DEFAULT_AGENT
    system_prompt: str | None = None
    executor_type: ExecutorType = ExecutorType.AUTO
    worker_queue_name: str | None = None
    environment_name: str | None = None
    parameters: tuple[Parameter, ...] = ()
    config: dict[str, Any] = field(default_factory=dict)
    execution_environment: dict[str, Any] | None = None
    run_at: str | None = None
    """When a one-off job starts, UTC text."""
    interval_seconds: float | None = None
    """Of a recurring job its period, of an ongoing one the pause after a run."""
    interval_mode: IntervalMode = IntervalMode.FIXED_RATE
    start_at: str | None = None
    """No occurrence before this, UTC text."""
    end_at: str | None = None
    """No occurrence after this, UTC text; then the job is completed."""
    max_runs: int | None = None
    """Started scheduled and catch-up runs; then the job is completed."""
    end_condition: dict[str, Any] | None = None
    """``{"any": [...]}``: when an ongoing job has reached its goal."""
    watch: dict[str, Any] | None = None
    """What of a run's answer is compared with the last one's; None: nothing."""
    depends_on: tuple[dict[str, Any], ...] = ()
    deliver_to: tuple[dict[str, Any], ...] = ()
    deliver_when: DeliverWhen = DeliverWhen.ALWAYS
    conversation: Conversation = Conversation.NEW

    @property
    def learns(self) -> bool:
        """Whether its prompt names what earlier runs have left."""
        return "{" in self.prompt_template and _LEARNED.search(self.prompt_template) is not None

    @property
    def schedule(self) -> str | None:
        """The cron expression that starts the job; one that is only kept starts nothing."""
        return self.cron_schedule if self.trigger_type is TriggerType.CRON else None


@dataclass(frozen=True, slots=True)
class Job:
    """One row of ``jobs``. Times are aware UTC datetimes."""

    id: str
    definition: Definition
    enabled: bool
    revision: int
    webhook_path: str | None
    cursor_at: datetime | None
    """Everything up to here is decided (SCHEDULING.md 5)."""
    next_due_at: datetime | None
    blocked_reason: str | None
    """Why the schedule cannot be followed (an unknown zone, say), or None."""
    created_at: datetime
    updated_at: datetime
    created_by: str | None
    updated_by: str | None
    archived_at: datetime | None
    total_executions: int
    successful_executions: int
    failed_executions: int
    last_execution_id: str | None
    last_execution_at: datetime | None
    last_triggered_at: datetime | None
    live: int
    """Executions of it that have not ended."""
    ended_as: JobStatus | None = None
    """``completed``, ``failed`` or ``cancelled``: nothing starts it any more."""
    ended_at: datetime | None = None
    status_reason: str | None = None
    """Why it ended or was paused by the engine, one sentence."""
    counted_runs: int = 0
    """Started scheduled and catch-up runs, for ``max_runs``."""
    failures_in_row: int = 0
    due_at: datetime | None = None
    """When a job that counts from the end of its runs is to start next."""
    state: dict[str, Any] | None = None
    """What its runs leave for the next one."""
    goal: str | None = None
    """How far it is from its end condition after the last run, one sentence."""
    problem: str | None = None
    """What of its last run could not be judged, and why."""
    waiting_on: str | None = None
    """What a job with dependencies waits for, one sentence."""
    copied_from: str | None = None

    @property
    def name(self) -> str:
        """The name, any text of 1 to 255 characters."""
        return self.definition.name

    @property
    def reason(self) -> str | None:
        """Why it has the status that it has, one sentence; None when that says itself."""
        if self.status is JobStatus.BLOCKED:
            return self.blocked_reason
        if self.status is JobStatus.PENDING:
            return self.waiting_on
        stopped = (JobStatus.PAUSED, JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)
        return self.status_reason if self.status in stopped else None

    @property
    def status(self) -> JobStatus:
        """Never contradicts ``enabled`` (DESIGN 4)."""
        if self.archived_at is not None:
            return JobStatus.ARCHIVED
        if self.ended_as is not None:
            return self.ended_as
        if not self.enabled:
            return JobStatus.PAUSED
        if self.blocked_reason:
            return JobStatus.BLOCKED
        if self.live:
            return JobStatus.IN_PROGRESS
        waits = self.waiting_on or self.definition.trigger_type is TriggerType.ONE_OFF
        return JobStatus.PENDING if waits else JobStatus.ACTIVE
