"""A job as it is kept: what, when, who (DESIGN 4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jobs_tui.models.enums import (
    EntityType,
    ExecutorType,
    JobStatus,
    PlanningMode,
    TriggerType,
)

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

    @property
    def name(self) -> str:
        """The name, any text of 1 to 255 characters."""
        return self.definition.name

    @property
    def status(self) -> JobStatus:
        """Never contradicts ``enabled`` (DESIGN 4)."""
        if self.archived_at is not None:
            return JobStatus.ARCHIVED
        if not self.enabled:
            return JobStatus.PAUSED
        if self.blocked_reason:
            return JobStatus.BLOCKED
        return JobStatus.IN_PROGRESS if self.live else JobStatus.ACTIVE
