"""A conversation that goes on from run to run."""

from __future__ import annotations

import json
from typing import Any

from jobs_tui.agents.llm.remembering import LONGEST
from tests.agents.llm.scene import Heard, run, task
from tests.fake_openai import FakeOpenAI, Turn, error


def texts(request: dict[str, Any]) -> list[tuple[str, str]]:
    """Roles and texts of what a model was sent."""
    return [(one["role"], str(one.get("content") or "")) for one in request["messages"]]


async def test_the_next_run_goes_on(fake: FakeOpenAI) -> None:
    first = await run(task(fake, "SAY one", continues=True))
    assert first.history is not None
    fake.requests.clear()
    second = await run(task(fake, "SAY two", continues=True, history=first.history))
    assert [text for _, text in texts(fake.requests[0])] == ["SAY one", "one", "SAY two"]
    assert second.answer == "two"
    assert "one" in (second.history or "")


async def test_a_plain_run_remembers_nothing(fake: FakeOpenAI) -> None:
    assert (await run(task(fake, "SAY one"))).history is None


async def test_a_system_prompt_is_not_remembered(fake: FakeOpenAI) -> None:
    first = await run(task(fake, "SAY one", continues=True, system_prompt="be brief"))
    assert "be brief" not in (first.history or "")


async def test_a_long_conversation_is_summarised_by_the_model(
    fake: FakeOpenAI, heard: Heard
) -> None:
    long = ("w" * 100 + " ") * (LONGEST // 240)
    fake.turns = [Turn(long), Turn(long), Turn(long), Turn("There were words.")]
    history = None
    for number in range(3):
        made = task(fake, f"run {number}", continues=True, history=history)
        got = await run(made, heard)
        history = got.history
    assert "run 0" in texts(fake.requests[-1])[-1][1]
    assert heard.of("system") == ["the conversation was too long: its beginning is summarised"]
    assert history is not None
    assert len(history) <= LONGEST
    assert "There were words." in history
    assert "run 2" in history
    assert "run 0" not in history
    assert got.usage["requests"] == 2


async def test_without_a_summary_the_beginning_is_forgotten(fake: FakeOpenAI, heard: Heard) -> None:
    long = ("w" * 100 + " ") * (LONGEST // 240)
    first = await run(task(FakeTurns(fake, Turn(long)), "run 0", continues=True))
    second = await run(
        task(FakeTurns(fake, Turn(long)), "run 1", continues=True, history=first.history)
    )
    fake.turns = [Turn(long), error(400, "no more")]
    got = await run(task(fake, "run 2", continues=True, history=second.history), heard)
    assert got.status == "completed"
    assert "the beginning of the conversation is forgotten" in heard.of("system")[0]
    assert "run 0" not in (got.history or "")
    assert "run 2" in (got.history or "")


def FakeTurns(fake: FakeOpenAI, *turns: Turn) -> FakeOpenAI:
    """The same server, about to say this."""
    fake.turns = list(turns)
    return fake


async def test_one_endless_turn_is_cut(fake: FakeOpenAI) -> None:
    fake.turns = [Turn("w" * LONGEST)]
    got = await run(task(fake, "go", continues=True))
    assert len(got.history or "") <= LONGEST
    assert json.loads(got.history or "")


async def test_a_history_that_cannot_be_read_begins_anew(fake: FakeOpenAI, heard: Heard) -> None:
    got = await run(task(fake, "SAY hi", continues=True, history="{nonsense"), heard)
    assert got.answer == "hi"
    assert heard.of("system") == ["the conversation so far cannot be read: it begins anew"]
