"""What a run of a model uses, and the end of it when a limit is reached."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jobs_tui.models.agent import AgentInput, Price
from jobs_tui.models.errors import JobsTuiError

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse

MILLION = Decimal(1_000_000)


class LimitReached(JobsTuiError):
    """A run may use no more; trying again would only spend the same again."""

    title = "Limit reached"


class Meter:
    """Counts requests, calls of tools, tokens and money of one run.

    Args:
        agent: whose limits and price hold.
        spent: kept up to date after each step, so that it is known of a run that is cancelled too.
        before: :meth:`usage` of the part before the run waited for a person.
    """

    def __init__(
        self, agent: AgentInput, spent: dict[str, object], before: Mapping[str, Any] | None = None
    ) -> None:
        before = before or {}
        self._agent = agent
        self._spent = spent
        self._requests = int(before.get("requests", 0))
        self._tool_calls = int(before.get("tool_calls", 0))
        self._input = int(before.get("input_tokens", 0))
        self._output = int(before.get("output_tokens", 0))
        cost = before.get("cost", "0")
        self._cost = None if cost is None else Decimal(cost)
        """None as soon as the cost of one answer is unknown."""
        self.silent = False
        """Whether the endpoint has answered without saying how many tokens it took."""
        self._publish()

    def usage(self) -> dict[str, object]:
        """As ``Result.usage``."""
        return {
            "model": self._agent.model,
            "requests": self._requests,
            "tool_calls": self._tool_calls,
            "input_tokens": self._input,
            "output_tokens": self._output,
            # Nothing is known of the price of a model that has never answered.
            "cost": None if self._cost is None or not self._answered else _text(self._cost),
        }

    @property
    def _answered(self) -> bool:
        return bool(self._input or self._output)

    def before_request(self) -> None:
        """The model is about to be called. Raises LimitReached."""
        limit = self._agent.limits.requests
        if self._requests >= limit:
            raise self._reached("requests", f"{limit} {_plural('request', limit)} to the model")
        self._requests += 1
        self._publish()

    def before_tool(self) -> None:
        """A tool is about to be called. Raises LimitReached."""
        limit = self._agent.limits.tool_calls
        if limit is not None and self._tool_calls >= limit:
            raise self._reached("tool_calls", f"{limit} {_plural('call', limit)} of tools")
        self._tool_calls += 1
        self._publish()

    def after_response(self, response: ModelResponse) -> None:
        """The model has answered. Raises LimitReached."""
        used = response.usage
        self._input += used.input_tokens
        self._output += used.output_tokens
        if not (used.input_tokens or used.output_tokens):
            self.silent = True
        cost = cost_of(response, self._agent.price)
        self._cost = None if cost is None or self._cost is None else self._cost + cost
        self._publish()
        limits = self._agent.limits
        if limits.tokens is not None and self.silent:
            raise LimitReached(
                f"The agent {self._agent.id} has a limit of tokens, but its endpoint does not say "
                "how many it used.",
                "Remove limits.tokens, or use limits.requests.",
            )
        if limits.tokens is not None and self._input + self._output > limits.tokens:
            raise self._reached("tokens", f"{limits.tokens:,} tokens")
        if limits.cost is None:
            return
        if self._cost is None:
            raise unknown_price(self._agent)
        if self._cost > limits.cost:
            raise self._reached("cost", f"${_text(limits.cost)}")

    def out_of_time(self) -> LimitReached:
        """The error of a run that took too long."""
        return self._reached("seconds", f"{self._agent.limits.seconds:g} seconds")

    def _reached(self, name: str, what: str) -> LimitReached:
        return LimitReached(
            f"The agent {self._agent.id} reached its limit of {what}.",
            f"Raise limits.{name} of the agent if the job needs more.",
        )

    def _publish(self) -> None:
        self._spent.update(self.usage())


def unknown_price(agent: AgentInput) -> LimitReached:
    """The error of a limit on money that cannot be kept."""
    return LimitReached(
        f"The agent {agent.id} has a limit of cost, but what the model {agent.model} costs is not "
        "known.",
        "Set price of the agent (US dollars a million tokens), or remove limits.cost.",
    )


def cost_of(response: ModelResponse, price: Price | None) -> Decimal | None:
    """US dollars for one answer, by the agent's price or by what is published; None: unknown."""
    used = response.usage
    if not (used.input_tokens or used.output_tokens):
        return None
    if price is not None:
        return (price.input * used.input_tokens + price.output * used.output_tokens) / MILLION
    try:
        return response.cost().total_price
    except (LookupError, ValueError, AssertionError):  # no such model in the list of prices
        return None


def has_price(agent: AgentInput, base_url: str) -> bool:
    """Whether the cost of an agent's answers will be known."""
    if agent.price is not None:
        return True
    from genai_prices import Usage, calc_price

    for where in ({"provider_api_url": base_url}, {"provider_id": agent.provider or "openai"}):
        try:
            calc_price(Usage(input_tokens=1, output_tokens=1), agent.model or "", **where)
        except (LookupError, ValueError):
            continue
        return True
    return False


def _plural(word: str, count: int) -> str:
    return word if count == 1 else word + "s"


def _text(amount: Decimal) -> str:
    """A decimal text without an exponent or trailing zeros."""
    return format(amount.normalize(), "f")
