"""Runs of several agents: waiting and going on, places, time limits, budgets."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from jobs_tui.agents.runner import Output, Result, Task, ToolCall
from jobs_tui.models.enums import Decision, ExecutionStatus
from jobs_tui.models.execution import Step
from jobs_tui.models.job import Job
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import approvals, resources, runs, starts
from jobs_tui.service.context import Context
from jobs_tui.service.dry_run import of_job
from jobs_tui.service.resource_answers import find_answer
from jobs_tui.store import spending, steps
from jobs_tui.store.agent_stats import by_agent
from jobs_tui.store.database import Store
from jobs_tui.store.settings import Settings
from tests.engine.scripted import dispatcher_of, until, use
from tests.engine.test_local_dispatcher import dispatching, wait_end
from tests.service.waiting import waiting

MakeJob = Callable[..., Job]
CALL = ToolCall("call_1", "write_file", {"path": "/x"}, read_only=False)
ASK = Result("waiting_for_input", ask=(CALL,), ask_reason="careful", state="so far")


@pytest.fixture
def agents(ctx: Context) -> Callable[..., None]:
    """Make agents that need nothing, with the fields that matter."""

    def make(*ids: str, **fields: Any) -> None:
        for one in ids:
            resources.create(ctx, ResourceKind.AGENT, {"id": one, "kind": "ops", **fields})

    return make


@pytest.fixture
def workflow(ctx: Context, make_job: MakeJob) -> Callable[..., Job]:
    """A job of a workflow, its steps as ``name=(agent, needs)``."""

    def make(config: dict[str, Any] | None = None, **given: tuple[str, list[str]]) -> Job:
        made = [
            {"name": name, "agent": agent, "prompt": name, "needs": needs}
            for name, (agent, needs) in given.items()
        ]
        resources.create(ctx, ResourceKind.WORKFLOW, {"id": "flow", "steps": made})
        return make_job(
            "go", planning_mode="predefined_workflow", entity_id="flow", config=config or {}
        )

    return make


def steps_of(ctx: Context, run: str) -> dict[str, Step]:
    return {one.name: one for one in steps.listing(ctx.store.jobs.reader(), run)}


def approve(ctx: Context) -> None:
    (found,) = waiting(ctx)
    approvals.decide(ctx, found.id, "approve")


def text_of(ctx: Context, run: str) -> str:
    return "\n".join(line.text for line in runs.log(ctx, run).lines(1, 100))


def spend(ctx: Context, agent: str, cost: str, tokens: int = 10) -> None:
    usage = {"input_tokens": tokens, "output_tokens": 0, "cost": cost}
    ctx.store.write(lambda c: spending.record(c, "exec_0", "job_0", agent, ctx.now(), usage))


async def wait_for(ctx: Context, run: str, status: ExecutionStatus) -> None:
    await until(lambda: runs.get(ctx, run).status is status)


async def test_what_had_ended_before_a_wait_is_neither_done_nor_shown_again(
    store: Store, ctx: Context, agents: Any, workflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    agents("a")
    done: Counter[str] = Counter()
    seen: list[dict[str, Step]] = []
    run = ""

    async def work(task: Task, output: Output) -> Result:
        done[task.step] += 1
        if task.step == "bad":
            return Result("failed", error_message="no disk", usage={"requests": 1})
        if task.step == "asks" and task.resume is None:
            return ASK
        if task.step == "asks" and task.resume is not None:
            assert task.resume.decisions["call_1"].decision is Decision.ALLOW
            await store.awrite(lambda connection: None)  # what was written before is there now
            seen.append(steps_of(ctx, run))
        return Result("completed", result=f"{task.step} done")

    use(monkeypatch, work)
    job = workflow(first=("a", []), bad=("a", []), asks=("a", ["first"]), last=("a", ["asks"]))
    made = resources.get(ctx, ResourceKind.WORKFLOW, "flow").spec["steps"]
    made = [{**one, "tolerate_failure": one["name"] == "bad"} for one in made]
    resources.update(ctx, ResourceKind.WORKFLOW, "flow", {"steps": made})
    run = starts.start(ctx, job.id).execution_id
    async with dispatching(dispatcher_of(store)) as dispatcher:
        await wait_for(ctx, run, ExecutionStatus.WAITING_FOR_INPUT)
        before = steps_of(ctx, run)
        approve(ctx)
        dispatcher.wake()
        ended = await wait_end(ctx, run)
    assert (ended.status, ended.result) == (ExecutionStatus.COMPLETED, "last done")
    assert done == {"first": 1, "bad": 1, "asks": 2, "last": 1}
    (during,) = seen
    for name in ("first", "bad"):
        assert during[name] == before[name], "as it had ended"
    assert (during["asks"].status, during["last"].status) == ("running", "queued")
    assert during["asks"].started_at == before["asks"].started_at
    assert [one.position for one in during.values()] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        (ResourceKind.AGENT, {"kind": "ops"}),
        (ResourceKind.TEAM, {"members": [{"agent": "a"}]}),
        (ResourceKind.WORKFLOW, {"steps": [{"name": "one", "agent": "a", "prompt": "p"}]}),
    ],
    ids=str,
)
async def test_what_is_disabled_does_no_job_and_every_face_says_so_alike(
    store: Store,
    ctx: Context,
    agents: Any,
    make_job: MakeJob,
    monkeypatch: pytest.MonkeyPatch,
    kind: ResourceKind,
    spec: dict[str, Any],
) -> None:
    agents("a")
    done: list[str] = []

    async def work(task: Task, output: Output) -> Result:
        done.append(task.step)
        return Result("completed")

    use(monkeypatch, work)
    resources.create(ctx, kind, {"id": "off", "enabled": False, **spec})
    job = make_job("go", planning_mode=f"predefined_{kind}", entity_id="off")
    said = f"The {kind} off is disabled."
    assert find_answer(ctx, kind, "off")["reason"] == said
    assert said in [one.message for one in of_job(ctx, job, {}).checks]
    run = starts.start(ctx, job.id).execution_id
    async with dispatching(dispatcher_of(store)):
        ended = await wait_end(ctx, run)
    assert (ended.status, ended.error_message, done) == (ExecutionStatus.FAILED, said, [])


PLAN = '{"steps": [{"name": "s", "agent": "worker", "prompt": "check the disks", "needs": []}]}'


async def test_a_planner_that_has_to_ask_is_waited_for(
    store: Store, ctx: Context, agents: Any, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    agents("planner", "worker")
    asked: list[object] = []

    async def work(task: Task, output: Output) -> Result:
        if task.step == "plan":
            asked.append(task.values["question"])
            return Result("completed", answer=PLAN) if task.resume else ASK
        return Result("completed", result="done")

    use(monkeypatch, work)
    job = make_job("look after it", planning_mode="on_the_fly", entity_id=None)
    run = starts.start(ctx, job.id).execution_id
    async with dispatching(dispatcher_of(store, planner_agent="planner")) as dispatcher:
        await wait_for(ctx, run, ExecutionStatus.WAITING_FOR_INPUT)
        agents("newcomer")  # who is there now changes nothing of what it was asked
        approve(ctx)
        dispatcher.wake()
        ended = await wait_end(ctx, run)
    assert (ended.status, ended.result) == (ExecutionStatus.COMPLETED, "done")
    assert asked[0] == asked[1]
    assert {name: one.status for name, one in steps_of(ctx, run).items()} == {
        "plan": "completed",
        "s": "completed",
    }
    assert "planner planned: s (worker)" in text_of(ctx, run)


async def test_the_time_limit_of_an_agent_is_named(
    store: Store, ctx: Context, agents: Any, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    agents("slow", limits={"seconds": 0.01})

    async def work(task: Task, output: Output) -> Result:
        task.spent.update({"input_tokens": 7, "output_tokens": 0, "cost": None})
        await asyncio.Event().wait()
        raise AssertionError

    use(monkeypatch, work)
    run = starts.start(ctx, make_job(entity_id="slow").id).execution_id
    async with dispatching(dispatcher_of(store)):
        ended = await wait_end(ctx, run)
    said = "timed out after 0.01 s: limits.seconds of the agent slow"
    assert (ended.status, ended.error_message) == (ExecutionStatus.TIMED_OUT, said)
    assert ended.usage["input_tokens"] == 7
    assert text_of(ctx, run).count("timed out") == 1


class TestPlaces:
    async def test_steps_and_runs_of_an_agent_keep_its_limit(
        self, store: Store, ctx: Context, agents: Any, workflow: Any, make_job: MakeJob,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        agents("one", max_running=1)
        working: list[str] = []
        most = 0
        go_on = asyncio.Event()

        async def work(task: Task, output: Output) -> Result:
            nonlocal most
            working.append(task.step)
            most = max(most, len(working))
            await go_on.wait()
            working.remove(task.step)
            return Result("completed")

        use(monkeypatch, work)
        flow = workflow(x=("one", []), y=("one", []), z=("shell", []))
        run = starts.start(ctx, flow.id).execution_id
        async with dispatching(dispatcher_of(store)) as dispatcher:
            await until(lambda: sorted(working) == ["x", "z"])
            await store.awrite(lambda connection: None)
            assert steps_of(ctx, run)["y"].status == "queued"
            assert by_agent(store.jobs.reader(), ["one"])["one"].running == 1
            plain = starts.start(ctx, make_job(name="plain", entity_id="one").id).execution_id
            dispatcher.wake()
            await wait_for(ctx, plain, ExecutionStatus.RUNNING)
            most = 0
            go_on.set()
            for one in (run, plain):
                assert (await wait_end(ctx, one)).status is ExecutionStatus.COMPLETED
        assert most <= 1
        assert "waits: the agent one is busy (1 at once)" in text_of(ctx, plain)
        assert by_agent(store.jobs.reader(), ["one"])["one"].completed == 3

    async def test_a_step_that_waits_for_a_place_can_be_cancelled(
        self, store: Store, ctx: Context, agents: Any, workflow: Any, make_job: MakeJob,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        agents("one", max_running=1)

        begun = asyncio.Event()

        async def work(task: Task, output: Output) -> Result:
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError

        use(monkeypatch, work)
        holder = starts.start(ctx, make_job(entity_id="one").id).execution_id
        async with dispatching(dispatcher_of(store)) as dispatcher:
            await begun.wait()
            run = starts.start(ctx, workflow(x=("one", [])).id).execution_id
            dispatcher.wake()
            await until(lambda: "x" in steps_of(ctx, run))  # planned, and its place asked for
            assert dispatcher.cancel(run, "by ada")
            ended = await wait_end(ctx, run)
            assert runs.get(ctx, holder).status is ExecutionStatus.RUNNING
        assert (ended.status, ended.error_message) == (ExecutionStatus.CANCELLED, "by ada")
        assert steps_of(ctx, run)["x"].status == "skipped"


class TestBudgets:
    async def test_what_is_booked_of_a_run_that_waited_counts_once(
        self, store: Store, ctx: Context, agents: Any, make_job: MakeJob,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        agents("bot", budget={"cost_per_day": "1", "tokens_per_day": 100}, limits={"tokens": 90})
        first = {"input_tokens": 60, "output_tokens": 0, "cost": "0.6"}
        limits: list[tuple[str, int]] = []

        async def work(task: Task, output: Output) -> Result:
            own = task.agent.limits
            limits.append((str(own.cost), own.tokens or 0))
            if task.resume is None:
                task.spent.update(first)
                return replace(ASK, usage=first)
            return Result("completed")

        use(monkeypatch, work)
        run = starts.start(ctx, make_job(entity_id="bot").id).execution_id
        async with dispatching(dispatcher_of(store)) as dispatcher:
            await wait_for(ctx, run, ExecutionStatus.WAITING_FOR_INPUT)
            approve(ctx)
            dispatcher.wake()
            await wait_end(ctx, run)
        assert limits == [("1", 90), ("1.0", 90)], "0.4 left and 0.6 used before are 1"

    @pytest.mark.parametrize(
        ("spent", "status", "said"),
        [
            ("0.79", ExecutionStatus.COMPLETED, None),
            ("0.8", ExecutionStatus.COMPLETED, "of the agent bot is nearly used up: $0.80 of"),
            ("1", ExecutionStatus.SKIPPED, "budget: The budget of the agent bot is exhausted"),
        ],
    )
    async def test_one_warns_and_then_skips(
        self, store: Store, ctx: Context, agents: Any, make_job: MakeJob,
        monkeypatch: pytest.MonkeyPatch, spent: str, status: ExecutionStatus, said: str | None,
    ) -> None:  # fmt: skip
        agents("bot", budget={"cost_per_day": "1"})
        spend(ctx, "bot", spent)

        async def work(task: Task, output: Output) -> Result:
            return Result("completed")

        use(monkeypatch, work)
        run = starts.start(ctx, make_job(entity_id="bot").id).execution_id
        async with dispatching(dispatcher_of(store)):
            ended = await wait_end(ctx, run)
        assert ended.status is status
        told = f"{text_of(ctx, run)}{ended.reason or ''}"
        assert said in told if said else "budget" not in told

    async def test_a_run_that_has_begun_is_never_skipped_by_what_it_used_itself(
        self, store: Store, ctx: Context, agents: Any, make_job: MakeJob,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        agents("bot", budget={"tokens_per_day": 100})

        async def work(task: Task, output: Output) -> Result:
            used = {"input_tokens": 100, "output_tokens": 0}
            task.spent.update(used)
            return replace(ASK, usage=used)

        use(monkeypatch, work)
        run = starts.start(ctx, make_job(entity_id="bot").id).execution_id
        async with dispatching(dispatcher_of(store)) as dispatcher:
            await wait_for(ctx, run, ExecutionStatus.WAITING_FOR_INPUT)
            approve(ctx)
            dispatcher.wake()
            ended = await wait_end(ctx, run)
        assert ended.status is ExecutionStatus.FAILED
        assert "The budget of the agent bot is exhausted: 100 of 100" in str(ended.error_message)

    async def test_a_step_whose_agent_has_nothing_left_says_so(
        self, store: Store, ctx: Context, agents: Any, workflow: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        agents("bot", budget={"tokens_per_day": 5})
        agents("rich")
        spend(ctx, "bot", "0", tokens=5)

        async def work(task: Task, output: Output) -> Result:
            return Result("completed")

        use(monkeypatch, work)
        run = starts.start(ctx, workflow(a=("rich", []), b=("bot", [])).id).execution_id
        async with dispatching(dispatcher_of(store)):
            ended = await wait_end(ctx, run)
        assert ended.error_message == (
            "Failed: b: The budget of the agent bot is exhausted: 5 of 5 tokens today."
        )
        assert {one.name: one.status for one in steps_of(ctx, run).values()} == {
            "a": "completed",
            "b": "failed",
        }


def test_days_and_months_begin_in_the_zone_of_the_home() -> None:
    late = datetime(2026, 8, 31, 22, 30, tzinfo=UTC)  # the first of September in Paris
    zone = Settings(budget_timezone="Europe/Paris").budget_zone()
    assert spending.day_start(late, zone) == datetime(2026, 8, 31, 22, tzinfo=UTC)
    assert spending.month_start(late, zone) == datetime(2026, 8, 31, 22, tzinfo=UTC)
    with pytest.raises(ValueError, match=r"Europe/Pari"):
        Settings(budget_timezone="Europe/Pari")
