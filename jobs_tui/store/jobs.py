"""Rows of ``jobs`` and ``revisions``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
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
from jobs_tui.models.job import Definition, Job, Parameter
from jobs_tui.models.times import from_text, maybe_from_text, to_text

SELECT = """
select jobs.*, (
    select e.reason from executions e
    where e.job_id = jobs.id and e.status in ('blocked', 'waiting_for_input')
    order by e.seq limit 1
) as waits_for, (
    select count(*) from executions e
    where e.job_id = jobs.id
      and e.status in ('queued', 'blocked', 'waiting_for_input', 'running')
) as live
from jobs
"""

INSERT = """
insert into jobs (
    id, name, description, tags, enabled, trigger_type, cron_schedule, cron_timezone,
    planning_mode, entity_type, entity_id, prompt_template, system_prompt, executor_type,
    worker_queue_name, environment_name, parameters, config, execution_environment,
    run_at, interval_seconds, interval_mode, start_at, end_at, max_runs, end_condition, watch,
    depends_on, deliver_to, deliver_when, conversation, follows,
    webhook_path, webhook_secret, revision, cursor_at, due_at, next_due_at, waiting_on, copied_from,
    created_at, created_by, updated_at, updated_by
) values (
    :id, :name, :description, :tags, :enabled, :trigger_type, :cron_schedule, :cron_timezone,
    :planning_mode, :entity_type, :entity_id, :prompt_template, :system_prompt, :executor_type,
    :worker_queue_name, :environment_name, :parameters, :config, :execution_environment,
    :run_at, :interval_seconds, :interval_mode, :start_at, :end_at, :max_runs, :end_condition,
    :watch, :depends_on, :deliver_to, :deliver_when, :conversation, :follows,
    :webhook_path, :webhook_secret, 1, :cursor_at, :due_at, :next_due_at, :waiting_on,
    :copied_from,
    :at, :by, :at, :by
)
"""

UPDATE_DEFINITION = """
update jobs set
    name = :name, description = :description, tags = :tags, enabled = :enabled,
    trigger_type = :trigger_type, cron_schedule = :cron_schedule, cron_timezone = :cron_timezone,
    planning_mode = :planning_mode, entity_type = :entity_type, entity_id = :entity_id,
    prompt_template = :prompt_template, system_prompt = :system_prompt,
    executor_type = :executor_type, worker_queue_name = :worker_queue_name,
    environment_name = :environment_name, parameters = :parameters, config = :config,
    execution_environment = :execution_environment, run_at = :run_at,
    interval_seconds = :interval_seconds, interval_mode = :interval_mode, start_at = :start_at,
    end_at = :end_at, max_runs = :max_runs, end_condition = :end_condition, watch = :watch,
    depends_on = :depends_on, deliver_to = :deliver_to, deliver_when = :deliver_when,
    conversation = :conversation, follows = :follows, webhook_path = :webhook_path,
    webhook_secret = :webhook_secret, revision = revision + 1, cursor_at = :cursor_at,
    due_at = :due_at, waiting_on = :waiting_on, next_due_at = :next_due_at,
    blocked_reason = null, agent_blocked = null, problem = null, updated_at = :at, updated_by = :by
