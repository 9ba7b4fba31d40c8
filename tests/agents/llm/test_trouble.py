"""Endpoints on bad days: a sentence, whether to try again, and never the key."""

from __future__ import annotations

import pytest

from tests.agents.llm.scene import Heard, run, task
from tests.fake_openai import FakeOpenAI, Turn, error

KEY = "sk-very-secret-1234"


@pytest.mark.parametrize(
    ("turn", "retry", "said"),
    [
        (error(401, f"Incorrect key {KEY}"), False, "refused the key (401: Incorrect key ***)"),
        (error(403, "not yours"), False, "refused the key (403: not yours)"),
        (error(404, "no such model"), False, "knows no model fake-1 (404: no such model)"),
        (error(429, "slow down"), True, "is asked too often (429: slow down)"),
        (error(429, "pay", "insufficient_quota"), True, "quota at"),
        (error(400, "bad tools"), False, "If fake-1 cannot use tools, give the agent none"),
        (error(400, "long", "context_length_exceeded"), False, "too long for fake-1"),
        (error(503, "overloaded"), True, "has a problem of its own (503: overloaded)"),
        (Turn(status=502, body=b"<html><h1>Bad gateway</h1>"), True, "(502: Bad gateway)"),
        (Turn(body=b"<html>It works!</html>"), True, "not what such an endpoint sends"),
        (Turn(body=b'{"choices": []}'), True, "not what such an endpoint sends"),
        (Turn(body=b"data: {not json}\n\n"), True, "JSON"),
        (Turn(body=b'data: {"choices": [{"delta": 5}]}\n\n'), True, "cannot be read"),
        (Turn("partly", cut=True), True, "The connection broke to"),
        (Turn(""), True, "says nothing, again and again"),
        (Turn("", [("c", "no_tool", {})]), True, "calls a tool wrongly, again and again"),
        (Turn("", [("c", "no_tool", '{"broken')]), True, "calls a tool wrongly"),
    ],
)
async def test_what_an_endpoint_does_is_told_in_words(
    fake: FakeOpenAI, heard: Heard, turn: Turn, retry: bool, said: str
) -> None:
    fake.turns = [turn]
    got = await run(task(fake, "go", api_key=KEY), heard)
    assert (got.status, got.retry) == ("failed", retry)
    assert said in str(got.error_message)
    assert KEY not in str(got) + str(heard.lines)
    assert got.usage["requests"] == len(fake.requests) or turn.status >= 429
    assert len(fake.requests) <= 4


async def test_an_endpoint_without_a_key_says_so(fake: FakeOpenAI) -> None:
    fake.turns = [error(401, "who are you?")]
    assert "wants a key (401" in str((await run(task(fake, "go"))).error_message)


async def test_a_dead_endpoint_is_named() -> None:
    with FakeOpenAI() as fake:
        url = fake.base_url
    got = await run(task(url, "go"))
    assert (got.status, got.retry) == ("failed", True)
    assert got.error_message == f"Nothing answers at {url}: Connection refused."


async def test_keys_of_the_engine_stay_with_the_engine(
    fake: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, KEY)
    fake.turns = [Turn("ok")]
    await run(task(fake, "go"))
    assert KEY not in str(fake.headers)
