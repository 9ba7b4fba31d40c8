"""The answers of the API, for ``/openapi.json`` and for the tests that hold answers to it.

``JobResponse`` is the specification's (reference/create_job_api.md) with our extras behind.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from jobs_tui.models.enums import ExecutionStatus, JobStatus, Kind, Stream, TriggerType
from jobs_tui.models.job_input import ExecutionEnvironmentInput


class Answer(BaseModel):
    """What an answer holds is all named."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class ValidationError(Answer):
    """One thing that is wrong with a request."""

    loc: list[str | int]
    msg: str
    type: str


class HTTPValidationError(Answer):
    """Why a request was not understood: 422."""

    detail: list[ValidationError]


class Problem(Answer):
    """Why a request was refused."""

    detail: str


class ParameterResponse(Answer):
    """A declared variable of a prompt."""

    name: str
    default: Any
    required: bool
    description: str


class HistoryEntry(Answer):
    """One row of a history: the eight fields of compatibility.md, then ours."""

    execution_id: str
    trigger_type: TriggerType
    status: ExecutionStatus
    started_at: datetime | None
    completed_at: datetime | None
    duration_ms: int | None
    error_message: str | None
    trigger_metadata: dict[str, Any]
    number: int
    kind: Kind
    reason: str | None
    count: int
    created_at: datetime
    scheduled_for: datetime | None
    scheduled_until: datetime | None
    attempt: int
    exit_code: int | None
    result: str | None
    parameters: dict[str, Any]


class History(Answer):
    """A page of a job's runs, newest first."""

    job_id: str
    total_count: int
    executions: list[HistoryEntry]


class JobResponse(Answer):
    """A job."""

    id: str
    organization_id: str
    name: str
    description: str | None
    enabled: bool
    status: JobStatus
    status_reason: str | None
    trigger_type: TriggerType
    cron_schedule: str | None
    cron_timezone: str | None
    webhook_url: str | None
    webhook_secret: str | None
    """Given once: when it was made."""
    temporal_schedule_id: str | None
    planning_mode: str
    entity_type: str | None
    entity_id: str | None
    entity_name: str | None
    prompt_template: str
    system_prompt: str | None
    executor_type: str
    worker_queue_name: str | None
    environment_name: str | None
    config: dict[str, Any]
    execution_environment: ExecutionEnvironmentInput | None
    last_execution_id: str | None
    last_execution_at: datetime | None
    next_execution_at: datetime | None
    total_executions: int
    successful_executions: int
    failed_executions: int
    execution_history: list[HistoryEntry]
    created_by: str | None
    updated_by: str | None
    created_by_email: str | None
    updated_by_email: str | None
    created_at: datetime
    updated_at: datetime
    last_triggered_at: datetime | None
    tags: list[str]
    parameters: list[ParameterResponse]


class StartedResponse(Answer):
    """A run that was queued."""

    job_id: str
    execution_id: str
    workflow_id: str
    status: Literal["started", "skipped"]
    message: str


class Check(Answer):
    """One thing that a preview looked at."""

    name: str
    ok: bool
    message: str


class PreviewResponse(Answer):
    """What a job would do; nothing was written."""

    name: str
    trigger_type: TriggerType
    prompt: str | None
    missing: list[str]
    schedule: str | None
    timezone: str | None
    next_runs: list[datetime]
    clock_changes: list[str]
    agent: str | None
    agent_ready: bool
    checks: list[Check]
    warnings: list[str]


class AttemptResponse(Answer):
    """One try of a run."""

    number: int
    status: ExecutionStatus
    started_at: datetime
    completed_at: datetime
    exit_code: int | None
    error_message: str | None


class ExecutionSummary(HistoryEntry):
    """A run in a list."""

    id: str
    job_id: str
    job_name: str
    revision: int
    prompt: str
    config_override: dict[str, Any]
    requested_by: str | None
    max_attempts: int
    usage: dict[str, Any]
    log_lines: int | None
    log_bytes: int | None
    cancel_requested_at: datetime | None


class ExecutionResponse(ExecutionSummary):
    """A run with everything that is known of it."""

    attempts: list[AttemptResponse]


class LogLineResponse(Answer):
    """One line of a log."""

    number: int
    at: datetime
    stream: Stream
    step: str
    text: str


class LogResponse(Answer):
    """A part of a log."""

    execution_id: str
    status: ExecutionStatus
    lines: list[LogLineResponse]
    next: int | None
    """Where to go on reading (``from``); None when there is nothing more by now."""
    last_line: int
    complete: bool
    """The run has ended: no line will follow ``last_line``."""
