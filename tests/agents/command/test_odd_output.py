"""Output that is no event, or an event like no other; long lines and long answers."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs_tui.agents.command.events import READERS
from jobs_tui.agents.command.heard import EventsHeard
from jobs_tui.agents.command.runner import CommandRunner
from jobs_tui.agents.runner import Task
from tests.agents.command.conftest import Fakes, Heard
from tests.agents.command.streams import CLAUDE, CODEX, STREAMS

Asked = Callable[..., Task]


async def test_lines_that_are_no_events_and_unknown_events_are_kept(
    fakes: Fakes, heard: Heard, asked: Asked
) -> None:
    deep = "[" * 100_000
    odd = [
        "npm warn something",
        '{"type": "assis',
        "[1, 2]",
        f'{{"a": {deep}',
        '{"n": ' + "9" * 5000 + "}",
        "{\udcff}".encode("utf-8", "surrogateescape").decode("latin-1"),
        '{"type": "of_the_future", "a": 1}',
        '{"no": "type"}',
        "   ",
    ]
    text = "\r\n".join([*odd, *(json.dumps(event) for event in CLAUDE)])  # and no end at the end
    fakes("claude", text)
    got = await CommandRunner().run(asked("claude"), heard)
    assert (got.status, got.result) == ("completed", "all done")
    assert heard.of("stdout") == [
        *odd[:6],
        '{"type": "of_the_future", "a": 1}',
        '{"no": "type"}',
    ]


@pytest.mark.parametrize("depth", range(100, 1100, 100))
def test_an_event_that_is_nested_without_end_is_kept_as_it_came(heard: Heard, depth: int) -> None:
    nested = '{"a": ' * depth + "1" + "}" * depth
    tool = f'{{"type": "tool_result", "content": [{nested}], "is_error": false}}'
    event = f'{{"type": "user", "message": {{"content": [{tool}]}}}}'
    told = EventsHeard(heard, READERS["claude"](), lambda: None)
    told.feed("stdout", event.encode() + b"\n")
    told.end()
    ((stream, text),) = heard.lines
    assert stream in ("tool_result", "stdout")
    assert '{"a": {"a": ' in text


async def test_a_line_of_megabytes_is_read_and_one_beyond_the_limit_is_passed_over(
    fakes: Fakes, heard: Heard, asked: Asked
) -> None:
    result = CODEX[3]["item"]
    large = {"type": "item.completed", "item": {**result, "aggregated_output": "x" * 3_000_000}}
    huge = {"type": "item.completed", "item": {**result, "aggregated_output": "y" * 9_000_000}}
    fakes("codex", [*CODEX[:3], large, huge, *CODEX[4:]])
    got = await CommandRunner().run(asked("codex"), heard)
    assert (got.status, got.result) == ("completed", "all done")
    (answer,) = heard.of("tool_result")
    assert answer == "x" * 10_000 + " [2,990,000 characters left out]"
    (passed,) = heard.of("stdout")
    assert passed.endswith("[an event of more than 8 MiB, not read]")
    assert len(passed) < 2_100


@pytest.mark.parametrize("shift", range(0, 12, 3))
async def test_no_word_is_cut_in_two_where_half_a_secret_would_be_seen(
    fakes: Fakes, heard: Heard, asked: Asked, shift: int
) -> None:
    secret = "s3cret-w0rd"
    output = "x " * 4_990 + "y" * shift + f" {secret} " + "z " * 100
    answer = f"{secret} " + "y" * (488 + shift)
    item = {**CODEX[3]["item"], "aggregated_output": output}
    said = {"type": "item.completed", "item": {"type": "agent_message", "text": answer}}
    fakes("codex", [*CODEX[:3], {"type": "item.completed", "item": item}, said, CODEX[-1]])
    got = await CommandRunner().run(asked("codex"), heard)
    for text in (*heard.of("tool_result"), str(got.result)):
        assert "0rd" not in text.replace(secret, "")
        assert "s3c" not in text.replace(secret, "")
    assert len(str(got.result)) <= 500
    assert got.answer == answer


async def test_a_long_answer_is_kept_from_its_end(fakes: Fakes, heard: Heard, asked: Asked) -> None:
    for program in ("llm", "codex"):
        said = {"type": "item.completed", "item": {"type": "agent_message", "text": "é " * 90_000}}
        fakes(program, "é " * 90_000 if program == "llm" else [said, CODEX[-1]])
        got = await CommandRunner().run(asked(program), heard)
        assert 99_990 <= len(str(got.answer)) <= 100_000
        assert got.status == "completed"


_NAMES = (
    "type subtype message content role id item error part state usage stats models tokens cache "
    "toolCall toolResult value name text result permission_denials mcp_servers is_error "
    "total_cost_usd cost aggregated_output exit_code changes status severity errors"
)
_keys = st.sampled_from(_NAMES.split())
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats()
    | st.text("ab \n{é\ud800\x1b", max_size=8)
    | st.sampled_from(["text", "tool_use", "tool_result", "success", "error", "assistant"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize("program", STREAMS)
@settings(max_examples=50)
@given(data=st.data())
def test_no_event_however_odd_breaks_a_reader(program: str, data: st.DataObject) -> None:
    reader = READERS[program]()
    known = [dict(event) for event in STREAMS[program]]
    for _ in range(4):
        event = dict(data.draw(st.sampled_from(known)))
        event |= data.draw(st.dictionaries(_keys, _json, max_size=4))
        for stream, text in [*reader.read(event), *reader.end()]:
            text.encode()
            assert stream in ("agent", "tool_call", "tool_result", "system", "stdout")
    for text in (reader.error, reader.trouble, reader.answer, json.dumps(reader.usage())):
        text.encode()
