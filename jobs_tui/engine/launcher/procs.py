"""What /proc says about processes. Standard library only, and little of it: the launcher loads it.

Every function answers None or nothing for a process that is gone or that we may not look at.
"""

from __future__ import annotations

import os

MARK = b"JOBS_TUI_EXECUTION_ID="
"""How a process of a run is known from outside: this entry of its environment."""

_EXITING = 0x4
"""PF_EXITING in the flags of /proc/PID/stat: past its last instruction."""


class Stat:
    """The fields of /proc/PID/stat that tell whose a process is."""

    __slots__ = ("flags", "group", "parent", "pid", "session", "start", "state")

    def __init__(self, pid: int, raw: bytes) -> None:
        # The name in brackets may hold anything, brackets too: count from the last one.
        fields = raw[raw.rindex(b")") + 2 :].split()
        self.pid = pid
        self.state = fields[0]
        self.parent = int(fields[1])
        self.group = int(fields[2])
        self.session = int(fields[3])
        self.flags = int(fields[6])
        self.start = int(fields[19])
        """Clock ticks since boot; pid and start together never come again."""

    def dead(self) -> bool:
        """A zombie: gone but for its exit status (a dead main thread with living others is not)."""
        return self.state in (b"Z", b"X") and len(_threads(self.pid)) <= 1

    def exiting(self) -> bool:
        """On its way out by itself."""
        return bool(self.flags & _EXITING) and len(_threads(self.pid)) <= 1


def _read(path: str) -> bytes | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        parts = []
        while part := os.read(fd, 65536):
            parts.append(part)
        return b"".join(parts)
    except OSError:
        return None
    finally:
        os.close(fd)


def _threads(pid: int) -> list[str]:
    try:
        return os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []


def stat(pid: int) -> Stat | None:
    """State and kinship of a process."""
    raw = _read(f"/proc/{pid}/stat")
    return Stat(pid, raw) if raw else None


def children(pid: int) -> list[int]:
    """Direct children. A list read while they come and go may miss some: look again."""
    found: list[int] = []
    for thread in _threads(pid):
        raw = _read(f"/proc/{pid}/task/{thread}/children")
        if raw:
            found.extend(map(int, raw.split()))
    return found


def mark(pid: int) -> str | None:
    """The execution id in a process's environment."""
    raw = _read(f"/proc/{pid}/environ")
    if not raw or MARK not in raw:
        return None
    for entry in raw.split(b"\0"):
        if entry.startswith(MARK):
            return entry[len(MARK) :].decode("utf-8", "surrogateescape")
    return None


def pipes(pid: int) -> set[int]:
    """Inodes of the pipes a process holds."""
    found: set[int] = set()
    try:
        names = os.listdir(f"/proc/{pid}/fd")
    except OSError:
        return found
    for name in names:
        try:
            target = os.readlink(f"/proc/{pid}/fd/{name}")
        except OSError:
            continue
        if target.startswith("pipe:["):
            found.add(int(target[6:-1]))
    return found


def all_pids() -> list[int]:
    """Every process that can be seen; empty where there is no /proc."""
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []
