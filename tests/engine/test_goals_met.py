"""An ongoing job ends by each kind of condition; a watch reports each change once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from jobs_tui.engine.aftermath import settle_all
from jobs_tui.models.enums import ExecutionStatus, JobStatus
from jobs_tui.models.job import Job
from jobs_tui.models.times import to_text
from jobs_tui.service import jobs, runs
from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from tests.engine.test_aftermath import tick
from tests.fakes import FakeClock

MakeJob = Callable[..., Job]


@pytest.fixture(autouse=True)
def at_ten(clock: FakeClock) -> None:
    clock.wall = datetime(2026, 8, 21, 10, tzinfo=UTC)


async def answer(
    store: Store, clock: FakeClock, text: str, status: str = "completed", code: int = 0
) -> None:
    """The next run is due, is made, and ends with this answer."""
    clock.advance(100_000)
    assert await tick(store) == 1

    def operation(connection: Any) -> None:
        (row,) = connection.execute("select id from executions where status = 'queued'").fetchall()
        connection.execute("insert into answers values (?, ?)", (row["id"], text))
        connection.execute(
            "update executions set status = ?, exit_code = ?, result = ?, completed_at = ?"
            " where id = ?",
            (
                ExecutionStatus(status),
                code,
                text.splitlines()[-1][:500] if text else None,
                to_text(clock.now()),
                row["id"],
            ),
        )

    store.write(operation)
    await settle_all(store)


@pytest.mark.parametrize(
    ("condition", "answers", "reason"),
    [
        (
            {"verdict": True},
            [
                ('{"verdict": "not_done", "reason": "2 open"}', "completed", 0),
                ('{"verdict": "done", "reason": "all merged"}', "completed", 0),
            ],
            "all merged",
        ),
        ({"exit_code": 0}, [("", "failed", 1), ("", "completed", 0)], "xit code 0"),
        ({"text": "green"}, [("red", "completed", 0), ("all green", "completed", 0)], "green"),
        (
            {"json_path": "$.state", "equals": "done"},
            [('{"state": "open"}', "completed", 0), ('{"state": "done"}', "completed", 0)],
            "$.state",
        ),
        (
            {"expression": "results | length > 1 and results[0].answer == results[1].answer"},
            [("1", "completed", 0), ("2", "completed", 0), ("2", "completed", 0)],
            "",
        ),
        ({"changed": True}, [("1", "completed", 0), ("2", "completed", 0)], "change"),
        ({"max_runs": 2}, [("1", "completed", 0), ("2", "completed", 0)], "2 runs"),
    ],
    ids=["verdict", "exit_code", "text", "json_path", "expression", "changed", "max_runs"],
)
async def test_it_ends_when_its_goal_is_met(
    store: Store,
    ctx: Context,
    clock: FakeClock,
    make_job: MakeJob,
    condition: dict[str, Any],
    answers: list[tuple[str, str, int]],
    reason: str,
) -> None:
    job = make_job(trigger_type="ongoing", interval_seconds=60, end_condition=condition)
    for text, status, code in answers:
        assert jobs.get(ctx, job.id).enabled
        await answer(store, clock, text, status, code)
    found = jobs.get(ctx, job.id)
    assert found.status is JobStatus.COMPLETED
    assert reason in (found.status_reason or "")
    assert found.next_due_at is None


async def test_its_end_may_be_a_time(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(
        trigger_type="ongoing", interval_seconds=60, end_condition={"end_at": "2026-08-21T10:01Z"}
    )
    clock.advance(30)
    assert await tick(store) == 1
    store.write(
        lambda c: c.execute(
            "update executions set status = 'completed', completed_at = ?",
            (to_text(clock.now()),),
        )
    )
    await settle_all(store)
    assert jobs.get(ctx, job.id).status is JobStatus.COMPLETED


async def test_a_watch_that_changes_twice_reports_twice(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(trigger_type="recurring", interval_seconds=60, watch={"what": "answer"})
    for text in ("a\nb", "a\nb", "a\nc", "a\nc", "d"):
        await answer(store, clock, text)
    rows = store.rows(
        "select change, worth_reporting from executions where job_id = ? and status = 'completed'"
        " order by seq",
        (job.id,),
    )
    assert [(row["change"] is not None, row["worth_reporting"]) for row in rows] == [
        (False, 0),
        (False, 0),
        (True, 1),
        (False, 0),
        (True, 1),
    ]
    assert "-b\n+c" in rows[2]["change"]


async def test_blocked_says_why_and_unblocks_itself(
    store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob
) -> None:
    job = make_job(trigger_type="ongoing", interval_seconds=60, end_condition={"verdict": True})
    await answer(store, clock, '{"verdict": "blocked", "reason": "no login"}')
    found = jobs.get(ctx, job.id)
    assert (found.status, found.blocked_reason) == (
        JobStatus.BLOCKED,
        "the agent is blocked: no login",
    )
    assert found.next_due_at is not None
    await answer(store, clock, '{"verdict": "not_done", "state": {"seen": 3}}')
    found = jobs.get(ctx, job.id)
    assert (found.status, found.state) == (JobStatus.ACTIVE, {"seen": 3})
    assert [run.status for run in runs.history(ctx, job.id).executions] == ["completed"] * 2
