"""Jobs that depend on others, on a real store with a clock that is stepped by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jobs_tui.engine import occurrences
from jobs_tui.engine.aftermath import settle_all
from jobs_tui.models.enums import ExecutionStatus, JobStatus, Kind
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.service import jobs, lifecycle, runs, starts
from jobs_tui.service.context import Context
from jobs_tui.service.purge import purge_job
from jobs_tui.store.database import Store
from tests.fakes import FakeClock
from tests.service.made import ended

MakeJob = Callable[..., Job]
GOOD, BAD = ExecutionStatus.COMPLETED, ExecutionStatus.FAILED
BEGIN = datetime(2026, 8, 21, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_ten(clock: FakeClock) -> None:
    clock.wall = BEGIN


class House:
    """A home with jobs whose runs end as they are told."""

    def __init__(self, store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob) -> None:
        self.store, self.ctx, self.clock = store, ctx, clock
        self._make = make_job
        self.ids: dict[str, str] = {}

    def make(self, name: str, *after: Any, **fields: Any) -> Job:
        """A manual job; ``after`` are its dependencies, by name."""
        job = self._make(name=name, depends_on=list(after), **fields)
        self.ids[name] = job.id
        return job

    def job(self, name: str) -> Job:
        return jobs.get(self.ctx, self.ids[name])

    async def settle(self) -> None:
        await settle_all(self.store)
        while (await occurrences.decide_due(self.store, self.store.clock.now())).starts:
            pass
        await settle_all(self.store)

    async def run(self, name: str, status: ExecutionStatus = GOOD, **more: Any) -> str:
        """A run by hand that ends so, and what follows."""
        execution_id = starts.start(self.ctx, self.ids[name]).execution_id
        ended(self.ctx, execution_id, status, **{"seconds": 0.0, **more})
        await self.settle()
        return execution_id

    async def end(self, name: str, status: ExecutionStatus = GOOD, **more: Any) -> str:
        """Its run that waits begins, ends so, and what follows."""
        (waiting,) = [run for run in self.rows(name) if run.status is ExecutionStatus.QUEUED]
        ended(self.ctx, waiting.id, status, **{"seconds": 0.0, **more})
        await self.settle()
        return waiting.id

    def rows(self, name: str) -> list[Execution]:
        """Oldest first."""
        return runs.history(self.ctx, self.ids[name], limit=1000).executions[::-1]

    def told(self, name: str) -> list[tuple[str, str | None]]:
        """(status, reason) of its rows, oldest first."""
        return [(str(run.status), run.reason) for run in self.rows(name)]


@pytest.fixture
def house(store: Store, ctx: Context, clock: FakeClock, make_job: MakeJob) -> House:
    return House(store, ctx, clock, make_job)


class TestChain:
    async def test_each_fitting_run_starts_one(self, house: House) -> None:
        house.make("a")
        house.make("b", "a")
        for number in range(1, 4):
            first = await house.run("a")
            row = house.rows("b")[-1]
            assert (len(house.rows("b")), row.status, row.kind) == (
                number,
                ExecutionStatus.QUEUED,
                Kind.CHAIN,
            )
            assert row.trigger_metadata["after"][0]["execution_id"] == first
            assert row.requested_by == "engine"
            await house.end("b")

    @pytest.mark.parametrize(
        ("on", "status", "told"),
        [
            ("completed", "completed", ("queued", None)),
            ("completed", "failed", ("skipped", "a failed")),
            ("completed", "timed_out", ("skipped", "a timed out")),
            ("completed", "lost", ("skipped", "a was lost")),
            ("completed", "cancelled", ("skipped", "a was cancelled")),
            ("failed", "failed", ("queued", None)),
            ("failed", "timed_out", ("queued", None)),
            ("failed", "lost", ("queued", None)),
            ("failed", "completed", ("skipped", "a completed")),
            ("failed", "cancelled", ("skipped", "a was cancelled")),
            ("finished", "completed", ("queued", None)),
            ("finished", "failed", ("queued", None)),
            ("finished", "cancelled", ("queued", None)),
        ],
    )
    async def test_what_fits(
        self, house: House, on: str, status: str, told: tuple[str, str | None]
    ) -> None:
        house.make("a")
        house.make("b", {"job": "a", "on": on})
        await house.run("a", ExecutionStatus(status))
        assert house.told("b") == [told]

    async def test_three_stages_with_a_failing_middle_one(self, house: House) -> None:
        house.make("extract")
        house.make("transform", "extract")
        house.make("load", "transform")
        house.make("alarm", {"job": "transform", "on": "failed"})
        house.make("tidy", {"job": "load", "on": "finished"})
        await house.run("extract")
        await house.end("transform", BAD, error_message="exit 3")
        assert house.told("load") == [("skipped", "transform failed")]
        assert house.told("alarm") == [("queued", None)]
        assert house.told("tidy") == [("skipped", "load was skipped")]
        assert all(house.job(name).live == 0 for name in ("extract", "transform", "load", "tidy"))
        # Mended and run again: the chain goes on from there.
        await house.run("transform")
        await house.end("load")
        await house.end("tidy")
        assert [status for status, _ in house.told("tidy")] == ["skipped", "completed"]
        assert house.told("alarm")[-1] == ("skipped", "transform completed")

    async def test_several_all_bring_a_new_run(self, house: House) -> None:
        house.make("a")
        house.make("b")
        house.make("c", "a", {"job": "b", "on": "finished"})
        await house.run("a")
        await house.run("a")
        assert house.told("c") == []
        await house.run("b", BAD)
        assert house.told("c") == [("queued", None)]
        await house.end("c")
        await house.run("b")
        assert len(house.rows("c")) == 1  # each one starts it once
        await house.run("a")
        assert len(house.rows("c")) == 2

    async def test_several_of_which_one_fails_is_one_skipped_row(self, house: House) -> None:
        house.make("start")
        house.make("left", "start")
        house.make("right", "start")
        house.make("join", "left", "right")
        await house.run("start")
        await house.end("left", BAD)
        assert house.told("join") == []  # the other may fail as well
        await house.end("right")
        assert house.told("join") == [("skipped", "left failed")]
        await house.run("start")
        await house.end("right")
        await house.end("left")
        assert house.told("join")[1:] == [("queued", None)]

    async def test_a_delay_waits_in_the_queue(self, house: House, clock: FakeClock) -> None:
        house.make("a")
        house.make("b", {"job": "a", "delay_seconds": "3d"})
        await house.run("a", seconds=10)
        (row,) = house.rows("b")
        assert row.not_before == BEGIN + timedelta(days=3, seconds=10)
        assert house.job("b").status is JobStatus.IN_PROGRESS

    async def test_results_are_passed_on(self, house: House) -> None:
        first = house.make("a")
        house.make(
            "b",
            {
                "job": "a",
                "parameters": {
                    "text": "answer",
                    "price": "$.items[0].price",
                    "how": "status",
                    "code": "exit_code",
                    "run": "run_id",
                },
            },
            prompt="echo {{ text }} {{ price }} {{ how }} {{ code }} {{ run }}",
        )
        answer = '{"items": [{"price": 12}]}'
        execution_id = starts.start(house.ctx, first.id).execution_id
        house.store.write(
            lambda c: c.execute("insert into answers values (?, ?)", (execution_id, answer))
        )
        ended(house.ctx, execution_id, GOOD, result="short")
        await house.settle()
        (row,) = house.rows("b")
        assert row.parameters == {
            "text": answer,
            "price": 12,
            "how": "completed",
            "code": 0,
            "run": execution_id,
        }
        assert "12 completed 0" in row.prompt

    async def test_what_cannot_be_passed_on_fails_visibly(self, house: House) -> None:
        house.make("a")
        house.make("b", {"job": "a", "parameters": {"x": "$.x"}}, prompt="echo {{ x }}")
        house.make("c", {"job": "b", "on": "failed"})
        await house.run("a", result="no json")
        await house.run("a", result='{"y": 1}')
        one, two = house.rows("b")
        assert one.error_message is not None
        assert "is not JSON" in one.error_message
        assert two.error_message is not None
        assert "holds nothing at $.x" in two.error_message
        assert [run.status for run in house.rows("c")] == [ExecutionStatus.QUEUED] * 2

    async def test_paused_deleted_and_ended_ones(self, house: House) -> None:
        house.make("a")
        for name in ("paused", "deleted", "done"):
            house.make(name, "a")
        house.make("after", "paused")
        jobs.pause(house.ctx, house.ids["paused"])
        jobs.archive(house.ctx, house.ids["deleted"])
        lifecycle.complete(house.ctx, house.ids["done"])
        await house.run("a")
        assert house.told("paused") == [("skipped", "paused")]
        assert house.told("after") == [("skipped", "paused was skipped")]
        assert house.told("deleted") == house.told("done") == []

    async def test_max_runs_ends_it(self, house: House) -> None:
        house.make("a")
        house.make("b", "a", max_runs=2)
        for _ in range(2):
            await house.run("a")
            await house.end("b")
        found = house.job("b")
        assert (found.status, found.reason) == (JobStatus.COMPLETED, "it has had its 2 runs")
        await house.run("a")
        assert len(house.rows("b")) == 2

    async def test_no_more_than_a_hundred_wait(self, house: House) -> None:
        house.make("a")
        house.make("b", "a")
        for _ in range(101):
            await house.run("a")
        assert house.told("b")[99:] == [("queued", None), ("skipped", "queue-full")]

    async def test_runs_by_an_agent_keep_their_depth(self, house: House) -> None:
        house.make("a")
        house.make("b", "a")
        execution_id = starts.start(house.ctx, house.ids["a"]).execution_id
        house.store.write(
            lambda c: c.execute("update executions set depth = 2 where id = ?", (execution_id,))
        )
        ended(house.ctx, execution_id)
        await house.settle()
        assert house.rows("b")[0].depth == 2


class TestGate:
    async def test_its_own_schedule_begins_when_it_opens(
        self, house: House, clock: FakeClock
    ) -> None:
        house.make("a")
        made = house.make("b", "a", cron="0 * * * *")
        assert made.definition.depends_on[0]["mode"] == "gate"
        assert (made.status, made.reason, made.next_due_at) == (
            JobStatus.PENDING,
            "waits for a to complete",
            None,
        )
        clock.wall = BEGIN + timedelta(hours=3, minutes=30)
        await house.settle()
        assert house.told("b") == []
        await house.run("a", BAD)
        assert house.job("b").reason == "a failed: waits for a to complete"
        await house.run("a")
        found = house.job("b")
        assert (found.status, found.reason) == (JobStatus.ACTIVE, None)
        assert found.next_due_at == BEGIN + timedelta(hours=4)
        (skipped,) = house.rows("b")
        assert (skipped.reason, skipped.count) == ("dependency", 3)
        clock.wall = BEGIN + timedelta(hours=4)
        await house.settle()
        await house.end("b")
        await house.run("a", BAD)  # once met it stays met
        assert house.job("b").next_due_at == BEGIN + timedelta(hours=5)

    async def test_recurring_and_ongoing(self, house: House, clock: FakeClock) -> None:
        house.make("a")
        house.make("b", "a", trigger_type="recurring", interval_seconds=600)
        house.make("c", "a", trigger_type="ongoing", max_runs=2)
        clock.advance(3600)
        await house.settle()
        assert house.told("b") == house.told("c") == []
        await house.run("a")
        clock.advance(1)
        await house.settle()
        assert house.told("c") == [("queued", None)]
        assert house.told("b") == [("skipped", "dependency")]
        clock.advance(599)
        await house.settle()
        assert house.told("b")[1:] == [("queued", None)]

    async def test_a_restart_and_a_pause_open_nothing(self, house: House, clock: FakeClock) -> None:
        house.make("a")
        house.make("b", "a", cron="0 * * * *")
        await occurrences.recompute(house.store, clock.now())
        jobs.pause(house.ctx, house.ids["b"])
        jobs.resume(house.ctx, house.ids["b"])
        await house.settle()
        clock.advance(7200)
        await house.settle()
        assert (house.job("b").next_due_at, house.told("b")) == (None, [])
        jobs.pause(house.ctx, house.ids["b"])
        await house.run("a")
        assert house.job("b").next_due_at is None
        assert jobs.resume(house.ctx, house.ids["b"]).next_due_at is not None

    async def test_a_delay_opens_it_later(self, house: House, clock: FakeClock) -> None:
        house.make("a")
        house.make("b", {"job": "a", "delay_seconds": 86400}, cron="0 * * * *")
        await house.run("a", seconds=0)
        assert house.job("b").next_due_at == BEGIN + timedelta(days=1, hours=1)

    async def test_several_gates(self, house: House) -> None:
        house.make("a")
        house.make("b")
        house.make("c", "a", {"job": "b", "on": "failed"}, cron="0 * * * *")
        assert house.job("c").reason == "waits for a to complete (and 1 more)"
        await house.run("a")
        assert house.job("c").reason == "waits for b to fail"
        await house.run("b")
        assert house.job("c").reason == "b completed: waits for b to fail"
        await house.run("b", BAD)
        assert house.job("c").status is JobStatus.ACTIVE

    async def test_a_gate_before_a_chain(self, house: House) -> None:
        house.make("a")
        house.make("b")
        house.make("c", {"job": "a", "mode": "gate"}, "b")
        await house.run("b")
        assert house.told("c") == [("skipped", "dependency")]
        await house.run("a")
        await house.run("b")
        assert house.told("c")[1:] == [("queued", None)]

    async def test_of_an_ongoing_job_only_the_last_end_counts(self, house: House) -> None:
        house.make("watch", trigger_type="ongoing", max_runs=2)
        house.make("act", "watch")
        house.make("tell", "watch", trigger_type="one_off")
        house.clock.advance(1)
        await house.settle()
        await house.end("watch")
        assert house.told("act") == house.told("tell") == []
        house.clock.advance(120)
        await house.settle()
        last = await house.end("watch")
        assert house.job("watch").status is JobStatus.COMPLETED
        assert house.told("act") == house.told("tell") == [("queued", None)]
        assert house.rows("act")[0].trigger_metadata["after"][0]["execution_id"] == last

    async def test_an_ongoing_job_that_someone_completes(self, house: House) -> None:
        house.make("watch", trigger_type="ongoing", max_runs=9)
        house.make("act", "watch", trigger_type="one_off")
        house.make("undo", {"job": "watch", "on": "failed"})
        lifecycle.complete(house.ctx, house.ids["watch"], "seen in chat")
        await house.settle()
        assert house.told("act") == [("queued", None)]
        assert house.told("undo") == [("skipped", "watch completed")]


class TestOneOff:
    async def test_runs_once_when_all_is_met(self, house: House) -> None:
        house.make("a")
        made = house.make("b", "a", trigger_type="one_off")
        assert (made.status, made.reason) == (JobStatus.PENDING, "waits for a to complete")
        await house.run("a", BAD)
        assert house.told("b") == [("skipped", "a failed")]
        assert house.job("b").reason == "a failed: waits for a to complete"
        await house.run("a")
        assert house.job("b").status is JobStatus.IN_PROGRESS
        await house.run("a")
        await house.end("b")
        assert house.told("b") == [("skipped", "a failed"), ("completed", None)]
        assert house.job("b").status is JobStatus.COMPLETED

    async def test_its_time_is_the_earliest(self, house: House, clock: FakeClock) -> None:
        house.make("a")
        house.make("b", "a", trigger_type="one_off", run_at="2026-08-22T09:00:00Z")
        await house.run("a")
        (row,) = house.rows("b")
        assert row.not_before == datetime(2026, 8, 22, 9, tzinfo=UTC)
        await occurrences.recompute(house.store, clock.now())
        clock.wall = datetime(2026, 8, 22, 9, 1, tzinfo=UTC)
        await house.settle()
        assert len(house.rows("b")) == 1

    async def test_who_had_ended_before_counts(self, house: House) -> None:
        house.make("a", trigger_type="one_off", run_at="2026-08-21T10:00:01Z")
        house.clock.advance(2)
        await house.settle()
        await house.end("a", result="42")
        made = house.make(
            "b",
            {"job": "a", "parameters": {"n": "result"}},
            trigger_type="one_off",
            prompt="echo {{ n }}",
        )
        assert made.reason == "starts in a moment"
        await house.settle()
        assert house.rows("b")[0].parameters == {"n": "42"}
        gate = house.make("c", "a", cron="0 * * * *")
        assert (gate.status, gate.next_due_at is not None) == (JobStatus.ACTIVE, True)

    async def test_paused_it_keeps_what_has_come(self, house: House) -> None:
        house.make("a")
        house.make("b", "a", trigger_type="one_off")
        jobs.pause(house.ctx, house.ids["b"])
        await house.run("a")
        assert house.told("b") == []
        jobs.resume(house.ctx, house.ids["b"])
        await house.settle()
        assert house.told("b") == [("queued", None)]

    async def test_resumed_before_it_is_met_it_waits(self, house: House) -> None:
        house.make("a")
        house.make("b", "a", trigger_type="one_off")
        jobs.pause(house.ctx, house.ids["b"])
        jobs.resume(house.ctx, house.ids["b"])
        await house.settle()
        assert (house.told("b"), house.job("b").status) == ([], JobStatus.PENDING)

    async def test_failed_it_starts_again_with_its_values(self, house: House) -> None:
        house.make("a")
        house.make(
            "b",
            {"job": "a", "parameters": {"n": "result"}},
            trigger_type="one_off",
            prompt="echo {{ n }}",
        )
        await house.run("a", result="7")
        await house.end("b", BAD)
        assert house.job("b").status is JobStatus.FAILED
        jobs.resume(house.ctx, house.ids["b"])
        await house.settle()
        assert house.rows("b")[-1].parameters == {"n": "7"}
        await house.end("b")
        assert house.job("b").status is JobStatus.COMPLETED

    async def test_one_good_and_one_bad_is_mended_by_the_bad_one(self, house: House) -> None:
        house.make("a")
        house.make("b")
        house.make("c", "a", "b", trigger_type="one_off")
        await house.run("a")
        await house.run("b", BAD)
        assert house.told("c") == [("skipped", "b failed")]
        await house.run("b")
        assert house.told("c")[1:] == [("queued", None)]


class TestPredecessorGone:
    """It is said, and mended by restore or by changing depends_on."""

    @pytest.mark.parametrize(
        ("fields", "name"),
        [({}, "chain"), ({"cron": "0 * * * *"}, "gate"), ({"trigger_type": "one_off"}, "once")],
    )
    async def test_deleted_and_restored(
        self, house: House, fields: dict[str, Any], name: str
    ) -> None:
        house.make("a")
        house.make(name, "a", **fields)
        before = house.job(name)
        jobs.archive(house.ctx, house.ids["a"])
        found = house.job(name)
        assert found.status is JobStatus.PENDING
        assert found.reason == "a is deleted: restore it, or change depends_on"
        jobs.restore(house.ctx, house.ids["a"])
        assert (house.job(name).status, house.job(name).reason) == (before.status, before.reason)
        jobs.archive(house.ctx, house.ids["a"])
        purge_job(house.ctx, house.ids["a"])
        assert "removed for good" in (house.job(name).reason or "")
        house.make("other")
        jobs.edit(house.ctx, house.ids[name], {"depends_on": ["other"]})
        await house.run("other")
        assert house.job(name).status in (JobStatus.ACTIVE, JobStatus.IN_PROGRESS)

    @pytest.mark.parametrize("status", ["cancelled", "completed"])
    async def test_ended_without_a_fitting_run(self, house: House, status: str) -> None:
        house.make("a")
        house.make("chain", {"job": "a", "on": "failed"})
        house.make("gate", {"job": "a", "on": "failed"}, cron="0 * * * *")
        lifecycle.set_status(house.ctx, house.ids["a"], status)
        await house.settle()
        assert house.job("chain").reason == (
            f"a is {status}: no run of it starts this job any more"
        )
        assert house.job("gate").reason == (
            f"a is {status}: waits for a to fail, which it does no more"
        )
        jobs.edit(house.ctx, house.ids["gate"], {"depends_on": []})
        found = house.job("gate")
        assert (found.status, found.next_due_at is not None) == (JobStatus.ACTIVE, True)

    async def test_a_chain_that_has_run_is_not_broken_by_the_end(self, house: House) -> None:
        house.make("a")
        house.make("b", "a")
        await house.run("a")
        await house.end("b")
        lifecycle.complete(house.ctx, house.ids["a"])
        await house.settle()
        assert (house.job("b").status, house.job("b").reason) == (JobStatus.ACTIVE, None)

    async def test_completed_by_hand_opens_gates(self, house: House) -> None:
        house.make("a")
        house.make("b", "a", cron="0 * * * *")
        lifecycle.complete(house.ctx, house.ids["a"])
        await house.settle()
        assert house.job("b").status is JobStatus.ACTIVE

    async def test_a_new_name_is_told(self, house: House) -> None:
        house.make("a")
        house.make("b", "a", cron="0 * * * *")
        jobs.edit(house.ctx, house.ids["a"], {"name": "z"})
        assert house.job("b").reason == "waits for z to complete"


async def test_a_webhook_waits_behind_its_gate(house: House) -> None:
    house.make("a")
    made = house.make("hook", {"job": "a", "mode": "gate"}, trigger_type="webhook")
    request = starts.Request(Kind.WEBHOOK, {}, {}, {})
    with pytest.raises(Exception, match="does not start yet: waits for a to complete"):
        starts.prepare(house.ctx, house.job("hook"), request)
    await house.run("a")
    assert starts.prepare(house.ctx, house.job("hook"), request).row.job_id == made.id


async def test_a_run_that_ends_twice_over_is_decided_once(house: House) -> None:
    """``kill -9`` between the end of a run and what follows: the row of the aftermath is there."""
    house.make("a")
    house.make("b", "a")
    ended(house.ctx, starts.start(house.ctx, house.ids["a"]).execution_id)
    assert house.store.row("select count(*) from aftermath")[0] == 1  # type: ignore[index]
    await house.settle()
    await house.settle()
    assert len(house.rows("b")) == 1
