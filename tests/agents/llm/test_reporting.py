"""A model says how far it is from the goal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs_tui.agents.runner import Resume
from jobs_tui.models.report import read_report
from jobs_tui.models.verdict import ALLOWED
from tests.agents.llm.scene import CONTEXT, Disk, Heard, Rules, run, task
from tests.fake_openai import FakeOpenAI, Turn


async def test_the_tool_becomes_the_last_line_of_the_answer(fake: FakeOpenAI) -> None:
    said = {"verdict": "done", "reason": "paid", "worth_reporting": True, "state": {"n": 1}}
    prompt = f"CALL report_outcome {json.dumps(said)}\nSAY It is paid."
    got = await run(task(fake, prompt, reports=True))
    assert got.result == "It is paid."
    report = read_report(got.answer or "")
    assert report.body == "It is paid."
    assert (report.verdict, report.reason, report.worth_reporting) == ("done", "paid", True)
    assert report.state == {"n": 1}


async def test_it_is_offered_only_where_it_is_asked_for(fake: FakeOpenAI) -> None:
    got = await run(task(fake, "SAY hi"))
    assert got.answer == "hi"
    assert not fake.requests[0].get("tools")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"verdict": "maybe"}, "verdict"),
        ({"worth_reporting": "yes"}, "worth_reporting"),
        ({"state": [1]}, "state"),
        ({"state": {"x": "y" * 17_000}}, "16,384"),
        ({"goal": "x"}, "goal"),
    ],
)
async def test_what_cannot_be_used_is_told_to_the_model(
    fake: FakeOpenAI, heard: Heard, arguments: Any, told: str
) -> None:
    prompt = f"CALL report_outcome {json.dumps(arguments)}\nSAY Well."
    got = await run(task(fake, prompt, reports=True), heard)
    assert got.status == "completed"
    assert got.answer == "Well."
    assert told in heard.of("tool_result")[0]


async def test_what_was_reported_before_an_approval_still_counts(
    fake: FakeOpenAI, with_tools: Any
) -> None:
    disk = Disk()
    with_tools(disk)
    call = ("call_2", "disk", '{"path": "/"}')
    fake.turns = [Turn("", [("call_1", "report_outcome", '{"verdict": "done"}'), call])]
    waits = await run(task(fake, "go", tools=CONTEXT, gate=Rules(disk="ask"), reports=True))
    assert waits.status == "waiting_for_input"
    fake.turns = [Turn("It is full.")]
    resume = Resume(waits.state, {waits.ask[0].id: ALLOWED})
    again = task(
        fake, "go", tools=CONTEXT, gate=Rules(disk="ask"), reports=True, resume=resume,
        continues=True,
    )  # fmt: skip
    got = await run(again)
    assert read_report(got.answer or "").verdict == "done"
    assert len(disk.calls) == 1
    assert "It is full." in (got.history or "")