where id = :id
returning revision
"""


def definition_columns(definition: Definition) -> dict[str, Any]:
    """The columns of ``jobs`` that a definition fills."""
    columns = asdict(definition)
    for name in AS_JSON:
        value = columns[name]
        columns[name] = None if value is None else json.dumps(value, ensure_ascii=False)
    columns["follows"] = follows(definition)
    return columns


AS_JSON = (
    "tags",
    "parameters",
    "config",
    "execution_environment",
    "end_condition",
    "watch",
    "depends_on",
    "deliver_to",
)
"""Fields of a definition whose column holds JSON."""


def follows(definition: Definition) -> bool:
    """Whether something of the job follows from the end of a run: the engine then looks at it."""
    return (
        definition.trigger_type in (TriggerType.ONE_OFF, TriggerType.RECURRING, TriggerType.ONGOING)
        or definition.max_runs is not None
        or definition.end_at is not None
        or definition.watch is not None
        or bool(definition.depends_on)
        or bool(definition.deliver_to)
        or definition.conversation is Conversation.CONTINUE
        or definition.learns
        or bool(definition.config.get("pause_on_failure"))
    )


def definition_from(columns: Mapping[str, Any]) -> Definition:
    """The definition in a row of ``jobs`` or in a revision's JSON (then already parsed)."""

    known = columns.keys()  # a revision kept by an older version has fewer fields

    def given(name: str, empty: Any) -> Any:
        value = columns[name] if name in known else None
        return empty if value is None else value

    def parsed(name: str, empty: Any) -> Any:
        value = columns[name] if name in known else None
        if value is None:
            return empty
        return json.loads(value) if isinstance(value, str) else value

    return Definition(
        name=columns["name"],
        description=columns["description"],
        tags=tuple(parsed("tags", ())),
        trigger_type=TriggerType(columns["trigger_type"]),
        cron_schedule=columns["cron_schedule"],
        cron_timezone=columns["cron_timezone"],
        planning_mode=PlanningMode(columns["planning_mode"]),
        entity_type=EntityType(columns["entity_type"]) if columns["entity_type"] else None,
        entity_id=columns["entity_id"],
        prompt_template=columns["prompt_template"],
        system_prompt=columns["system_prompt"],
        executor_type=ExecutorType(columns["executor_type"]),
        worker_queue_name=columns["worker_queue_name"],
        environment_name=columns["environment_name"],
        parameters=tuple(Parameter(**item) for item in parsed("parameters", ())),
        config=parsed("config", {}),
        execution_environment=parsed("execution_environment", None),
        run_at=given("run_at", None),
        interval_seconds=given("interval_seconds", None),
        interval_mode=IntervalMode(given("interval_mode", IntervalMode.FIXED_RATE)),
        start_at=given("start_at", None),
        end_at=given("end_at", None),
        max_runs=given("max_runs", None),
        end_condition=parsed("end_condition", None),
        watch=parsed("watch", None),
        depends_on=tuple(parsed("depends_on", ())),
        deliver_to=tuple(parsed("deliver_to", ())),
        deliver_when=DeliverWhen(given("deliver_when", DeliverWhen.ALWAYS)),
        conversation=Conversation(given("conversation", Conversation.NEW)),
    )


def job_from(row: sqlite3.Row) -> Job:
    """A row of :data:`SELECT`."""
    return Job(
        id=row["id"],
        definition=definition_from(row),  # type: ignore[arg-type]
        enabled=bool(row["enabled"]),
        revision=row["revision"],
        webhook_path=row["webhook_path"],
        cursor_at=maybe_from_text(row["cursor_at"]),
        next_due_at=maybe_from_text(row["next_due_at"]),
        blocked_reason=row["blocked_reason"] or row["waits_for"] or row["agent_blocked"],
        created_at=from_text(row["created_at"]),
        updated_at=from_text(row["updated_at"]),
        created_by=row["created_by"],
        updated_by=row["updated_by"],
        archived_at=maybe_from_text(row["archived_at"]),
        total_executions=row["total_executions"],
        successful_executions=row["successful_executions"],
        failed_executions=row["failed_executions"],
        last_execution_id=row["last_execution_id"],
        last_execution_at=maybe_from_text(row["last_execution_at"]),
        last_triggered_at=maybe_from_text(row["last_triggered_at"]),
        live=row["live"],
        ended_as=None if row["ended_as"] is None else JobStatus(row["ended_as"]),
        ended_at=maybe_from_text(row["ended_at"]),
        status_reason=row["status_reason"],
        counted_runs=row["counted_runs"],
        failures_in_row=row["failures_in_row"],
        due_at=maybe_from_text(row["due_at"]),
        state=None if row["state"] is None else json.loads(row["state"]),
        goal=row["goal"],
        problem=row["problem"],
        waiting_on=row["waiting_on"],
        copied_from=row["copied_from"],
    )


def get(connection: sqlite3.Connection, job_id: str) -> Job | None:
    """The job of an id, archived or not."""
    row = connection.execute(f"{SELECT} where jobs.id = ?", (job_id,)).fetchone()
    return None if row is None else job_from(row)


def save_revision(
    connection: sqlite3.Connection,
    job_id: str,
    revision: int,
    definition: Definition,
    at: datetime,
    by: str | None,
) -> None:
    """Keep the definition that runs of this revision follow."""
    connection.execute(
        "insert into revisions (job_id, revision, definition, created_at, created_by)"
        " values (?, ?, ?, ?, ?)",
        (
            job_id,
            revision,
            json.dumps(asdict(definition), ensure_ascii=False),
            to_text(at),
            by,
        ),
    )


def revision(connection: sqlite3.Connection, job_id: str, number: int) -> Definition:
    """The definition of one revision.

    Raises:
        LookupError: there is no such revision.
    """
    row = connection.execute(
        "select definition from revisions where job_id = ? and revision = ?", (job_id, number)
    ).fetchone()
    if row is None:
        raise LookupError(f"job {job_id} has no revision {number}")
    return definition_from(json.loads(row["definition"]))
