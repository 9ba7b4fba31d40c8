"""Whether a model can be asked: told without asking, and by asking."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jobs_tui.agents.llm.runner import LlmRunner
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import Refused
from tests.agents.llm.scene import run, task
from tests.fake_openai import FakeOpenAI, Turn, error

LOCAL = {"model": "m", "base_url": "http://127.0.0.1:11434/v1"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "names no model"),
        ({"model": "m"}, "no key for https://api.openai.com/v1"),
        ({"model": "m", "api_key": "env:K"}, ""),
        ({"model": "m", "base_url": "http://127.0.0.1:11434/v1"}, ""),
        ({"model": "m", "base_url": "127.0.0.1:11434"}, "is not a URL"),
        ({"model": "m", "base_url": "http://[::1/v1"}, "is not a URL"),
        ({"model": "m", "base_url": "http://h:99999/v1"}, "is not a URL"),
        ({"model": "m", "base_url": "ftp://h/v1"}, "is not a URL"),
        ({**LOCAL, "limits": {"cost": "1"}}, "what the model m costs is not known. Set price"),
        ({**LOCAL, "budget": {"cost_per_month": "1"}}, "costs is not known. Set price"),
        ({**LOCAL, "budget": {"tokens_per_day": 1}}, ""),
        ({**LOCAL, "limits": {"cost": "1"}, "price": {"input": "0", "output": "0"}}, ""),
        ({**LOCAL, "model": "gpt-5-mini", "limits": {"cost": "1"}}, ""),
    ],
)
def test_what_an_agent_lacks_is_told_without_asking(fields: dict[str, Any], said: str) -> None:
    told = LlmRunner().not_ready(AgentInput.model_validate({"id": "bot", **fields}))
    assert said in told
    assert bool(told) == bool(said)


@pytest.mark.parametrize(
    ("provider", "module"), [("anthropic", "anthropic"), ("google", "google.genai")]
)
async def test_a_provider_that_is_not_installed_names_its_extra(
    monkeypatch: pytest.MonkeyPatch, provider: str, module: str
) -> None:
    asked = []

    def nothing(name: str) -> None:
        asked.append(name)
        if "." in name:
            raise ModuleNotFoundError(name)

    monkeypatch.setattr("jobs_tui.agents.llm.endpoints.find_spec", nothing)
    got = await run(task("http://127.0.0.1:9", "go", provider=provider, api_key="k"))
    assert f"pip install 'jobs-tui[{provider}]'" in str(got.error_message)
    assert (got.status, got.retry, asked) == ("failed", False, [module])


async def test_a_model_that_is_listed_is_there(fake: FakeOpenAI) -> None:
    assert await LlmRunner().probe(task(fake, "")) == f"model fake-1 is at {fake.base_url}"
    assert fake.requests == []


async def test_a_model_that_is_not_listed_is_asked_a_word(fake: FakeOpenAI) -> None:
    fake.turns = [Turn("pong")]
    assert await LlmRunner().probe(task(fake, "", model="other")) == "model other answers"
    assert len(fake.requests) == 1
    fake.turns = [error(404, "no such model")]
    with pytest.raises(Refused, match="knows no model other"):
        await LlmRunner().probe(task(fake, "", model="other"))


async def test_probing_what_is_dead_or_has_no_model_says_so() -> None:
    with FakeOpenAI() as fake:
        url = fake.base_url
    with pytest.raises(Refused, match="Connection refused"):
        await LlmRunner().probe(task(url, ""))
    with pytest.raises(Refused, match="names no model"):
        await LlmRunner().probe(task(url, "", model=None))


async def test_probing_an_endpoint_that_says_nothing_ends(
    fake: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs_tui.agents.llm import probing

    monkeypatch.setattr(probing, "PATIENCE", 0.2)
    fake.turns = [Turn(silent=True)]
    with pytest.raises(Refused, match=r"did not answer (with)?in"):
        await asyncio.wait_for(LlmRunner().probe(task(fake, "", model="other")), 60)
