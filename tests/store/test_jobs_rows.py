"""Rows of jobs, revisions and executions."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from jobs_tui.models.enums import (
    EntityType,
    ExecutionStatus,
    ExecutorType,
    JobStatus,
    Kind,
    PlanningMode,
    TriggerType,
)
from jobs_tui.models.job import Definition, Job, Parameter
from jobs_tui.store import executions, jobs
from jobs_tui.store.database import Store
from tests.store.rows import AT, add_job, add_run

FULL = Definition(
    name="Bücher [b]prüfen[/b] \U0001f4d8",
    prompt_template="echo {{ a }}\n",
    trigger_type=TriggerType.CRON,
    description="",
    tags=("one", "zwei"),
    cron_schedule="*/5  *  * * MON",
    cron_timezone="Europe/Berlin",
    planning_mode=PlanningMode.PREDEFINED_TEAM,
    entity_type=EntityType.TEAM,
    entity_id="team",
    system_prompt="be brief",
    executor_type=ExecutorType.ENVIRONMENT,
    worker_queue_name="q",
    environment_name="prod",
    parameters=(Parameter("a", [1, None, {"x": 2.5}], False, "what"), Parameter("b", None, True)),
    config={"timeout": 5, "unknown": {"kept": True}, "retry": {"max_attempts": 2}},
    execution_environment={"env_vars": {"A": "1"}},
)


def get(store: Store, job_id: str) -> Job:
    found = jobs.get(store.jobs.reader(), job_id)
    assert found is not None
    return found


def test_a_definition_comes_back_as_it_was_kept(store: Store) -> None:
    store.write(lambda connection: add_job(connection, "job_1", FULL))
    assert get(store, "job_1").definition == FULL
    assert jobs.revision(store.jobs.reader(), "job_1", 1) == FULL


def test_absent_things_come_back_as_absent(store: Store) -> None:
    plain = Definition(name="x", prompt_template="y", trigger_type=TriggerType.MANUAL)
    store.write(lambda connection: add_job(connection, "job_1", plain))
    job = get(store, "job_1")
    assert job.definition == plain
    assert (job.total_executions, job.last_execution_at, job.live) == (0, None, 0)
    assert job.status is JobStatus.ACTIVE


def test_unknown_ids_and_revisions(store: Store) -> None:
    reader = store.jobs.reader()
    assert jobs.get(reader, "job_none") is None
    assert executions.get(reader, "exec_none") is None
    assert executions.inputs(reader, "exec_none") == {}
    assert executions.attempts(reader, "exec_none") == []
    with pytest.raises(LookupError, match="job_none has no revision 3"):
        jobs.revision(reader, "job_none", 3)


def test_a_new_definition_is_a_new_revision_and_the_old_one_stays(store: Store) -> None:
    def operation(connection: sqlite3.Connection) -> int:
        add_job(connection, "job_1", FULL)
        changed = Definition(name="new", prompt_template="y", trigger_type=TriggerType.MANUAL)
        values = jobs.definition_columns(changed) | {
            "id": "job_1",
            "enabled": False,
            "webhook_path": None,
            "webhook_secret": None,
            "cursor_at": None,
            "due_at": None,
            "next_due_at": None,
            "waiting_on": None,
            "at": "2026-08-21T15:00:00.000Z",
            "by": "other",
        }
        number = connection.execute(jobs.UPDATE_DEFINITION, values).fetchone()[0]
        jobs.save_revision(connection, "job_1", number, changed, AT, "other")
        return int(number)

    assert store.write(operation) == 2
    job = get(store, "job_1")
    assert (job.name, job.enabled, job.revision, job.updated_by) == ("new", False, 2, "other")
    assert job.created_by == "tester"
    assert job.status is JobStatus.PAUSED
    assert jobs.revision(store.jobs.reader(), "job_1", 1) == FULL
    assert jobs.revision(store.jobs.reader(), "job_1", 2).name == "new"


def test_live_counts_what_has_not_ended(store: Store) -> None:
    def operation(connection: sqlite3.Connection) -> None:
        add_job(connection, "job_1")
        for status in ExecutionStatus:
            add_run(connection, "job_1", status=status)

    store.write(operation)
    job = get(store, "job_1")
    assert job.live == 4
    assert job.status is JobStatus.IN_PROGRESS


def test_counting_live_runs_is_an_index_search(store: Store) -> None:
    plan = " ".join(
        row["detail"]
        for row in store.rows(f"explain query plan {jobs.SELECT} where jobs.webhook_path = 'x'")
    )
    assert "SCAN" not in plan
    assert "executions_live" in plan


def test_a_row_moves_the_counters_of_its_job_but_a_skip_only_the_number(store: Store) -> None:
    def operation(connection: sqlite3.Connection) -> list[str]:
        add_job(connection, "job_1")
        first = add_run(connection, "job_1")
        later = AT + timedelta(minutes=1)
        add_run(connection, "job_1", status=ExecutionStatus.SKIPPED, created_at=later, count=7)
        return [first, add_run(connection, "job_1", created_at=later)]

    first, last = store.write(operation)
    job = get(store, "job_1")
    assert (job.total_executions, job.last_execution_id) == (2, last)
    assert job.last_triggered_at == AT + timedelta(minutes=1)
    found = executions.get(store.jobs.reader(), first)
    assert found is not None
    assert found.number == 1
    rows = store.rows("select number, status, count, completed_at from executions order by seq")
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert (rows[1]["status"], rows[1]["count"]) == ("skipped", 7)
    assert rows[1]["completed_at"] is not None


def test_an_execution_comes_back_as_it_was_made(store: Store) -> None:
    parameters = {"a": ["ü", 1.5, None, {"b": True}], "\u2028": "line"}
    inputs = {"payload": {"x": 1}}

    def operation(connection: sqlite3.Connection) -> str:
        add_job(connection, "job_1", FULL)
        return add_run(
            connection,
            "job_1",
            kind=Kind.CATCH_UP,
            prompt="echo ü\x00",
            reason="late",
            nominal_at=AT - timedelta(hours=1),
            last_nominal_at=AT,
            parallel=3,
            max_attempts=4,
            parameters=parameters,
            inputs=inputs,
            config_override={"timeout": 1},
            trigger_metadata={"source": "github"},
            requested_by="anna",
        )

    execution_id = store.write(operation)
    found = executions.get(store.jobs.reader(), execution_id)
    assert found is not None
    assert found.job_name == FULL.name
    assert (found.kind, found.status, found.reason) == (
        Kind.CATCH_UP,
        ExecutionStatus.QUEUED,
        "late",
    )
    assert (found.nominal_at, found.last_nominal_at) == (AT - timedelta(hours=1), AT)
    assert (found.parameters, found.prompt) == (parameters, "echo ü\x00")
    assert (found.config_override, found.trigger_metadata) == ({"timeout": 1}, {"source": "github"})
    assert (found.max_attempts, found.attempt, found.requested_by) == (4, 0, "anna")
    assert (found.started_at, found.exit_code, found.usage) == (None, None, {})
    assert executions.inputs(store.jobs.reader(), execution_id) == inputs


def test_an_occurrence_is_decided_once(store: Store) -> None:
    def twice(connection: sqlite3.Connection) -> None:
        for _ in range(2):
            add_run(connection, "job_1", kind=Kind.SCHEDULED, nominal_at=AT)

    store.write(lambda connection: add_job(connection, "job_1"))
    with pytest.raises(sqlite3.IntegrityError):
        store.write(twice)
    assert store.rows("select * from executions") == []
    assert get(store, "job_1").total_executions == 0


def test_a_webhook_path_belongs_to_one_job(store: Store) -> None:
    store.write(lambda connection: add_job(connection, "job_1", webhook_path="p"))
    with pytest.raises(sqlite3.IntegrityError):
        store.write(lambda connection: add_job(connection, "job_2", webhook_path="p"))


def test_a_job_takes_its_history_along(store: Store) -> None:
    def operation(connection: sqlite3.Connection) -> None:
        add_job(connection, "job_1")
        add_run(connection, "job_1")
        connection.execute("delete from jobs")

    store.write(operation)
    for table in ("jobs", "revisions", "executions"):
        assert store.rows(f"select * from {table}") == []
