"""Ownership where there is no /proc, and processes that no signal of ours reaches."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from jobs_tui.engine.launcher.child import Child
from jobs_tui.engine.launcher.kin import Kin, Member, Run


def test_without_proc_the_group_stands_for_the_tree() -> None:
    family = Kin()
    shell = subprocess.Popen(["/bin/sleep", "600"], process_group=0)
    child = subprocess.Popen(["/bin/sleep", "600"], process_group=shell.pid)
    run = Run(1, "exec_a", shell.pid, frozenset())
    family.add(run)
    assert [member.pid for member in family.scan()[0][run]] == [-shell.pid]

    shell.kill()
    shell.wait()
    assert family.reaped(shell.pid) == (run, True)
    assert family.left(run)

    Child._kill(run, family.scan()[0][run])
    assert child.wait() == -signal.SIGKILL
    assert not family.left(run)
    family.forget(run)
    assert family.scan() == ({}, [])
    assert family.reaped(shell.pid) == (None, False)


def test_processes_of_another_user_are_noted_and_not_tried_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[tuple[int, int]] = []

    def kill(pid: int, number: int) -> None:
        sent.append((pid, number))
        if pid == 41:
            raise PermissionError
        if pid == 42:
            raise ProcessLookupError

    monkeypatch.setattr(os, "kill", kill)
    run = Run(1, "exec_a", 40, frozenset())
    Child._kill(run, [Member(41, 7, 40), Member(42, 8, 40), Member(43, 9, 40)])
    assert run.untouchable == {(41, 7)}
    assert [number for pid, number in sent if pid == 43] == [signal.SIGSTOP, signal.SIGKILL]
    assert sent.index((43, signal.SIGSTOP)) < sent.index((41, signal.SIGKILL))
