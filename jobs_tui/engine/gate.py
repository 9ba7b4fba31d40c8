"""What stands between an agent and its tools: the policies, and what persons have decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobs_tui.agents.directory import Directory
from jobs_tui.agents.runner import ToolCall
from jobs_tui.guard.policy.engine import PolicyEngine
from jobs_tui.guard.policy.questions import job_question, tool_question
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.approval import Decided, call_key
from jobs_tui.models.clock import Clock
from jobs_tui.models.enums import Decision
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

    async def check(self, call: ToolCall) -> Verdict:
        """See Gate. A denial stands, a policy's and a person's, whatever the other says."""
        try:
            return await self._verdict(call)
        except Exception as error:
            failed = f"{type(error).__name__}: {error}"[:300]
            return Verdict(Decision.DENY, f"the policies could not be asked: {failed}")

    async def _verdict(self, call: ToolCall) -> Verdict:
        decided = self.decisions.get(call_key(self.step, call.id))
        if not isinstance(decided, Decided) or not decided.covers(call.tool, call.arguments):
            decided = None
        elif decided.decision is Decision.DENY:
            return decided
        policies = [one for one in self.directory.policies.values() if one.enabled]
        if not policies:
            return ALLOWED
        run = job_question(
            "run",
            self.definition,
            now=self.clock.now(),
            agent=self.agent,
            execution=self.execution,
        )
        question = tool_question(
            run, call.tool, call.arguments, read_only=call.read_only, step=self.step
        )
        verdict = await self.policies.adecide(policies, question)
        if verdict.decision is Decision.ASK and decided is not None:
            return decided
        return verdict
