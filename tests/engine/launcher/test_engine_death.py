"""The engine dies, however it dies: every tree ends, and what was started is written down."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import sys
from pathlib import Path

import pytest

from jobs_tui.engine.launcher.client import Launcher
from jobs_tui.engine.launcher.journal import add_to_journal, forget_journal, read_journal
from jobs_tui.engine.launcher.sweep import is_alive, sweep_marked
from tests.launcher_help import alive, token, until

ENGINE = str(Path(__file__).with_name("orphaned_engine.py"))
ROOT = str(Path(__file__).parents[3])


async def killed_engine(journal: Path, tok: str, sig: int) -> tuple[int, int]:
    engine = await asyncio.create_subprocess_exec(
        sys.executable,
        ENGINE,
        str(journal),
        tok,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": ROOT},
    )
    assert engine.stdout
    pid, start = json.loads(await asyncio.wait_for(engine.stdout.readline(), 20))
    await until(lambda: len(alive(tok)) >= 4 * 5)
    engine.send_signal(sig)
    await engine.wait()
    return pid, start


async def test_kill_9_of_the_engine_ends_everything_and_leaves_a_journal(tmp_path: Path) -> None:
    journal, tok = tmp_path / "journal", token()
    add_to_journal(str(journal), ["exec_of_an_earlier_death"])

    pid, start = await killed_engine(journal, tok, signal.SIGKILL)
    await until(lambda: not is_alive(pid, start))

    assert alive(tok) == []
    assert read_journal(str(journal), pid) == {
        "exec_of_an_earlier_death",
        "exec_live0",  # acknowledged, but it lived: the engine cannot have known its end
        "exec_live1",
        "exec_live2",
        "exec_live3",
        "exec_reported",
    }
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["journal"]
    forget_journal(str(journal))
    assert read_journal(str(journal), pid) is None


async def test_a_launcher_that_wrote_nothing_is_not_taken_for_an_empty_journal(
    tmp_path: Path,
) -> None:
    journal = tmp_path / "journal"
    assert read_journal(str(journal), 1) is None
    add_to_journal(str(journal), [])
    assert read_journal(str(journal), os.getpid()) == frozenset()
    assert read_journal(str(journal), os.getpid() + 1) is None


async def test_a_journal_that_cannot_be_written_does_not_keep_trees_alive(tmp_path: Path) -> None:
    tok = token()
    pid, start = await killed_engine(tmp_path / "missing" / "journal", tok, signal.SIGKILL)
    await until(lambda: not is_alive(pid, start))
    assert alive(tok) == []


@pytest.mark.parametrize("acked", [True, False])
async def test_an_orderly_close_leaves_a_journal_only_of_what_was_not_acked(
    tmp_path: Path, acked: bool
) -> None:
    journal = tmp_path / "journal"
    launcher = await Launcher.start(journal)
    run = await launcher.spawn("exec_a", ["/bin/true"], {}, "/")
    await run.ended()
    run.close()
    if acked:
        launcher.ack("exec_a")
    await launcher.close()
    assert read_journal(str(journal), launcher.pid) == (None if acked else {"exec_a"})


async def test_launcher_and_engine_killed_then_swept_by_mark(tmp_path: Path) -> None:
    launcher = await Launcher.start(tmp_path / "journal")
    lost, kept = token(), token()
    script = "trap '' TERM; setsid sleep {t} & ( sleep {t} & ); sleep {t}; :"
    runs = [
        await launcher.spawn(name, ["/bin/bash", "-c", script.format(t=tok)], {}, "/")
        for name, tok in (("exec_swept", lost), ("exec_spared", kept))
    ]
    await until(lambda: len(alive(lost)) == 4 and len(alive(kept)) == 4)
    os.kill(launcher.pid, signal.SIGKILL)
    await until(lambda: not is_alive(launcher.pid, launcher.start_time or 0))

    spared = max(alive(lost))  # a sleep: bash would leave when its sleep is killed
    count = await asyncio.to_thread(sweep_marked, ["exec_swept"], exclude_pids=[spared])
    assert count == 3
    assert alive(lost) == [spared]
    assert await asyncio.to_thread(sweep_marked, ["exec_swept", "exec_spared"]) == 5
    assert alive(lost) + alive(kept) == []
    assert sweep_marked([]) == 0
    for run in runs:
        run.close()
