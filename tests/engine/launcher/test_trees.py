"""Whatever shape a run's processes take, all of them end, and nobody else's (PROTOTYPES.md A)."""

from __future__ import annotations

import asyncio

import pytest

from jobs_tui.engine.launcher.client import Launcher
from tests.launcher_help import BASH, alive, read_all, token, until

TREES = {
    "plain": (1, "exec sleep {t}"),
    "term-ignoring": (2, "trap '' TERM; sleep {t}; sleep {t}"),
    "background": (3, "sleep {t} & sleep {t} & wait"),
    "double fork": (2, "( ( sleep {t} & ) & ); sleep {t}"),
    "setsid, term-ignoring": (3, "setsid bash -c 'trap \"\" TERM; sleep {t}; :' & sleep {t}"),
    "stopped child": (2, "bash -c 'kill -STOP $$; sleep {t}' & sleep {t}"),
    "no environment, own session": (2, "env -i setsid sleep {t} & sleep {t}"),
    "own session after double fork": (2, "( setsid -f sleep {t} ); sleep {t}"),
    "many sessions": (41, "for i in {{1..40}}; do setsid sleep {t} & done; sleep {t}"),
    "keeps forking": (3, "trap '' TERM; while :; do setsid sleep {t} & sleep 0.01; done"),
}


@pytest.mark.parametrize("shape", TREES)
async def test_stop_ends_the_whole_tree_and_no_other(launcher: Launcher, shape: str) -> None:
    least, script = TREES[shape]
    mine, others = token(), token()
    bystander = await launcher.spawn("exec_b", ["/bin/sleep", others], {}, "/")
    run = await launcher.spawn("exec_a", [BASH, "-c", script.format(t=mine)], {}, "/")
    await until(lambda: len(alive(mine)) >= least)

    run.stop(0.15)
    leftovers = await asyncio.wait_for(run.ended(), 10)

    assert alive(mine) == []
    assert (await run.exited()).code < 0
    assert leftovers.untouchable == 0
    assert leftovers.count >= least - 2  # bash may exec the last command, or carry no token
    assert alive(others) == [bystander.pid]
    run.close()
    bystander.close()


async def test_term_lets_a_script_tidy_up(launcher: Launcher) -> None:
    run = await launcher.spawn(
        "exec_a",
        [BASH, "-c", "trap 'echo tidy; exit 3' TERM; echo up; while :; do sleep 0.01; done"],
        {},
        "/",
    )
    output = asyncio.ensure_future(read_all(run.stdout))
    run.stop(10)
    # A TERM before the trap was set kills bash; ask for the trap's exit only if it was.
    code = (await asyncio.wait_for(run.exited(), 10)).code
    text = await output
    assert (code, text) in [(3, b"up\ntidy\n"), (-15, b""), (-15, b"up\n")]
    await run.ended()
    run.close()


async def test_stop_zero_kills_at_once(launcher: Launcher) -> None:
    run = await launcher.spawn("exec_a", [BASH, "-c", "trap '' TERM; sleep 60; :"], {}, "/")
    run.stop(0)
    assert (await asyncio.wait_for(run.exited(), 5)).code == -9
    await asyncio.wait_for(run.ended(), 5)
    run.close()


async def test_a_shorter_grace_wins(launcher: Launcher) -> None:
    tok = token()
    run = await launcher.spawn("exec_a", [BASH, "-c", f"trap '' TERM; sleep {tok}; :"], {}, "/")
    await until(lambda: len(alive(tok)) == 2)
    run.stop(600)
    run.stop(0.05)
    await asyncio.wait_for(run.ended(), 5)
    assert alive(tok) == []
    run.close()


async def test_what_is_left_after_the_exit_is_reported_when_it_goes(launcher: Launcher) -> None:
    tok = token()
    run = await launcher.spawn("exec_a", [BASH, "-c", f"setsid sleep {tok} & :"], {}, "/")
    assert (await asyncio.wait_for(run.exited(), 5)).code == 0
    ended = asyncio.ensure_future(run.ended())
    await until(lambda: len(alive(tok)) == 1)
    assert not ended.done()
    run.stop(1)
    assert (await asyncio.wait_for(ended, 5)).count == 1
    run.close()


async def test_what_leaves_by_itself_is_not_counted(launcher: Launcher) -> None:
    run = await launcher.spawn("exec_a", [BASH, "-c", "sleep 0.1 & :"], {}, "/")
    await asyncio.wait_for(run.exited(), 5)
    assert (await asyncio.wait_for(run.ended(), 5)).count == 0
    run.close()


async def test_a_stray_without_any_sign_ends_when_no_run_is_live(launcher: Launcher) -> None:
    tok = token()
    first = await launcher.spawn("exec_b", ["/bin/sleep", token()], {}, "/")
    # Seen earlier, while it was still becoming what it is, it would be known as the run's.
    script = (
        f"env -i setsid -f sleep {tok} </dev/null >/dev/null 2>&1;"
        f"until pgrep -xf 'sleep {tok}' >/dev/null; do :; done"
    )
    run = await launcher.spawn("exec_a", [BASH, "-c", script], {}, "/")
    await asyncio.wait_for(run.ended(), 5)
    assert len(alive(tok)) == 1
    first.stop(0)
    await asyncio.wait_for(first.ended(), 5)
    await until(lambda: not alive(tok))
    await until(lambda: launcher.strays_ended == 1)
    run.close()
    first.close()
