"""Scheduled tasks: cron jobs seen through other names (compatibility.md, scheduled_tasks_api.md).

A task is no row of its own. Whatever has ``trigger_type`` cron is one, however it was made, and
its id is the job's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr

from jobs_tui.models.enums import EntityType, TriggerType
from jobs_tui.models.errors import InvalidInput, NotFound
from jobs_tui.models.job import DEFAULT_AGENT, Job
from jobs_tui.models.job_input import Name, Short, Text, validated, without_defaults
from jobs_tui.models.times import maybe_to_text, to_text
from jobs_tui.service import jobs
from jobs_tui.service.context import Context

JOB_FIELD = {
    "name": "name",
    "description": "description",
    "schedule": "cron_schedule",
    "agent_id": "entity_id",
    "prompt": "prompt_template",
    "enabled": "enabled",
    "timezone": "cron_timezone",
}
"""What a job calls the fields of a task."""

Cron = Annotated[StrictStr, Field(description="Cron expression: minute hour day month weekday")]
Prompt = Annotated[Text, Field(description="What the agent is to do; for `shell` a script")]


class ScheduledTaskUpdate(BaseModel):
    """Fields to change; what is absent stays."""

    model_config = ConfigDict(extra="ignore", json_schema_extra=without_defaults)

    name: Name = ""
    description: Text | None = Field(default=None, description="Null clears it")
    schedule: Cron = ""
    agent_id: Short | None = Field(
        default=None, description=f"The agent that does it; {DEFAULT_AGENT} when null"
    )
    prompt: Prompt = ""
    enabled: StrictBool = True
    timezone: Short | None = Field(
        default=None, description="IANA name, such as Europe/Berlin; UTC when null"
    )


class ScheduledTaskCreate(ScheduledTaskUpdate):
    """A new task: three fields are required."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Disk report",
                    "description": "Mails how full the disks are",
                    "schedule": "0 9 * * MON-FRI",
                    "agent_id": DEFAULT_AGENT,
                    "prompt": "df -h",
                    "enabled": True,
                    "timezone": "Europe/Berlin",
                }
            ]
        }
    )

    name: Name
    schedule: Cron
    prompt: Prompt


def listing(ctx: Context) -> list[Job]:
    """All tasks, newest first; deleted ones are none."""
    return jobs.listing(ctx, trigger_type=TriggerType.CRON)


def get(ctx: Context, task_id: str) -> Job:
    """The cron job of an id. Raises NotFound."""
    try:
        job = jobs.present(ctx, task_id)
    except NotFound:
        raise _missing(task_id) from None
    if job.definition.trigger_type is not TriggerType.CRON:
        raise _missing(task_id)
    return job


def create_operation(ctx: Context, data: Mapping[str, Any]) -> Callable[[sqlite3.Connection], Job]:
    """Make a task; everything is checked here, the rest belongs into a transaction.

    Raises:
        InvalidInput: with ``field`` as a task calls it.
    """
    sent = _checked(ScheduledTaskCreate, data)
    fields = {
        "trigger_type": str(TriggerType.CRON),
        "entity_id": DEFAULT_AGENT,
        **_job_fields(sent),
    }
    try:
        create = jobs.create_operation(ctx, fields)
    except InvalidInput as error:
        raise _renamed(error) from None
    return lambda connection: create(connection).job


def update(ctx: Context, task_id: str, data: Mapping[str, Any]) -> Job:
    """Change the fields that are named, one or all.

    Raises:
        InvalidInput: with ``field`` as a task calls it.
        NotFound: no such task.
    """
    get(ctx, task_id)
    sent = _checked(ScheduledTaskUpdate, data)
    if not sent.model_fields_set:
        raise InvalidInput("Nothing to change was given.", f"Name one of {', '.join(JOB_FIELD)}.")
    try:
        return jobs.edit(ctx, task_id, _job_fields(sent)).job
    except InvalidInput as error:
        raise _renamed(error) from None


def delete(ctx: Context, task_id: str) -> None:
    """Delete its job; that can be restored. Raises NotFound."""
    jobs.archive(ctx, get(ctx, task_id).id)


def task_response(job: Job) -> dict[str, Any]:
    """A cron job in the words of a task; the schedule's text is as it was sent."""
    definition = job.definition
    by_agent = definition.entity_type is EntityType.AGENT
    return {
        "id": job.id,
        "task_id": job.id,
        "name": definition.name,
        "description": definition.description,
        "schedule": definition.cron_schedule,
        "agent_id": definition.entity_id if by_agent else None,
        "prompt": definition.prompt_template,
        "enabled": job.enabled,
        "timezone": definition.cron_timezone,
        "status": str(job.status),
        "next_run_at": maybe_to_text(job.next_due_at),
        "last_run_at": maybe_to_text(job.last_execution_at),
        "created_at": to_text(job.created_at),
        "updated_at": to_text(job.updated_at),
    }


def _checked(model: type[ScheduledTaskUpdate], data: Mapping[str, Any]) -> ScheduledTaskUpdate:
    sent = validated(model, data)
    if "schedule" in sent.model_fields_set and not sent.schedule.strip():
        raise InvalidInput("schedule is empty.", "For example 0 9 * * 1-5.", field="schedule")
    return sent


def _job_fields(sent: ScheduledTaskUpdate) -> dict[str, Any]:
    fields = {
        JOB_FIELD[name]: getattr(sent, name) for name in JOB_FIELD if name in sent.model_fields_set
    }
    if "entity_id" in fields:
        # Whoever did it before: from now on this agent does.
        fields["entity_id"] = fields["entity_id"] or DEFAULT_AGENT
        fields |= {"planning_mode": "predefined_agent", "entity_type": str(EntityType.AGENT)}
    return fields


def _renamed(error: InvalidInput) -> InvalidInput:
    """The error with its field as a task calls it."""
    names = {theirs: ours for ours, theirs in JOB_FIELD.items()}
    error.field = names.get(error.field or "", error.field)
    return error


def _missing(task_id: str) -> NotFound:
    return NotFound(
        f"There is no scheduled task {task_id!r:.80}.", "GET /api/v1/scheduled_tasks lists all."
    )
