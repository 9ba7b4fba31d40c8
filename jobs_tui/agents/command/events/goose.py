"""``goose run --output-format stream-json`` (1.x, from its documentation)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from jobs_tui.agents.command.events.reading import (
    Events,
    Line,
    count,
    error_text,
    items,
    odd,
    table,
    text,
)


class GooseEvents(Events):
    """``complete`` is the last event; a message may come in pieces with one id."""

    final: ClassVar[str] = "complete"

    def __init__(self) -> None:
        super().__init__()
        self._message: object = None

    def read(self, event: Mapping[str, Any]) -> Iterator[Line]:
        """See Events."""
        kind = event.get("type")
        if kind == "message":
            yield from self._read_message(table(event.get("message")))
            return
        if kind == "notification":
            return
        yield from self.spoken()
        if kind == "model_change":
            self.model = text(event.get("model"))
            yield "system", f"goose works with {self.model}"
        elif kind == "error":
            self.error = error_text(event.get("error")) or "it says that it failed"
            yield "system", f"error: {self.error}"
        elif kind == "complete":
            self.finished = True
            self._usage(event)
        else:
            yield odd(event)

    def _read_message(self, message: Mapping[str, Any]) -> Iterator[Line]:
        key = message.get("id")
        if key is None or key != self._message:
            yield from self.spoken()
            if message.get("role") == "assistant":
                self.requests = (self.requests or 0) + 1
                self.answer = ""
        self._message = key
        for block in map(table, items(message.get("content"))):
            kind = block.get("type")
            if kind == "text" and message.get("role") == "assistant":
                yield from self.speak(text(block.get("text")))
            elif kind == "toolRequest":
                yield from self.spoken()
                call = table(table(block.get("toolCall")).get("value"))
                yield self.call(call.get("name"), call.get("arguments"))
            elif kind == "toolResponse":
                answer = table(block.get("toolResult"))
                failed = answer.get("status") == "error"
                yield from self.result(
                    error_text(answer.get("error")) if failed else answer.get("value"),
                    failed=failed,
                )
        if key is None:
            yield from self.spoken()

    def _usage(self, event: Mapping[str, Any]) -> None:
        self.input_tokens = count(event.get("input_tokens"))
        self.output_tokens = count(event.get("output_tokens"))
        if self.input_tokens is None and self.output_tokens is None:
            # Older ones tell the sum alone: what is spent must be counted all the same.
            self.input_tokens = count(event.get("total_tokens"))
