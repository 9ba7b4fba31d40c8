"""What a run or a step has used of models, as it is kept, and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

_CENT_AND_MORE = Decimal("1")
_LEAST_SHOWN = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Usage:
    """Read from the JSON of an execution or a step; all zero where no model was asked."""

    model: str = ""
    requests: int = 0
    tool_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = None
    """US dollars; None when it is not known, which is not the same as nothing."""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """What a stored usage says."""
        cost = stored.get("cost")
        return cls(
            model=str(stored.get("model") or ""),
            requests=int(stored.get("requests") or 0),
            tool_calls=int(stored.get("tool_calls") or 0),
            input_tokens=int(stored.get("input_tokens") or 0),
            output_tokens=int(stored.get("output_tokens") or 0),
            cost=None if cost is None else Decimal(str(cost)),
        )

    @property
    def tokens(self) -> int:
        """In both directions."""
        return self.input_tokens + self.output_tokens

    @property
    def nothing(self) -> bool:
        """Whether no model was used: then there is nothing to say either."""
        return not (self.requests or self.tool_calls or self.tokens or self.cost)

    def cost_words(self) -> str:
        """``$0.0042``, or ``cost unknown``; empty where no model was used."""
        if self.nothing:
            return ""
        if self.cost is None:
            return "cost unknown"
        if 0 < self.cost < _LEAST_SHOWN:
            return f"under ${_LEAST_SHOWN}"
        return f"${self.cost:.2f}" if self.cost >= _CENT_AND_MORE else f"${self.cost:.4f}"

    def words(self) -> str:
        """All of it in one line; empty where no model was used."""
        if self.nothing:
            return ""
        parts = [
            _counted(self.requests, "request"),
            _counted(self.tool_calls, "tool call"),
            f"{self.input_tokens:,} tokens in, {self.output_tokens:,} out" if self.tokens else "",
            self.cost_words(),
        ]
        return ", ".join(part for part in parts if part)


def _counted(number: int, what: str) -> str:
    if not number:
        return ""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
