"""The conversation as it is written into the run's log: whole lines, while it happens."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable
from typing import Any

from pydantic_ai.messages import (
    AgentStreamEvent,
    FunctionToolCallEvent,
    FunctionToolResultEvent,
    ModelResponsePart,
    PartDeltaEvent,
    PartEndEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    ToolReturnPart,
)

from jobs_tui.agents.runner import Output
from jobs_tui.models.errors import JobsTuiError

LOGGED = 4096
"""Characters of a call, and of a result, that are written into the log."""
LONGEST_LINE = 16_384
"""Characters after which a line that does not end is written all the same."""
LONGEST_ANSWER = 4_000_000
"""Characters of one answer; a model that says more has lost its way."""


class EndlessAnswer(JobsTuiError):
    """The model did not stop."""

    title = "Endless answer"


class Transcript:
    """Writes what a model says and does."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._line = ""
        self._prefix = ""
        self._said = 0

    async def follow(self, events: AsyncIterable[AgentStreamEvent]) -> None:
        """Write events as they come, no faster than the output takes them.

        Raises:
            EndlessAnswer: more than anybody can want.
        """
        self._said = 0
        try:
            async for event in events:
                self._take(event)
                await self._output.ready()
        finally:
            self._end_line()  # what was said before a cancel is there to be read

    def _take(self, event: AgentStreamEvent) -> None:
        if isinstance(event, PartStartEvent):
            self._start(event.part)
        elif isinstance(event, PartDeltaEvent):
            if isinstance(event.delta, TextPartDelta | ThinkingPartDelta):
                self._say(event.delta.content_delta or "")
        elif isinstance(event, PartEndEvent):
            self._end_line()
        elif isinstance(event, FunctionToolCallEvent):
            call = f"{event.part.tool_name} {as_json(event.part.args)}"
            self._output.line("tool_call", cut(call, LOGGED))
        elif isinstance(event, FunctionToolResultEvent):
            self._output.line("tool_result", cut(result_text(event), LOGGED))

    def _start(self, part: ModelResponsePart) -> None:
        self._end_line()
        if isinstance(part, TextPart | ThinkingPart):
            self._prefix = "thinking: " if isinstance(part, ThinkingPart) else ""
            self._say(part.content)

    def _say(self, text: str) -> None:
        self._said += len(text)
        if self._said > LONGEST_ANSWER:
            raise EndlessAnswer(
                f"The model said more than {LONGEST_ANSWER:,} characters in one answer.",
                "Set max_output_tokens of the agent.",
            )
        *whole, self._line = (self._line + text).split("\n")
        for line in whole:
            self._output.line("agent", self._prefix + line)
        if len(self._line) > LONGEST_LINE:
            self._end_line()

    def _end_line(self) -> None:
        if self._line:
            self._output.line("agent", self._prefix + self._line)
        self._line = ""


def result_text(event: FunctionToolResultEvent) -> str:
    """What a tool said."""
    part = event.part
    if not isinstance(part, ToolReturnPart):
        return part.model_response()
    told = part.model_response_str(wrap_if_error=False) or "(nothing)"
    return told if part.outcome == "success" else f"error: {told}"


def as_json(arguments: str | dict[str, Any] | None) -> str:
    """Arguments of a call on one line; what is not JSON is shown as it came."""
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments or "{}")
        except ValueError:
            return " ".join(str(arguments).split())
    return json.dumps(arguments or {}, ensure_ascii=False)


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters, with a note of what is missing."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]} [cut: {len(text) - limit:,} more characters]"
