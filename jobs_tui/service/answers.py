"""Jobs and runs as every face prints them (reference/create_job_api.md, compatibility.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jobs_tui.models.enums import TriggerType
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.models.times import maybe_to_text, to_text
from jobs_tui.service import runs
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import webhook_base
from jobs_tui.service.when_answer import when_answer

HISTORY_IN_JOB = 10
"""Rows of ``execution_history`` in a JobResponse."""


def job_response(ctx: Context, job: Job, *, secret: str | None = None) -> dict[str, Any]:
    """The JobResponse of the specification, with ``tags`` and ``parameters`` as our extras.

    Args:
        secret: the webhook secret, given only right after it was made.
    """
    base = webhook_base(ctx) if _hooked(job) else ""
    return job_fields(job, base, runs.newest(ctx, job.id, HISTORY_IN_JOB), secret=secret)


def job_responses(ctx: Context, found: Sequence[Job]) -> list[dict[str, Any]]:
    """As :func:`job_response`, for many."""
    base = webhook_base(ctx) if any(_hooked(job) for job in found) else ""
    return [job_fields(job, base, runs.newest(ctx, job.id, HISTORY_IN_JOB)) for job in found]


def _hooked(job: Job) -> bool:
    """Whether a delivery can reach it: a path of an earlier trigger does not count."""
    return job.webhook_path is not None and job.definition.trigger_type is TriggerType.WEBHOOK


def job_fields(
    job: Job, base: str, history: Sequence[Execution], *, secret: str | None = None
) -> dict[str, Any]:
    """A JobResponse without a look at the store.

    Args:
        base: see :func:`jobs_tui.service.engine_state.webhook_base`.
        history: its newest runs, newest first.
    """
    definition = job.definition
    return {
        "id": job.id,
        "organization_id": "local",
        "name": definition.name,
        "description": definition.description,
        "enabled": job.enabled and job.archived_at is None,
        "status": str(job.status),
        "status_reason": job.reason,
        "ended_at": maybe_to_text(job.ended_at),
        "copied_from": job.copied_from,
        "goal": job.goal,
        "problem": job.problem,
        "trigger_type": str(definition.trigger_type),
        "cron_schedule": definition.cron_schedule,
        "cron_timezone": definition.cron_timezone,
        "webhook_url": f"{base}/webhooks/{job.webhook_path}" if _hooked(job) else None,
        "webhook_secret": secret,
        "temporal_schedule_id": None,
        "planning_mode": str(definition.planning_mode),
        "entity_type": str(definition.entity_type) if definition.entity_type else None,
        "entity_id": definition.entity_id,
        "entity_name": definition.entity_id,
        "prompt_template": definition.prompt_template,
        "system_prompt": definition.system_prompt,
        "executor_type": str(definition.executor_type),
        "worker_queue_name": definition.worker_queue_name,
        "environment_name": definition.environment_name,
        "config": definition.config,
        "execution_environment": definition.execution_environment,
        "last_execution_id": job.last_execution_id,
        "last_execution_at": maybe_to_text(job.last_execution_at),
        "next_execution_at": maybe_to_text(job.next_due_at),
        "total_executions": job.total_executions,
        "successful_executions": job.successful_executions,
        "failed_executions": job.failed_executions,
        "execution_history": [history_entry(item) for item in history],
        "created_by": job.created_by,
        "updated_by": job.updated_by,
        "created_by_email": None,
        "updated_by_email": None,
        "created_at": to_text(job.created_at),
        "updated_at": to_text(job.updated_at),
        "last_triggered_at": maybe_to_text(job.last_triggered_at),
        "tags": list(definition.tags),
        "parameters": [
            {
                "name": parameter.name,
                "default": parameter.default,
                "required": parameter.required,
                "description": parameter.description,
            }
            for parameter in definition.parameters
        ],
        **when_answer(job),
        "deliver_to": [dict(target) for target in definition.deliver_to],
        "deliver_when": str(definition.deliver_when),
    }


def history_entry(execution: Execution) -> dict[str, Any]:
    """One row of a history answer (compatibility.md), with our extras behind."""
    return {
        "execution_id": execution.id,
        "trigger_type": str(execution.trigger_type),
        "status": str(execution.status),
        "started_at": maybe_to_text(execution.started_at),
        "completed_at": maybe_to_text(execution.completed_at),
        "duration_ms": execution.duration_ms,
        "error_message": execution.error_message,
        "trigger_metadata": execution.trigger_metadata,
        "number": execution.number,
        "kind": str(execution.kind),
        "reason": execution.reason,
        "count": execution.count,
        "created_at": to_text(execution.created_at),
        "scheduled_for": maybe_to_text(execution.nominal_at),
        "scheduled_until": maybe_to_text(execution.last_nominal_at),
        "attempt": execution.attempt,
        "exit_code": execution.exit_code,
        "result": execution.result,
        "parameters": execution.parameters,
    }


def history_answer(page: runs.History) -> dict[str, Any]:
    """The history object: newest first, skipped and lost rows included."""
    return {
        "job_id": page.job_id,
        "total_count": page.total_count,
        "executions": [history_entry(item) for item in page.executions],
    }


def execution_response(execution: Execution, waiting_reason: str | None) -> dict[str, Any]:
    """One run as lists have it.

    Args:
        waiting_reason: see :class:`jobs_tui.service.waiting.Waiting`.
    """
    return {
        "id": execution.id,
        "job_id": execution.job_id,
        "job_name": execution.job_name,
        **history_entry(execution),
        "revision": execution.revision,
        "prompt": execution.prompt,
        "config_override": execution.config_override,
        "requested_by": execution.requested_by,
        "max_attempts": execution.max_attempts,
        "usage": execution.usage,
        "log_lines": execution.log_lines,
        "log_bytes": execution.log_bytes,
        "cancel_requested_at": maybe_to_text(execution.cancel_requested_at),
        "queue": execution.queue,
        "agent_id": execution.agent_id,
        "waiting_reason": waiting_reason,
        "blocked_at": maybe_to_text(execution.blocked_at),
        "verdict": execution.verdict,
        "verdict_reason": execution.verdict_reason,
        "worth_reporting": execution.worth_reporting,
        "goal": execution.goal,
        "problem": execution.problem,
    }
