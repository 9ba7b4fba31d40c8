"""The answers of the API, for ``/openapi.json`` and for the tests that hold answers to it.

``JobResponse`` is the specification's (reference/create_job_api.md) with our extras behind.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from jobs_tui.models.approval import ApprovalStatus
from jobs_tui.models.dependency import Mode, On
from jobs_tui.models.enums import (
    Conversation,
    DeliverWhen,
    ExecutionStatus,
    IntervalMode,
    JobStatus,
    Kind,
    Stream,
    TriggerType,
)
from jobs_tui.models.job_input import ExecutionEnvironmentInput
from jobs_tui.models.result_delivery import OutboxStatus


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


class Link(Answer):
    """One job seen from another that it is joined to."""

    job_id: str
    name: str | None
    """Null: it was removed for good."""
    status: JobStatus | None
    on: On
    mode: Mode
    delay_seconds: float
    parameters: dict[str, str]
    met: bool


class Joined(Answer):
    """What a job depends on, and what depends on it."""

    job_id: str
    waiting_on: str | None
    depends_on: list[Link]
    dependants: list[Link]


class JobResponse(Answer):
    """A job."""

    id: str
    organization_id: str
    name: str
    description: str | None
    enabled: bool
    status: JobStatus
    status_reason: str | None
    """Why it waits, was paused or has ended."""
    ended_at: datetime | None
    copied_from: str | None
    """The id of the job that it is a copy of."""
    depends_on: list[dict[str, Any]]
    """`job` (an id), `on`, `mode`, `delay_seconds`, `parameters` of each."""
    goal: str | None
    """How far it is from its end condition after the last run."""
    problem: str | None
    """What of its last run could not be judged, and why."""
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
    schedule: str
    """When it starts and ends, in words"""
    run_at: datetime | None
    interval_seconds: float | None
    interval_mode: IntervalMode
    start_at: datetime | None
    end_at: datetime | None
    max_runs: int | None
    end_condition: dict[str, Any] | None
    """`{"any": [condition, ...]}`"""
    watch: dict[str, Any] | None
    conversation: Conversation
    runs_counted: int
    """Starts that count for `max_runs`"""
    state: dict[str, Any] | None
    """What its runs left for the next one"""
    deliver_to: list[dict[str, Any]]
    """Where results go; addresses that were given in the clear are secrets of the home now."""
    deliver_when: DeliverWhen


class StartedResponse(Answer):
    """A run that was queued."""

    job_id: str
    execution_id: str
    workflow_id: str
    status: Literal["started", "skipped"]
    message: str


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
    """Of models: `model`, `requests`, `tool_calls`, `input_tokens`, `output_tokens`, `cost` (US
    dollars as text, null when it is not known); empty when none was used."""
    log_lines: int | None
    log_bytes: int | None
    cancel_requested_at: datetime | None
    queue: str
    """The worker queue."""
    agent_id: str | None
    """Who does it; null for teams and workflows, and until one was chosen."""
    waiting_reason: str | None
    """Why it does not start or go on now; null when it runs, has ended or is about to start."""
    blocked_at: datetime | None
    """Since when it waits for an environment or an approval."""
    verdict: Literal["done", "not_done", "blocked"] | None
    """What the agent says of the goal."""
    verdict_reason: str | None
    worth_reporting: bool | None
    """Whether a person should be told; null when nobody has said."""
    goal: str | None
    """Why the end condition of its job holds, or not yet."""
    problem: str | None
    """What of it could not be judged, and why."""


class StepResponse(Answer):
    """What a member of a team or a step of a workflow did."""

    name: str
    attempt: int
    position: int
    parent: str | None
    """The step that asked for it: of a team that is led."""
    needs: list[str]
    """Steps that had to end before it."""
    agent_id: str | None
    role: str | None
    status: ExecutionStatus
    started_at: datetime | None
    completed_at: datetime | None
    result: str | None
    """Its beginning; all of it is in the log."""
    error_message: str | None
    usage: dict[str, Any]
    """As of a run."""


class ApprovalResponse(Answer):
    """A question to a person: may this be done?"""

    id: str
    execution_id: str
    job_id: str
    job_name: str
    number: int
    """Of the run, within its job."""
    status: ApprovalStatus
    about: Literal["run", "step", "tool"]
    """Whether the run as a whole is asked about, a step of it, or a call of a tool."""
    tool: str
    arguments: dict[str, Any]
    """Of the call, word for word; secrets are masked."""
    agent_id: str | None
    step: str
    reason: str
    """Why it is asked: what the policies say."""
    requested_at: datetime
    expires_at: datetime
    """Then it counts as denied."""
    decided_at: datetime | None
    decided_by: str | None
    decided_reason: str | None


class OutboxResponse(Answer):
    """A result on its way to one target."""

    id: str
    """The same at each try: receivers tell a repeat by it."""
    execution_id: str
    job_id: str
    position: int
    """Of the target within the job's `deliver_to`."""
    type: Literal["notify", "webhook", "file", "job"]
    to: str
    """The target in words, nothing secret in it."""
    status: OutboxStatus
    attempts: int
    error: str | None
    """Why the last try failed."""
    where: str | None
    """Where it arrived: `HTTP 200`, a path, the id of the run that was started."""
    created_at: datetime
    next_at: datetime | None
    """When it is tried next."""
    delivered_at: datetime | None


class ExecutionResponse(ExecutionSummary):
    """A run with everything that is known of it; `usage` of one that goes on is that so far."""

    planning_mode: str
    entity_type: str | None
    entity_id: str | None
    """The agent, team or workflow that the job named for this run."""
    answer: str | None
    """The whole answer (100,000 characters at most), of jobs from whose answers something follows:
    a goal, a watch, a delivery, other jobs."""
    change: str | None
    """How the answer differs from the last one, as a unified diff."""
    attempts: list[AttemptResponse]
    selection: dict[str, Any] | None
    """How Smart chose: `chosen`, `reason`, `unclear`, `engine`, `ranked` (scores, reasons)."""
    plan: dict[str, Any] | None
    """The workflow that a planner proposed for this run."""
    steps: list[StepResponse]
    """Of the newest attempt; empty for a run of one agent."""
    approvals: list[ApprovalResponse]
    """What persons were asked while it waited; waiting ones first."""
    deliveries: list[OutboxResponse]
    """Where its result went."""
    undelivered: str | None
    """Why its result goes nowhere although the job has targets."""


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
