"""How many runs an agent does now, and how its last ones ended."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.store import agent_stats, steps
from jobs_tui.store.agent_stats import LAST_RUNS, AgentStats
from jobs_tui.store.database import Store
from jobs_tui.store.steps import StepRow
from tests.store.rows import add_job, add_run


@pytest.fixture
def connection(store: Store) -> sqlite3.Connection:
    """With one job."""
    store.write(lambda writing: add_job(writing, "job_a"))
    return store.jobs.reader()


def run(store: Store, status: str, agent: str | None, attempt: int = 1) -> str:
    """One run of the job; its id."""

    def operation(connection: sqlite3.Connection) -> str:
        made = add_run(connection, "job_a", status=ExecutionStatus(status), agent_id=agent)
        connection.execute("update executions set attempt = ? where id = ?", (attempt, made))
        return made

    return store.write(operation)


def step(store: Store, execution: str, name: str, status: ExecutionStatus, agent: str) -> None:
    row = StepRow(name, 0 if name == "one" else 1, status, agent_id=agent)
    store.write(lambda connection: steps.save(connection, execution, 2, row))


def test_running_runs_and_steps_count_and_the_record_is_of_ended_runs(
    store: Store, connection: sqlite3.Connection
) -> None:
    for status in ("running", "completed", "completed", "failed", "timed_out", "cancelled"):
        run(store, status, "a")
    team = run(store, "running", None, attempt=2)
    step(store, team, "one", ExecutionStatus.RUNNING, "a")
    step(store, team, "two", ExecutionStatus.COMPLETED, "b")
    old = run(store, "failed", None, attempt=2)
    step(store, old, "one", ExecutionStatus.RUNNING, "b")
    assert agent_stats.by_agent(connection, ["a", "b", "c"]) == {
        "a": AgentStats(running=2, completed=2, failed=2)
    }


def test_steps_that_have_ended_are_a_part_of_the_record(
    store: Store, connection: sqlite3.Connection
) -> None:
    team = run(store, "failed", None, attempt=2)
    at = datetime(2026, 8, 21, 14, tzinfo=UTC)
    for place, status in enumerate(("completed", "timed_out", "skipped", "cancelled")):
        row = StepRow(
            status,
            place,
            ExecutionStatus(status),
            agent_id="a",
            started_at=None if status == "skipped" else at,
            completed_at=at + timedelta(seconds=2),
        )
        store.write(partial(steps.save, execution_id=team, attempt=2, row=row))
    assert agent_stats.by_agent(connection, ["a"]) == {"a": AgentStats(completed=1, failed=1)}
    assert agent_stats.average_ms(connection, ["a"]) == {"a": pytest.approx(2000, abs=1)}
    for _ in range(LAST_RUNS):
        run(store, "completed", "a")
    store.write(
        lambda c: c.execute(
            "update executions set completed_at = '2027' where agent_id is not null"
        )
    )
    assert agent_stats.by_agent(connection, ["a"]) == {"a": AgentStats(completed=LAST_RUNS)}


def test_a_run_of_one_agent_with_steps_counts_once(
    store: Store, connection: sqlite3.Connection
) -> None:
    led = run(store, "running", "a", attempt=2)
    step(store, led, "one", ExecutionStatus.RUNNING, "a")
    assert agent_stats.by_agent(connection, ["a"]) == {"a": AgentStats(running=1)}


def test_only_the_last_runs_are_its_record(store: Store, connection: sqlite3.Connection) -> None:
    for status in [*["failed"] * 5, *["completed"] * LAST_RUNS]:
        run(store, status, "a")
    assert agent_stats.by_agent(connection, ["a"]) == {"a": AgentStats(completed=LAST_RUNS)}


def test_the_record_is_read_from_an_index(connection: sqlite3.Connection) -> None:
    plan = connection.execute(
        "explain query plan select status from executions where agent_id = ?"
        " and status in ('completed') order by seq desc limit 5",
        ("a",),
    ).fetchall()
    assert "executions_by_agent" in plan[0][3]
