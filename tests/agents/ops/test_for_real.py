"""Prompts that really do what they say, with our own tools."""

from __future__ import annotations

import os
import socket
import tarfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from jobs_tui.agents.ops.runner import OpsRunner
from jobs_tui.agents.runner import Result, Task
from jobs_tui.agents.tool_processes import LauncherProcesses
from jobs_tui.engine.launcher.client import Launcher
from jobs_tui.models.agent import AgentInput
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from jobs_tui.tools.tool import ToolContext
from tests.agents.ops.test_runner import Heard
from tests.fakes import FakeClock

OPS = AgentInput(id="ops", kind="ops")


class Box:
    """A working directory, and prompts that are run in it."""

    def __init__(self, task: Task, work: Path) -> None:
        self._task = task
        self.work = work
        self.heard = Heard()

    async def say(self, prompt: str) -> Result:
        return await OpsRunner().run(replace(self._task, prompt=prompt), self.heard)


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    work = tmp_path / "work"
    work.mkdir()
    clock = FakeClock()
    store = Store(Home(tmp_path / "home", tmp_path / "home" / "config.toml"), clock)
    launcher = await Launcher.start(tmp_path / "journal", grace=0.2)
    task = Task("e", "j", "job", "", {}, launcher, agent=OPS, working_directory=str(work))
    context = ToolContext(store, "e", "j", str(work), {}, LauncherProcesses(task), lambda _: None)
    yield Box(replace(task, tools=context), work)
    await launcher.close()
    store.close()


def _aged(path: Path, days: int) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("old")
    at = FakeClock().now().timestamp() - days * 86_400
    os.utime(path, (at, at))
    return path


async def test_a_directory_is_backed_up_and_old_archives_go(box: Box) -> None:
    (box.work / "www").mkdir()
    (box.work / "www" / "index.html").write_text("hello")
    for _ in range(3):
        got = await box.say('back up "./www" to ./kept as tar.gz and keep 2 copies')
        assert (got.status, got.exit_code) == ("completed", 0)
    made = sorted((box.work / "kept").glob("*.tar.gz"))
    assert len(made) == 2
    with tarfile.open(made[0]) as archive:
        assert "www/index.html" in archive.getnames()


async def test_deleting_is_a_dry_run_until_it_is_said_plainly(box: Box) -> None:
    old, new = _aged(box.work / "x" / "old.txt", 40), _aged(box.work / "x" / "new.txt", 3)
    await box.say("delete files in ./x older than 30 days")
    assert old.exists()
    got = await box.say("really delete files in ./x older than 30 days")
    assert got.status == "completed"
    assert (old.exists(), new.exists()) == (False, True)


async def test_a_closed_port_fails_the_run_with_the_alarm(box: Box) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert (await box.say(f"is port {port} on 127.0.0.1 open?")).status == "completed"
        assert (await box.say(f"make sure 127.0.0.1:{port} is closed")).status == "failed"
    got = await box.say(f"check that port {port} on localhost is open")
    assert (got.status, got.exit_code) == ("failed", 1)
    assert f"Port {port} of localhost is closed" in str(got.error_message)


async def test_errors_in_a_log_are_counted_against_the_limit(box: Box) -> None:
    (box.work / "app.log").write_text("ok\nERROR one\nerror two\n")
    assert (await box.say("alert if app.log contains more than 2 errors")).status == "completed"
    got = await box.say("alert if app.log contains more than 1 error")
    assert (got.status, got.result) == ("failed", "2 matches in 1 file")


async def test_a_limit_of_the_machine_that_is_always_crossed_fails(box: Box) -> None:
    got = await box.say("Check system health and alert if memory > 0%")
    assert (got.status, got.exit_code) == ("failed", 1)
    assert "Memory is at" in str(got.error_message)


async def test_the_report_of_an_empty_home_is_a_report(box: Box) -> None:
    got = await box.say("Generate weekly analytics report.")
    assert got.status == "completed"
    assert "0 runs" in str(got.result)


async def test_nothing_of_a_prompt_is_done_when_a_part_is_not_understood(box: Box) -> None:
    old = _aged(box.work / "x" / "old.txt", 40)
    got = await box.say("really delete files in ./x older than 30 days and deploy branch main")
    assert (got.status, old.exists()) == ("failed", True)


async def test_a_directory_that_is_not_there_is_the_tools_sentence(box: Box) -> None:
    got = await box.say("disk usage of ./nowhere")
    assert got.status == "failed"
    assert f"{box.work}/nowhere is no directory here" in str(got.error_message)
