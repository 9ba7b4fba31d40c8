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


class Told:
    """A line that keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[object, ...]] = []

    def send(self, *message: object) -> None:
        self.sent.append(message)


class RootsOwn(Kin):
    """A main process that became another user's."""

    def scan(self) -> tuple[dict[Run, list[Member]], list[Member]]:
        return {run: [Member(run.pid, 7, run.pid)] for run in self.groups.values()}, []


def test_a_run_that_became_another_users_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", kill)
    line, family = Told(), RootsOwn()
    child = Child(line, "/nope", 0.1, family)  # type: ignore[arg-type]
    run = Run(1, "exec_a", 4_000_000, frozenset())
    child._runs[1] = run
    family.add(run)
    child._stop(run, 0.0)
    child._tick()
    assert line.sent == []
    run.next = 0.0
    child._tick()
    assert line.sent == [("ended", 1, 0, 1)]
    assert child._runs == {}
