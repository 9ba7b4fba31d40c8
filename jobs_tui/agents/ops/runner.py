"""The ops agent: plain English to tools, with no model, no key and no network of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from jobs_tui.agents.plain import TextPrompts
from jobs_tui.agents.runner import ANSWER_LIMIT, RESULT_LIMIT, Result, ToolCall
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.enums import Decision
from jobs_tui.models.errors import JobsTuiError

if TYPE_CHECKING:
    from jobs_tui.agents.ops.understanding import Call
    from jobs_tui.agents.runner import Output, Task
    from jobs_tui.tools.tool import Tool, ToolResult


@dataclass
class _Done:
    """What the finished calls of a run gave; kept as JSON while a run waits for a person."""

    summaries: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, state: str) -> _Done:
        kept = json.loads(state)
        return cls(kept["summaries"], kept["alarms"], kept["texts"])

    def state(self) -> str:
        return json.dumps({"summaries": self.summaries, "alarms": self.alarms, "texts": self.texts})

    def add(self, result: ToolResult) -> None:
        self.summaries.append(result.summary)
        self.alarms.extend(result.alarms)
        self.texts.append(result.text)


class OpsRunner(TextPrompts):
    """Does what a prompt clearly asks for, in its order; anything else is refused and fails."""

    kind: ClassVar[str] = "ops"
    name: ClassVar[str] = "Ops"
    description: ClassVar[str] = "Does everyday operations in plain English, with no model."

    def not_ready(self, agent: AgentInput) -> str:
        """Always ready; what a tool lacks is told by the tool."""
        return ""

    def check(self, prompt: str, names: Collection[str]) -> tuple[str, ...]:
        """See Runner: a warning when the prompt will be refused.

        A prompt with template marks is understood only when it runs: its values are needed.
        """
        super().check(prompt, names)
        if "{{" in prompt or "{%" in prompt:
            return ()
        from jobs_tui.agents.ops.understanding import understand

        refusal = understand(prompt, _allowed(None)).refusal
        if not refusal:
            return ()
        return (f"The agent ops will refuse this prompt: {refusal}",)

    async def run(self, task: Task, output: Output) -> Result:
        """See Runner."""
        from jobs_tui.agents.ops.understanding import understand

        try:
            prompt = self.readable(task.prompt, task.values)
            tools = await asyncio.to_thread(_allowed, task.agent.tools)
        except JobsTuiError as error:
            return Result("failed", error_message=error.sentence(), retry=False)
        understood = await asyncio.to_thread(understand, prompt, tools)
        if understood.refusal:
            return _refuse(understood.refusal, tools, output)
        done = _Done() if task.resume is None else _Done.read(task.resume.state)
        by_name = {tool.name: tool for tool in tools}
        for number, call in enumerate(understood.calls, 1):
            if number <= len(done.summaries):
                continue
            stop = await self._call(task, output, number, call, by_name[call.tool], done)
            if stop is not None:
                return stop
        return _result(done)

    async def _call(
        self, task: Task, output: Output, number: int, call: Call, tool: Tool[Any], done: _Done
    ) -> Result | None:
        """Do one call; a result when the run ends with it."""
        if number == 1 or task.resume is None:
            output.line("tool_call", f"understood: {call.line}")
            if call.note:
                output.line("agent", call.note)
        asked = ToolCall(f"ops-{number}", call.tool, dict(call.arguments), tool.read_only)
        decided = None if task.resume is None else task.resume.decisions.get(asked.id)
        verdict = await task.gate.check(asked)
        # A person's yes holds where the policy asks, not where it denies meanwhile.
        if decided is not None and verdict.decision is not Decision.DENY:
            verdict = decided
        if verdict.decision is Decision.ASK:
            return Result(
                "waiting_for_input", ask=(asked,), ask_reason=verdict.reason, state=done.state()
            )
        if verdict.decision is not Decision.ALLOW:
            message = f"{call.tool} was not allowed: {verdict.reason or 'the policy denies it'}"
            return _failed(message, done, retry=False)
        if task.tools is None:
            return _failed("The tools of ops are not offered to this run.", done, retry=False)
        try:
            result = await tool.run(tool.arguments.model_validate(call.arguments), task.tools)
        except JobsTuiError as error:
            output.line("tool_result", error.sentence())
            return _failed(error.sentence(), done)
        done.add(result)
        for line in result.text.splitlines():
            output.line("tool_result", line)
            await output.ready()
        for alarm in result.alarms:
            output.line("agent", f"alarm: {alarm}")
        output.line("agent", result.summary)
        return None


def _allowed(names: list[str] | None) -> list[Tool[Any]]:
    """The tools that ops may use. Raises NotFound for a name that is none."""
    from jobs_tui.tools.registry import tools

    return [tool for tool in tools(names) if not tool.for_models]


def _refuse(reason: str, tools: list[Tool[Any]], output: Output) -> Result:
    from jobs_tui.agents.ops.understanding import abilities

    output.line("agent", f"Nothing was run. {reason}")
    output.line("agent", "What ops can do, with what to say:")
    for line in abilities(tools):
        output.line("agent", f"  {line}")
    can = ", ".join(tool.title for tool in tools) or "nothing: no tool is allowed"
    return Result(
        "failed",
        exit_code=1,
        error_message=f"Nothing was run. {reason} Ops can do: {can}.",
        retry=False,
    )


def _failed(message: str, done: _Done, *, retry: bool = True) -> Result:
    """Failed at a call; alarms of those before are told as well."""
    said = " ".join([message, *done.alarms])
    answer = "\n\n".join(done.texts)[:ANSWER_LIMIT] or None
    return Result("failed", exit_code=1, error_message=said, answer=answer, retry=retry)


def _result(done: _Done) -> Result:
    return Result(
        "failed" if done.alarms else "completed",
        exit_code=1 if done.alarms else 0,
        error_message=" ".join(done.alarms) or None,
        result="; ".join(done.summaries)[:RESULT_LIMIT],
        answer="\n\n".join(done.texts)[:ANSWER_LIMIT],
    )
