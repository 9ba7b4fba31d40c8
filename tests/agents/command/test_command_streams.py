"""Each program's JSON becomes readable lines, a result and usage; whatever else comes is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jobs_tui.agents.command.events import READERS
from jobs_tui.agents.command.runner import CommandRunner
from jobs_tui.agents.runner import Task
from tests.agents.command.conftest import Fakes, Heard
from tests.agents.command.streams import CLAUDE, CODEX, GEMINI, GOOSE, OPENCODE, STREAMS, Stream

Asked = Callable[..., Task]


@pytest.mark.parametrize(
    ("program", "lines", "usage"),
    [
        (
            "claude",
            [
                ("system", "claude works with claude-opus-4: 3 tools, permissions dontAsk"),
                ("system", "warning: MCP server x: failed"),
                ("agent", "Let me look."),
                ("tool_call", 'Bash {"command": "echo hi-from-tool"}'),
                ("tool_result", "hi-from-tool"),
                ("agent", "all done"),
            ],
            {"model": "claude-opus-4", "requests": 2, "tool_calls": 1, "input_tokens": 120,
             "output_tokens": 7, "cost": "0.0015"},
        ),
        (
            "codex",
            [
                ("tool_call", "shell {\"command\": \"/bin/bash -lc 'echo hi-from-tool'\"}"),
                ("tool_result", "hi-from-tool"),
                ("agent", "all done"),
            ],
            {"requests": 1, "tool_calls": 1, "input_tokens": 200, "output_tokens": 20,
             "cost": None},
        ),
        (
            "gemini",
            [
                ("system", "gemini works with gemini-3"),
                ("agent", "I will look."),
                ("agent", "First"),
                ("tool_call", 'read_file {"path": "a"}'),
                ("tool_result", "hi"),
                ("agent", "all done"),
            ],
            {"model": "gemini-3-pro", "tool_calls": 1, "input_tokens": 30, "output_tokens": 4,
             "cost": None},
        ),
        (
            "goose",
            [
                ("agent", "Let me look."),
                ("tool_call", 'shell {"command": "echo hi"}'),
                ("tool_result", "hi"),
                ("agent", "all done"),
            ],
            {"requests": 2, "tool_calls": 1, "input_tokens": 50, "cost": None},
        ),
        (
            "opencode",
            [
                ("tool_call", 'bash {"command": "echo hi"}'),
                ("tool_result", "hi"),
                ("agent", "all done"),
            ],
            {"requests": 2, "tool_calls": 1, "input_tokens": 18, "output_tokens": 4,
             "cost": "0.75"},
        ),
    ],
)  # fmt: skip
async def test_a_run_is_readable_and_knows_what_it_used(
    fakes: Fakes,
    heard: Heard,
    asked: Asked,
    program: str,
    lines: list[tuple[str, str]],
    usage: dict[str, object],
) -> None:
    fakes(program, STREAMS[program])
    got = await CommandRunner().run(asked(program), heard)
    assert (got.status, got.exit_code, got.error_message) == ("completed", 0, None)
    assert (got.result, got.answer) == ("all done", "all done")
    assert heard.lines == lines
    assert heard.raw["stdout"] == b""
    assert {name: got.usage[name] for name in got.usage if name not in _OF_PROCESSES} == usage


_OF_PROCESSES = ("cpu_user_seconds", "cpu_system_seconds", "max_rss_bytes")


@pytest.mark.parametrize("program", STREAMS)
async def test_an_exit_code_fails_a_run_that_says_it_did_well(
    fakes: Fakes, heard: Heard, asked: Asked, program: str
) -> None:
    fakes(program, STREAMS[program], code=3, stderr="a warning\nthe disk is full\n")
    got = await CommandRunner().run(asked(program), heard)
    assert (got.status, got.exit_code) == ("failed", 3)
    assert got.error_message == f"{program}: the disk is full (exit 3)"
    assert got.retry
    assert heard.raw["stderr"] == b"a warning\nthe disk is full\n"


@pytest.mark.parametrize("program", [*STREAMS, "llm"])
async def test_an_exit_code_fails_a_run_that_complains_of_nothing(
    fakes: Fakes, heard: Heard, asked: Asked, program: str
) -> None:
    fakes(program, STREAMS.get(program, ""), code=3)
    got = await CommandRunner().run(asked(program), heard)
    assert (got.status, got.error_message) == ("failed", f"{program}: exit 3")


@pytest.mark.parametrize(
    ("value", "cost"),
    [
        (0.0022500000000000003, "0.00225"),
        (0, "0"),
        ("1.50", "1.5"),
        (10, "10"),
        (1e-12, "0"),
        (-1, None),
        (float("nan"), None),
        ("free", None),
        (True, None),
    ],
)
def test_costs_are_dollars_or_unknown(value: object, cost: str | None) -> None:
    reader = READERS["claude"]()
    list(reader.read({**CLAUDE[-1], "total_cost_usd": value}))
    assert reader.usage()["cost"] == cost


@pytest.mark.parametrize("program", STREAMS)
async def test_without_its_final_event_a_run_failed_though_it_exits_with_0(
    fakes: Fakes, heard: Heard, asked: Asked, program: str
) -> None:
    fakes(program, STREAMS[program][:-1])
    got = await CommandRunner().run(asked(program), heard)
    assert (got.status, got.exit_code) == ("failed", 0)
    count = len(STREAMS[program]) - 1
    assert f"ended without saying that it was done: no {READERS[program].final}" in str(
        got.error_message
    )
    assert f"in {count} lines of output" in str(got.error_message)


@pytest.mark.parametrize("program", STREAMS)
async def test_nothing_at_all_is_a_failure(
    fakes: Fakes, heard: Heard, asked: Asked, program: str
) -> None:
    fakes(program)
    got = await CommandRunner().run(asked(program), heard)
    assert got.status == "failed"
    assert "0 lines of output" in str(got.error_message)


def _error(program: str) -> dict[str, Any]:
    return {
        "claude": {"type": "result", "subtype": "success", "is_error": True, "result": "too long"},
        "codex": {"type": "turn.failed", "error": {"message": '{"error":{"message":"too long"}}'}},
        "gemini": {"type": "result", "status": "error", "error": {"message": "too long"}},
        "goose": {"type": "error", "error": "too long"},
        "opencode": {"type": "error", "error": {"name": "X", "data": {"message": "too long"}}},
    }[program]


@pytest.mark.parametrize("program", STREAMS)
async def test_an_error_event_fails_a_run_that_exits_with_0(
    fakes: Fakes, heard: Heard, asked: Asked, program: str
) -> None:
    fakes(program, [*STREAMS[program][:-1], _error(program)])
    got = await CommandRunner().run(asked(program), heard)
    assert (got.status, got.error_message) == ("failed", f"{program}: too long")


async def test_a_denied_tool_is_shown_although_the_program_calls_it_success(
    fakes: Fakes, heard: Heard, asked: Asked
) -> None:
    denied = {"tool_name": "Bash", "tool_use_id": "1", "tool_input": {"command": "rm -r x"}}
    fakes("claude", [*CLAUDE[:-1], {**CLAUDE[-1], "permission_denials": [denied]}])
    got = await CommandRunner().run(asked("claude"), heard)
    assert got.status == "completed"
    assert heard.of("system")[-1] == (
        'warning: claude was not allowed to use Bash {"command": "rm -r x"}'
    )


async def test_warnings_of_codex_are_no_failures(fakes: Fakes, heard: Heard, asked: Asked) -> None:
    warning = {"type": "item.completed", "item": {"type": "error", "message": "unknown model"}}
    again = {"type": "error", "message": "Reconnecting... 2/5 (stream disconnected)"}
    fakes("codex", [*CODEX[:2], warning, again, *CODEX[2:]])
    got = await CommandRunner().run(asked("codex"), heard)
    assert got.status == "completed"
    assert heard.of("system") == [
        "warning: unknown model",
        "warning: Reconnecting... 2/5 (stream disconnected)",
    ]


async def test_what_the_program_last_complained_of_is_why_it_stopped_in_the_middle(
    fakes: Fakes, heard: Heard, asked: Asked
) -> None:
    fakes("codex", [*CODEX[:2], {"type": "error", "message": "stream disconnected"}])
    got = await CommandRunner().run(asked("codex"), heard)
    assert "it last said: stream disconnected" in str(got.error_message)


@pytest.mark.parametrize(
    ("program", "says", "code", "stderr"),
    [
        (
            "claude",
            [{"type": "result", "is_error": True, "result": "Not logged in · Please run /login"}],
            1,
            "",
        ),
        ("claude", [{"type": "result", "is_error": True, "result": "Invalid API key"}], 1, ""),
        (
            "codex",
            [{"type": "turn.failed", "error": {"message": "unexpected status 401 Unauthorized"}}],
            1,
            "",
        ),
        ("gemini", [], 41, "Please set an Auth method in your settings.json\n  at x\n"),
        ("opencode", [{"type": "error", "error": {"name": "ProviderAuthError", "data": {
            "message": "No API key found"}}}], 0, ""),
        ("copilot", [], 1, "Error: No authentication information found.\n\nUse /login\n"),
        ("llm", [], 1, "Error: No key found - add one using 'llm keys set openai'\n"),
    ],
)  # fmt: skip
async def test_who_is_not_logged_in_is_told_what_to_do_and_not_tried_again(
    fakes: Fakes, heard: Heard, asked: Asked, program: str, says: Stream, code: int, stderr: str
) -> None:
    fakes(program, says, code=code, stderr=stderr)
    task = asked(program)
    got = await CommandRunner().run(task, heard)
    assert got.status == "failed"
    assert not got.retry
    assert str(got.error_message).startswith(f"{program} cannot log in: ")
    assert str(got.error_message).count("secret") + str(got.error_message).count("key") >= 1


async def test_a_failed_tool_says_so(fakes: Fakes, heard: Heard, asked: Asked) -> None:
    failed = {**CODEX[3]["item"], "exit_code": 2, "status": "failed"}
    mcp = {"id": "9", "type": "mcp_tool_call", "server": "db", "tool": "ask", "arguments": {"q": 1}}
    events = [
        *CODEX[:3],
        {"type": "item.completed", "item": failed},
        {"type": "item.completed", "item": {**mcp, "error": {"message": "gone"}}},
        *CODEX[4:],
    ]
    fakes("codex", events)
    got = await CommandRunner().run(asked("codex"), heard)
    assert heard.of("tool_result") == ["hi-from-tool", "exit 2", "failed: gone"]
    assert heard.of("tool_call")[1] == 'db_ask {"q": 1}'
    assert got.usage["tool_calls"] == 2


async def test_pieces_of_one_line_stay_one_line(fakes: Fakes, heard: Heard, asked: Asked) -> None:
    pieces = [
        {"type": "message", "role": "assistant", "content": one, "delta": True}
        for one in ("a", "b\nc", "\n", "\nd", "e")
    ]
    fakes("gemini", [GEMINI[0], *pieces, GEMINI[-1]])
    got = await CommandRunner().run(asked("gemini"), heard)
    assert heard.of("agent") == ["ab", "c", "de"]
    assert got.answer == "ab\nc\n\nde"


async def test_gemini_says_in_its_exit_code_that_it_reached_its_limit(
    fakes: Fakes, heard: Heard, asked: Asked
) -> None:
    fakes("gemini", GEMINI[:-1], code=53)
    got = await CommandRunner().run(asked("gemini"), heard)
    assert got.error_message == "gemini: it reached its limit of turns (exit 53)"
    assert not got.retry


def test_the_streams_are_those_of_all_readers() -> None:
    assert set(STREAMS) == set(READERS)
    assert [GOOSE[-1]["type"], OPENCODE[-1]["type"]] == ["complete", "step_finish"]
