"""``claude -p --output-format stream-json --verbose`` (2.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from jobs_tui.agents.command.events.reading import (
    Events,
    Line,
    compact,
    count,
    counts,
    cut,
    error_text,
    items,
    money,
    odd,
    table,
    text,
)

_INPUT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")

_ENDS = {
    "error_max_turns": "it reached its limit of turns",
    "error_max_budget_usd": "it reached its limit of cost",
}
"""Ends that another try only repeats."""


class ClaudeEvents(Events):
    """``result`` is the last event; a denied tool is a success to it, so denials are told."""

    final: ClassVar[str] = "result"

    def __init__(self) -> None:
        super().__init__()
        self._messages: dict[str, tuple[int | None, int | None]] = {}

    def read(self, event: Mapping[str, Any]) -> Iterator[Line]:
        """See Events."""
        kind = event.get("type")
        if kind == "system":
            yield from self._system(event)
        elif kind == "assistant":
            yield from self._assistant(event)
        elif kind == "user":
            yield from self._user(event)
        elif kind == "result":
            yield from self._result(event)
        elif kind not in ("stream_event", "rate_limit_event", "prompt_suggestion"):
            yield odd(event)

    def _system(self, event: Mapping[str, Any]) -> Iterator[Line]:
        kind = text(event.get("subtype"))
        if kind == "init":
            self.model = text(event.get("model"))
            mode = text(event.get("permissionMode")) or "unknown"
            tools = len(items(event.get("tools")))
            yield "system", f"claude works with {self.model}: {tools} tools, permissions {mode}"
            for server in map(table, items(event.get("mcp_servers"))):
                if server.get("status") not in ("connected", "pending", None):
                    name, status = text(server.get("name")), text(server.get("status"))
                    yield "system", f"warning: MCP server {name}: {status}"
        elif kind == "api_retry":
            words = error_text(event.get("error")) or "unknown error"
            code = count(event.get("error_status"))
            self.trouble = words if code is None else f"{words} ({code})"
            turn, most = count(event.get("attempt")), count(event.get("max_retries"))
            yield "system", f"warning: no answer of the model, try {turn} of {most}: {self.trouble}"
        elif kind == "compact_boundary":
            yield "system", "claude shortened its memory of the conversation"

    def _assistant(self, event: Mapping[str, Any]) -> Iterator[Line]:
        message = table(event.get("message"))
        self._count(message)
        for block in map(table, items(message.get("content"))):
            if block.get("type") == "text":
                yield from self.say(text(block.get("text")))
            elif block.get("type") in ("tool_use", "server_tool_use", "mcp_tool_use"):
                yield self.call(block.get("name"), block.get("input"))

    def _count(self, message: Mapping[str, Any]) -> None:
        """One message may come in several events, each with the usage so far."""
        if message.get("model") == "<synthetic>":  # made up by the program, no model was asked
            return
        usage = table(message.get("usage"))
        key = text(message.get("id")) or str(len(self._messages))
        self._messages[key] = counts(usage, *_INPUT), count(usage.get("output_tokens"))
        self.requests = len(self._messages)
        self.input_tokens = self.output_tokens = None
        for taken, given in self._messages.values():
            self.add_tokens(taken, given)

    def _user(self, event: Mapping[str, Any]) -> Iterator[Line]:
        for block in map(table, items(table(event.get("message")).get("content"))):
            if block.get("type") == "tool_result":
                yield from self.result(block.get("content"), failed=block.get("is_error") is True)

    def _result(self, event: Mapping[str, Any]) -> Iterator[Line]:
        self.finished = True
        kind = text(event.get("subtype"))
        answer = text(event.get("result"))
        well = event.get("is_error", kind != "success") is False
        if not well or kind.startswith("error"):
            told = "; ".join(filter(None, map(error_text, items(event.get("errors")))))
            self.error = told or answer or _ENDS.get(kind) or kind or "it says that it failed"
            self.hopeless = kind in _ENDS
        elif answer.strip():
            if answer.strip() != self.answer.strip():
                yield from self.say(answer)
            self.answer = answer
        turns = count(event.get("num_turns"))
        self.requests = turns if turns is not None else self.requests
        self.cost = money(event.get("total_cost_usd"))
        usage = table(event.get("usage"))
        if (taken := counts(usage, *_INPUT)) is not None:
            self.input_tokens = taken
        if (given := count(usage.get("output_tokens"))) is not None:
            self.output_tokens = given
        for denial in map(table, items(event.get("permission_denials"))):
            name = text(denial.get("tool_name")) or "a tool"
            yield (
                "system",
                f"warning: claude was not allowed to use {name} "
                + cut(compact(denial.get("tool_input")), 500),
            )
