"""What programs are given, and what is left of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from jobs_tui.agents.command.runner import CommandRunner
from jobs_tui.agents.command.templates import TEMPLATES
from jobs_tui.agents.runner import Task
from jobs_tui.engine.launcher.client import Launcher
from jobs_tui.guard.withheld import WITHHELD
from jobs_tui.models.agent import AgentInput, CommandTemplate, Limits
from tests.agents.command.conftest import Fakes, Heard
from tests.agents.command.streams import CLAUDE, CODEX, STREAMS

Asked = Callable[..., Task]
SECRET = "prompt with words nobody may see in ps"
STDIO = {"command": "npx", "args": ["a b"], "env": {"KEY": "s3cret-of-a-server"}}
HTTP = {"url": "http://127.0.0.1:1/mcp", "headers": {"Authorization": "Bearer s3cret"}}


@pytest.mark.parametrize("program", TEMPLATES)
async def test_no_argument_shows_the_prompt_or_the_system_prompt(
    fakes: Fakes, heard: Heard, asked: Asked, tmp_path: Path, program: str
) -> None:
    fakes(program, STREAMS.get(program, "fine\n"))
    task = asked(
        program,
        SECRET + " {{ v }}",
        values={"v": "wörld $(x)"},
        system_prompt="job's secret words",
        agent={"system_prompt": "agent's secret words", "model": "m-1", "args": ["--more", "x y"]},
        mcp_servers={"every thing": STDIO},
        working_directory=str(tmp_path),
        state_directory=str(tmp_path / "state"),
    )
    got = await CommandRunner().run(task, heard)
    assert (got.status, got.error_message) == ("completed", None)
    given = fakes.given(program)
    line = " ".join(given["argv"])
    assert "words" not in line
    assert "s3cret" not in line
    assert given["argv"][-2:] == ["--more", "x y"]
    assert "m-1" in given["argv"]
    assert given["cwd"] == str(tmp_path)
    files = {name: content for name, (_, _, content) in given["files"].items()}
    prompt = files.get("prompt.md") or given["stdin"]
    assert prompt.endswith(SECRET + " wörld $(x)")
    told = files.get("system.md") or prompt
    assert told.startswith("agent's secret words\n\njob's secret words")
    assert all(mode == 0o600 for _, mode, _ in given["files"].values())
    assert not any(os.path.exists(path) for path, _, _ in given["files"].values())
    assert list((tmp_path / "private").iterdir()) == []


async def test_the_command_lines_are_those_of_the_manuals(
    fakes: Fakes, heard: Heard, asked: Asked
) -> None:
    expected = {
        "claude": "-p --output-format stream-json --verbose --bare --no-session-persistence",
        "codex": "exec --json --skip-git-repo-check --ephemeral -",
        "gemini": "-o stream-json --skip-trust",
        "goose": "run --no-session -q --output-format stream-json -i -",
        "opencode": "run --format json",
        "copilot": "-s --no-ask-user",
        "llm": "prompt",
    }
    for program, arguments in expected.items():
        fakes(program, STREAMS.get(program, "fine\n"))
        got = await CommandRunner().run(asked(program), heard)
        assert got.status == "completed", program
        assert fakes.given(program)["argv"] == arguments.split()
        assert fakes.given(program)["stdin"] == "Say hello"


@pytest.mark.parametrize(
    ("program", "file", "wanted"),
    [
        ("claude", "mcp.json", ['"mcpServers"', '"s_1"', '"npx"', "s3cret-of", '"http"']),
        ("codex", ".config.toml", ['[mcp_servers."s_1"]', 'args = ["a b"]', 'env = { "KEY" = ',
                                   'http_headers = { "Authorization" = "Bearer s3cret" }']),
        ("gemini", "settings.json", ['"mcpServers"', '"httpUrl"', "s3cret-of"]),
        ("opencode", "mcp.json", ['"environment"', '"npx"', '"a b"', '"remote"']),
        ("copilot", "mcp.json", ['"tools"', '"local"', "s3cret-of"]),
    ],
)  # fmt: skip
async def test_mcp_servers_are_handed_over_in_a_file_that_is_gone_afterwards(
    fakes: Fakes,
    heard: Heard,
    asked: Asked,
    tmp_path: Path,
    program: str,
    file: str,
    wanted: list[str],
) -> None:
    fakes(program, STREAMS.get(program, "fine\n"))
    servers = {"s 1": STDIO, "web": HTTP, "off": {**HTTP, "disabled": True}}
    state = str(tmp_path / "state")
    got = await CommandRunner().run(
        asked(program, mcp_servers=servers, state_directory=state), heard
    )
    assert got.status == "completed"
    given = fakes.given(program)
    ((name, (path, mode, content)),) = given["files"].items()
    assert name.endswith(file)
    assert mode == 0o600
    for words in wanted:
        assert words in content.replace("\n ", " ")
    assert '"off"' not in content
    assert not os.path.exists(path)
    assert "s3cret" not in " ".join(given["argv"])


async def test_toml_of_codex_is_toml(fakes: Fakes, heard: Heard, asked: Asked) -> None:
    import tomllib

    fakes("codex", CODEX)
    odd = {"command": 'a"b\\c', "args": ["é\n\t\x7f", "]"], "env": {"A.B": "x = 1"}}
    await CommandRunner().run(asked("codex", mcp_servers={"a": odd, "b": HTTP}), heard)
    ((_, _, content),) = fakes.given("codex")["files"].values()
    servers = tomllib.loads(content)["mcp_servers"]
    assert servers["a"] == odd
    assert servers["b"] == {"url": HTTP["url"], "http_headers": HTTP["headers"]}


async def test_what_a_program_cannot_be_given_is_said(
    fakes: Fakes, heard: Heard, asked: Asked
) -> None:
    fakes("goose", STREAMS["goose"])
    servers = {"a": STDIO, "b": HTTP, "c": {"command": "mcp-time", "env": {"K": "v"}}}
    await CommandRunner().run(asked("goose", mcp_servers=servers), heard)
    given = fakes.given("goose")
    assert given["argv"][5:7] == ["--with-extension", "mcp-time"]
    assert given["env"]["K"] == "v"
    fakes("llm", "x")
    await CommandRunner().run(asked("llm", mcp_servers=servers), heard)
    fakes("codex", CODEX)
    sse = {"s": {"url": "http://127.0.0.1:1/sse", "type": "sse"}}
    await CommandRunner().run(asked("codex", mcp_servers=sse), heard)
    assert [line for line in heard.of("system") if "MCP" in line] == [
        "warning: The MCP server a is not used: goose takes no arguments with blanks in them.",
        "warning: The MCP server b is not used: goose takes no headers and no SSE on its command "
        "line.",
        "warning: MCP servers are not used (a, b, c): the template of llm has no place for them.",
        "warning: The MCP server s is not used: codex knows no SSE.",
    ]


async def test_the_configuration_is_the_jobs_own_and_the_login_the_users(
    fakes: Fakes, heard: Heard, asked: Asked, tmp_path: Path
) -> None:
    own = tmp_path / "home" / ".codex"
    own.mkdir()
    (own / "auth.json").write_text("login")
    (own / "config.toml").write_text("not for jobs")
    fakes(
        "codex",
        CODEX,
        then="home = os.environ['CODEX_HOME']; open(home + '/seen', 'a').write('x')\n"
        "assert open(home + '/auth.json').read() == 'login'",
    )
    state = tmp_path / "state"
    for _ in range(2):
        got = await CommandRunner().run(asked("codex", state_directory=str(state)), heard)
        assert got.status == "completed", heard.raw
    assert fakes.given("codex")["env"]["CODEX_HOME"] == str(state / "codex")
    assert (state / "codex").stat().st_mode & 0o777 == 0o700
    assert sorted(one.name for one in (state / "codex").iterdir()) == ["auth.json", "seen"]
    assert (state / "codex" / "seen").read_text() == "xx"


async def test_a_job_that_names_the_directory_itself_is_obeyed(
    fakes: Fakes, heard: Heard, asked: Asked, tmp_path: Path
) -> None:
    fakes("codex", CODEX)
    mine = tmp_path / "mine"
    mine.mkdir()
    task = asked("codex", env={"CODEX_HOME": str(mine)}, mcp_servers={"web": HTTP})
    assert (await CommandRunner().run(task, heard)).status == "completed"
    assert fakes.given("codex")["env"]["CODEX_HOME"] == str(mine)
    assert len(fakes.given("codex")["files"]) == 1
    assert list(mine.iterdir()) == []


@pytest.mark.parametrize("home", ["home", "chosen"])
async def test_gemini_keeps_the_users_settings_beside_the_mcp_servers(
    fakes: Fakes, heard: Heard, asked: Asked, tmp_path: Path, home: str
) -> None:
    import json

    own = tmp_path / home / ".gemini"
    own.mkdir(parents=True)
    env = {"GEMINI_CLI_HOME": str(tmp_path / home)} if home == "chosen" else {}
    settings = '{"security": {"auth": {"selectedType": "x"}}, "mcpServers": {"mine": {}}}'
    (own / "settings.json").write_text(settings)
    fakes("gemini", STREAMS["gemini"])
    state = str(tmp_path / "state")
    task = asked("gemini", mcp_servers={"web": HTTP}, state_directory=state, env=env)
    assert (await CommandRunner().run(task, heard)).status == "completed"
    ((path, _, content),) = fakes.given("gemini")["files"].values()
    told = json.loads(content)
    assert told["security"]["auth"]["selectedType"] == "x"
    assert list(told["mcpServers"]) == ["web"]
    assert not os.path.exists(path)
    assert (own / "settings.json").read_text() == settings


async def test_variables_of_the_job_win_and_the_engines_token_stays_here(
    fakes: Fakes, heard: Heard, asked: Asked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in WITHHELD:
        monkeypatch.setenv(name, "opens everything")
    launcher = await Launcher.start(tmp_path / "journal2")
    fakes("mine", "hi")
    template = CommandTemplate(
        argv=["mine"], env={"A": "template", "B": "template {model}", "C": "{system}"}
    )
    agent = AgentInput(id="m", kind="command", command=template, model="m-1")
    task = replace(asked("llm", agent=dict(agent), env={"A": "job"}), spawner=launcher)
    got = await CommandRunner().run(task, heard)
    await launcher.close()
    assert (got.status, got.result, heard.raw["stdout"]) == ("completed", "hi", b"hi")
    env = fakes.given("mine")["env"]
    assert (env["A"], env["B"], "C" in env) == ("job", "template m-1", False)
    assert not env.keys() & set(WITHHELD)


def _own(argv: list[Any], **others: Any) -> dict[str, Any]:
    template = CommandTemplate(argv=argv, **others)
    return dict(AgentInput(id="own", kind="command", command=template))


async def test_a_template_of_ones_own_may_give_the_prompt_as_an_argument(
    fakes: Fakes, heard: Heard, asked: Asked
) -> None:
    fakes("own", "answer\n")
    agent = _own(
        ["own", "{x}", ["--m", "{model}"], "--d={workdir}", "{prompt}"],
        stdin="none",
    )
    task = asked("llm", "say {model}", agent=agent, working_directory="/tmp")
    got = await CommandRunner().run(task, heard)
    assert got.answer == "answer"
    assert fakes.given("own")["argv"] == ["{x}", "--d=/tmp", "say {model}"]
    assert fakes.given("own")["stdin"] == ""
    long = asked("llm", "é" * 60_001, agent=agent)
    got = await CommandRunner().run(long, heard)
    assert got.status == "failed"
    assert "has 120,002 bytes; one may have 120,000" in str(got.error_message)
    assert not got.retry


async def test_a_long_prompt_goes_by_stdin_whatever_its_length(
    fakes: Fakes, heard: Heard, asked: Asked
) -> None:
    fakes("claude", CLAUDE)
    prompt = "0123456789" * 90_000
    assert (await CommandRunner().run(asked("claude", prompt), heard)).status == "completed"
    assert fakes.given("claude")["stdin"] == prompt


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ({"argv": []}, "at least 1 item"),
        ({"argv": [["x"]]}, "the first of argv is the program"),
        ({"argv": ["{prompt}"]}, "the first of argv is the program"),
        ({"argv": ["x"], "stdin": "none"}, "an argument must hold {prompt}"),
        ({"argv": ["x", "a\0b"]}, "NUL"),
        ({"argv": ["x"], "env": {"A=B": "c"}}, "environment variable"),
        ({"argv": ["x"], "config_shared": ["../x"]}, "not the name of a file"),
        ({"argv": ["x"], "shell": True}, "Extra inputs"),
    ],
)
def test_a_template_that_cannot_work_is_refused(template: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        CommandTemplate.model_validate(template)
    assert words in str(caught.value)


def test_every_template_is_data_that_survives_a_file() -> None:
    import json

    for template in TEMPLATES.values():
        again = CommandTemplate.model_validate(json.loads(template.model_dump_json()))
        assert again == template


async def test_the_limit_of_cost_is_told_to_the_program_that_can_keep_it(
    fakes: Fakes, heard: Heard, asked: Asked
) -> None:
    fakes("claude", CLAUDE)
    agent = {"limits": Limits(cost=Decimal("2.50"))}
    await CommandRunner().run(asked("claude", agent=agent), heard)
    assert fakes.given("claude")["argv"][-2:] == ["--max-budget-usd", "2.50"]


async def test_text_that_says_that_it_failed_fails_the_run_though_it_exits_with_0(
    fakes: Fakes, heard: Heard, asked: Asked
) -> None:
    says = "Aider v1\nlitellm.AuthenticationError: AuthenticationError: no\nTokens: 1k sent\n"
    fakes("aider", says)
    got = await CommandRunner().run(asked("aider"), heard)
    assert (got.status, got.exit_code, got.retry) == ("failed", 0, False)
    assert "aider cannot log in: litellm.AuthenticationError" in str(got.error_message)
    assert heard.raw["stdout"] == says.encode()


async def test_the_agents_directory_is_used_when_the_job_names_none(
    fakes: Fakes, heard: Heard, asked: Asked, tmp_path: Path
) -> None:
    fakes("llm", "x")
    await CommandRunner().run(asked("llm", agent={"working_directory": str(tmp_path)}), heard)
    assert fakes.given("llm")["cwd"] == str(tmp_path)
