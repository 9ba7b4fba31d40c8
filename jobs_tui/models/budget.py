"""How much an agent, a job or the whole home may spend (money and tokens, per day and month)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer


def _amount(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("an amount is a number such as 2.50")
    return str(value) if isinstance(value, float) else value


def _none_out(value: Decimal) -> str:
    return format(value.normalize(), "f")


Money = Annotated[
    Decimal,
    BeforeValidator(_amount),
    Field(ge=0, le=Decimal("1000000000"), allow_inf_nan=False),
    PlainSerializer(_none_out, return_type=str),
]
"""US dollars; kept and sent as a decimal text, so that cents add up."""


def _count(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a number of tokens is a whole number")
    return value


Tokens = Annotated[int, BeforeValidator(_count), Field(ge=0, le=10**15)]


class Budget(BaseModel):
    """Limits of spending; None does not limit. Days and months begin in the setting
    ``budget_timezone``."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True, use_attribute_docstrings=True
    )

    cost_per_day: Money | None = None
    """US dollars a day."""
    cost_per_month: Money | None = None
    """US dollars a month."""
    tokens_per_day: Tokens | None = None
    """Input and output tokens a day."""
    tokens_per_month: Tokens | None = None
    """Input and output tokens a month."""
    warn_at: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Part of a limit from which on a warning is given."""

    def limits(self) -> dict[str, Any]:
        """What is limited: ``cost_per_day`` ... to its limit."""
        names = ("cost_per_day", "cost_per_month", "tokens_per_day", "tokens_per_month")
        return {name: limit for name in names if (limit := getattr(self, name)) is not None}
