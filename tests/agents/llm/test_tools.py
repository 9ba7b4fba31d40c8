"""Tools of ours and other agents in the hands of a model."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jobs_tui.agents.crew import Delegate
from jobs_tui.agents.runner import Result
from tests.agents.llm.scene import CONTEXT, Disk, Heard, Rules, cancelled_while, run, task
from tests.fake_openai import FakeOpenAI, Turn


async def test_a_tool_is_called_and_its_report_goes_to_model_and_log(
    fake: FakeOpenAI, with_tools: Any, heard: Heard
) -> None:
    disk = Disk()
    with_tools(disk, Disk("wipe", read_only=False))
    gate = Rules()
    prompt = 'CALL disk {"path": "/var", "above": 80}\nSAY It is full.'
    got = await run(task(fake, prompt, tools=CONTEXT, gate=gate), heard)
    assert heard.lines == [
        ("agent", "Let me look."),
        ("tool_call", 'disk {"path": "/var", "above": 80}'),
        ("tool_result", "/var is 81% full\nit is nearly full"),
        ("agent", "It is full."),
    ]
    assert got.status == "completed"
    assert got.usage["tool_calls"] == 1
    assert [(one.path, one.above) for one in disk.calls] == [("/var", 80)]
    (call,) = gate.seen
    assert (call.tool, call.arguments, call.read_only) == (
        "disk",
        {"path": "/var", "above": 80},
        True,
    )
    assert _names(fake.requests[0]) == ["disk"]


async def test_named_tools_are_offered_whatever_they_do(fake: FakeOpenAI, with_tools: Any) -> None:
    with_tools(Disk(), wipe := Disk("wipe", read_only=False))
    made = task(fake, 'CALL wipe {"path": "/"}', tools=CONTEXT)
    await run(_naming(made, ["wipe"]))
    assert _names(fake.requests[0]) == ["wipe"]
    assert len(wipe.calls) == 1
    fake.requests.clear()
    await run(_naming(made, []))
    assert _names(fake.requests[0]) == []


@pytest.mark.parametrize("context", [CONTEXT, None])
async def test_a_tool_that_is_not_there_fails_the_run(
    fake: FakeOpenAI, with_tools: Any, context: Any
) -> None:
    with_tools(Disk())
    got = await run(_naming(task(fake, "go", tools=context), ["disk", "nonsense"]))
    assert (got.status, got.retry) == ("failed", False)
    assert ("nonsense" if context else "cannot be used here") in str(got.error_message)
    assert fake.requests == []


@pytest.mark.parametrize(
    "arguments",
    ['{"path": 5}', '{"path": "/", "above": 101}', '{"path": "/", "more": 1}', "{}", "[1]", '"x"'],
)
async def test_wrong_arguments_go_back_to_the_model(
    fake: FakeOpenAI, with_tools: Any, arguments: str
) -> None:
    with_tools(disk := Disk())
    gate = Rules()
    fake.turns = [
        Turn("", [("c1", "disk", arguments)]),
        Turn("", [("c2", "disk", {"path": "/"})]),
        Turn("done"),
    ]
    got = await run(task(fake, "go", tools=CONTEXT, gate=gate))
    assert got.status == "completed"
    assert len(disk.calls) == len(gate.seen) == 1


async def test_json_that_is_broken_goes_back_to_the_model(
    fake: FakeOpenAI, with_tools: Any, heard: Heard
) -> None:
    with_tools(disk := Disk())
    fake.turns = [Turn("", [("c1", "disk", '{"path": "/')]), Turn("sorry")]
    got = await run(task(fake, "go", tools=CONTEXT), heard)
    assert (got.status, got.result, disk.calls) == ("completed", "sorry", [])


async def test_a_tool_that_fails_tells_the_model_why(
    fake: FakeOpenAI, with_tools: Any, heard: Heard
) -> None:
    with_tools(Disk())
    got = await run(task(fake, 'CALL disk {"path": "/nope"}\nSAY ok', tools=CONTEXT), heard)
    assert got.status == "completed"
    assert heard.of("tool_result") == ["error: There is no /nope. Look at / instead."]


async def test_a_tool_that_breaks_fails_the_run(fake: FakeOpenAI, with_tools: Any) -> None:
    with_tools(Disk())
    got = await run(task(fake, 'CALL disk {"path": "/bug"}', tools=CONTEXT))
    assert (got.status, got.error_message) == (
        "failed",
        "The tool disk broke: ZeroDivisionError: oops.",
    )


async def test_what_is_denied_is_not_done_and_the_model_is_told(
    fake: FakeOpenAI, with_tools: Any, heard: Heard
) -> None:
    with_tools(disk := Disk())
    made = task(fake, 'CALL disk {"path": "/"}', tools=CONTEXT, gate=Rules(disk="deny"))
    got = await run(made, heard)
    assert got.status == "completed"
    assert heard.of("system") == ['denied by policy: because: disk {"path": "/"}']
    assert heard.of("tool_result") == ["error: denied by policy: because"]
    assert "denied by policy: because" in str(fake.requests[1]["messages"])
    assert (disk.calls, got.usage["tool_calls"]) == ([], 0)


async def test_long_calls_and_results_are_cut_in_the_log(
    fake: FakeOpenAI, with_tools: Any, heard: Heard
) -> None:
    with_tools(Disk())
    path = "/" + "x" * 9000
    fake.turns = [Turn("", [("c1", "disk", {"path": path})]), Turn("ok")]
    await run(task(fake, "go", tools=CONTEXT), heard)
    for line in (*heard.of("tool_call"), *heard.of("tool_result")):
        assert len(line) < 4200
        assert "more characters]" in line
    assert path in str(fake.requests[1]["messages"])


async def test_a_delegate_gets_its_task_and_gives_its_answer(
    fake: FakeOpenAI, heard: Heard
) -> None:
    told = []

    async def dba(text: str) -> Result:
        told.append(text)
        if text == "fail":
            return Result("failed", error_message="no such table")
        return Result("completed", result="short", answer="the whole answer")

    prompt = 'CALL ask_dba {"task": "look"}\nCALL ask_dba {"task": "fail"}\nCALL ask_dba {}\nSAY ok'
    made = task(fake, prompt, delegates=[Delegate("ask_dba", "A DBA.", dba)])
    got = await run(made, heard)
    assert got.status == "completed"
    assert told == ["look", "fail"]
    assert heard.of("tool_result")[:2] == [
        "the whole answer",
        "error: ask_dba failed: no such table",
    ]
    assert "Give the task as a text" in heard.of("tool_result")[2]


async def test_a_delegate_that_is_called_like_a_tool_fails_the_run(
    fake: FakeOpenAI, with_tools: Any
) -> None:
    async def never(text: str) -> Result:
        raise AssertionError

    with_tools(Disk())
    got = await run(task(fake, "go", tools=CONTEXT, delegates=[Delegate("disk", "A DBA.", never)]))
    assert (got.status, got.retry) == ("failed", False)
    assert "The agent bot cannot be run: Tool name conflicts" in str(got.error_message)
    assert fake.requests == []


async def test_calls_that_cannot_be_told_apart_are_not_done(
    fake: FakeOpenAI, with_tools: Any
) -> None:
    """A yes to one of them would be a yes to the other."""
    with_tools(disk := Disk())
    fake.turns = [Turn("", [("c", "disk", {"path": "/a"}), ("c", "disk", {"path": "/b"})])]
    got = await run(task(fake, "go", tools=CONTEXT))
    assert (got.status, disk.calls) == ("failed", [])
    assert "unique" in str(got.error_message)


async def test_cancelled_in_a_tool_the_tool_is_cancelled(fake: FakeOpenAI, heard: Heard) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def slow(text: str) -> Result:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    made = task(fake, 'CALL slow {"task": "x"}', delegates=[Delegate("slow", "Slow.", slow)])
    await cancelled_while(made, heard, began.wait)
    assert ended.is_set()
    assert made.spent["input_tokens"] == 120


def _names(request: dict[str, Any]) -> list[str]:
    return [one["function"]["name"] for one in request.get("tools", [])]


def _naming(made: Any, names: list[str]) -> Any:
    from dataclasses import replace

    return replace(made, agent=made.agent.model_copy(update={"tools": names}))
