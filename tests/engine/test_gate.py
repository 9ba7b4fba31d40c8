"""What a run's agents are allowed: policies, and what persons have decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from jobs_tui.agents.directory import Directory
from jobs_tui.agents.runner import SHELL, Result, Task, ToolCall
from jobs_tui.engine.gate import EngineGate, refused_to_begin
from jobs_tui.guard.policy.engine import PolicyEngine
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.approval import Decided, digest_of
from jobs_tui.models.enums import Decision, ExecutionStatus, Kind, PlanningMode, TriggerType
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Definition
from jobs_tui.models.surroundings import PolicyInput
from jobs_tui.models.verdict import ALLOWED, Verdict
from tests.fakes import FakeClock

CALL = ToolCall("call_1", "write_file", {"path": "/etc/x", "size": 3}, read_only=False)
ASKS = 'ask contains "careful" if not input.tool.read_only'


@pytest.fixture(scope="module")
def policies() -> Iterator[PolicyEngine]:
    """For the tests of this module."""
    found = PolicyEngine()
    yield found
    found.close()


def execution(clock: FakeClock) -> Execution:
    nothing: dict[str, Any] = dict.fromkeys(Execution.__dataclass_fields__)
    return Execution(
        **{
            **nothing,
            "id": "exec_1",
            "job_id": "job_1",
            "number": 7,
            "attempt": 1,
            "trigger_type": TriggerType.MANUAL,
            "kind": Kind.MANUAL,
            "status": ExecutionStatus.RUNNING,
            "requested_by": "ada",
            "prompt": "write it",
            "created_at": clock.now(),
        }
    )


def gate(
    policies: PolicyEngine,
    clock: FakeClock,
    rules: str | None,
    decisions: Mapping[str, Verdict] | None = None,
    step: str = "",
) -> EngineGate:
    known = {}
    if rules is not None:
        known = {"p": PolicyInput(id="p", module=f"package p\n{rules}\n")}
    return EngineGate(
        policies=policies,
        directory=Directory(policies=known),
        definition=Definition("nightly", "write {{ x }}", TriggerType.MANUAL),
        agent=AgentInput(id="dba", kind="llm", capabilities=["sql"]),
        execution=execution(clock),
        clock=clock,
        step=step,
        decisions=decisions or {},
    )


def decided(decision: Decision, call: ToolCall = CALL) -> Decided:
    return Decided(decision, "by ada", call.tool, digest_of(call.arguments))


async def test_without_policies_everything_is_allowed(
    policies: PolicyEngine, clock: FakeClock
) -> None:
    assert await gate(policies, clock, None).check(CALL) == ALLOWED


async def test_policies_see_call_run_and_agent(policies: PolicyEngine, clock: FakeClock) -> None:
    rules = """allow if {
    input.action == "tool"
    input.tool == {
        "name": "write_file",
        "arguments": {"path": "/etc/x", "size": 3},
        "read_only": false,
    }
    input.agent == {"id": "dba", "kind": "llm", "capabilities": ["sql"], "model": null}
    input.run == {"id": "exec_1", "number": 7, "attempt": 1}
    input.trigger == {"type": "manual", "kind": "manual", "requested_by": "ada"}
    input.user == {"name": "ada", "face": "engine"}
    input.job.id == "job_1"
    input.job.prompt == "write it"
    input.step == "write"
    input.now.weekday == "Friday"
}"""
    assert await gate(policies, clock, rules, step="write").check(CALL) == ALLOWED


async def test_a_denial_has_the_policy_and_its_message(
    policies: PolicyEngine, clock: FakeClock
) -> None:
    rules = 'deny contains sprintf("not %s", [input.tool.arguments.path])'
    verdict = await gate(policies, clock, rules).check(CALL)
    assert verdict == Verdict(Decision.DENY, "policy p denies this: not /etc/x")


async def test_one_that_asks_is_answered_by_a_person(
    policies: PolicyEngine, clock: FakeClock
) -> None:
    asks = gate(policies, clock, ASKS)
    assert (await asks.check(CALL)).decision is Decision.ASK
    assert await asks.check(replace(CALL, read_only=True)) == ALLOWED
    for decision in (Decision.ALLOW, Decision.DENY):
        known = {"call_1": decided(decision)}
        assert await gate(policies, clock, ASKS, known).check(CALL) == decided(decision)


@pytest.mark.parametrize(
    "other",
    [
        replace(CALL, arguments={"path": "/etc/passwd", "size": 3}),
        replace(CALL, tool="shell_command"),
        replace(CALL, id="call_2"),
    ],
)
async def test_an_approval_is_for_the_call_that_was_shown(
    policies: PolicyEngine, clock: FakeClock, other: ToolCall
) -> None:
    known = {"call_1": decided(Decision.ALLOW)}
    assert (await gate(policies, clock, ASKS, known).check(other)).decision is Decision.ASK


async def test_each_step_has_calls_of_its_own(policies: PolicyEngine, clock: FakeClock) -> None:
    known = {"write/call_1": decided(Decision.ALLOW)}
    for step, decision in (("write", Decision.ALLOW), ("", Decision.ASK), ("x", Decision.ASK)):
        found = await gate(policies, clock, ASKS, known, step).check(CALL)
        assert found.decision is decision


async def test_no_approval_undoes_a_denial_of_a_policy(
    policies: PolicyEngine, clock: FakeClock
) -> None:
    known = {"call_1": decided(Decision.ALLOW)}
    verdict = await gate(policies, clock, "deny := true", known).check(CALL)
    assert verdict.decision is Decision.DENY


async def test_no_policy_undoes_a_denial_of_a_person(
    policies: PolicyEngine, clock: FakeClock
) -> None:
    known = {"call_1": decided(Decision.DENY)}
    for rules in ("allow := true", None):
        assert await gate(policies, clock, rules, known).check(CALL) == known["call_1"]


async def test_whatever_goes_wrong_denies(policies: PolicyEngine, clock: FakeClock) -> None:
    rules = "allow if to_number(input.tool.name) > 1"
    verdict = await gate(policies, clock, rules).check(CALL)
    assert verdict.decision is Decision.DENY
    assert "invalid syntax" in verdict.reason

    class Broken(PolicyEngine):
        async def adecide(self, *_: object) -> Verdict:
            raise RuntimeError("broken")

    verdict = await gate(Broken(), clock, rules).check(CALL)
    assert verdict == Verdict(
        Decision.DENY, "the policies could not be asked: RuntimeError: broken"
    )
    odd = replace(CALL, arguments={"x": object()})
    assert (await gate(policies, clock, "allow := true").check(odd)).decision is Decision.DENY


SCRIPT = (
    'deny contains "no rm" if { input.agent.kind == "shell"; contains(input.job.prompt, "rm ") }'
)


def task_of(gate: EngineGate, prompt: str) -> Task:
    return Task("exec_1", "job_1", "nightly", prompt, {"x": "y"}, NoSpawner(), step=gate.step)


class NoSpawner:
    """Nothing is begun here."""

    async def spawn(self, *_: object) -> Any:
        raise AssertionError("nothing is to be started")


class TestBeginning:
    """Agents that were not known when the run itself was asked about."""

    def of_shell(self, found: EngineGate) -> EngineGate:
        return replace(found, agent=SHELL)

    async def test_a_step_is_asked_about_with_its_agent_and_prompt(
        self, policies: PolicyEngine, clock: FakeClock
    ) -> None:
        found = self.of_shell(gate(policies, clock, SCRIPT, step="clean"))
        assert await refused_to_begin(found, task_of(found, "rm {{ x }}")) == Result(
            "failed",
            error_message="denied by policy: policy p denies this: no rm",
            retry=False,
        )
        assert await refused_to_begin(found, task_of(found, "ls {{ x }}")) is None

    async def test_so_is_whoever_smart_has_chosen(
        self, policies: PolicyEngine, clock: FakeClock
    ) -> None:
        found = self.of_shell(gate(policies, clock, SCRIPT))
        # The run itself was asked about: it knew its agent.
        assert await refused_to_begin(found, task_of(found, "rm x")) is None
        smart = replace(found.definition, planning_mode=PlanningMode.ON_THE_FLY)
        found = replace(found, definition=smart)
        refused = await refused_to_begin(found, task_of(found, "rm x"))
        assert refused is not None
        assert refused.status == "failed"

    async def test_a_person_decides_about_this_prompt(
        self, policies: PolicyEngine, clock: FakeClock
    ) -> None:
        asks = 'ask contains "look" if input.step == "clean"'
        found = self.of_shell(gate(policies, clock, asks, step="clean"))
        waits = await refused_to_begin(found, task_of(found, "echo {{ x }}"))
        assert waits is not None
        assert waits.status == "waiting_for_input"
        (asked,) = waits.ask
        assert asked.tool == "run"
        assert "y" in asked.arguments["prompt"]
        for decision, status in ((Decision.ALLOW, None), (Decision.DENY, "failed")):
            known = {"clean/run": decided(decision, asked)}
            again = replace(found, decisions=known)
            refused = await refused_to_begin(again, task_of(found, "echo {{ x }}"))
            assert (refused and refused.status) == status
        known = {"clean/run": decided(Decision.ALLOW, asked)}
        other = await refused_to_begin(replace(found, decisions=known), task_of(found, "date"))
        assert other is not None
        assert other.status == "waiting_for_input"

    async def test_a_bad_template_is_no_way_around(
        self, policies: PolicyEngine, clock: FakeClock
    ) -> None:
        found = self.of_shell(gate(policies, clock, "allow := true", step="clean"))
        refused = await refused_to_begin(found, task_of(found, "echo {{ nowhere }}"))
        assert refused is not None
        assert refused.status == "failed"
        assert "nowhere" in (refused.error_message or "")
