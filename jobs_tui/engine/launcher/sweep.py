"""What a new engine asks about its dead predecessor: who still lives, and ends it (DESIGN 7).

Linux answers all of it. Elsewhere there is no reading of another process's environment, so
``sweep_marked`` finds nothing there and the launcher's own clean-up is all there is.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Collection

from jobs_tui.engine.launcher import procs

_ROUNDS = 400
_PAUSE = 0.005


def boot_id() -> str:
    """An id that changes with each start of the machine."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except FileNotFoundError:
        return _ask("sysctl", "-n", "kern.bootsessionuuid")


def process_start_time(pid: int) -> int | None:
    """When a process started, comparable only with itself; None when there is no such process.

    Clock ticks since boot from /proc/PID/stat field 22; elsewhere what ``ps`` calls its start.
    """
    if os.path.exists("/proc/self/stat"):
        stat = procs.stat(pid)
        return stat.start if stat and not stat.dead() else None
    digits = "".join(c for c in _ask("ps", "-o", "lstart=", "-p", str(pid)) if c.isdigit())
    return int(digits) if digits else None


def is_alive(pid: int, start_time: int) -> bool:
    """Whether the very process that had this pid and start time still lives (zombies do not)."""
    return process_start_time(pid) == start_time


def sweep_marked(
    execution_ids: Collection[str], *, exclude_pids: Collection[int] = frozenset()
) -> int:
    """Kill every process whose environment carries the mark of one of these executions.

    Blocks until none is found any more, 2 s at most: call it in a thread.

    Args:
        execution_ids: executions none of whose processes may live.
        exclude_pids: never killed; this process never is.

    Returns:
        How many processes were killed. Some with a mark may be left only if another user owns
        them; a process that cleared its environment is not found.
    """
    wanted = frozenset(execution_ids)
    spared = {os.getpid(), *exclude_pids}
    killed: set[tuple[int, int]] = set()
    for _ in range(_ROUNDS if wanted else 0):
        found = _marked(wanted, spared)
        if not found:
            break
        # Stop all before killing any, so that none can fork while the others die.
        for sig in (signal.SIGSTOP, signal.SIGKILL):
            for stat in found:
                try:
                    os.kill(stat.pid, sig)
                except ProcessLookupError:
                    continue
                except PermissionError:
                    spared.add(stat.pid)
                else:
                    killed.add((stat.pid, stat.start))
        time.sleep(_PAUSE)
    return len(killed)


def _marked(wanted: frozenset[str], spared: set[int]) -> list[procs.Stat]:
    found = []
    for pid in procs.all_pids():
        if pid not in spared and procs.mark(pid) in wanted:
            stat = procs.stat(pid)
            if stat and not stat.dead():
                found.append(stat)
    return found


def _ask(*argv: str) -> str:
    answer = subprocess.run(
        argv, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}
    )
    return answer.stdout.strip()
