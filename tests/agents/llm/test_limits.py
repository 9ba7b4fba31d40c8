"""A run that reaches a limit has failed, names it, and is not tried again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.agents.llm.scene import CONTEXT, Disk, run, task
from tests.fake_openai import FakeOpenAI, Turn

CALL = Turn("", [("c", "disk", {"path": "/"})])


@pytest.mark.parametrize(
    ("limits", "turns", "said", "requests"),
    [
        ({"requests": 2}, [CALL], "its limit of 2 requests to the model. Raise limits.requests", 2),
        ({"tool_calls": 1}, [CALL], "its limit of 1 call of tools. Raise limits.tool_calls", 2),
        ({"tool_calls": 0}, [CALL], "its limit of 0 calls of tools", 1),
        ({"tokens": 200}, [CALL], "its limit of 200 tokens. Raise limits.tokens", 2),
        ({"cost": "0.0004"}, [CALL], "its limit of $0.0004. Raise limits.cost", 3),
        ({"tokens": 200}, [Turn("hi", usage=None)], "does not say how many it used", 1),
        ({"cost": "9"}, [Turn("hi", usage=None)], "is not known. Set price", 1),
    ],
)
async def test_a_limit_is_named_and_usage_kept(
    fake: FakeOpenAI,
    with_tools: Any,
    limits: dict[str, Any],
    turns: list[Turn],
    said: str,
    requests: int,
) -> None:
    with_tools(Disk())
    fake.turns = turns
    price = {"input": "1", "output": "1"}
    made = task(fake, "go", limits=limits, price=price, tools=CONTEXT)
    got = await run(made)
    assert (got.status, got.retry) == ("failed", False)
    assert said in str(got.error_message)
    assert got.usage["requests"] == len(fake.requests) == requests
    assert made.spent == got.usage


async def test_what_just_fits_is_done(fake: FakeOpenAI, with_tools: Any) -> None:
    with_tools(Disk())
    fake.turns = [CALL, Turn("done")]
    limits = {"requests": 2, "tool_calls": 1, "tokens": 300, "cost": "0.0003", "seconds": 60}
    price = {"input": "1", "output": "1"}
    got = await run(task(fake, "go", limits=limits, price=price, tools=CONTEXT))
    assert (got.status, got.usage["cost"]) == ("completed", "0.0003")


async def test_a_limit_of_money_without_a_price_asks_nothing(fake: FakeOpenAI) -> None:
    got = await run(task(fake, "go", limits={"cost": "1"}))
    assert "what the model fake-1 costs is not known" in str(got.error_message)
    assert fake.requests == []
