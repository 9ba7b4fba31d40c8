"""What there is to say about one run: why it waits, its steps, Smart's choice, what it used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from jobs_tui.engine.lease import HomeLease
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.resource import ResourceKind
from jobs_tui.models.usage import Usage
from jobs_tui.service import resources, runs, starts
from jobs_tui.service.context import Context
from jobs_tui.service.queues import set_paused
from jobs_tui.service.run_detail import run_detail
from jobs_tui.service.step_tree import tree
from jobs_tui.service.waiting import Waiting
from jobs_tui.store import executions, holds, queue, spending, steps
from tests.fakes import FakeClock
from tests.service.made import claimed, ended, made, with_steps
from tests.service.waiting import call, waiting_run


class TestWhyItWaits:
    @pytest.fixture(autouse=True)
    def _engine(self, ctx: Context) -> Iterator[None]:
        lease = HomeLease(ctx.store, "token", "serve")
        lease.acquire(ctx.now())
        yield
        lease.release(ctx.now())

    def why(self, ctx: Context, execution_id: str) -> str | None:
        return run_detail(ctx, execution_id).waiting_reason

    def queued(self, ctx: Context, **more: Any) -> str:
        return starts.start(ctx, made(ctx, **more).id).execution_id

    def test_a_run_that_starts_in_a_moment_runs_or_has_ended_does_not_wait(
        self, ctx: Context
    ) -> None:
        run = self.queued(ctx)
        assert self.why(ctx, run) is None
        claimed(ctx, run)
        assert self.why(ctx, run) is None
        other = self.queued(ctx, name="other")
        ended(ctx, other)
        assert self.why(ctx, other) is None

    def test_its_queue(self, ctx: Context) -> None:
        night = {"executor_type": "specific_queue", "worker_queue_name": "night"}
        resources.create(ctx, ResourceKind.QUEUE, {"id": "night", "concurrency": 1})
        first, second = self.queued(ctx, **night), self.queued(ctx, name="b", **night)
        assert self.why(ctx, second) is None
        claimed(ctx, first)
        assert self.why(ctx, second) == "the queue night is full: 1 at once"
        set_paused(ctx, "night", paused=True)
        assert self.why(ctx, second) == "the queue night is paused"
        resources.update(ctx, ResourceKind.QUEUE, "night", {"remote": True})
        assert self.why(ctx, second) == "waits for a remote worker of the queue night"

    def test_its_agent(self, ctx: Context) -> None:
        agent = {"id": "dba", "kind": "shell", "max_running": 1}
        resources.create(ctx, ResourceKind.AGENT, agent)
        first, second = (self.queued(ctx, name=name, entity_id="dba") for name in "ab")
        claimed(ctx, first)
        assert self.why(ctx, second) == "the agent dba is busy: 1 at once"

    def test_its_job(self, ctx: Context) -> None:
        job = made(ctx)
        first, second = (starts.start(ctx, job.id).execution_id for _ in range(2))
        claimed(ctx, first)
        assert self.why(ctx, second) == "another run of the job goes on"

    def test_the_engine(self, ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JOBS_TUI_MAX_RUNNING", "1")
        first, second = self.queued(ctx, name="a"), self.queued(ctx, name="b")
        claimed(ctx, first)
        assert self.why(ctx, second) == "the engine is full: 1 at once"

    def test_its_next_attempt(self, ctx: Context, clock: FakeClock) -> None:
        run = self.queued(ctx, config={"retry": {"max_attempts": 3}})
        claimed(ctx, run)
        outcome = queue.Outcome(
            ExecutionStatus.FAILED, ctx.now(), ctx.now(), 1, "no", None, {}, 0, 0,
            retry_at=clock.now() + timedelta(seconds=90),
        )  # fmt: skip
        assert ctx.store.write(lambda c: queue.finish(c, run, "t", outcome))
        assert self.why(ctx, run) == "attempt 2 of 3 begins at 2026-08-21T14:03:41Z"
        clock.advance(90)
        assert self.why(ctx, run) is None

    def test_an_environment_and_an_approval(self, ctx: Context) -> None:
        run = self.queued(ctx)
        claimed(ctx, run)
        held = holds.Hold(ExecutionStatus.BLOCKED, "The environment e is not ready.", ctx.now())
        assert ctx.store.write(lambda c: holds.hold(c, run, "t", held))
        assert self.why(ctx, run) == "The environment e is not ready."
        asking = waiting_run(ctx, [call(path="/etc/passwd")], name="asking")
        detail = run_detail(ctx, asking)
        assert detail.waiting_reason == "policy p asks"
        assert [one.arguments for one in detail.asked] == [{"path": "/etc/passwd"}]


def test_without_an_engine_nothing_starts(ctx: Context) -> None:
    run = starts.start(ctx, made(ctx).id).execution_id
    assert Waiting(ctx).reason(runs.get(ctx, run)) == "no engine is running"


def test_the_steps_and_the_choice_of_a_run(ctx: Context) -> None:
    run = starts.start(ctx, made(ctx).id).execution_id
    assert (run_detail(ctx, run).choice, run_detail(ctx, run).steps) == (None, [])
    one = {"id": "dba", "name": "DBA", "score": 0.7, "ready": True, "reason": "fits", "fit": 0.7}
    kept = {"chosen": "dba", "reason": "it fits", "unclear": False, "engine": "lexical"}
    ctx.store.write(
        lambda c: executions.note_choice(
            c, run, agent_id="dba", selection={**kept, "ranked": [one]}, plan={"id": "p"}
        )
    )
    with_steps(
        ctx, run, steps.StepRow("a", 0, ExecutionStatus.FAILED, error_message="no", agent_id="dba")
    )
    detail = run_detail(ctx, run)
    assert (detail.execution.agent_id, detail.execution.plan) == ("dba", {"id": "p"})
    assert detail.choice is not None
    assert (detail.choice.chosen, detail.choice.reason) == ("dba", "it fits")
    assert [(place.name, place.score) for place in detail.choice.ranked] == [("DBA", 0.7)]
    assert [(step.name, step.status, step.error_message) for step in detail.steps] == [
        ("a", "failed", "no")
    ]


def row(position: int, name: str, *needs: str, parent: str = "") -> steps.StepRow:
    return steps.StepRow(name, position, ExecutionStatus.QUEUED, parent=parent, needs=needs)


@pytest.mark.parametrize(
    ("rows", "drawn"),
    [
        ([row(0, "a"), row(1, "b")], ["a", "b"]),
        (
            [row(0, "a"), row(1, "b", "a"), row(2, "c", "a"), row(3, "d", "b", "c"), row(4, "e")],
            ["a", "├ b", "└ c", "  └ d", "e"],
        ),
        (
            [row(0, "lead"), row(1, "x", parent="lead"), row(2, "y", parent="lead")],
            ["lead", "├ x", "└ y"],
        ),
        (
            [row(0, "a"), row(1, "b", "a"), row(2, "c", "b"), row(3, "d", "a")],
            ["a", "├ b", "│ └ c", "└ d"],
        ),
        # What it needs may stand behind it.
        ([row(0, "late", "early"), row(1, "early")], ["early", "└ late"]),
        ([row(0, "a", "gone")], ["a"]),
    ],
)
def test_steps_are_drawn_as_a_tree(
    ctx: Context, rows: list[steps.StepRow], drawn: list[str]
) -> None:
    run = starts.start(ctx, made(ctx).id).execution_id
    with_steps(ctx, run, *rows)
    found = run_detail(ctx, run).tree
    assert [f"{branch.lines}{branch.step.name}" for branch in found] == drawn


def test_a_long_chain_is_not_drawn_off_the_screen(ctx: Context) -> None:
    run = starts.start(ctx, made(ctx).id).execution_id
    with_steps(ctx, run, row(0, "s0"), *[row(n, f"s{n}", f"s{n - 1}") for n in range(1, 60)])
    found = tree(run_detail(ctx, run).steps)
    assert [branch.step.name for branch in found] == [f"s{n}" for n in range(60)]
    assert max(len(branch.lines) for branch in found) == 16


class TestUsage:
    def test_of_a_run_that_goes_on_what_was_booked_so_far(self, ctx: Context) -> None:
        run = starts.start(ctx, made(ctx).id)
        other = starts.start(ctx, run.job_id)
        used = {"model": "m", "requests": 1, "input_tokens": 10, "output_tokens": 2}
        assert run_detail(ctx, run.execution_id).usage.nothing

        def book(execution_id: str, cost: str | None) -> None:
            usage = {**used, "cost": cost}
            ctx.store.write(
                lambda c: spending.record(c, execution_id, run.job_id, "a", ctx.now(), usage)
            )

        book(other.execution_id, "5")
        book(run.execution_id, "0.5")
        book(run.execution_id, "0.25")
        usage = run_detail(ctx, run.execution_id).usage
        assert usage == Usage("m", 2, 0, 20, 4, Decimal("0.75"))
        book(run.execution_id, None)
        assert run_detail(ctx, run.execution_id).usage.cost is None

    @pytest.mark.parametrize(
        ("stored", "words"),
        [
            ({}, ""),
            ({"requests": 0, "input_tokens": 0, "cost": None}, ""),
            (
                {"requests": 1, "tool_calls": 2, "input_tokens": 1234, "output_tokens": 5},
                "1 request, 2 tool calls, 1,234 tokens in, 5 out, cost unknown",
            ),
            ({"input_tokens": 1, "cost": "0"}, "1 tokens in, 0 out, $0.0000"),
            ({"cost": "0.00001"}, "under $0.0001"),
            ({"cost": "0.0042"}, "$0.0042"),
            ({"cost": "12.3456"}, "$12.35"),
        ],
    )
    def test_in_words(self, stored: dict[str, Any], words: str) -> None:
        assert Usage.of(stored).words() == words
