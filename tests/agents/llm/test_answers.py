"""What a model says: as lines while it says it, and as the result of the run."""

from __future__ import annotations

import asyncio

import pytest

from tests.agents.llm.scene import Heard, cancelled_while, run, task
from tests.fake_openai import FakeOpenAI, Turn


async def test_text_becomes_whole_lines_and_the_answer(fake: FakeOpenAI, heard: Heard) -> None:
    fake.turns = [Turn("The disk is\n81% full.\n\nClean it up", thinking="let me see")]
    got = await run(task(fake, "How full?"), heard)
    assert heard.lines == [
        ("agent", "thinking: let me see"),
        ("agent", "The disk is"),
        ("agent", "81% full."),
        ("agent", ""),
        ("agent", "Clean it up"),
    ]
    assert (got.status, got.error_message) == ("completed", None)
    assert got.result == got.answer == got.text == "The disk is\n81% full.\n\nClean it up"


async def test_a_long_answer_is_whole_for_what_comes_after(fake: FakeOpenAI) -> None:
    fake.turns = [Turn("x" * 5000)]
    got = await run(task(fake, "go"))
    assert got.answer == "x" * 5000
    assert got.result == "x" * 496 + " ..."


async def test_a_line_that_does_not_end_is_not_kept_back_for_ever(
    fake: FakeOpenAI, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs_tui.agents.llm import transcript

    monkeypatch.setattr(transcript, "LONGEST_LINE", 100)
    fake.turns = [Turn("word " * 50)]
    await run(task(fake, "go"), heard)
    assert [len(line) for line in heard.of("agent")] == [105, 105, 40]


async def test_prompts_of_job_and_agent_reach_the_model(fake: FakeOpenAI) -> None:
    fake.turns = [Turn("ok")]
    made = task(
        fake,
        "Look at {{ path }}",
        values={"path": "/var {{ not }}"},
        system_prompt="This job is about disks.",
        temperature=0.5,
        max_output_tokens=77,
    )
    agent = made.agent.model_copy(update={"system_prompt": "You are brief."})
    await run(task(fake, "x", system_prompt="Only the job's."))
    from dataclasses import replace

    await run(replace(made, agent=agent))
    first, second = fake.requests
    assert _contents(first, "system") == ["Only the job's."]
    assert _contents(second, "system") == ["You are brief.\n\nThis job is about disks."]
    assert _contents(second, "user") == ["Look at /var {{ not }}"]
    assert second["temperature"] == 0.5
    assert 77 in (second.get("max_tokens"), second.get("max_completion_tokens"))
    assert "temperature" not in first


@pytest.mark.parametrize(
    ("prompt", "said"),
    [("{{ nowhere }}", "nowhere"), ("  ", "The prompt is empty."), ("{{ broken", "")],
)
async def test_a_bad_prompt_fails_before_anything_is_asked(
    fake: FakeOpenAI, prompt: str, said: str
) -> None:
    got = await run(task(fake, prompt))
    assert (got.status, got.retry) == ("failed", False)
    assert said in str(got.error_message)
    assert fake.requests == []


async def test_usage_and_cost_add_up(fake: FakeOpenAI) -> None:
    fake.turns = [Turn("", [("c1", "nope", {})]), Turn("done", usage=(1000, 10))]
    made = task(fake, "go", price={"input": "1", "output": "2.5"})
    got = await run(made)
    assert got.usage == {
        "model": "fake-1",
        "requests": 2,
        "tool_calls": 0,
        "input_tokens": 1120,
        "output_tokens": 40,
        "cost": "0.00122",
    }
    assert made.spent == got.usage


async def test_the_published_price_of_a_known_model_is_used(fake: FakeOpenAI) -> None:
    fake.turns = [Turn("done", usage=(1_000_000, 1_000_000))]
    got = await run(task(fake, "go", model="gpt-4o-mini"))
    assert got.usage["cost"] == "0.75"


async def test_what_nobody_says_is_unknown_and_never_nothing(
    fake: FakeOpenAI, heard: Heard
) -> None:
    fake.turns = [Turn("done")]
    assert (await run(task(fake, "go"))).usage["cost"] is None
    fake.turns = [Turn("done", usage=None)]
    got = await run(task(fake, "go", price={"input": "1", "output": "1"}), heard)
    assert got.usage["cost"] is None
    assert "does not say how many tokens" in heard.of("system")[0]


async def test_cancelled_in_mid_stream_it_hangs_up_at_once(fake: FakeOpenAI, heard: Heard) -> None:
    made = task(fake, "ENDLESS")
    await cancelled_while(made, heard, heard.said.wait)
    assert await asyncio.to_thread(fake.hung_up.wait, 30)
    assert heard.of("agent")[0] == "ENDLESSword 1"
    assert made.spent["requests"] == 1


async def test_cancelled_while_the_model_says_nothing(fake: FakeOpenAI, heard: Heard) -> None:
    async def asked() -> None:
        await asyncio.to_thread(fake.asked.wait)

    await cancelled_while(task(fake, "SILENT"), heard, asked)
    assert await asyncio.to_thread(fake.hung_up.wait, 30)


async def test_a_model_that_is_faster_than_the_store_waits(fake: FakeOpenAI, heard: Heard) -> None:
    fake.turns = [Turn("".join(f"line\n {number} " for number in range(50)))]
    heard.open.clear()
    running = asyncio.ensure_future(run(task(fake, "go"), heard))
    await asyncio.to_thread(fake.answered.wait)
    for _ in range(2000):  # all of it has arrived: enough to read it, were it not for the output
        await asyncio.sleep(0)
    assert len(heard.of("agent")) <= 1
    heard.open.set()
    assert (await running).status == "completed"
    assert len(heard.of("agent")) == 51


async def test_what_was_said_before_the_connection_broke_is_in_the_log(
    fake: FakeOpenAI, heard: Heard
) -> None:
    fake.turns = [Turn("half a sent", cut=True)]
    assert (await run(task(fake, "go"), heard)).status == "failed"
    assert heard.of("agent") == ["half a sent"]


async def test_an_answer_without_end_fails_the_run(
    fake: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs_tui.agents.llm import transcript

    monkeypatch.setattr(transcript, "LONGEST_ANSWER", 200)
    got = await run(task(fake, "ENDLESS"))
    assert (got.status, got.retry) == ("failed", False)
    assert "more than 200 characters" in str(got.error_message)


def _contents(request: dict[str, object], role: str) -> list[object]:
    messages = request["messages"]
    assert isinstance(messages, list)
    return [one["content"] for one in messages if one["role"] == role]
