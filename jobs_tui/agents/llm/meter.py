"""What a run of a model uses, and the end of it when a limit is reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jobs_tui.agents.llm.prices import cost_of, unknown_price
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import JobsTuiError

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse

_COUNTS = ("requests", "tool_calls", "input_tokens", "output_tokens")


class LimitReached(JobsTuiError):
    """A run may use no more; trying again would only spend the same again."""

    title = "Limit reached"


@dataclass(slots=True)
class Used:
    """A sum of what answers took."""

    requests: int = 0
    tool_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = Decimal(0)
    """US dollars; None as soon as the cost of one answer is unknown."""

    @classmethod
    def of(cls, usage: Mapping[str, Any]) -> Used:
        """The reverse of :meth:`told`."""
        requests, tool_calls, given, made = (int(usage[name]) for name in _COUNTS)
        cost = usage["cost"]
        return cls(requests, tool_calls, given, made, None if cost is None else Decimal(cost))

    @property
    def tokens(self) -> int:
        """Given and made."""
        return self.input_tokens + self.output_tokens

    def plus(self, other: Used) -> Used:
        """Both together."""
        return Used(
            self.requests + other.requests,
            self.tool_calls + other.tool_calls,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            None if self.cost is None or other.cost is None else self.cost + other.cost,
        )

    def told(self, model: str | None) -> dict[str, object]:
        """As ``Result.usage``."""
        # A model that has never answered has no price that is known.
        cost = None if self.cost is None or not self.tokens else _text(self.cost)
        return {"model": model, **{name: getattr(self, name) for name in _COUNTS}, "cost": cost}


class Meter:
    """Counts requests, calls of tools, tokens and money of one run.

    Args:
        agent: whose limits and price hold, for the run with all its waiting.
        spent: kept up to date after each step, so that it is known of a run that is cancelled too;
            what was used before the run waited for a person is no part of it.
        before: :meth:`usage` of the part before.
    """

    def __init__(
        self, agent: AgentInput, spent: dict[str, object], before: Mapping[str, Any] | None = None
    ) -> None:
        self._agent = agent
        self._spent = spent
        self._before = Used.of(before) if before else Used()
        self._now = Used()
        self.silent = False
        """Whether the endpoint has answered without saying how many tokens it took."""
        self._publish()

    def usage(self) -> dict[str, object]:
        """Of the whole run, as ``Result.usage``."""
        return self._total().told(self._agent.model)

    def before_request(self) -> None:
        """The model is about to be called. Raises LimitReached."""
        limit = self._agent.limits.requests
        if self._total().requests >= limit:
            raise self._reached("requests", f"{limit} {_plural('request', limit)} to the model")
        self._now.requests += 1
        self._publish()

    def before_tool(self) -> None:
        """A tool is about to be called. Raises LimitReached."""
        limit = self._agent.limits.tool_calls
        if limit is not None and self._total().tool_calls >= limit:
            raise self._reached("tool_calls", f"{limit} {_plural('call', limit)} of tools")
        self._now.tool_calls += 1
        self._publish()

    def after_response(self, response: ModelResponse) -> None:
        """The model has answered. Raises LimitReached."""
        given, made = response.usage.input_tokens, response.usage.output_tokens
        self.silent = self.silent or not (given or made)
        cost = cost_of(response, self._agent.price)
        self._now = self._now.plus(Used(input_tokens=given, output_tokens=made, cost=cost))
        self._publish()
        self._check(self._total())

    def _check(self, used: Used) -> None:
        limits = self._agent.limits
        if limits.tokens is not None:
            if self.silent:
                raise LimitReached(
                    f"The agent {self._agent.id} has a limit of tokens, but its endpoint does not "
                    "say how many it used.",
                    "Remove limits.tokens, or use limits.requests.",
                )
            if used.tokens > limits.tokens:
                raise self._reached("tokens", f"{limits.tokens:,} tokens", " or its budget")
        if limits.cost is not None:
            if used.cost is None:
                raise LimitReached(*unknown_price(self._agent))
            if used.cost > limits.cost:
                raise self._reached("cost", f"${_text(limits.cost)}", " or its budget")

    def _total(self) -> Used:
        return self._before.plus(self._now)

    def _reached(self, name: str, what: str, budget: str = "") -> LimitReached:
        return LimitReached(
            f"The agent {self._agent.id} reached its limit of {what}.",
            f"Raise limits.{name} of the agent{budget} if the job needs more.",
        )

    def _publish(self) -> None:
        self._spent.update(self._now.told(self._agent.model))


def _plural(word: str, count: int) -> str:
    return word if count == 1 else word + "s"


def _text(amount: Decimal) -> str:
    """A decimal text without an exponent or trailing zeros."""
    return format(amount.normalize(), "f")
