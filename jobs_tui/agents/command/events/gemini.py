"""``gemini -o stream-json`` (0.61)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from jobs_tui.agents.command.events.reading import (
    Events,
    Line,
    count,
    error_text,
    odd,
    table,
    text,
)


class GeminiEvents(Events):
    """``result`` is the last event; what the agent says comes in pieces."""

    final: ClassVar[str] = "result"
    exits: ClassVar[Mapping[int, str]] = {
        41: "nobody is logged in",
        42: "it refuses the input",
        52: "its configuration is wrong",
        53: "it reached its limit of turns",
    }

    def __init__(self) -> None:
        super().__init__()
        self._last = ""

    def read(self, event: Mapping[str, Any]) -> Iterator[Line]:
        """See Events."""
        kind = event.get("type")
        if kind == "message":
            if event.get("role") == "assistant":
                if self._last != "message":
                    self.answer = ""
                yield from self.speak(text(event.get("content")))
                self._last = "message"
            return
        yield from self.spoken()
        self._last = text(kind)
        if kind == "init":
            self.model = text(event.get("model"))
            yield "system", f"gemini works with {self.model or 'a model of its choice'}"
        elif kind == "tool_use":
            yield self.call(event.get("tool_name"), event.get("parameters"))
        elif kind == "tool_result":
            yield from self._tool_result(event)
        elif kind == "error":
            self.trouble = error_text(event)
            yield "system", f"{text(event.get('severity')) or 'error'}: {self.trouble}"
        elif kind == "result":
            self._result(event)
        else:
            yield odd(event)

    def _tool_result(self, event: Mapping[str, Any]) -> Iterator[Line]:
        problem = table(event.get("error"))
        failed = event.get("status") == "error"
        why = error_text(problem)
        yield from self.result(why or event.get("output"), failed=failed)
        if failed and ("policy" in text(problem.get("type")).lower() or "denied" in why.lower()):
            yield "system", f"warning: gemini was not allowed to use a tool: {why}"

    def _result(self, event: Mapping[str, Any]) -> None:
        self.finished = True
        if event.get("status") != "success":
            told = error_text(event.get("error")) if event.get("error") else ""
            self.error = told or self.trouble or "it says that it failed"
        stats = table(event.get("stats"))
        self.input_tokens = count(stats.get("input_tokens"))
        self.output_tokens = count(stats.get("output_tokens"))
        calls = count(stats.get("tool_calls"))
        self.tool_calls = self.tool_calls if calls is None else calls
        self.model = ", ".join(map(text, table(stats.get("models")))) or self.model
