"""MCP servers of a run: their tools, their ends, and what is told when one is not there."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs_tui.agents.runner import MARK
from jobs_tui.engine.launcher import procs
from jobs_tui.engine.launcher.client import Launcher
from tests.agents.llm.scene import CONTEXT, Disk, Heard, Rules, cancelled_while, run, task
from tests.fake_openai import FakeOpenAI, Turn

SCRIPT = Path(__file__).parents[2] / "fake_mcp_server.py"
STDIO = {"command": sys.executable, "args": [str(SCRIPT), "stdio"]}
ECHO = 'CALL fake_echo {"message": "hi"}\nSAY ok'


def _children(launcher: Launcher) -> list[int]:
    return [pid for pid in procs.children(launcher.pid) if procs.stat(pid) is not None]


@contextlib.contextmanager
def _listening(kind: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    server = subprocess.Popen(
        [sys.executable, str(SCRIPT), kind], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert server.stdout is not None
    try:
        yield server.stdout.readline().decode().strip(), server
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


async def test_a_server_over_stdio_is_part_of_the_run(
    fake: FakeOpenAI,
    heard: Heard,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("JT_OF_THE_ENGINE", "secret")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    launcher = await Launcher.start(tmp_path / "journal")
    prompt = "\n".join(
        [
            'CALL fake_echo {"message": "hi"}',
            'CALL fake_variable {"name": "JT_OF_THE_RUN"}',
            'BOTH fake_variable {"name": "JT_OF_THE_SERVER"}',
            'BOTH fake_variable {"name": "JT_OF_THE_ENGINE"}',
            f'BOTH fake_variable {{"name": "{MARK}"}}',
            "CALL fake_odd-name_x {}",
            "CALL fake_fail {}",
            "SAY ok",
        ]
    )
    gate = Rules()
    server = {**STDIO, "env": {"JT_OF_THE_SERVER": "mine"}}
    made = task(
        fake,
        prompt,
        spawner=launcher,
        gate=gate,
        env={"JT_OF_THE_RUN": "theirs"},
        working_directory=str(tmp_path),
        mcp_servers={"fake": server, "off": {"command": "no-such", "disabled": True}},
    )
    got = await run(made, heard)
    assert (got.status, got.error_message) == ("completed", None)
    results = heard.of("tool_result")
    assert results[0] == "Echo: hi"
    assert sorted(results[1:5]) == sorted(["theirs", "mine", "(not set)", "exec_a"])
    assert results[5:] == [
        f"odd in {tmp_path}",
        "error: Error executing tool fail: the disk is on fire",
    ]
    told = heard.of("system")
    assert told[0] == "[mcp fake] connecting"
    assert "[mcp fake] fake server says hello" in told
    assert "[mcp fake] connected: 6 tools" in told
    assert "[mcp fake] echo was asked for hi" in told
    assert [(one.tool, one.read_only) for one in gate.seen[:2]] == [
        ("fake_echo", True),
        ("fake_variable", False),
    ]
    assert _children(launcher) == []
    await launcher.close()
    assert list(tmp_path.glob("jobs-tui-mcp*")) == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["http", "sse"])
async def test_a_server_at_an_address_is_used_and_its_death_named(
    fake: FakeOpenAI, heard: Heard, kind: str
) -> None:
    with _listening(kind) as (url, server):
        servers = {"fake": {"url": url, "type": kind, "headers": {"X-Who": "me"}}}
        got = await run(task(fake, ECHO, mcp_servers=servers), heard)
        assert got.status == "completed"
        assert heard.of("tool_result") == ["Echo: hi"]

        class Dying(Rules):
            async def check(self, call: Any) -> Any:
                server.kill()
                server.wait()
                return await super().check(call)

        got = await run(task(fake, ECHO, mcp_servers=servers, gate=Dying()))
        assert got.status == "failed"
        assert f"The MCP server fake ({url}) cannot be used any more" in str(got.error_message)
        got = await run(task(fake, ECHO, mcp_servers=servers))
        assert (got.status, got.retry) == ("failed", True)
        assert got.error_message == (
            f"The MCP server fake ({url}) cannot be reached: Connection refused."
        )


@pytest.mark.parametrize(
    ("server", "said", "retry"),
    [
        ({"command": "no-such-program"}, "no-such-program was not found on PATH", False),
        ({"command": "sh", "args": ["-c", "echo bad config >&2"]}, "has ended: bad config.", True),
        ({"command": "sh", "args": ["-c", "exit 3"]}, "has ended without a word.", True),
        ({"command": "sh", "cwd": "/no/where"}, "/no/where does not exist", False),
        ({"url": "http://127.0.0.1:9/mcp"}, "cannot be reached: Connection refused.", True),
        ({"url": "http://u:pw@127.0.0.1:9/mcp?k=pw"}, "fake (http://127.0.0.1:9/mcp) cannot", True),
        ({}, "is not described well", False),
        ({"type": "carrier pigeon", "url": "http://x"}, "is not described well", False),
        ({"type": "stdio", "url": "http://x"}, "is not described well", False),
    ],
)
async def test_a_server_that_is_not_there_is_named_and_the_others_end(
    fake: FakeOpenAI, launcher: Launcher, server: dict[str, Any], said: str, retry: bool
) -> None:
    servers = {"other": {"command": "sleep", "args": ["600"]}, "fake": server}
    got = await run(task(fake, "go", spawner=launcher, mcp_servers=servers))
    assert (got.status, got.retry) == ("failed", retry)
    assert "The MCP server fake" in str(got.error_message)
    assert said in str(got.error_message)
    assert "pw" not in str(got.error_message)
    assert fake.requests == []
    assert _children(launcher) == []


async def test_a_server_that_dies_in_the_middle_is_named_with_its_last_words(
    fake: FakeOpenAI, launcher: Launcher
) -> None:
    made = task(fake, "CALL fake_die", spawner=launcher, mcp_servers={"fake": STDIO})
    got = await run(made)
    assert got.status == "failed"
    assert "The MCP server fake" in str(got.error_message)
    assert "has ended: I am dying." in str(got.error_message)
    assert got.usage["tool_calls"] == 1
    assert _children(launcher) == []


async def test_a_server_that_talks_rubbish_is_heard_and_named(
    fake: FakeOpenAI, heard: Heard, launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs_tui.agents.llm import mcp_servers

    monkeypatch.setattr(mcp_servers, "CONNECT", 0.5)
    server = {"command": "sh", "args": ["-c", "echo Welcome!; sleep 600 & wait"]}
    got = await run(task(fake, "go", spawner=launcher, mcp_servers={"fake": server}), heard)
    assert got.error_message == "The MCP server fake (sh) did not answer within 0.5 seconds."
    assert "[mcp fake] not a message: Welcome!" in heard.of("system")
    assert _children(launcher) == []


async def test_cancelled_in_a_call_no_process_is_left(
    fake: FakeOpenAI, heard: Heard, launcher: Launcher
) -> None:
    called = asyncio.Event()

    class Watching(Rules):
        async def check(self, call: Any) -> Any:
            called.set()
            return await super().check(call)

    made = task(
        fake, "CALL fake_sleep", spawner=launcher, gate=Watching(), mcp_servers={"fake": STDIO}
    )
    await cancelled_while(made, heard, called.wait)
    assert _children(launcher) == []


async def test_cancelled_while_servers_start_no_process_is_left(
    fake: FakeOpenAI, heard: Heard, launcher: Launcher
) -> None:
    """One server ignores TERM and has a child that left its session."""
    stubborn = "trap '' TERM; setsid sleep 600 & echo up >&2; while :; do sleep 600; done"

    servers = {
        "bad": {"command": "sh", "args": ["-c", stubborn]},
        "slow": {"command": "sleep", "args": ["600"]},
    }
    made = task(fake, "go", spawner=launcher, mcp_servers=servers, stop_timeout=0.1)
    await cancelled_while(made, heard, lambda: heard.until("[mcp bad] up"))
    assert _children(launcher) == []


async def test_cancelled_while_an_address_says_nothing(fake: FakeOpenAI, heard: Heard) -> None:
    fake.turns = [Turn(silent=True)]
    servers = {"silent": {"url": fake.base_url}}

    async def asked() -> None:
        await asyncio.to_thread(fake.asked.wait)

    await cancelled_while(task(fake, "go", mcp_servers=servers), heard, asked)


async def test_names_are_unique_and_fit_every_provider(fake: FakeOpenAI) -> None:
    fake.turns = [Turn("done")]
    with _listening("http") as (url, _):
        servers = {name: {"url": url} for name in ("a b", "a.b", "x" * 80)}
        got = await run(task(fake, "go", mcp_servers=servers))
    assert got.status == "completed"
    names = [one["function"]["name"] for one in fake.requests[0]["tools"]]
    assert len(names) == len(set(names)) == 18
    assert {"a_b_echo", "a_b_odd-name_x", "a_b_2_echo", "x" * 64, "x" * 62 + "_2"} <= set(names)
    assert all(len(name) <= 64 for name in names)


async def test_a_tool_of_ours_keeps_its_name_beside_one_of_a_server(
    fake: FakeOpenAI, with_tools: Any
) -> None:
    with_tools(ours := Disk("fake_echo"))
    fake.turns = [Turn("", [("c", "fake_echo", {"path": "/"})]), Turn("done")]
    with _listening("http") as (url, _):
        made = task(fake, "go", tools=CONTEXT, mcp_servers={"fake": {"url": url}})
        got = await run(made)
    assert (got.status, len(ours.calls)) == ("completed", 1)
    assert "fake_echo_2" in [one["function"]["name"] for one in fake.requests[0]["tools"]]
