"""One conversation with a model, from the prompt to the answer, or to a question to a person.

Imported when the first run of a model starts, in a thread: the libraries take over a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
from collections.abc import AsyncIterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pydantic import ValidationError
from pydantic_ai import Agent, DeferredToolRequests, DeferredToolResults, UsageLimits
from pydantic_ai.capabilities import Hooks
from pydantic_ai.messages import (
    AgentStreamEvent,
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelResponse,
)
from pydantic_ai.models import Model, ModelRequestContext
from pydantic_ai.toolsets import AbstractToolset

from jobs_tui.agents.llm import endpoints
from jobs_tui.agents.llm.guard import CallGuard, Context
from jobs_tui.agents.llm.meter import Meter
from jobs_tui.agents.llm.remembering import ASK, recalled, remembered
from jobs_tui.agents.llm.reporting import Outcome
from jobs_tui.agents.llm.toolbox import offered
from jobs_tui.agents.llm.transcript import Transcript
from jobs_tui.agents.llm.trouble import explained
from jobs_tui.agents.runner import (
    ANSWER_LIMIT,
    RESULT_LIMIT,
    LauncherDied,
    Output,
    Result,
    Task,
    ToolCall,
)
from jobs_tui.models.errors import InvalidInput

PATIENCE = 600.0
"""Seconds that a model may think without saying anything."""
TRIES = 3
"""How often a model may repeat a call that was not valid, before it counts as lost."""

endpoints.quiet_libraries()


@dataclass(frozen=True, slots=True)
class _Past:
    """What was said before the run began to wait."""

    messages: list[ModelMessage]
    usage: dict[str, Any]
    pending: dict[str, tuple[ToolCall, ...]]
    """By the model's id of a call: what was asked."""
    reason: str
    outcome: str = ""
    """What the model had reported by then."""


async def converse(task: Task, output: Output, prompt: str) -> Result:
    """Let the model do what the prompt says.

    Raises:
        LauncherDied: what became of an MCP server is unknown.
    """
    try:
        past = _recalled(task.resume.state) if task.resume else None
    except InvalidInput as error:
        return Result("failed", error_message=error.sentence(), retry=False)
    if past is not None and task.resume is not None:
        asked = [call for calls in past.pending.values() for call in calls]
        undecided = tuple(call for call in asked if call.id not in task.resume.decisions)
        if undecided:
            return _waiting(undecided, past.reason, task.resume.state, past.usage)
    meter = Meter(task.agent, task.spent, past.usage if past else None)
    guard = CallGuard(task, output, meter)
    try:
        return await _talk(task, output, prompt, meter, guard, past)
    except LauncherDied:
        raise
    except Exception as error:  # whatever a library raises is told, and the engine goes on
        trouble = explained(error, task.agent, task.api_key)
        return Result(
            "failed", error_message=trouble.message, usage=meter.usage(), retry=trouble.retry
        )


async def _talk(
    task: Task, output: Output, prompt: str, meter: Meter, guard: CallGuard, past: _Past | None
) -> Result:
    transcript = Transcript(output)
    outcome = Outcome(past.outcome if past else "")
    before = past.messages if past else recalled(task.history, output)

    async def follow(_: Context, events: AsyncIterable[AgentStreamEvent]) -> None:
        await transcript.follow(events)

    ours = offered(task, output, guard, outcome)
    async with contextlib.AsyncExitStack() as stack:
        model = await stack.enter_async_context(
            endpoints.opened(task.agent, task.api_key, patience=min(task.timeout, PATIENCE))
        )
        toolsets: list[AbstractToolset[None]] = []
        if task.mcp_servers:
            # Its libraries take another second, which runs without servers need not wait for.
            module = await asyncio.to_thread(
                importlib.import_module, "jobs_tui.agents.llm.mcp_servers"
            )
            endpoints.quiet_libraries()
            servers = module.Servers(task, output, guard, {tool.name for tool in ours})
            toolsets = await stack.enter_async_context(servers)
        agent: Agent[None, str | DeferredToolRequests] = Agent(
            model,
            name=task.agent.id,
            output_type=[str, DeferredToolRequests],
            instructions=_instructions(task),
            model_settings=endpoints.settings(task.agent),
            tools=ours,
            toolsets=toolsets,
            retries=TRIES,
            capabilities=[_metered(meter)],
        )
        run = await agent.run(
            None if past else prompt,
            message_history=before or None,
            deferred_tool_results=_answers(past),
            usage_limits=UsageLimits(request_limit=None),
            event_stream_handler=follow,
        )
        history = None
        if task.continues and not isinstance(run.output, DeferredToolRequests):
            history = await remembered(
                run.all_messages(), partial(_summarised, model, task, meter), output
            )
    if meter.silent:
        output.line("system", "the endpoint does not say how many tokens it used: cost is unknown")
    if isinstance(run.output, DeferredToolRequests):
        calls = tuple(call for waits in guard.waiting.values() for call in waits)
        reason = "; ".join(guard.reasons)
        return _waiting(
            calls, reason, _kept(run.all_messages(), meter, guard, outcome), meter.usage()
        )
    return replace(_completed(run.output, meter, outcome), history=history)


