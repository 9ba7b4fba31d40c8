"""Spawning: what a run inherits, what is refused in which words, and that nothing is leaked."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from jobs_tui.agents.runner import LauncherDied, SpawnFailed
from jobs_tui.engine.launcher import procs
from jobs_tui.engine.launcher.client import Launcher
from jobs_tui.engine.launcher.held import held
from jobs_tui.engine.launcher.journal import read_journal
from tests.launcher_help import BASH, alive, read_all, token, until


async def output(launcher: Launcher, script: str, env: dict[str, str | None] | None = None) -> str:
    run = await launcher.spawn("exec_a", [BASH, "-c", script], env or {}, "/tmp")
    text = await read_all(run.stdout)
    await run.ended()
    run.close()
    return text.decode()


async def test_a_run_has_three_descriptors_its_mark_and_default_signals(launcher: Launcher) -> None:
    text = await output(
        launcher,
        "ls -m /proc/$$/fd; echo $JOBS_TUI_EXECUTION_ID; pwd; readlink /proc/$$/fd/0;"
        "grep SigIgn /proc/self/status; ps -o pgid= -p $$ | xargs test $$ -eq && echo leader",
    )
    fds, mark, directory, stdin, ignored, leader = text.splitlines()
    assert fds == "0, 1, 2"
    assert (mark, directory, stdin, leader) == ("exec_a", "/tmp", "/dev/null", "leader")
    assert int(ignored.split()[1], 16) & 0x7FFFFFFF == 0  # above 31: the C library's own


async def test_descriptors_of_runs_that_live_are_not_inherited(launcher: Launcher) -> None:
    others = [await launcher.spawn("exec_b", ["/bin/sleep", "600"], {}, "/") for _ in range(5)]
    assert await output(launcher, "ls -m /proc/$$/fd; :") == "0, 1, 2\n"
    for other in others:
        other.stop(0)
        await other.ended()
        other.close()


@pytest.mark.parametrize("size", [0, 5, 65_537, 3_000_000])
async def test_a_run_reads_the_whole_of_what_it_is_given(launcher: Launcher, size: int) -> None:
    text = b"0123456789" * (size // 10) + b"x" * (size % 10)
    run = await launcher.spawn("exec_a", [BASH, "-c", "ls -m /proc/$$/fd; cat"], {}, "/", text)
    first, _, rest = (await read_all(run.stdout)).partition(b"\n")
    assert first == b"0, 1, 2"
    assert rest == text
    await run.ended()
    run.close()


async def test_what_nobody_reads_holds_up_nothing(launcher: Launcher, tmp_path: Path) -> None:
    before = len(os.listdir(f"/proc/{launcher.pid}/fd"))
    run = await launcher.spawn("exec_a", ["/bin/true"], {}, "/", b"x" * 1_000_000)
    assert (await run.exited()).code == 0
    await run.ended()
    run.close()
    with pytest.raises(SpawnFailed, match="was not found"):
        await launcher.spawn("exec_a", ["/nope"], {}, "/", b"x")
    assert len(os.listdir(f"/proc/{launcher.pid}/fd")) == before


def test_what_is_held_without_memory_files_has_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "memfd_create")
    fd = held(b"text", str(tmp_path / "journal"))
    assert list(tmp_path.iterdir()) == []
    assert os.read(fd, 10) == b"text"
    assert os.fstat(fd).st_mode & 0o777 == 0o600
    os.close(fd)


async def test_environment_is_a_difference(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JT_INHERITED", "yes")
    second = await Launcher.start(tmp_path / "journal2")
    script = 'echo "[$JT_INHERITED][$JT_NEW]"'
    assert await output(second, script, {"JT_NEW": "é\n$x"}) == "[yes][é\n$x]\n"
    assert await output(second, script, {"JT_INHERITED": None}) == "[][]\n"
    await second.close()


async def test_large_environments(launcher: Launcher) -> None:
    large = "x" * (127 * 1024)
    assert await output(launcher, "echo ${#LARGE}", {"LARGE": large}) == f"{127 * 1024}\n"
    with pytest.raises(SpawnFailed, match=r"too large.*the largest is ONE") as caught:
        await output(launcher, ":", {"ONE": "x" * (128 * 1024), "TWO": "y"})
    assert "128 KiB" in caught.value.hint
    many = {f"V{i}": "x" * 120_000 for i in range(20)}
    with pytest.raises(SpawnFailed, match="2,400,000 bytes"):
        await output(launcher, ":", many)
    assert await output(launcher, "echo still here") == "still here\n"


@pytest.mark.parametrize(
    ("argv", "env", "cwd", "words"),
    [
        (["/nope/bash"], {}, "/", "/nope/bash was not found"),
        (["/etc/passwd"], {}, "/", "/etc/passwd cannot be started: Permission denied"),
        (["/bin/true"], {}, "/nope", "directory /nope does not exist"),
        (["/bin/true"], {}, "/etc/passwd", "directory /etc/passwd is not a directory"),
        (["/bin/true"], {"A": "a\0b"}, "/", "null byte"),
    ],
)
async def test_refusals_say_what_is_wrong(
    launcher: Launcher, argv: list[str], env: dict[str, str | None], cwd: str, words: str
) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(SpawnFailed, match=words):
        await launcher.spawn("exec_a", argv, env, cwd)
    assert len(os.listdir("/proc/self/fd")) == before


async def test_exits_and_usage(launcher: Launcher) -> None:
    codes = []
    for script in ("exit 0", "exit 7", "kill -9 $$", "for i in {1..20000}; do :; done"):
        run = await launcher.spawn("exec_a", [BASH, "-c", script], {}, "/")
        codes.append(await run.exited())
        await run.ended()
        run.close()
    assert [exit_.code for exit_ in codes] == [0, 7, -9, 0]
    assert codes[3].user_seconds > 0
    assert codes[0].max_rss_bytes > 1_000_000
    assert codes[0].at <= codes[1].at <= codes[2].at


async def test_200_quick_runs_leave_neither_descriptors_nor_zombies(launcher: Launcher) -> None:
    async def one(number: int) -> int:
        run = await launcher.spawn(f"exec_{number}", ["/bin/true"], {}, "/")
        exit_ = await run.exited()
        await run.ended()
        run.close()
        launcher.ack(f"exec_{number}")
        return exit_.code

    await one(0)
    ours = os.listdir("/proc/self/fd")
    theirs = os.listdir(f"/proc/{launcher.pid}/fd")
    codes = await asyncio.wait_for(asyncio.gather(*(one(i) for i in range(200))), 20)
    assert codes == [0] * 200
    assert len(os.listdir("/proc/self/fd")) == len(ours)
    assert len(os.listdir(f"/proc/{launcher.pid}/fd")) == len(theirs)
    assert procs.children(launcher.pid) == []


async def test_credit_bounds_descriptors_under_way(tmp_path: Path) -> None:
    launcher = await Launcher.start(tmp_path / "journal", credit=4)
    before = len(os.listdir("/proc/self/fd"))
    tasks = [
        asyncio.ensure_future(launcher.spawn("exec_a", ["/bin/true"], {}, "/")) for _ in range(50)
    ]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(os.listdir("/proc/self/fd")) - before <= 4 * 4
    for run in await asyncio.wait_for(asyncio.gather(*tasks), 10):
        await run.ended()
        run.close()
    await launcher.close()


async def test_a_cancelled_spawn_leaves_nothing(launcher: Launcher) -> None:
    tok = token()
    before = len(os.listdir("/proc/self/fd"))
    spawn = asyncio.ensure_future(launcher.spawn("exec_a", ["/bin/sleep", tok], {}, "/"))
    await asyncio.sleep(0)
    spawn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(spawn, 5)
    assert alive(tok) == []
    assert len(os.listdir("/proc/self/fd")) == before


async def test_waiting_can_be_cancelled_and_repeated(launcher: Launcher) -> None:
    run = await launcher.spawn("exec_a", ["/bin/sleep", "600"], {}, "/")
    for wait in (run.exited, run.ended):
        waiting = asyncio.ensure_future(wait())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    run.stop(0)
    assert (await asyncio.wait_for(run.exited(), 5)).code == -9
    assert await run.exited() == await run.exited()
    await asyncio.wait_for(run.ended(), 5)
    run.close()
    run.close()


async def test_close_ends_what_runs(tmp_path: Path) -> None:
    launcher = await Launcher.start(tmp_path / "journal")
    tok = token()
    run = await launcher.spawn("exec_a", ["/bin/sleep", tok], {}, "/")
    await asyncio.wait_for(launcher.close(), 5)
    assert alive(tok) == []
    assert (await run.exited()).code == -9
    run.close()
    with pytest.raises(LauncherDied):
        await launcher.spawn("exec_a", ["/bin/true"], {}, "/")


async def test_death_of_the_launcher_is_heard_of(tmp_path: Path) -> None:
    launcher = await Launcher.start(tmp_path / "journal")
    reasons: list[str] = []
    launcher.on_death = reasons.append
    run = await launcher.spawn("exec_dead", ["/bin/sleep", token()], {}, "/")
    os.kill(launcher.pid, 9)
    with pytest.raises(LauncherDied):
        await asyncio.wait_for(run.exited(), 5)
    with pytest.raises(LauncherDied):
        await asyncio.wait_for(run.ended(), 5)
    await until(lambda: reasons)
    with pytest.raises(LauncherDied):
        await launcher.spawn("exec_a", ["/bin/true"], {}, "/")
    os.kill(run.pid, 9)
    run.close()


async def test_the_launcher_shrugs_off_signals_and_has_a_name(launcher: Launcher) -> None:
    for number in (1, 2, 3, 15):
        os.kill(launcher.pid, number)
    assert await output(launcher, "cat /proc/$PPID/comm") == "jobs-tui-launch\n"
    stat = procs.stat(launcher.pid)
    assert stat
    assert stat.session == launcher.pid


async def test_the_launcher_loads_nothing_but_the_standard_library(launcher: Launcher) -> None:
    mapped = Path(f"/proc/{launcher.pid}/maps").read_text()
    assert "site-packages" not in mapped
    assert "libsqlite" not in mapped


async def test_a_bug_in_the_launcher_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    launcher = await Launcher.start(tmp_path / "journal")
    reasons: list[str] = []
    launcher.on_death = reasons.append
    tok = token()
    script = f"trap '' TERM; setsid sleep {tok} & sleep {tok}; :"
    run = await launcher.spawn("exec_a", [BASH, "-c", script], {}, "/")
    await until(lambda: len(alive(tok)) == 3)
    launcher.send("nonsense")
    with pytest.raises(LauncherDied, match="ValueError: unknown frame"):
        await asyncio.wait_for(run.ended(), 5)
    await until(lambda: reasons)
    assert alive(tok) == []
    assert read_journal(str(tmp_path / "journal"), launcher.pid) == {"exec_a"}
    run.close()


async def test_a_launcher_that_cannot_start_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(LauncherDied):
        await asyncio.wait_for(Launcher.start(tmp_path / "journal"), 5)
    monkeypatch.setattr(sys, "executable", "/nope")
    with pytest.raises(LauncherDied, match="cannot be started"):
        await asyncio.wait_for(Launcher.start(tmp_path / "journal"), 5)
    assert len(os.listdir("/proc/self/fd")) == before


async def test_a_cancelled_start_leaves_nothing(tmp_path: Path) -> None:
    before = procs.children(os.getpid())
    start = asyncio.ensure_future(Launcher.start(tmp_path / "journal"))
    await until(lambda: len(procs.children(os.getpid())) > len(before))
    start.cancel()
    await asyncio.gather(start, return_exceptions=True)
    if not start.cancelled():
        await start.result().close()
    await until(lambda: procs.children(os.getpid()) == before)


async def test_a_launcher_inside_a_run_does_not_pass_on_its_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBS_TUI_EXECUTION_ID", "exec_outer")
    launcher = await Launcher.start(tmp_path / "journal")
    assert procs.mark(launcher.pid) is None
    assert await output(launcher, "echo $JOBS_TUI_EXECUTION_ID") == "exec_a\n"
    await launcher.close()
