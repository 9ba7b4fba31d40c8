"""``codex exec --json`` (0.169)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from jobs_tui.agents.command.events.reading import (
    Events,
    Line,
    count,
    counts,
    error_text,
    items,
    odd,
    table,
    text,
)

_QUIET = ("reasoning", "todo_list")


class CodexEvents(Events):
    """``turn.completed`` or ``turn.failed`` decides; items of type ``error`` are warnings."""

    final: ClassVar[str] = "turn.completed"

    def __init__(self) -> None:
        super().__init__()
        self._begun: set[str] = set()

    def read(self, event: Mapping[str, Any]) -> Iterator[Line]:
        """See Events."""
        kind = event.get("type")
        item = table(event.get("item"))
        if kind == "turn.started":
            self.requests = (self.requests or 0) + 1
            self.finished = False
        elif kind == "item.started":
            yield from self._begin(item)
        elif kind == "item.completed":
            yield from self._complete(item)
        elif kind == "turn.completed":
            self.finished = True
            self.error = ""
            usage = table(event.get("usage"))
            self.add_tokens(
                count(usage.get("input_tokens")),
                # reasoning tokens are part of the output tokens
                counts(usage, "output_tokens"),
            )
        elif kind == "turn.failed":
            self.finished = True
            self.error = error_text(event.get("error")) or self.trouble or "its turn failed"
        elif kind == "error":
            self.trouble = error_text(event.get("message") or event.get("error"))
            yield "system", f"warning: {self.trouble or 'codex met an error'}"
        elif kind not in ("thread.started", "item.updated"):
            yield odd(event)

    def _begin(self, item: Mapping[str, Any]) -> Iterator[Line]:
        call = _call(item)
        if call is not None:
            self._begun.add(text(item.get("id")))
            yield self.call(*call)

    def _complete(self, item: Mapping[str, Any]) -> Iterator[Line]:
        kind = item.get("type")
        if kind == "agent_message":
            yield from self.say(text(item.get("text")))
        elif kind == "error":
            yield "system", f"warning: {error_text(item) or 'codex met an error'}"
        elif _call(item) is not None:
            if text(item.get("id")) not in self._begun:
                yield from self._begin(item)
            yield from self._answer(item)
        elif kind not in _QUIET:
            yield odd(item)

    def _answer(self, item: Mapping[str, Any]) -> Iterator[Line]:
        failed = item.get("status") in ("failed", "declined")
        if item.get("status") == "declined":
            yield "system", "warning: codex was not allowed to do this"
        if item.get("type") == "command_execution":
            code = count(item.get("exit_code"))
            yield from self.result(item.get("aggregated_output"))
            if code or (failed and code is None):
                yield "tool_result", "failed" if code is None else f"exit {code}"
        elif item.get("type") == "mcp_tool_call":
            problem = item.get("error")
            answer = error_text(problem) if problem else item.get("result")
            yield from self.result(answer, failed=failed or bool(problem))
        elif failed:
            yield from self.result(error_text(item.get("error")), failed=True)


def _call(item: Mapping[str, Any]) -> tuple[str, object] | None:
    kind = item.get("type")
    if kind == "command_execution":
        return "shell", {"command": item.get("command")}
    if kind == "mcp_tool_call":
        name = f"{text(item.get('server'))}_{text(item.get('tool'))}".strip("_")
        return name, item.get("arguments") or {}
    if kind == "file_change":
        changes = [table(one) for one in items(item.get("changes"))]
        return "file_change", [f"{one.get('kind')} {one.get('path')}" for one in changes]
    if kind == "web_search":
        return "web_search", {"query": item.get("query")}
    return None