async def _summarised(model: Model, task: Task, meter: Meter, text: str) -> str:
    """A summary by the model of the run, within the limits of its agent."""
    agent: Agent[None, str] = Agent(
        model,
        instructions=ASK,
        model_settings=endpoints.settings(task.agent),
        capabilities=[_metered(meter)],
    )
    return (await agent.run(text, usage_limits=UsageLimits(request_limit=None))).output


def _metered(meter: Meter) -> Hooks[None]:
    async def before(_: Context, request: ModelRequestContext, /) -> ModelRequestContext:
        meter.before_request()
        return request

    async def after(
        _: Context, /, *, request_context: ModelRequestContext, response: ModelResponse
    ) -> ModelResponse:
        meter.after_response(response)
        return response

    return Hooks(before_model_request=before, after_model_request=after)


def _instructions(task: Task) -> str | None:
    told = [text for text in (task.agent.system_prompt, task.system_prompt) if text]
    return "\n\n".join(told) or None


def _completed(answer: str, meter: Meter, outcome: Outcome) -> Result:
    answer = answer.strip()
    short = answer if len(answer) <= RESULT_LIMIT else answer[: RESULT_LIMIT - 4] + " ..."
    whole = answer[:ANSWER_LIMIT]
    if outcome.line:
        whole = f"{answer[: ANSWER_LIMIT - len(outcome.line) - 1]}\n{outcome.line}".lstrip()
    return Result("completed", result=short, answer=whole, usage=meter.usage())


def _waiting(calls: tuple[ToolCall, ...], reason: str, state: str, usage: dict[str, Any]) -> Result:
    return Result("waiting_for_input", ask=calls, ask_reason=reason, state=state, usage=usage)


def _answers(past: _Past | None) -> DeferredToolResults | None:
    """All that waited goes on: the guard knows what was decided about each call."""
    if past is None:
        return None
    return DeferredToolResults(approvals=dict.fromkeys(past.pending, True))


def _kept(messages: list[ModelMessage], meter: Meter, guard: CallGuard, outcome: Outcome) -> str:
    pending = {
        call_id: [[one.id, one.tool, dict(one.arguments), one.read_only] for one in calls]
        for call_id, calls in guard.waiting.items()
    }
    return json.dumps(
        {
            "messages": ModelMessagesTypeAdapter.dump_python(messages, mode="json"),
            "usage": meter.usage(),
            "pending": pending,
            "reason": "; ".join(guard.reasons),
            "outcome": outcome.line,
        }
    )


def _recalled(state: str) -> _Past:
    try:
        kept = json.loads(state)
        return _Past(
            ModelMessagesTypeAdapter.validate_python(kept["messages"]),
            kept["usage"],
            {
                call_id: tuple(ToolCall(*one) for one in calls)
                for call_id, calls in kept["pending"].items()
            },
            kept["reason"],
            kept.get("outcome", ""),
        )
    except (ValueError, TypeError, KeyError, AttributeError, ValidationError) as error:
        raise InvalidInput(
            "What was kept of the conversation cannot be read.", "Run the job again."
        ) from error
