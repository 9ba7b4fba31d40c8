"""Whether a program may and can start, and how it is ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs_tui.agents.command.programs import detected
from jobs_tui.agents.command.runner import CommandRunner
from jobs_tui.agents.command.templates import agent_of
from jobs_tui.agents.runner import Task, ToolCall
from jobs_tui.models.agent import AgentInput, CommandTemplate, Limits
from jobs_tui.models.enums import Decision
from jobs_tui.models.errors import Refused
from jobs_tui.models.verdict import Verdict
from tests.agents.command.conftest import Fakes, Heard
from tests.agents.command.streams import CLAUDE, CODEX
from tests.launcher_help import alive, token, until

Asked = Callable[..., Task]
SECRET = "prompt with words nobody may see in ps"
STDIO = {"command": "npx", "args": ["a b"], "env": {"KEY": "s3cret-of-a-server"}}
HTTP = {"url": "http://127.0.0.1:1/mcp", "headers": {"Authorization": "Bearer s3cret"}}


class Rule:
    """A gate with one answer."""

    def __init__(self, decision: Decision, reason: str = "") -> None:
        self.calls: list[ToolCall] = []
        self._verdict = Verdict(decision, reason)

    async def check(self, call: ToolCall) -> Verdict:
        """See Gate."""
        self.calls.append(call)
        return self._verdict


def test_what_is_not_there_is_said(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    runner = CommandRunner()
    monkeypatch.setenv("PATH", str(fakes.bin))
    assert runner.not_ready(agent_of("codex")) == (
        "The program codex was not found on PATH. Install codex."
    )
    assert detected() == []
    program = fakes("codex")
    assert runner.not_ready(agent_of("codex")) == ""
    assert detected() == [("codex", str(program))]
    program.unlink()
    assert runner.not_ready(agent_of("codex"))
    unknown = AgentInput(id="a", kind="command", template="nope")
    assert "the template 'nope', which there is not. Templates: claude, " in runner.not_ready(
        unknown
    )
    assert "names no program" in runner.not_ready(AgentInput(id="a", kind="command"))
    template = CommandTemplate(argv=[str(fakes("codex"))])
    absolute = AgentInput(id="own", kind="command", command=template)
    monkeypatch.setenv("PATH", "/nope")
    assert runner.not_ready(absolute) == ""


async def test_a_missing_program_fails_the_run_in_a_sentence(heard: Heard, asked: Asked) -> None:
    got = await CommandRunner().run(asked("goose", env={"PATH": "/nope"}), heard)
    assert got.error_message == "The program goose was not found on PATH. Install goose."
    assert not got.retry
    got = await CommandRunner().run(asked("goose", "{{ nothing }}"), heard)
    assert got.status == "failed"


async def test_an_empty_prompt_is_refused(fakes: Fakes, heard: Heard, asked: Asked) -> None:
    fakes("llm", "x")
    got = await CommandRunner().run(asked("llm", " {{ v }} ", values={"v": ""}), heard)
    assert got.error_message == "The prompt is empty."


@pytest.mark.parametrize(
    ("says", "code", "answer"),
    [
        ("codex-cli 0.169.0\n", 0, "version 0.169.0"),
        ("2.1.197 (Claude Code)\n", 0, "version 2.1.197"),
        ("hello\n", 0, "which tells no version"),
    ],
)
async def test_a_probe_tells_the_version(
    fakes: Fakes, asked: Asked, says: str, code: int, answer: str
) -> None:
    fakes("codex", says, code=code)
    assert answer in await CommandRunner().probe(asked("codex"))
    assert fakes.given("codex")["argv"] == ["--version"]


async def test_a_probe_that_fails_says_how(fakes: Fakes, asked: Asked) -> None:
    fakes("codex", code=2, stderr="no such option\n")
    with pytest.raises(Refused, match=r"'codex --version' failed: codex: no such option .exit 2"):
        await CommandRunner().probe(asked("codex"))


async def test_a_probe_does_not_wait_for_ever(
    fakes: Fakes, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs_tui.agents.command.runner.PROBE_SECONDS", 0.3)
    tok = token()
    fakes("codex", then=f"os.execv('/bin/sleep', ['sleep', '{tok}'])")
    with pytest.raises(Refused, match=r"did not answer within 0\.3 s"):
        await CommandRunner().probe(asked("codex"))
    assert alive(tok) == []


async def test_policies_are_asked_once_and_shown_no_prompt(
    fakes: Fakes, heard: Heard, asked: Asked, tmp_path: Path
) -> None:
    fakes("claude", CLAUDE)
    gate = Rule(Decision.ALLOW)
    task = asked(
        "claude", SECRET, system_prompt=SECRET, gate=gate, mcp_servers={"web": HTTP},
        agent={"model": "m"}, working_directory=str(tmp_path),
    )  # fmt: skip
    assert (await CommandRunner().run(task, heard)).status == "completed"
    (call,) = gate.calls
    assert (call.id, call.tool, call.read_only) == ("command", "claude", False)
    assert call.arguments["working_directory"] == str(tmp_path)
    argv = call.arguments["argv"]
    assert argv[0] == str(fakes.bin / "claude")
    assert "words" not in " ".join(argv)
    assert argv[-5:] == [
        "--append-system-prompt-file", "{system_file}",
        "--mcp-config", "{mcp_config}", "--strict-mcp-config",
    ]  # fmt: skip


async def test_what_a_policy_denies_never_starts(fakes: Fakes, heard: Heard, asked: Asked) -> None:
    fakes("claude", CLAUDE)
    gate = Rule(Decision.DENY, "not at night")
    got = await CommandRunner().run(asked("claude", gate=gate), heard)
    assert (got.status, got.retry) == ("failed", False)
    assert got.error_message == "claude was not started: not at night"
    with pytest.raises(FileNotFoundError):
        fakes.given("claude")


async def test_what_a_policy_asks_waits_for_a_person(
    fakes: Fakes, heard: Heard, asked: Asked
) -> None:
    fakes("claude", CLAUDE)
    gate = Rule(Decision.ASK, "someone must look")
    got = await CommandRunner().run(asked("claude", gate=gate), heard)
    assert (got.status, got.ask, got.ask_reason, got.state) == (
        "waiting_for_input", tuple(gate.calls), "someone must look", "{}",
    )  # fmt: skip
    with pytest.raises(FileNotFoundError):
        fakes.given("claude")


async def test_a_cancelled_run_leaves_nothing(
    fakes: Fakes, heard: Heard, asked: Asked, tmp_path: Path
) -> None:
    tok = token()
    fakes(
        "codex",
        [*CODEX[:2], {"type": "error", "message": "Reconnecting... waiting for network"}],
        then=f"import signal, subprocess; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"subprocess.Popen(['/bin/sleep', '{tok}'], start_new_session=True)\n"
        f"subprocess.run(['/bin/sleep', '{tok}'])",
    )
    task = asked("codex", stop_timeout=0.1, mcp_servers={"web": HTTP})
    run = asyncio.ensure_future(CommandRunner().run(task, heard))
    await until(lambda: len(alive(tok)) == 2)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert alive(tok) == []
    assert heard.of("system") == ["warning: Reconnecting... waiting for network"]
    assert list((tmp_path / "private").iterdir()) == []


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(tool_calls=0), "it called more tools than the 0 that the limits of the agent"),
        (Limits(requests=1), "it asked its model more often than the 1 times"),
        (Limits(tokens=11), "it used more tokens than the 11"),
    ],
)
async def test_a_run_over_its_limits_is_ended(
    fakes: Fakes, heard: Heard, asked: Asked, limits: Limits, words: str
) -> None:
    tok = token()
    fakes("claude", CLAUDE[:-1], then=f"os.execv('/bin/sleep', ['sleep', '{tok}'])")
    got = await CommandRunner().run(
        asked("claude", agent={"limits": limits}, stop_timeout=0.1), heard
    )
    assert (got.status, got.retry) == ("failed", False)
    assert words in str(got.error_message)
    assert got.usage["tool_calls"] == 1
    assert alive(tok) == []


async def test_the_agents_own_limit_of_time_holds(fakes: Fakes, heard: Heard, asked: Asked) -> None:
    tok = token()
    fakes("llm", then=f"os.execv('/bin/sleep', ['sleep', '{tok}'])")
    agent = {"limits": Limits(seconds=0.3)}
    got = await CommandRunner().run(asked("llm", agent=agent, stop_timeout=0.1), heard)
    assert got.status == "timed_out"
    assert "longer than the 0.3 s" in str(got.error_message)
    assert alive(tok) == []
