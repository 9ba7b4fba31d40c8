"""Stands before every call of a tool: counts it, asks the gate, and keeps what has to wait."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NoReturn

from pydantic_ai import ApprovalRequired, RunContext
from pydantic_ai.exceptions import ToolFailed as Told
from pydantic_ai.messages import ModelResponse

from jobs_tui.agents.llm.meter import Meter
from jobs_tui.agents.llm.transcript import LOGGED, as_json, cut
from jobs_tui.agents.runner import Output, Result, Task, ToolCall
from jobs_tui.models.enums import Decision

Context = RunContext[None]


class CallGuard:
    """One per run; ``waiting`` and ``reasons`` are what a person has to be asked."""

    def __init__(self, task: Task, output: Output, meter: Meter) -> None:
        self._task = task
        self._output = output
        self._meter = meter
        self._decided = task.resume.decisions if task.resume else {}
        self.waiting: dict[str, tuple[ToolCall, ...]] = {}
        """By the model's id of a call: what has to be decided before it can go on."""
        self.reasons: list[str] = []

    async def check(
        self, context: Context, tool: str, arguments: Mapping[str, Any], *, read_only: bool
    ) -> None:
        """Return when the call may be done.

        Raises:
            Told: it is denied; the model is told why.
            ApprovalRequired: a person has to be asked; the run ends for now.
            LimitReached: it is one call too many.
        """
        call = ToolCall(self._id(context, tool, arguments), tool, arguments, read_only)
        verdict = self._decided.get(call.id)
        if verdict is not None and verdict.decision is Decision.DENY:
            self._deny(call, "by a person", verdict.reason)
        # What a person has allowed is still denied by a policy that was changed meanwhile.
        policy = await self._task.gate.check(call)
        if policy.decision is Decision.DENY:
            self._deny(call, "by policy", policy.reason)
        if policy.decision is Decision.ASK and verdict is None:
            self.postpone(context, (call,), policy.reason)
        self._meter.before_tool()

    def start(self) -> None:
        """A call that needs nobody's leave begins. Raises LimitReached."""
        self._meter.before_tool()

    def delegated(self, context: Context, result: Result) -> None:
        """Raises ApprovalRequired when what a delegate does has to wait for a person.

        What it waits for is asked in its own name; when that is decided, it is told its task again.
        """
        if result.status == "waiting_for_input":
            self.postpone(context, (), result.ask_reason)

    def postpone(self, context: Context, calls: tuple[ToolCall, ...], reason: str) -> NoReturn:
        """Make this call of the model wait for what is asked."""
        self.waiting[context.tool_call_id or ""] = calls
        if reason and reason not in self.reasons:
            self.reasons.append(reason)
        raise ApprovalRequired

    def _deny(self, call: ToolCall, by: str, reason: str) -> NoReturn:
        told = f"denied {by}: {reason or 'no reason was given'}"
        shown = cut(f"{call.tool} {as_json(dict(call.arguments))}", LOGGED)
        self._output.line("system", f"{told}: {shown}")
        raise Told(told)

    def _id(self, context: Context, tool: str, arguments: Mapping[str, Any]) -> str:
        """The same after the run was interrupted, and never that of another call.

        Models repeat their own ids; what was allowed is this call, in this place, with these
        arguments.
        """
        turn = sum(isinstance(message, ModelResponse) for message in context.messages)
        what = json.dumps([tool, arguments], sort_keys=True, default=str)
        digest = hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        return f"{turn}/{context.tool_call_id}/{digest}"
