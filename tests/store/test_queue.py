"""Claims, leases and results."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

import pytest

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.execution import Execution
from jobs_tui.store import executions, jobs, queue
from jobs_tui.store.database import Store
from tests.store.rows import AT, add_job, add_run, outcome

LATER = AT + timedelta(minutes=1)


def claim(
    store: Store,
    places: int = 100,
    *,
    now: datetime = AT,
    token: str = "t",
    only: str | None = None,
) -> list[str]:
    def operation(connection: sqlite3.Connection) -> list[Execution]:
        return queue.claim(
            connection,
            owner="host",
            token=token,
            now=now,
            expires=now + timedelta(seconds=30),
            places=places,
            only=only,
        )

    return [execution.id for execution in store.write(operation)]


def finish(store: Store, execution_id: str, token: str | None = "t", **more: object) -> bool:
    return store.write(
        lambda connection: queue.finish(connection, execution_id, token, outcome(**more))  # type: ignore[arg-type]
    )


def runs(store: Store, count: int, job_id: str = "job_1", **more: object) -> list[str]:
    return store.write(
        lambda connection: [add_run(connection, job_id, **more) for _ in range(count)]  # type: ignore[arg-type]
    )


def get(store: Store, execution_id: str) -> Execution:
    found = executions.get(store.jobs.reader(), execution_id)
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def _jobs(store: Store) -> None:
    store.write(lambda connection: [add_job(connection, f"job_{n}") for n in (1, 2, 3)])


def test_a_claim_says_who_runs_it(store: Store) -> None:
    (one,) = runs(store, 1)
    assert claim(store) == [one]
    found = get(store, one)
    assert (found.status, found.attempt) == (ExecutionStatus.RUNNING, 1)
    assert found.started_at == AT
    (row,) = queue.running(store.jobs.reader())
    assert (row["lease_owner"], row["lease_token"]) == ("host", "t")
    job = jobs.get(store.jobs.reader(), "job_1")
    assert job is not None
    assert job.last_execution_at == AT
    assert claim(store) == []


def test_the_oldest_first_and_no_more_than_there_are_places(store: Store) -> None:
    waiting = runs(store, 5, parallel=10)
    assert claim(store, 2) == waiting[:2]
    assert claim(store, 2) == waiting[2:4]
    assert claim(store, 0) == []
    assert claim(store, 2) == waiting[4:]


def test_priority_goes_before_age(store: Store) -> None:
    (low,) = runs(store, 1, "job_1")
    (high,) = runs(store, 1, "job_2", priority=5)
    (middle,) = runs(store, 1, "job_3", priority=1)
    assert claim(store) == [high, middle, low]


def test_priority_counts_within_a_job_too(store: Store) -> None:
    runs(store, 1)
    (high,) = runs(store, 1, priority=1)
    assert claim(store) == [high]


def test_each_job_has_its_own_limit(store: Store) -> None:
    one = runs(store, 3, "job_1", parallel=1)
    two = runs(store, 3, "job_2", parallel=2)
    assert claim(store) == [one[0], two[0], two[1]]
    assert claim(store) == []
    finish(store, two[0])
    assert claim(store) == [two[2]]
    finish(store, one[0])
    assert claim(store) == [one[1]]


def test_a_job_that_is_at_its_limit_does_not_stand_in_the_way(store: Store) -> None:
    runs(store, 50, "job_1", parallel=1)
    (other,) = runs(store, 1, "job_2")
    claimed = claim(store, 2)
    assert len(claimed) == 2
    assert other in claimed


def test_a_retry_waits_for_its_time(store: Store) -> None:
    (later,) = runs(store, 1, not_before=LATER)
    (now,) = runs(store, 1)
    assert queue.next_retry(store.jobs.reader()) == "2026-08-21T14:01:00.000Z"
    assert claim(store) == [now]
    finish(store, now)
    assert claim(store, now=LATER - timedelta(milliseconds=1)) == []
    assert claim(store, now=LATER) == [later]
    assert queue.next_retry(store.jobs.reader()) is None


def test_one_execution_alone_can_be_claimed(store: Store) -> None:
    runs(store, 1, "job_1")
    (mine,) = runs(store, 1, "job_2")
    assert claim(store, only=mine) == [mine]
    assert claim(store, only="exec_none") == []


def test_only_what_is_queued_is_claimed(store: Store) -> None:
    for status in ExecutionStatus:
        if status is not ExecutionStatus.QUEUED:
            runs(store, 1, status=status, parallel=100)
    assert claim(store) == []


def test_the_outcome_is_written_and_counted(store: Store) -> None:
    (one,) = runs(store, 1)
    claim(store)
    assert finish(
        store,
        one,
        status=ExecutionStatus.FAILED,
        completed_at=AT + timedelta(seconds=2.5),
        exit_code=3,
        error_message="exit 3",
        result="last words",
        usage={"cpu": 1},
        log_lines=7,
        log_bytes=70,
    )
    found = get(store, one)
    assert (found.status, found.exit_code, found.error_message) == (
        ExecutionStatus.FAILED,
        3,
        "exit 3",
    )
    assert (found.duration_ms, found.result, found.usage) == (2500, "last words", {"cpu": 1})
    assert (found.log_lines, found.log_bytes) == (7, 70)
    (attempt,) = executions.attempts(store.jobs.reader(), one)
    assert (attempt.number, attempt.status) == (1, ExecutionStatus.FAILED)
    job = jobs.get(store.jobs.reader(), "job_1")
    assert job is not None
    assert (job.successful_executions, job.failed_executions) == (0, 1)
    assert queue.running(store.jobs.reader()) == []


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        (ExecutionStatus.COMPLETED, (1, 0)),
        (ExecutionStatus.TIMED_OUT, (0, 1)),
        (ExecutionStatus.LOST, (0, 1)),
        (ExecutionStatus.CANCELLED, (0, 0)),
    ],
)
def test_what_counts_as_good_and_bad(
    store: Store, status: ExecutionStatus, counts: tuple[int, int]
) -> None:
    (one,) = runs(store, 1)
    claim(store)
    assert finish(store, one, status=status)
    job = jobs.get(store.jobs.reader(), "job_1")
    assert job is not None
    assert (job.successful_executions, job.failed_executions) == counts


def test_a_result_without_the_present_lease_is_refused(store: Store) -> None:
    (one,) = runs(store, 1)
    claim(store, token="old")
    assert not finish(store, one, token="other")
    assert not finish(store, one, token=None)
    store.write(lambda connection: queue.requeue(connection, [one], "old"))
    claim(store, token="new")
    assert not finish(store, one, token="old", status=ExecutionStatus.FAILED)
    assert get(store, one).status is ExecutionStatus.RUNNING
    assert executions.attempts(store.jobs.reader(), one) == []
    assert finish(store, one, token="new")
    assert not finish(store, one, token="new")
    job = jobs.get(store.jobs.reader(), "job_1")
    assert job is not None
    assert (job.successful_executions, job.failed_executions) == (1, 0)


def test_a_retry_goes_back_to_the_queue_with_its_history(store: Store) -> None:
    (one,) = runs(store, 1, max_attempts=2)
    claim(store)
    assert finish(store, one, status=ExecutionStatus.FAILED, exit_code=1, retry_at=LATER)
    found = get(store, one)
    assert (found.status, found.completed_at, found.attempt) == (ExecutionStatus.QUEUED, None, 1)
    job = jobs.get(store.jobs.reader(), "job_1")
    assert job is not None
    assert job.failed_executions == 0
    assert claim(store) == []
    assert claim(store, now=LATER) == [one]
    assert finish(store, one, started_at=LATER, completed_at=LATER + timedelta(seconds=1))
    found = get(store, one)
    assert (found.attempt, found.started_at, found.duration_ms) == (2, AT, 61_000)
    assert [a.status for a in executions.attempts(store.jobs.reader(), one)] == [
        ExecutionStatus.FAILED,
        ExecutionStatus.COMPLETED,
    ]


def test_a_clock_that_went_back_gives_no_negative_duration(store: Store) -> None:
    (one,) = runs(store, 1)
    claim(store)
    assert finish(store, one, completed_at=AT - timedelta(hours=1))
    assert get(store, one).duration_ms == 0


def test_a_claim_that_was_never_started_does_not_count(store: Store) -> None:
    first, second = runs(store, 2, parallel=2)
    claim(store)
    back = store.write(lambda connection: queue.requeue(connection, [first, "exec_none"], "t"))
    assert back == 1
    found = get(store, first)
    assert (found.status, found.attempt, found.started_at) == (ExecutionStatus.QUEUED, 0, None)
    assert get(store, second).status is ExecutionStatus.RUNNING
    assert store.write(lambda connection: queue.requeue(connection, [second], "other")) == 0


def test_giving_back_a_second_attempt_keeps_the_start_of_the_first(store: Store) -> None:
    (one,) = runs(store, 1, max_attempts=2)
    claim(store)
    finish(store, one, status=ExecutionStatus.FAILED, retry_at=AT)
    claim(store, now=LATER)
    store.write(lambda connection: queue.requeue(connection, [one], "t"))
    found = get(store, one)
    assert (found.attempt, found.started_at) == (1, AT)


def test_leases_are_renewed_by_their_owner_alone(store: Store) -> None:
    first, second = runs(store, 2, parallel=2)
    claim(store, 1, token="a")
    claim(store, 1, token="b")
    store.write(lambda connection: queue.renew(connection, "a", LATER))
    expiry = {row["id"]: row["lease_expires_at"] for row in queue.running(store.jobs.reader())}
    assert expiry == {
        first: "2026-08-21T14:01:00.000Z",
        second: "2026-08-21T14:00:30.000Z",
    }


def test_a_process_is_noted_under_the_lease_alone(store: Store) -> None:
    (one,) = runs(store, 1)
    claim(store)
    store.write(lambda connection: queue.note_process(connection, one, "other", 1, 1))
    store.write(lambda connection: queue.note_process(connection, one, "t", 42, 99))
    (row,) = queue.running(store.jobs.reader())
    assert (row["pid"], row["pid_start"]) == (42, 99)


def test_cancel_requests_name_live_runs_and_who_asked(store: Store) -> None:
    first, second, ended = runs(store, 3, parallel=3)
    claim(store, 1)
    store.write(
        lambda connection: connection.execute(
            "update executions set cancel_requested_at = 'x', cancel_requested_by = 'anna'"
            " where id in (?, ?)",
            (first, ended),
        )
    )
    assert store.write(
        lambda connection: queue.end_waiting(
            connection, ended, AT, ExecutionStatus.CANCELLED, "cancelled by anna"
        )
    )
    assert queue.cancel_requests(store.jobs.reader()) == [(first, "anna")]
    assert get(store, second).status is ExecutionStatus.QUEUED


def test_ending_what_waits_leaves_what_runs(store: Store) -> None:
    first, second = runs(store, 2)
    claim(store)

    def end(execution_id: str) -> bool:
        return store.write(
            lambda connection: queue.end_waiting(
                connection, execution_id, LATER, ExecutionStatus.CANCELLED, "no more"
            )
        )

    assert not end(first)
    assert end(second)
    assert not end(second)
    assert get(store, first).status is ExecutionStatus.RUNNING
    found = get(store, second)
    assert (found.status, found.reason, found.completed_at) == (
        ExecutionStatus.CANCELLED,
        "no more",
        LATER,
    )
