"""What answers of models cost, and when that is not known."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from jobs_tui.models.agent import AgentInput, Price

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse

MILLION = Decimal(1_000_000)


def unpriced(agent: AgentInput, base_url: str) -> str:
    """Why a limit on money cannot be kept, in words; empty when it can, or there is none."""
    budget = agent.budget
    limits = [agent.limits.cost]
    if budget is not None:
        limits += [budget.cost_per_day, budget.cost_per_month]
    if all(limit is None for limit in limits) or has_price(agent, base_url):
        return ""
    return " ".join(unknown_price(agent))


def unknown_price(agent: AgentInput) -> tuple[str, str]:
    """What is wrong when a limit on money cannot be kept, and what to do."""
    return (
        f"The agent {agent.id} has a limit of cost, of its own or by a budget, but what the model "
        f"{agent.model} costs is not known.",
        "Set price of the agent (US dollars a million tokens; 0 for a model of your own).",
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
    return agent.price is not None or _listed(agent.model or "", agent.provider, base_url)


@lru_cache(maxsize=256)
def _listed(model: str, provider: str | None, base_url: str) -> bool:
    """Whether the published prices, which come with a library, have the model."""
    from genai_prices import Usage, calc_price

    used = Usage(input_tokens=1, output_tokens=1)
    try:
        calc_price(used, model, provider_api_url=base_url)
    except (LookupError, ValueError):
        try:
            calc_price(used, model, provider_id=provider or "openai")
        except (LookupError, ValueError):
            return False
    return True
