"""Identity of processes and of the machine's run."""

from __future__ import annotations

import os
import subprocess

from jobs_tui.engine.launcher.sweep import boot_id, is_alive, process_start_time


def test_a_process_is_known_by_pid_and_start() -> None:
    start = process_start_time(os.getpid())
    assert start is not None
    assert is_alive(os.getpid(), start)
    assert not is_alive(os.getpid(), start + 1)


def test_zombies_and_the_reaped_are_not_alive() -> None:
    child = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE)
    start = process_start_time(child.pid)
    assert start is not None
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(child.pid, start)
    child.communicate()
    assert process_start_time(child.pid) is None


def test_the_boot_id_does_not_change_meanwhile() -> None:
    assert boot_id() == boot_id() != ""
