"""An engine to be killed: starts runs, prints one line of JSON, and waits for its end."""

from __future__ import annotations

import asyncio
import json
import sys

from jobs_tui.engine.launcher.client import Launcher

HARD = (
    "trap '' TERM; (trap '' TERM; sleep {t}; :) & ( setsid sleep {t} & ) ;"
    "env -i setsid sleep {t} & sleep {t}; :"
)


async def work(journal: str, tok: str) -> None:
    launcher = await Launcher.start(journal, grace=0.3)
    for number in range(4):
        argv = ["/bin/bash", "-c", HARD.format(t=tok)]
        await launcher.spawn(f"exec_live{number}", argv, {}, "/")
    for name in ("acked", "reported"):
        run = await launcher.spawn(f"exec_{name}", ["/bin/true"], {}, "/")
        await run.ended()
    launcher.ack("exec_acked")
    launcher.ack("exec_live0")
    # The next answer tells that the launcher has read the acks.
    run = await launcher.spawn("exec_last", ["/bin/true"], {}, "/")
    await run.ended()
    launcher.ack("exec_last")
    run = await launcher.spawn("exec_reported", ["/bin/true"], {}, "/")
    await run.ended()
    print(json.dumps([launcher.pid, launcher.start_time]), flush=True)  # noqa: T201
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
