"""The outbox: which results come into it, when they are due, and how often."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Any

import pytest

from jobs_tui.models.enums import DeliverWhen, ExecutionStatus, TriggerType
from jobs_tui.models.job import Definition
from jobs_tui.models.result_delivery import OutboxStatus
from jobs_tui.store import jobs
from jobs_tui.store import result_deliveries as outbox
from jobs_tui.store.database import Store
from tests.store.rows import AT, add_job, add_run

S = ExecutionStatus
TARGETS = ({"type": "file", "path": "/a.md", "append": True}, {"type": "job", "job": "job_2"})


def planned(
    store: Store,
    when: DeliverWhen = DeliverWhen.ALWAYS,
    status: ExecutionStatus = S.COMPLETED,
    worth: bool | None = None,
    change: str | None = None,
    started: bool = True,
) -> tuple[str, int]:
    """The id of a run that ended so, and how many deliveries it has made."""
    definition = Definition(
        name="job_1",
        prompt_template="true",
        trigger_type=TriggerType.MANUAL,
        deliver_to=TARGETS,
        deliver_when=when,
    )

    def operation(connection: sqlite3.Connection) -> tuple[str, int]:
        if jobs.get(connection, "job_1") is None:
            add_job(connection, "job_1", definition)
        run = add_run(connection, "job_1")
        connection.execute(
            "update executions set status = ?, change = ?, started_at = ? where id = ?",
            (status, change, "2026-08-21T14:00:00.000Z" if started else None, run),
        )
        job = jobs.get(connection, "job_1")
        assert job is not None
        made = outbox.plan(connection, job, definition, run, status, worth, AT)
        again = outbox.plan(connection, job, definition, run, status, worth, AT)
        assert again == 0
        return run, made

    return store.write(operation)


@pytest.mark.parametrize(
    ("when", "status", "worth", "change", "why"),
    [
        ("always", S.COMPLETED, None, None, None),
        ("always", S.COMPLETED, False, None, None),
        ("always", S.CANCELLED, None, None, None),
        ("failure", S.COMPLETED, True, None, outbox.NO_FAILURE),
        ("failure", S.CANCELLED, None, None, outbox.NO_FAILURE),
        ("failure", S.FAILED, None, None, None),
        ("failure", S.TIMED_OUT, False, None, None),
        ("failure", S.LOST, None, None, None),
        ("worth_reporting", S.COMPLETED, True, None, None),
        ("worth_reporting", S.COMPLETED, False, None, outbox.NOT_WORTH),
        ("worth_reporting", S.COMPLETED, None, None, outbox.NOBODY_SAID),
        ("worth_reporting", S.COMPLETED, None, "-a\n+b", None),
        ("worth_reporting", S.FAILED, False, None, None),
    ],
)
def test_which_results_are_delivered(
    store: Store, when: str, status: S, worth: bool | None, change: str | None, why: str | None
) -> None:
    run, made = planned(store, DeliverWhen(when), status, worth, change)
    assert outbox.undelivered(store.jobs.reader(), run) == why
    assert made == (0 if why else 2)
    rows = outbox.of_run(store.jobs.reader(), run)
    assert [row.target for row in rows] == ([] if why else list(TARGETS))
    assert all(row.status is OutboxStatus.WAITING and row.next_at == AT for row in rows)


def test_a_run_that_never_began_has_no_result(store: Store) -> None:
    run, made = planned(store, status=S.CANCELLED, started=False)
    assert made == 0
    assert outbox.undelivered(store.jobs.reader(), run) == outbox.NO_START
    assert planned(store, status=S.SKIPPED)[1] == 0


def test_six_tries_within_a_day_and_no_more(store: Store) -> None:
    run, _ = planned(store)
    one = outbox.of_run(store.jobs.reader(), run)[0].id
    now = AT
    tries = list[datetime]()
    while True:
        at = now
        claimed = store.write(lambda c: outbox.claim(c, one, at))  # noqa: B023
        assert claimed is not None
        tries.append(now)
        # Meanwhile nobody else begins it, nor does an engine that died of it at once.
        assert store.write(lambda c: outbox.claim(c, one, at)) is None  # noqa: B023
        found = store.write(lambda c: outbox.not_delivered(c, one, "HTTP 500", at))  # noqa: B023
        assert found is not None
        if found.status is OutboxStatus.FAILED:
            break
        assert found.next_at is not None
        assert one not in outbox.due(store.jobs.reader(), found.next_at - timedelta(seconds=1), 9)
        now = found.next_at
        assert one in outbox.due(store.jobs.reader(), now, 9)
    assert len(tries) == 6
    assert timedelta(hours=12) < tries[-1] - tries[0] < timedelta(days=1)
    assert found.error == "HTTP 500"
    assert one not in outbox.due(store.jobs.reader(), now + timedelta(days=9), 9)


def test_what_has_arrived_is_neither_sent_again_nor_given_up(store: Store) -> None:
    run, _ = planned(store)
    one = outbox.of_run(store.jobs.reader(), run)[0].id

    def operation(connection: sqlite3.Connection) -> Any:
        outbox.claim(connection, one, AT)
        outbox.delivered(connection, one, "HTTP 200", AT)
        outbox.again(connection, one, AT)
        outbox.give_up(connection, one)
        outbox.not_delivered(connection, one, "late", AT)
        return outbox.get(connection, one)

    found = store.write(operation)
    assert found.status is OutboxStatus.DELIVERED
    assert (found.where, found.delivered_at, found.error) == ("HTTP 200", AT, None)


def test_what_is_under_way_is_not_begun_twice(store: Store) -> None:
    run, _ = planned(store)
    first, second = (row.id for row in outbox.of_run(store.jobs.reader(), run))
    assert outbox.due(store.jobs.reader(), AT, 1, {first}) == [second]


def test_the_outbox_goes_with_its_run(store: Store) -> None:
    run, _ = planned(store)
    store.write(lambda connection: connection.execute("delete from executions"))
    assert outbox.of_run(store.jobs.reader(), run) == []
