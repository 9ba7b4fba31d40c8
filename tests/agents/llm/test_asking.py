"""A call that a person has to allow: the run ends, and goes on later from what was kept."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from jobs_tui.agents.crew import Delegate
from jobs_tui.agents.runner import Result, Resume, Task, ToolCall
from jobs_tui.models.enums import Decision
from jobs_tui.models.verdict import Verdict
from tests.agents.llm.scene import CONTEXT, Disk, Heard, Rules, run, task
from tests.fake_openai import FakeOpenAI, Turn

PROMPT = 'CALL wipe {"path": "/tmp"}\nBOTH disk {"path": "/"}\nSAY finished'


def _decided(got: Result, decision: str) -> Resume:
    # The state goes through text, as it does on its way through the store and a restart.
    state = json.dumps(json.loads(got.state))
    return Resume(state, {one.id: Verdict(Decision(decision), "said Ann") for one in got.ask})


async def _asked(made: Task, heard: Heard | None = None) -> Result:
    got = await run(made, heard)
    assert got.status == "waiting_for_input"
    return got


@pytest.fixture
def disks(with_tools: Any) -> tuple[Disk, Disk]:
    """One that only reads, and one that is asked about."""
    both = Disk(), Disk("wipe")
    with_tools(*both)
    return both


async def test_the_exact_call_is_shown_and_nothing_is_done(
    fake: FakeOpenAI, disks: tuple[Disk, Disk]
) -> None:
    got = await _asked(task(fake, PROMPT, tools=CONTEXT, gate=Rules(wipe="ask")))
    (call,) = got.ask
    assert (call.tool, call.arguments, call.read_only) == ("wipe", {"path": "/tmp"}, True)
    assert got.ask_reason == "because"
    assert (len(disks[0].calls), len(disks[1].calls)) == (1, 0)
    assert got.usage["requests"] == 1


async def test_allowed_it_goes_on_where_it_was(
    fake: FakeOpenAI, disks: tuple[Disk, Disk], heard: Heard
) -> None:
    made = task(fake, PROMPT, tools=CONTEXT, gate=Rules(wipe="ask"), price=_price())
    got = await _asked(made)
    fresh = replace(made, resume=_decided(got, "allow"), spent={})
    done = await run(fresh, heard)
    assert fresh.spent["requests"] == 1
    assert (fresh.spent["input_tokens"], fresh.spent["cost"]) == (120, "0.00015")
    assert (done.status, done.result) == ("completed", "finished")
    # What was done before the question is not done again.
    assert (len(disks[0].calls), len(disks[1].calls)) == (1, 1)
    assert heard.of("tool_call") == ['wipe {"path": "/tmp"}']
    assert len(fake.requests) == 2
    assert done.usage == {
        "model": "fake-1",
        "requests": 2,
        "tool_calls": 2,
        "input_tokens": 240,
        "output_tokens": 60,
        "cost": "0.0003",
    }


async def test_denied_by_a_person_the_model_is_told(
    fake: FakeOpenAI, disks: tuple[Disk, Disk], heard: Heard
) -> None:
    made = task(fake, PROMPT, tools=CONTEXT, gate=Rules(wipe="ask"))
    done = await run(replace(made, resume=_decided(await _asked(made), "deny")), heard)
    assert done.status == "completed"
    assert disks[1].calls == []
    assert heard.of("tool_result") == ["error: denied by a person: said Ann"]
    assert heard.of("system") == ['denied by a person: said Ann: wipe {"path": "/tmp"}']


async def test_a_policy_that_denies_meanwhile_is_stronger(
    fake: FakeOpenAI, disks: tuple[Disk, Disk]
) -> None:
    made = task(fake, PROMPT, tools=CONTEXT, gate=Rules(wipe="ask"))
    resume = _decided(await _asked(made), "allow")
    done = await run(replace(made, resume=resume, gate=Rules(wipe="deny")))
    assert (done.status, disks[1].calls) == ("completed", [])


async def test_a_yes_is_for_that_call_and_no_other(
    fake: FakeOpenAI, disks: tuple[Disk, Disk]
) -> None:
    """Models give the same id to calls of later turns, and to two calls of one turn."""
    fake.turns = [
        Turn("", [("c1", "wipe", {"path": "/tmp"})]),
        Turn("", [("c1", "wipe", {"path": "/tmp"})]),
        Turn("done"),
    ]
    made = task(fake, "go", tools=CONTEXT, gate=Rules(wipe="ask"))
    first = await _asked(made)
    second = await _asked(replace(made, resume=_decided(first, "allow")))
    assert len(disks[1].calls) == 1
    assert first.ask[0].id != second.ask[0].id
    third = await run(replace(made, resume=_decided(second, "allow")))
    assert (third.status, len(disks[1].calls)) == ("completed", 2)


async def test_a_call_nobody_has_decided_goes_on_waiting(
    fake: FakeOpenAI, disks: tuple[Disk, Disk]
) -> None:
    prompt = 'CALL wipe {"path": "/a"}\nBOTH wipe {"path": "/b"}\nSAY ok'
    made = task(fake, prompt, tools=CONTEXT, gate=Rules(wipe="ask"))
    got = await _asked(made)
    one, two = got.ask
    yes = Verdict(Decision.ALLOW)
    still = await _asked(replace(made, resume=Resume(got.state, {one.id: yes})))
    assert still.ask == (two,)
    assert disks[1].calls == []
    both = Resume(still.state, {one.id: yes, two.id: Verdict(Decision.DENY)})
    done = await run(replace(made, resume=both))
    assert (done.status, [call.path for call in disks[1].calls]) == ("completed", ["/a"])


async def test_while_a_delegate_waits_the_run_waits_and_asks_nothing_twice(
    fake: FakeOpenAI,
) -> None:
    inner = ToolCall("x/1", "restart", {"unit": "nginx"}, False)
    answers = [
        Result("waiting_for_input", ask=(inner,), ask_reason="production", state="{}"),
        Result("completed", answer="restarted"),
    ]
    told = []

    async def ops(text: str) -> Result:
        told.append(text)
        return answers.pop(0)

    delegates = [Delegate("ops", "Operations.", ops)]
    made = task(fake, 'CALL ops {"task": "restart it"}', delegates=delegates)
    got = await _asked(made)
    assert (got.ask, got.ask_reason) == ((), "production")
    done = await run(replace(made, resume=_decided(got, "allow")))
    assert (done.status, done.result) == ("completed", "Done.\nrestarted")
    assert told == ["restart it", "restart it"]


@pytest.mark.parametrize("state", ["", "{}", "[]", '{"messages": 5}', "not json"])
async def test_a_state_that_cannot_be_read_fails_the_run(fake: FakeOpenAI, state: str) -> None:
    got = await run(task(fake, "go", resume=Resume(state, {})))
    assert (got.status, got.retry) == ("failed", False)
    assert "cannot be read" in str(got.error_message)


def _price() -> dict[str, str]:
    return {"input": "1", "output": "1"}
