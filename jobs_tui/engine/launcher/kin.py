"""Which process belongs to which run, as the launcher sees it (PROTOTYPES.md A).

As child subreaper the launcher is the ancestor of everything its runs start, whatever they do with
sessions and double forks. Ownership, first match: known before; main process; process group or
session of a run; the parent's owner; the mark in the environment; a pipe of the run it holds.
What nothing of this tells is a stray.
"""

from __future__ import annotations

import os

from jobs_tui.engine.launcher import procs

LIVE, LEFTOVER, TERM, KILL = "live", "leftover", "term", "kill"


class Member:
    """A process of a run; a negative pid stands for a whole process group, as in kill(2)."""

    __slots__ = ("exiting", "group", "pid", "start")

    def __init__(self, pid: int, start: int, group: int, exiting: bool = False) -> None:
        self.pid = pid
        self.start = start
        self.group = group
        self.exiting = exiting

    @property
    def key(self) -> tuple[int, int]:
        """Unique for as long as the machine runs."""
        return self.pid, self.start


class Run:
    """One spawned process and what the launcher has to do with its tree."""

    __slots__ = (
        "kill_at", "next", "number", "pause", "pid", "pipes", "run_id", "seen", "state",
        "untouchable",
    )  # fmt: skip

    def __init__(self, number: int, run_id: str, pid: int, pipes: frozenset[int]) -> None:
        self.number = number
        self.run_id = run_id
        self.pid = pid
        self.pipes = pipes
        self.state = LIVE
        self.kill_at = 0.0
        self.next = 0.0
        self.pause = 0.005
        self.seen: set[tuple[int, int]] = set()
        """Processes beside the main one that were there to be ended."""
        self.untouchable: set[tuple[int, int]] = set()
        """Processes of another user: no signal of ours reaches them."""


class Kin:
    """Ownership by groups alone, where there is no /proc (macOS)."""

    def __init__(self) -> None:
        self.running: dict[int, Run] = {}
        """Main processes that are not reaped yet."""
        self.groups: dict[int, Run] = {}
        """By process group, which is the main process's id, until the run's tree is gone."""

    def add(self, run: Run) -> None:
        """A new run."""
        self.running[run.pid] = run
        self.groups[run.pid] = run

    def reaped(self, pid: int) -> tuple[Run | None, bool]:
        """A child is gone: whose it was if known, and whether it was the main process."""
        run = self.running.pop(pid, None)
        return run, run is not None

    def forget(self, run: Run) -> None:
        """The run's tree is gone."""
        if self.groups.get(run.pid) is run:
            del self.groups[run.pid]

    def left(self, run: Run) -> bool:
        """Whether anything of a run whose main process was reaped is still there."""
        return group_lives(run.pid)

    def scan(self) -> tuple[dict[Run, list[Member]], list[Member]]:
        """All processes by run, and the strays."""
        found = {
            run: [Member(-group, 0, group)]
            for group, run in self.groups.items()
            if group_lives(group)
        }
        return found, []

    def adopt(self, run: Run, members: list[Member]) -> None:
        """Make strays members of ``run``."""


class ProcKin(Kin):
    """Ownership from /proc."""

    def __init__(self) -> None:
        super().__init__()
        self._me = os.getpid()
        self._owners: dict[int, tuple[int, Run]] = {}
        """By pid: start time and owner, for everything that was seen in a scan."""

    def reaped(self, pid: int) -> tuple[Run | None, bool]:
        """See Kin."""
        run, main = super().reaped(pid)
        known = self._owners.pop(pid, None)
        if run is None and known:
            run = known[1]
        return run, main

    def left(self, run: Run) -> bool:
        """See Kin. Nearly always answered by two system calls instead of a scan."""
        clean = (
            not group_lives(run.pid)
            and all(run is not owner for _, owner in self._owners.values())
            and all(pid in self.running or pid in self._owners for pid in procs.children(self._me))
        )
        return not clean and run in self.scan()[0]

    def scan(self) -> tuple[dict[Run, list[Member]], list[Member]]:
        """See Kin. Looks only below the launcher, not at all of /proc."""
        found: dict[Run, list[Member]] = {}
        strays: list[Member] = []
        owners: dict[int, tuple[int, Run]] = {}
        seen: set[int] = set()
        todo: list[tuple[int, Run | None]] = [(pid, None) for pid in procs.children(self._me)]
        while todo:
            pid, parents = todo.pop()
            stat = procs.stat(pid)
            if stat is None or pid in seen or stat.dead():
                continue
            seen.add(pid)
            owner = self._owner(stat, parents)
            member = Member(pid, stat.start, stat.group, stat.exiting())
            if owner is None:
                strays.append(member)
            else:
                owners[pid] = stat.start, owner
                found.setdefault(owner, []).append(member)
            todo.extend((child, owner) for child in procs.children(pid))
        self._owners = owners
        return found, strays

    def _owner(self, stat: procs.Stat, parents: Run | None) -> Run | None:
        start, known = self._owners.get(stat.pid, (0, None))
        owner = (
            (known if start == stat.start else None)
            or self.running.get(stat.pid)
            or self.groups.get(stat.group)
            or self.groups.get(stat.session)
            or parents
        )
        if owner:
            return owner
        if (run_id := procs.mark(stat.pid)) is not None:
            # Attempts and steps of one execution share the mark: any one will do, all must end.
            for run in self.groups.values():
                if run.run_id == run_id:
                    return run
        pipes = procs.pipes(stat.pid)
        return next((run for run in self.groups.values() if run.pipes & pipes), None)

    def adopt(self, run: Run, members: list[Member]) -> None:
        """See Kin."""
        for member in members:
            self._owners[member.pid] = member.start, run


def group_lives(group: int) -> bool:
    """Whether a process group has a member (a zombie counts on Linux)."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return os.path.exists("/proc/self/stat")  # macOS says so of a group of zombies
    return True
