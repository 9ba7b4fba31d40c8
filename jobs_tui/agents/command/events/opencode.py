"""``opencode run --format json`` (1.18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from jobs_tui.agents.command.events.reading import (
    Events,
    Line,
    count,
    counts,
    error_text,
    money,
    odd,
    table,
    text,
)


class OpencodeEvents(Events):
    """The last ``step_finish`` decides; ``error`` is a failure although it may exit 0."""

    final: ClassVar[str] = "step_finish"

    def read(self, event: Mapping[str, Any]) -> Iterator[Line]:
        """See Events."""
        kind = event.get("type")
        part = table(event.get("part"))
        if kind == "text":
            yield from self.say(text(part.get("text")))
        elif kind == "tool_use":
            yield from self._tool(part)
        elif kind == "step_start":
            self.finished = False
        elif kind == "step_finish":
            self._step(part)
        elif kind == "error":
            self.error = error_text(event.get("error")) or "it says that it failed"
            yield "system", f"error: {self.error}"
        elif kind != "reasoning":
            yield odd(event)

    def _tool(self, part: Mapping[str, Any]) -> Iterator[Line]:
        state = table(part.get("state"))
        yield self.call(part.get("tool"), state.get("input"))
        if state.get("status") == "error":
            why = error_text(state.get("error"))
            yield from self.result(why, failed=True)
            if "permission" in why.lower() or "rejected" in why.lower():
                yield "system", f"warning: opencode was not allowed to use a tool: {why}"
        else:
            yield from self.result(state.get("output"))

    def _step(self, part: Mapping[str, Any]) -> None:
        self.requests = (self.requests or 0) + 1
        # A step that ends with calls of tools is followed by another one.
        self.finished = part.get("reason") not in ("tool-calls", "tool_use")
        tokens = table(part.get("tokens"))
        cache = counts(table(tokens.get("cache")), "read", "write")
        taken = count(tokens.get("input"))
        self.add_tokens(
            None if taken is None and cache is None else (taken or 0) + (cache or 0),
            counts(tokens, "output", "reasoning"),
        )
        cost = money(part.get("cost"))
        if cost is not None:
            self.cost = (self.cost or Decimal(0)) + cost
