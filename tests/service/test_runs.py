"""Reading runs, their history and logs, and cancelling them."""

from __future__ import annotations

import pytest

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.service import jobs, runs, starts
from jobs_tui.service.context import Context
from tests.service.made import audited, claimed, ended, made


class TestFind:
    def test_by_id_and_by_its_beginning(self, ctx: Context) -> None:
        execution_id = starts.start(ctx, made(ctx).id).execution_id
        for ref in (execution_id, execution_id[:20], execution_id[5:20]):
            assert runs.find(ctx, ref).id == execution_id
        assert runs.get(ctx, execution_id).job_name == "nightly"

    @pytest.mark.parametrize("ref", ["", "exec_", "zzzz", "exec_00000000", "#1", "%"])
    def test_what_matches_nothing(self, ctx: Context, ref: str) -> None:
        starts.start(ctx, made(ctx).id)
        with pytest.raises(NotFound):
            runs.find(ctx, ref)

    def test_an_ambiguous_beginning(self, ctx: Context) -> None:
        job = made(ctx)
        for tail in ("1", "2"):
            started = starts.start(ctx, job.id)
            twin = f"exec_aaaaaaaa-0000-4000-8000-00000000000{tail}"
            ctx.store.write(
                lambda c, twin=twin, old=started.execution_id: c.execute(
                    "update executions set id = ? where id = ?", (twin, old)
                )
            )
        with pytest.raises(NotFound, match="Several"):
            runs.find(ctx, "aaaaaaaa")

    def test_get_wants_the_whole_id(self, ctx: Context) -> None:
        execution_id = starts.start(ctx, made(ctx).id).execution_id
        with pytest.raises(NotFound):
            runs.get(ctx, execution_id[:-1])


class TestHistory:
    def test_pages_newest_first_and_counts_all(self, ctx: Context) -> None:
        job = made(ctx)
        ids = [starts.start(ctx, job.id).execution_id for _ in range(5)]
        starts.start(ctx, made(ctx, name="other").id)
        page = runs.history(ctx, job.id, limit=2, offset=1)
        assert [run.id for run in page.executions] == [ids[3], ids[2]]
        assert (page.job_id, page.total_count) == (job.id, 5)

    def test_of_all_jobs_running_first_then_waiting(self, ctx: Context) -> None:
        job = made(ctx, config={"overlap": "allow"})
        done, going, waiting = (starts.start(ctx, job.id).execution_id for _ in range(3))
        ended(ctx, done)
        claimed(ctx, going)
        total, page = runs.recent(ctx)
        assert total == 3
        assert [run.id for run in page] == [going, waiting, done]
        only = runs.recent(ctx, statuses=[ExecutionStatus.COMPLETED], query="NIGHT")
        assert (only[0], only[1][0].id) == (1, done)
        assert runs.recent(ctx, query="%")[0] == 0


class TestCancel:
    def test_a_waiting_run_ends_at_once(self, ctx: Context) -> None:
        execution_id = starts.start(ctx, made(ctx).id).execution_id
        found = runs.cancel(ctx, execution_id)
        assert (found.status, found.reason) == (ExecutionStatus.CANCELLED, "cancelled by ada")
        assert found.completed_at == ctx.now()
        assert (found.job_name, jobs.get(ctx, found.job_id).live) == ("nightly", 0)
        assert ("ada", "cli", "execution.cancel") in audited(ctx)

    def test_a_running_one_is_asked_to_end(self, ctx: Context) -> None:
        execution_id = starts.start(ctx, made(ctx).id).execution_id
        claimed(ctx, execution_id)
        found = runs.cancel(ctx, execution_id)
        assert found.status is ExecutionStatus.RUNNING
        assert found.cancel_requested_at == ctx.now()

    def test_an_ended_one_is_refused(self, ctx: Context) -> None:
        execution_id = starts.start(ctx, made(ctx).id).execution_id
        ended(ctx, execution_id, ExecutionStatus.TIMED_OUT)
        with pytest.raises(Refused, match="timed out"):
            runs.cancel(ctx, execution_id)
        assert runs.get(ctx, execution_id).cancel_requested_at is None

    def test_an_unknown_one_is_not_found(self, ctx: Context) -> None:
        with pytest.raises(NotFound):
            runs.cancel(ctx, "exec_none")


def test_the_tries_of_a_run(ctx: Context) -> None:
    execution_id = starts.start(ctx, made(ctx).id).execution_id
    ended(ctx, execution_id, ExecutionStatus.FAILED, error_message="exit 3", exit_code=3)
    (attempt,) = runs.attempts(ctx, execution_id)
    assert (attempt.number, attempt.exit_code, attempt.error_message) == (1, 3, "exit 3")


def test_status_names(ctx: Context) -> None:
    assert runs.parse_status("timed_out") is ExecutionStatus.TIMED_OUT
    with pytest.raises(InvalidInput, match="not a run status"):
        runs.parse_status("done")
