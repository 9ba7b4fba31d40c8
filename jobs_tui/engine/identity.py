"""Who an engine is, so that a later one can tell whether it still lives (DESIGN 7)."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict, dataclass

from jobs_tui.engine.launcher.sweep import boot_id, is_alive, process_start_time


@dataclass(frozen=True, slots=True)
class Identity:
    """An engine and its launcher; written as the owner of every lease."""

    token: str
    host: str
    boot: str
    pid: int
    start: int | None
    launcher_pid: int
    launcher_start: int | None

    def text(self) -> str:
        """As kept in ``lease_owner``."""
        return json.dumps(asdict(self), separators=(",", ":"))

    def here(self) -> bool:
        """Whether it ran on this machine since its last start."""
        return self.host == socket.gethostname() and self.boot == boot_id()

    def alive(self) -> bool:
        """Whether the engine's own process still lives; only meaningful when ``here``."""
        return self.start is not None and is_alive(self.pid, self.start)

    def launcher_alive(self) -> bool:
        """Whether its launcher is still ending what it had started."""
        return self.launcher_start is not None and is_alive(self.launcher_pid, self.launcher_start)


def identity(token: str, launcher_pid: int, launcher_start: int | None) -> Identity:
    """This process as an engine."""
    pid = os.getpid()
    return Identity(
        token=token,
        host=socket.gethostname(),
        boot=boot_id(),
        pid=pid,
        start=process_start_time(pid),
        launcher_pid=launcher_pid,
        launcher_start=launcher_start,
    )


def parse_identity(text: str | None) -> Identity | None:
    """The owner of a lease, None for a text that is none."""
    try:
        return Identity(**json.loads(text or ""))
    except (ValueError, TypeError):
        return None
