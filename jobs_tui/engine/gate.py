"""What stands between an agent and its tools: the policies, and what persons have decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs_tui.agents.directory import Directory
from jobs_tui.agents.registry import get_runner
from jobs_tui.agents.runner import Result, Task, ToolCall
from jobs_tui.guard.policy.engine import PolicyEngine, Resolve
from jobs_tui.guard.policy.questions import job_question, tool_question
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.approval import RUN, Decided, call_key
from jobs_tui.models.clock import Clock
from jobs_tui.models.enums import Decision, PlanningMode
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Definition
from jobs_tui.models.verdict import ALLOWED, Verdict


@dataclass(frozen=True, slots=True)
class EngineGate:
    """The :class:`jobs_tui.agents.runner.Gate` of one step of one run."""

    policies: PolicyEngine
    directory: Directory
    definition: Definition
    agent: AgentInput
    execution: Execution
    clock: Clock
    step: str = ""
    decisions: Mapping[str, Verdict] = field(default_factory=dict)
    """What persons have decided, by :func:`jobs_tui.models.approval.call_key`."""
    resolve: Resolve | None = None
    """Finds the tokens of OPA servers."""

    async def check(self, call: ToolCall) -> Verdict:
        """See Gate. A denial stands, a policy's and a person's, whatever the other says."""
        try:
            return await self._verdict(call)
        except Exception as error:
            return _failed(error)

    async def begin(self, call: ToolCall) -> Verdict:
        """May this agent begin its part of the run? Asked as a run, with the prompt of the step.

        Args:
            call: of the tool RUN, with the ``prompt`` of the step.
        """
        try:
            decided = self._decided(call)
            if decided is not None and decided.decision is Decision.DENY:
                return decided
            question = self._run()
            question["job"]["prompt"] = call.arguments["prompt"]
            verdict = await self._ask({**question, "step": self.step})
            return decided if verdict.decision is Decision.ASK and decided else verdict
        except Exception as error:
            return _failed(error)

    async def _verdict(self, call: ToolCall) -> Verdict:
        decided = self._decided(call)
        if decided is not None and decided.decision is Decision.DENY:
            return decided
        question = tool_question(
            self._run(), call.tool, call.arguments, read_only=call.read_only, step=self.step
        )
        verdict = await self._ask(question)
        return decided if verdict.decision is Decision.ASK and decided else verdict

    def _decided(self, call: ToolCall) -> Decided | None:
        decided = self.decisions.get(call_key(self.step, call.id))
        if not isinstance(decided, Decided):
            return None
        if not self.step and call.id == RUN:  # its prompt may be kept with its secrets masked
            return decided
        return decided if decided.covers(call.tool, call.arguments) else None

    def _run(self) -> dict[str, Any]:
        return job_question(
            "run",
            self.definition,
            now=self.clock.now(),
            agent=self.agent,
            execution=self.execution,
        )

    async def _ask(self, question: Mapping[str, Any]) -> Verdict:
        policies = [one for one in self.directory.policies.values() if one.enabled]
        return (
            await self.policies.adecide(policies, question, self.resolve) if policies else ALLOWED
        )


async def refused_to_begin(gate: EngineGate, task: Task) -> Result | None:
    """Why the policies do not let an agent begin its part of a run; None when they do.

    Asked for those that were not known when the run itself was asked about: members of teams,
    steps of workflows, and whoever Smart has chosen.
    """
    if not gate.step and gate.definition.planning_mode is not PlanningMode.ON_THE_FLY:
        return None
    if not any(policy.enabled for policy in gate.directory.policies.values()):
        return None
    try:
        prompt = get_runner(gate.agent.kind).readable(task.prompt, task.values)
    except JobsTuiError as error:
        return Result("failed", error_message=error.sentence(), retry=False)
    call = ToolCall(RUN, RUN, {"prompt": prompt}, read_only=False)
    verdict = await gate.begin(call)
    if verdict.decision is Decision.ALLOW:
        return None
    if verdict.decision is Decision.ASK:
        return Result("waiting_for_input", ask=(call,), ask_reason=verdict.reason)
    reason = f"denied by policy: {verdict.reason}"
    return Result("failed", error_message=reason, retry=False)


def _failed(error: Exception) -> Verdict:
    failed = f"{type(error).__name__}: {error}"[:300]
    return Verdict(Decision.DENY, f"the policies could not be asked: {failed}")
