"""What a launcher without an engine leaves behind: the runs it had started (DESIGN 7).

The next engine finds claimed executions of its dead predecessor. Those in the journal were started
and are lost; those that are not were never started and can be queued again. One execution id a
line; ``#pid start`` names each launcher that wrote, so that a missing journal is not taken for an
empty one. Standard library only: the launcher loads it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable

from jobs_tui.engine.launcher import procs


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().split("\n")
    except FileNotFoundError:
        return []


def add_to_journal(path: str, execution_ids: Iterable[str]) -> None:
    """Add ids to what an earlier launcher may have left; atomic, mode 0600. Raises OSError."""
    pid = os.getpid()
    stat = procs.stat(pid)
    lines = {*_lines(path), *execution_ids, f"#{pid} {stat.start if stat else 0}"} - {""}
    fresh = f"{path}.{pid}"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(fresh)
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(fd, "w", encoding="utf-8") as file:
            file.write("\n".join(sorted(lines)) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except BaseException:
        os.unlink(fresh)  # a full disk: a name without its text tells the next engine nothing
        raise


def read_journal(path: str, launcher_pid: int) -> frozenset[str] | None:
    """Ids of started executions whose end no engine acknowledged.

    None: the launcher ``launcher_pid`` wrote no journal (it was killed too, or the machine
    stopped), so nothing is known of what it had started.

    Raises:
        OSError: the file is there but cannot be read.
    """
    lines = _lines(path)
    if not any(line.startswith(f"#{launcher_pid} ") for line in lines):
        return None
    return frozenset(line for line in lines if line and not line.startswith("#"))


def forget_journal(path: str) -> None:
    """Remove the journal once all it says has been written to the store. Raises OSError.

    What a launcher left that was killed while it wrote goes too.
    """
    folder, name = os.path.split(path)
    for entry in os.listdir(folder):
        if entry == name or entry.startswith(f"{name}."):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(folder, entry))
