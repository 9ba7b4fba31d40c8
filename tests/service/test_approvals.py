"""Approvals: asked, decided, expired, withdrawn; and what becomes of their runs."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from jobs_tui.models.approval import ApprovalStatus
from jobs_tui.models.enums import Decision, ExecutionStatus
from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.models.execution import Execution
from jobs_tui.models.times import to_text
from jobs_tui.service import approvals, jobs, runs
from jobs_tui.service.context import Context
from jobs_tui.store import approvals as rows
from tests.fakes import FakeClock
from tests.service.made import audited, claimed
from tests.service.waiting import SECONDS, WHOLE_RUN, asked_again, call, waiting, waiting_run


def run_of(ctx: Context, execution_id: str) -> Execution:
    return runs.get(ctx, execution_id)


def decided(ctx: Context, execution_id: str) -> dict[str, tuple[Decision, str]]:
    found = rows.decisions(ctx.store.jobs.reader(), execution_id)
    return {key: (one.decision, one.reason) for key, one in found.items()}


def expire(ctx: Context) -> int:
    return ctx.store.write(partial(rows.expire, now=ctx.now()))


class TestDeciding:
    def test_an_approved_call_lets_the_run_go_on(self, ctx: Context) -> None:
        run = waiting_run(ctx)
        (found,) = waiting(ctx)
        assert (found.job_name, found.number, found.tool) == ("nightly", 1, "write_file")
        assert found.arguments == {"path": "/etc/x"}
        done = approvals.decide(ctx, found.id, "approve", " fine \n")
        assert (done.status, done.decided_by, done.decided_reason) == ("approved", "ada", "fine")
        assert done.decided_at == ctx.now()
        assert waiting(ctx) == []
        after = run_of(ctx, run)
        assert (after.status, after.reason) == (ExecutionStatus.QUEUED, None)
        assert decided(ctx, run) == {"call_1": (Decision.ALLOW, "approved by ada: fine")}
        assert audited(ctx)[-1] == ("ada", "cli", "approval.approve")

    def test_a_denied_call_lets_the_run_go_on_as_well(self, ctx: Context) -> None:
        run = waiting_run(ctx)
        approvals.decide(ctx, waiting(ctx)[0].id, "deny")
        assert run_of(ctx, run).status is ExecutionStatus.QUEUED
        assert decided(ctx, run) == {"call_1": (Decision.DENY, "denied by ada")}

    def test_the_run_waits_for_the_last_of_them(self, ctx: Context) -> None:
        run = waiting_run(ctx, [call(1), call(2)])
        first, second = waiting(ctx)
        approvals.decide(ctx, first.id, "deny")
        assert run_of(ctx, run).status is ExecutionStatus.WAITING_FOR_INPUT
        approvals.decide(ctx, second.id, "approve")
        assert run_of(ctx, run).status is ExecutionStatus.QUEUED
        assert len(decided(ctx, run)) == 2

    def test_a_denied_run_has_failed(self, ctx: Context) -> None:
        run = waiting_run(ctx, [WHOLE_RUN])
        approvals.decide(ctx, waiting(ctx)[0].id, "deny", "not today")
        after = run_of(ctx, run)
        assert after.status is ExecutionStatus.FAILED
        assert after.error_message == "denied by ada: not today"
        assert after.completed_at == ctx.now()
        assert jobs.get(ctx, after.job_id).failed_executions == 1

    def test_an_approved_run_is_queued(self, ctx: Context) -> None:
        run = waiting_run(ctx, [WHOLE_RUN])
        (found,) = waiting(ctx)
        assert approvals.entry(found)["about"] == "run"
        approvals.decide(ctx, found.id, "approve")
        assert run_of(ctx, run).status is ExecutionStatus.QUEUED
        assert decided(ctx, run) == {"run": (Decision.ALLOW, "approved by ada")}

    def test_no_second_decision(self, ctx: Context) -> None:
        run = waiting_run(ctx)
        (found,) = waiting(ctx)
        approvals.decide(ctx, found.id, "deny")
        with pytest.raises(Refused, match="is denied already \\(by ada\\)"):
            approvals.decide(ctx, found.id, "approve")
        assert decided(ctx, run)["call_1"][0] is Decision.DENY
        assert [action for _, _, action in audited(ctx)].count("approval.approve") == 0

    def test_nothing_that_is_not_there(self, ctx: Context) -> None:
        with pytest.raises(NotFound, match="no approval 'appr_x'"):
            approvals.decide(ctx, "appr_x", "approve")

    def test_a_reason_has_an_end(self, ctx: Context) -> None:
        waiting_run(ctx)
        with pytest.raises(InvalidInput, match="2001 characters"):
            approvals.decide(ctx, waiting(ctx)[0].id, "deny", "x" * 2001)
        assert len(waiting(ctx)) == 1


class TestExpiry:
    def test_what_nobody_decides_is_denied_at_its_time(
        self, ctx: Context, clock: FakeClock
    ) -> None:
        run = waiting_run(ctx)
        (found,) = waiting(ctx)
        clock.advance(SECONDS - 1)
        assert expire(ctx) == 0
        clock.advance(1)
        assert ctx.store.row(rows.OVERDUE, (to_text(ctx.now()),)) is not None
        with pytest.raises(Refused, match="time to decide about 'write_file' is over"):
            approvals.decide(ctx, found.id, "approve")
        assert expire(ctx) == 1
        assert expire(ctx) == 0
        assert approvals.get(ctx, found.id).status is ApprovalStatus.EXPIRED
        assert run_of(ctx, run).status is ExecutionStatus.QUEUED
        assert decided(ctx, run) == {
            "call_1": (Decision.DENY, "denied: nobody approved it in time")
        }

    def test_a_run_that_nobody_approves_has_failed(self, ctx: Context, clock: FakeClock) -> None:
        run = waiting_run(ctx, [WHOLE_RUN])
        clock.advance(SECONDS)
        assert expire(ctx) == 1
        after = run_of(ctx, run)
        assert after.status is ExecutionStatus.FAILED
        assert after.error_message == "denied: nobody approved it in time"


class TestWithdrawn:
    def test_of_a_run_that_is_cancelled(self, ctx: Context) -> None:
        run = waiting_run(ctx, [call(1), call(2)])
        first, second = waiting(ctx)
        approvals.decide(ctx, first.id, "approve")
        runs.cancel(ctx, run)
        after = approvals.get(ctx, second.id)
        assert (after.status, after.decided_by) == (ApprovalStatus.WITHDRAWN, None)
        assert after.decided_at == ctx.now()
        assert approvals.get(ctx, first.id).status is ApprovalStatus.APPROVED
        with pytest.raises(Refused, match="is withdrawn already"):
            approvals.decide(ctx, second.id, "approve")
        assert run_of(ctx, run).status is ExecutionStatus.CANCELLED

    def test_of_a_job_that_is_deleted(self, ctx: Context) -> None:
        run = waiting_run(ctx)
        jobs.archive(ctx, run_of(ctx, run).job_id)
        assert waiting(ctx) == []

    def test_of_a_run_whose_other_half_was_denied(self, ctx: Context) -> None:
        run = waiting_run(ctx, [WHOLE_RUN, call(2)])
        about_run = next(one for one in waiting(ctx) if one.whole_run)
        approvals.decide(ctx, about_run.id, "deny")
        (other,) = approvals.listing(ctx, statuses=[ApprovalStatus.WITHDRAWN])
        assert other.execution_id == run


class TestAskingAgain:
    def test_a_new_call_under_an_old_id_is_a_new_question(self, ctx: Context) -> None:
        run = waiting_run(ctx)
        first = waiting(ctx)[0]
        approvals.decide(ctx, first.id, "approve")
        claimed(ctx, run)
        asked_again(ctx, run, [call(1, path="/etc/other")])
        (second,) = waiting(ctx)
        assert second.id != first.id
        assert (second.arguments, second.decided_by) == ({"path": "/etc/other"}, None)
        assert decided(ctx, run) == {}

    def test_steps_have_ids_of_their_own(self, ctx: Context) -> None:
        run = waiting_run(ctx, [call()], step="write")
        asked_again(ctx, run, [call()], step="review")
        assert {one.call_id for one in waiting(ctx)} == {"write/call_1", "review/call_1"}
        approvals.decide(ctx, waiting(ctx)[0].id, "approve")
        approvals.decide(ctx, waiting(ctx)[0].id, "approve")
        assert set(decided(ctx, run)) == {"write/call_1", "review/call_1"}

    def test_secrets_in_arguments_are_masked(self, ctx: Context) -> None:
        asked = call(1, command="curl -u me:hunter22", more=[{"hunter22": "hunter22"}, 3])
        waiting_run(ctx, [asked], mask=lambda text: text.replace("hunter22", "***"))
        (found,) = waiting(ctx)
        assert found.arguments == {"command": "curl -u me:***", "more": [{"***": "***"}, 3]}
        row = ctx.store.row("select * from approvals")
        assert row is not None
        assert "hunter22" not in str(tuple(row))
        made = rows.decisions(ctx.store.jobs.reader(), found.execution_id)
        assert made == {}
        approvals.decide(ctx, found.id, "approve")
        made = rows.decisions(ctx.store.jobs.reader(), found.execution_id)
        assert made["call_1"].covers(asked.tool, asked.arguments)
        assert not made["call_1"].covers(asked.tool, found.arguments)


class TestFinding:
    def test_waiting_ones_first_by_their_end_then_decided_ones(self, ctx: Context) -> None:
        now = ctx.now()
        late = waiting_run(ctx, name="late")
        soon = waiting_run(ctx, name="soon", expires=now + timedelta(seconds=5))
        done = waiting_run(ctx, name="done")
        approvals.decide(ctx, waiting(ctx, done)[0].id, "approve")
        assert [one.execution_id for one in waiting(ctx)] == [soon, late]
        everything = approvals.listing(ctx, statuses=())
        assert [one.execution_id for one in everything] == [soon, late, done]
        assert approvals.waiting_count(ctx) == 2

    def test_by_id_by_its_beginning_and_by_run(self, ctx: Context) -> None:
        run = waiting_run(ctx)
        (found,) = waiting(ctx)
        for ref in (found.id, found.id[:12], found.id[5:15], run, run[:12]):
            assert approvals.find(ctx, ref) == found

    def test_a_run_that_waits_for_several_or_none(self, ctx: Context) -> None:
        run = waiting_run(ctx, [call(1), call(2)])
        with pytest.raises(NotFound, match="waits for 2 approvals") as caught:
            approvals.find(ctx, run)
        assert waiting(ctx)[0].id in caught.value.hint
        runs.cancel(ctx, run)
        with pytest.raises(NotFound, match=r"waits for no approval \(it is cancelled\)"):
            approvals.find(ctx, run)

    def test_nothing(self, ctx: Context) -> None:
        for ref in ("", "nope", "appr_", "exec_00000000", "%"):
            with pytest.raises(NotFound, match="There is no approval"):
                approvals.find(ctx, ref)
