"""The report over our own history."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.store import queue
from jobs_tui.tools.tool import ToolContext
from tests.store.rows import add_job, add_run, outcome
from tests.tools.conftest import Use


def run(context: ToolContext, job: str, status: ExecutionStatus, days_ago: float = 0) -> None:
    at = context.store.clock.now() - timedelta(days=days_ago, seconds=1)

    def operation(connection: sqlite3.Connection) -> None:
        execution_id = add_run(connection, job, created_at=at, parallel=100)
        queue.claim(
            connection, owner="{}", token="t", now=at, expires=at, places=1, only=execution_id
        )
        queue.finish(connection, execution_id, "t", outcome(status=status, completed_at=at))

    context.store.write(operation)


async def test_runs_of_the_week_are_told_by_job_with_reasons(
    use: Use, context: ToolContext
) -> None:
    context.store.write(lambda c: [add_job(c, "job_1"), add_job(c, "job_2")])
    for _ in range(3):
        run(context, "job_1", ExecutionStatus.COMPLETED)
    run(context, "job_2", ExecutionStatus.FAILED)
    run(context, "job_1", ExecutionStatus.COMPLETED, days_ago=8)
    context.store.write(
        lambda c: add_run(
            c, "job_2", created_at=context.store.clock.now() - timedelta(seconds=1), parallel=100
        )
    )
    context.store.write(
        lambda c: c.execute("update executions set status = 'skipped' where status = 'queued'")
    )
    found = await use("job_report", days=7, min_success_percent=90)
    assert (found.data["runs"], found.data["failed"]) == (4, 1)
    assert found.data["success_percent"] == 75.0
    assert found.alarms == ("75.0 % of the runs completed, below 90 %.",)
    assert [one["name"] for one in found.data["jobs"]] == ["job_1", "job_2"]
    assert "+300 % to the time before" in found.text
    assert "why runs failed" in found.text


async def test_an_empty_history_is_reported_as_such(use: Use) -> None:
    found = await use("job_report")
    assert found.summary == "0 runs of 0 jobs in 7 days: nothing has ended"
    assert found.alarms == ()
