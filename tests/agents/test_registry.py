"""Finding agents: built-in ones for free, third parties by entry point."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest

from jobs_tui.agents import registry
from jobs_tui.agents.directory import EMPTY, Directory
from jobs_tui.agents.registry import agents, get_runner, info
from jobs_tui.agents.runner import SHELL
from jobs_tui.agents.shell import ShellRunner
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import NotFound, Refused


class Parrot(ShellRunner):
    """A third party's agent."""

    kind = "parrot"
    name = "Parrot"
    description = "Says it again."


@pytest.fixture
def third_parties(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        importlib.metadata.EntryPoint("shell", "nowhere:Evil", registry.GROUP),
        importlib.metadata.EntryPoint("parrot", f"{__name__}:Parrot", registry.GROUP),
        importlib.metadata.EntryPoint("broken", "nowhere_at_all:X", registry.GROUP),
    ]
    monkeypatch.setitem(sys.modules, __name__, sys.modules[Parrot.__module__])
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: entries)


def test_the_shell_is_built_in_and_shared() -> None:
    assert isinstance(get_runner("shell"), ShellRunner)
    assert get_runner("shell") is get_runner("shell")


def test_an_unknown_kind_is_refused_with_the_known_ones(third_parties: None) -> None:
    with pytest.raises(NotFound, match="no kind of agent 'nobody'") as caught:
        get_runner("nobody")
    assert caught.value.hint == "Kinds: broken, command, llm, ops, parrot, shell."


def test_an_unknown_agent_is_refused_with_the_known_ones(third_parties: None) -> None:
    made = Directory(agents={"mine": AgentInput(id="mine", kind="shell")})
    with pytest.raises(NotFound, match="no agent 'nobody'") as caught:
        made.agent("nobody")
    assert caught.value.hint == "Known agents: broken, mine, ops, parrot, shell."
    assert made.agent("mine").kind == "shell"


def test_third_parties_come_by_entry_point_and_cannot_replace_ours(third_parties: None) -> None:
    assert get_runner("parrot").kind == "parrot"
    assert type(get_runner("shell")) is ShellRunner
    with pytest.raises(Refused, match=r"'broken' .nowhere_at_all:X. cannot be loaded"):
        get_runner("broken")
    found = {one.id: one for one in agents(EMPTY)}
    assert found["shell"].ready
    assert found["parrot"].ready
    assert found["parrot"].description == "Says it again."
    assert "nowhere_at_all" in found["broken"].reason


def test_an_agent_that_is_not_ready_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_ours", lambda _: ShellRunner())
    monkeypatch.setenv("PATH", "/nope")
    assert info(SHELL).reason == "bash was not found on PATH. Install bash."
    off = AgentInput(id="off", kind="shell", enabled=False)
    assert info(off).reason == f"The agent {off.id} is disabled."


def test_the_import_is_cheap() -> None:
    code = (
        "import sys, jobs_tui.agents.registry as r; r.get_runner('shell');"
        "print([m for m in ('asyncio', 'jinja2', 'textual', 'aiohttp', 'psutil', 'httpx2')"
        " if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"
