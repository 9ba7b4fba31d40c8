"""The shell agent against real bash: status, output, what is left behind, and cancelling."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jobs_tui.agents.runner import LauncherDied, Task
from jobs_tui.agents.shell import ShellRunner
from jobs_tui.agents.tool_processes import LauncherProcesses
from jobs_tui.engine.launcher import procs
from jobs_tui.engine.launcher.client import Launcher
from jobs_tui.guard.withheld import WITHHELD
from jobs_tui.models.errors import InvalidInput
from tests.agents.conftest import Collected
from tests.launcher_help import alive, token, until

Make = Callable[..., Task]


@pytest.mark.parametrize(
    ("script", "status", "code", "error", "result"),
    [
        ("echo one; echo two; echo", "completed", 0, None, "two"),
        ("false; echo on | cat; false | true", "completed", 0, None, "on"),
        ("echo 'lag 91 s' >&2; exit 1", "failed", 1, "exit 1: lag 91 s", None),
        ("exit 3", "failed", 3, "exit 3", None),
        ("kill -9 $$", "failed", 137, "killed by SIGKILL", None),
        ("printf '10%%\\r20%%\\r'", "completed", 0, None, "20%"),
    ],
)
async def test_exit_decides_the_status(
    task: Make,
    output: Collected,
    script: str,
    status: str,
    code: int,
    error: str | None,
    result: str | None,
) -> None:
    got = await asyncio.wait_for(ShellRunner().run(task(script), output), 10)
    assert (got.status, got.exit_code, got.error_message, got.result) == (
        status,
        code,
        error,
        result,
    )
    assert output.system == []
    assert got.usage["max_rss_bytes"]
    assert got.finished_at


async def test_values_reach_the_script_as_text(task: Make, output: Collected) -> None:
    evil = '$(touch /tmp/jt-pwned); "`id`" \''
    script = "echo {{ v }} \"{{ v }}\" '{{ v }}' $JT_MINE"
    await ShellRunner().run(task(script, values={"v": evil}, env={"JT_MINE": "mine"}), output)
    assert output.streams["stdout"].decode() == f"{evil} {evil} {evil} mine\n"


async def test_home_is_the_default_directory(
    task: Make, output: Collected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "sub").mkdir()
    for directory in (None, "~/sub", "sub", "/"):
        await ShellRunner().run(task("pwd", working_directory=directory), output)
    assert output.streams["stdout"].decode().split() == [
        str(tmp_path),
        str(tmp_path / "sub"),
        str(tmp_path / "sub"),
        "/",
    ]
    got = await ShellRunner().run(task("pwd", working_directory="/nope"), output)
    assert got.status == "failed"
    assert "working directory /nope does not exist" in str(got.error_message)


async def test_the_engines_environment_does_not_steer_bash(
    task: Make, output: Collected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "env").write_text("echo from BASH_ENV")
    monkeypatch.setenv("BASH_ENV", str(tmp_path / "env"))
    monkeypatch.setenv("SHELLOPTS", "errexit")
    launcher = await Launcher.start(tmp_path / "journal2")
    mine = Task("exec_a", "job_a", "a job", "false; echo on", {}, launcher)
    await ShellRunner().run(mine, output)
    assert output.streams["stdout"] == b"on\n"
    await launcher.close()


async def test_what_opens_the_engine_and_its_secrets_stays_with_the_engine(
    output: Collected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in WITHHELD:
        monkeypatch.setenv(name, "opens everything")
    launcher = await Launcher.start(tmp_path / "journal2")
    script = "; ".join(f'echo "${{{name}-none}}"' for name in WITHHELD)
    task = Task("exec_a", "job_a", "a job", script, {}, launcher)
    await ShellRunner().run(task, output)
    mine = replace(task, env={"JOBS_TUI_KEY": "set by the job"})
    await ShellRunner().run(mine, output)
    await launcher.close()
    assert output.streams["stdout"] == b"none\nnone\nnone\nnone\nset by the job\nnone\n"


async def test_programs_of_tools_get_no_more_of_the_engine_than_scripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in WITHHELD:
        monkeypatch.setenv(name, "opens everything")
    launcher = await Launcher.start(tmp_path / "journal2")
    task = Task("exec_a", "job_a", "a job", "", {}, launcher)
    done = await LauncherProcesses(task).run(["env"])
    await launcher.close()
    assert "PATH=" in done.stdout
    assert "opens everything" not in done.stdout


async def test_without_bash_it_says_so(
    task: Make, output: Collected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nope")
    got = await ShellRunner().run(task("echo"), output)
    assert (got.status, got.error_message) == (
        "failed",
        "bash was not found on PATH. Install bash.",
    )


async def test_a_long_script_is_refused_in_a_sentence(task: Make, output: Collected) -> None:
    script = "echo " + "x" * 120_000
    with pytest.raises(InvalidInput, match="120,005 bytes"):
        ShellRunner().check(script, ())
    got = await ShellRunner().run(task(script), output)
    assert got.status == "failed"
    assert "120,005 bytes" in str(got.error_message)
    fits = "echo " + "x" * 100_000
    assert (await ShellRunner().run(task(fits), output)).status == "completed"


async def test_a_large_variable_is_refused_in_a_sentence(task: Make, output: Collected) -> None:
    got = await ShellRunner().run(task("echo $BIG", env={"BIG": "x" * 140_000}), output)
    assert got.status == "failed"
    assert "too large" in str(got.error_message)


async def test_much_output_arrives_complete(task: Make, output: Collected) -> None:
    got = await asyncio.wait_for(ShellRunner().run(task("seq 200000; seq 100000 >&2"), output), 20)
    assert output.streams["stdout"].split() == [str(n).encode() for n in range(1, 200001)]
    assert output.streams["stderr"].endswith(b"\n100000\n")
    assert (got.status, got.result) == ("completed", "200000")


async def test_a_shut_output_slows_the_run_and_loses_nothing(task: Make, output: Collected) -> None:
    output.open.clear()
    run = asyncio.ensure_future(ShellRunner().run(task("seq 100000; echo end"), output))
    await until(lambda: output.streams["stdout"])
    held = len(output.streams["stdout"])
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(output.streams["stdout"]) == held <= 65536
    assert not run.done()
    output.open.set()
    assert (await asyncio.wait_for(run, 10)).result == "end"
    assert len(output.streams["stdout"].split()) == 100001


async def test_the_tail_is_kept_when_the_output_is_shut_beyond_the_drain(
    task: Make, output: Collected
) -> None:
    output.open.clear()
    script = "echo first; sleep 0.05; seq 10000"
    run = asyncio.ensure_future(ShellRunner().run(task(script, drain=0.01), output))
    await until(lambda: output.streams["stdout"] and not alive("sleep\0000.05"))
    for _ in range(20):
        await asyncio.sleep(0)
    output.open.set()
    assert (await asyncio.wait_for(run, 10)).result == "10000"


@pytest.mark.parametrize(
    "background",
    [
        "sleep {t} &",
        "setsid sleep {t} &",
        "( trap '' TERM; sleep {t} ) &",
        "env -i setsid sleep {t} &",
    ],
)
async def test_what_holds_the_output_is_ended_after_the_drain(
    task: Make, output: Collected, background: str
) -> None:
    tok = token()
    script = background.format(t=tok) + " echo done"
    got = await asyncio.wait_for(
        ShellRunner().run(task(script, drain=0.1, stop_timeout=0.1), output), 10
    )
    assert (got.status, got.result) == ("completed", "done")
    assert len(output.system) == 1
    assert output.system[0].startswith("ended ")
    assert "background process" in output.system[0]
    assert alive(tok) == []


async def test_what_is_left_without_the_output_is_ended_too(task: Make, output: Collected) -> None:
    tok = token()
    script = f"setsid sleep {tok} >/dev/null 2>&1 & exit 4"
    got = await asyncio.wait_for(ShellRunner().run(task(script, drain=60), output), 10)
    assert (got.status, got.exit_code) == ("failed", 4)
    assert output.system == ["ended 1 background process"]
    assert alive(tok) == []


async def test_late_output_within_the_drain_is_kept(task: Make, output: Collected) -> None:
    got = await asyncio.wait_for(
        ShellRunner().run(task("(sleep 0.05; echo late) & echo early", drain=30), output), 10
    )
    assert output.streams["stdout"] == b"early\nlate\n"
    assert got.result == "late"
    assert output.system == []


async def test_cancel_reads_on_and_leaves_nothing(task: Make, output: Collected) -> None:
    tok = token()
    script = f"trap 'echo bye; exit' TERM; sleep {tok} & echo up; wait"
    run = asyncio.ensure_future(ShellRunner().run(task(script, stop_timeout=10), output))
    await until(lambda: output.streams["stdout"] and alive(tok))
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(run, 5)
    assert output.streams["stdout"] == b"up\nbye\n"
    assert alive(tok) == []


async def test_cancel_kills_what_ignores_term(task: Make, output: Collected) -> None:
    tok = token()
    script = f"trap '' TERM; setsid sleep {tok} & sleep {tok}; :"
    run = asyncio.ensure_future(ShellRunner().run(task(script, stop_timeout=0.1), output))
    await until(lambda: len(alive(tok)) == 3)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(run, 5)
    assert alive(tok) == []


async def test_a_second_cancel_kills_at_once(task: Make, output: Collected) -> None:
    tok = token()
    script = f"trap '' TERM; sleep {tok}; :"
    run = asyncio.ensure_future(ShellRunner().run(task(script, stop_timeout=600), output))
    await until(lambda: len(alive(tok)) == 2)
    for _ in range(2):
        run.cancel()
        await asyncio.sleep(0.01)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(run, 5)
    assert alive(tok) == []


async def test_cancel_at_every_early_moment_leaves_nothing(
    task: Make, output: Collected, launcher: Launcher
) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for steps in range(30):
        run = asyncio.ensure_future(ShellRunner().run(task("sleep 600", stop_timeout=5), output))
        for _ in range(steps):
            await asyncio.sleep(0)
        run.cancel()
        await asyncio.wait_for(asyncio.gather(run, return_exceptions=True), 5)
        assert run.cancelled()
    assert procs.children(launcher.pid) == []
    assert len(os.listdir("/proc/self/fd")) == before


async def test_an_output_that_fails_ends_the_run(task: Make, output: Collected) -> None:
    tok = token()

    class Broken(Collected):
        def feed(self, stream: str, data: bytes, step: str = "") -> None:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await asyncio.wait_for(
            ShellRunner().run(task(f"echo; sleep {tok}", stop_timeout=0.1), Broken()), 5
        )
    assert alive(tok) == []


async def test_the_launchers_death_is_not_a_result(
    task: Make, output: Collected, launcher: Launcher
) -> None:
    tok = token()
    run = asyncio.ensure_future(ShellRunner().run(task(f"exec sleep {tok}"), output))
    await until(lambda: alive(tok))
    os.kill(launcher.pid, 9)
    with pytest.raises(LauncherDied):
        await asyncio.wait_for(run, 5)
    for pid in alive(tok):
        os.kill(pid, 9)


def test_a_prompt_is_checked_and_shown_without_running_it() -> None:
    runner = ShellRunner()
    prompt = 'echo {{ a }} "{{ b }}"'
    assert runner.variables(prompt) == ("a", "b")
    assert runner.check(prompt, ("a", "b")) == ()
    assert "JT_" not in runner.readable(prompt, {"a": "one", "b": "two"})
    assert "one" in runner.readable(prompt, {"a": "one", "b": "two"})
    with pytest.raises(InvalidInput):
        runner.check("eval {{ a }}", ("a",))
