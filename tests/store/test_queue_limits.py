"""Limits of queues and agents, and runs that wait for something else than a place."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from jobs_tui.models.enums import ExecutionStatus, JobStatus
from jobs_tui.store import executions, holds, jobs, queue
from jobs_tui.store.database import Store
from tests.store.rows import AT, add_job, add_run

LATER = AT + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _jobs(store: Store) -> None:
    store.write(lambda connection: [add_job(connection, f"job_{n}") for n in (1, 2, 3)])


def claim(store: Store, limits: queue.Limits, places: int = 100) -> list[str]:
    def operation(connection: sqlite3.Connection) -> list[str]:
        found = queue.claim(
            connection,
            owner="host",
            token="t",
            now=AT,
            expires=LATER,
            places=places,
            limits=limits,
        )
        return [one.id for one in found]

    return store.write(operation)


def runs(store: Store, count: int, job_id: str = "job_1", **more: object) -> list[str]:
    return store.write(
        lambda connection: [
            add_run(connection, job_id, parallel=10, **more)  # type: ignore[arg-type]
            for _ in range(count)
        ]
    )


def status(store: Store, execution_id: str) -> ExecutionStatus:
    found = executions.get(store.jobs.reader(), execution_id)
    assert found is not None
    return found.status


def test_a_queue_takes_no_more_than_its_limit_whatever_jobs_they_are_of(store: Store) -> None:
    small = runs(store, 2, queue="small") + runs(store, 2, "job_2", queue="small")
    other = runs(store, 2, "job_3")
    limits = queue.Limits(queues={"small": 3})
    assert sorted(claim(store, limits)) == sorted(small[:3] + other)
    assert claim(store, limits) == []


def test_what_runs_already_counts_and_a_full_queue_does_not_take_the_places_of_others(
    store: Store,
) -> None:
    first = runs(store, 1, queue="small")
    limits = queue.Limits(queues={"small": 1})
    assert claim(store, limits) == first
    runs(store, 5, queue="small")
    others = runs(store, 2, "job_2")
    assert claim(store, limits, places=2) == others


def test_an_agent_does_no_more_than_its_limit(store: Store) -> None:
    mine = runs(store, 3, agent_id="bot")
    other = runs(store, 1, "job_2", agent_id="other")
    assert sorted(claim(store, queue.Limits(agents={"bot": 2}))) == sorted(mine[:2] + other)


def test_nothing_is_taken_from_a_closed_queue(store: Store) -> None:
    held = runs(store, 2, queue="gpu")
    other = runs(store, 1, "job_2")
    assert claim(store, queue.Limits(closed=frozenset({"gpu"}))) == other
    assert claim(store, queue.Limits()) == held


def test_a_held_run_keeps_its_attempt_and_goes_on_when_released(store: Store) -> None:
    (one,) = runs(store, 1)
    claim(store, queue.Limits())
    held = holds.Hold(ExecutionStatus.BLOCKED, "no tool", LATER)
    assert store.write(lambda c: holds.hold(c, one, "t", held))
    found = executions.get(store.jobs.reader(), one)
    assert found is not None
    assert (found.status, found.reason, found.attempt) == (ExecutionStatus.BLOCKED, "no tool", 0)
    assert (found.started_at, found.blocked_at) == (None, LATER)
    job = jobs.get(store.jobs.reader(), "job_1")
    assert job is not None
    assert (job.status, job.blocked_reason) == (JobStatus.BLOCKED, "no tool")
    assert [row["id"] for row in holds.waiting(store.jobs.reader(), ExecutionStatus.BLOCKED)] == [
        one
    ]
    assert store.write(lambda c: holds.release(c, one))
    assert not store.write(lambda c: holds.release(c, one))
    assert claim(store, queue.Limits()) == [one]


def test_a_run_that_waits_for_a_person_keeps_what_it_has_done(store: Store) -> None:
    (one,) = runs(store, 1)
    claim(store, queue.Limits())
    done = {"steps": {"a": {"status": "completed"}}, "states": {"b": "{}"}}
    held = holds.Hold(
        ExecutionStatus.WAITING_FOR_INPUT, "ask", LATER, log_lines=3, resume=done, begun=True
    )
    store.write(lambda c: holds.hold(c, one, "t", held))
    found = executions.get(store.jobs.reader(), one)
    assert found is not None
    assert found.resumes
    assert (found.started_at, found.log_lines) == (AT, 3)
    assert executions.resume(store.jobs.reader(), one) == done


def test_a_lease_that_is_not_ours_any_more_holds_nothing(store: Store) -> None:
    (one,) = runs(store, 1)
    claim(store, queue.Limits())
    held = holds.Hold(ExecutionStatus.BLOCKED, "no tool", LATER)
    assert not store.write(lambda c: holds.hold(c, one, "stranger", held))
    assert not store.write(lambda c: holds.give_up(c, one, "stranger", LATER, "budget"))
    assert status(store, one) is ExecutionStatus.RUNNING


def test_a_run_that_is_given_up_is_skipped_with_the_reason(store: Store) -> None:
    (one,) = runs(store, 1)
    claim(store, queue.Limits())
    assert store.write(lambda c: holds.give_up(c, one, "t", LATER, "budget: empty"))
    found = executions.get(store.jobs.reader(), one)
    assert found is not None
    assert (found.status, found.reason) == (ExecutionStatus.SKIPPED, "budget: empty")
    assert (found.started_at, found.completed_at, found.attempt) == (None, LATER, 0)
