"""Programs that play an agent program: what they were given is written down, what they say is set.

A fake is a script on a PATH of its own. It writes down its arguments as the system shows them, its
stdin, its variables and the files that its arguments name, then prints what the test wants.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from jobs_tui.agents.command.templates import agent_of
from jobs_tui.agents.runner import Task
from jobs_tui.engine.launcher.client import Launcher

_FAKE = """#!{python} -IS
import json, os, stat, sys
given = open("/proc/self/cmdline", "rb").read().decode(errors="surrogateescape").split("\\0")[3:-1]
files = {{}}
for one in [*given, *os.environ.values(), *[
    os.path.join(os.environ.get("CODEX_HOME", "/nope"), one + ".config.toml") for one in given
], os.path.join(os.environ.get("GEMINI_CLI_HOME", "/nope"), ".gemini/settings.json")]:
    path = one.rpartition("@")[2]
    if os.path.isfile(path) and path.endswith((".md", ".json", ".toml")):
        mode = stat.S_IMODE(os.lstat(path).st_mode)
        files[os.path.basename(path)] = [path, mode, open(path).read()]
report = dict(argv=given, stdin=sys.stdin.read(), cwd=os.getcwd(), env=dict(os.environ))
report["files"] = files
with open({report!r}, "w") as file:
    json.dump(report, file)
sys.stdout.flush()
with open({says!r}, "rb") as file:
    os.write(2, {stderr!r})
    while piece := file.read(65536):
        while piece:
            piece = piece[os.write(1, piece):]
{then}
"""


class Heard:
    """An output that keeps the lines by stream, raw output as text."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.raw = {"stdout": b"", "stderr": b""}

    def feed(self, stream: str, data: bytes, step: str = "") -> None:
        """See Output."""
        self.raw[stream] += data

    def line(self, stream: str, text: str, step: str = "") -> None:
        """See Output."""
        self.lines.append((stream, text))

    async def ready(self) -> None:
        """See Output."""

    def of(self, stream: str) -> list[str]:
        """The lines of one stream."""
        return [text for one, text in self.lines if one == stream]


class Fakes:
    """Makes fake programs, and tells what they were given."""

    def __init__(self, directory: Path) -> None:
        self.bin = directory / "bin"
        self.bin.mkdir()
        self._directory = directory
        self.path = f"{self.bin}:{os.environ['PATH']}"

    def __call__(
        self,
        name: str,
        says: bytes | str | list[dict[str, Any]] = b"",
        *,
        code: int = 0,
        stderr: str = "",
        then: str = "",
    ) -> Path:
        """A program that prints ``says`` (events: one a line) and exits with ``code``.

        Args:
            then: Python that it runs before it exits.
        """
        if isinstance(says, list):
            says = "".join(json.dumps(event) + "\n" for event in says)
        said = self._directory / f"{name}.says"
        said.write_bytes(says.encode() if isinstance(says, str) else says)
        program = self.bin / name
        program.write_text(
            _FAKE.format(
                python=os.path.realpath(sys.executable),
                report=str(self._directory / f"{name}.report"),
                says=str(said),
                stderr=stderr.encode(),
                then=f"{then}\nsys.exit({code})",
            )
        )
        program.chmod(0o755)
        return program

    def given(self, name: str) -> dict[str, Any]:
        """What the program was given."""
        report: dict[str, Any] = json.loads((self._directory / f"{name}.report").read_text())
        return report


@pytest.fixture
def heard() -> Heard:
    """An output in memory."""
    return Heard()


@pytest.fixture
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fakes:
    """Fake programs before all others on PATH; private files below the test's directory."""
    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(private))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("CODEX_HOME", "COPILOT_HOME", "GEMINI_CLI_HOME"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    fakes = Fakes(tmp_path)
    monkeypatch.setenv("PATH", fakes.path)
    return fakes


@pytest.fixture
async def spawner(tmp_path: Path, fakes: Fakes) -> AsyncIterator[Launcher]:
    """Ends everything at once when closed."""
    started = await Launcher.start(tmp_path / "journal", grace=0.2)
    yield started
    await started.close()


@pytest.fixture
def asked(spawner: Launcher) -> Callable[..., Task]:
    """Makes a task for a known program from a prompt and whatever else differs.

    Keywords in ``agent`` change the agent.
    """

    def make(program: str, prompt: str = "Say hello", **others: Any) -> Task:
        values = others.pop("values", {})
        agent = agent_of(program).model_copy(update=others.pop("agent", {}))
        return Task("exec_a", "job_a", "a job", prompt, values, spawner, agent=agent, **others)

    return make
