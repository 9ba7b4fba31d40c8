"""Walking through trees of files: bounded, on one file system, never through links."""

from __future__ import annotations

import asyncio
import fnmatch
import os
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from jobs_tui.tools.words import count

Found = TypeVar("Found")

GOODBYE = 0.8
"""Seconds that a walk which only reads has to see that it is to stop: a cancelled run ends within
a second, also when its thread waits for a file system that does not answer."""


class Stopped(Exception):
    """The run was ended while its thread walked."""


class Walk:
    """A walk that can be stopped from another thread."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.denied = 0
        """Directories that could not be read."""
        self.elsewhere = 0
        """Directories that were passed over, because another file system begins there."""

    def check(self) -> None:
        """Raises Stopped when the run was ended: called in every long loop."""
        if self.stop.is_set():
            raise Stopped

    def notes(self) -> list[str]:
        """Sentences on what was not looked at."""
        said = []
        if self.denied:
            said.append(f"{count(self.denied, 'directory', 'directories')} could not be read")
        if self.elsewhere:
            what = count(self.elsewhere, "directory", "directories")
            said.append(f"{what} of other file systems passed over")
        return said

    def entries(self, root: str) -> Iterator[os.DirEntry[str]]:
        """Everything below a directory, depth first; links are given but not followed.

        Memory grows with the depth and the directories of one level, not with the files.
        """
        device = os.stat(root).st_dev
        pending = [root]
        while pending:
            path = pending.pop()
            self.check()
            try:
                with os.scandir(path) as entries:
                    for entry in entries:
                        self.check()
                        yield entry
                        if self._goes_into(entry, device):
                            pending.append(entry.path)
            except FileNotFoundError:  # it has just gone
                continue
            except OSError:
                self.denied += 1

    def _goes_into(self, entry: os.DirEntry[str], device: int) -> bool:
        try:
            if not entry.is_dir(follow_symlinks=False):
                return False
            if entry.stat(follow_symlinks=False).st_dev == device:
                return True
            self.elsewhere += 1
        except FileNotFoundError:
            pass
        except OSError:
            self.denied += 1
        return False


async def in_thread(walk: Walk, work: Callable[[], Found], *, leave: bool = False) -> Found:
    """Do a walk beside the loop; when the task is cancelled, the walk stops as well.

    Args:
        leave: it only reads: do not wait for it longer than ``GOODBYE`` then.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        walk.stop.set()
        task.add_done_callback(_forget)
        await asyncio.wait({task}, timeout=GOODBYE if leave else None)
        raise


def _forget(task: asyncio.Future[Found]) -> None:
    if not task.cancelled():
        task.exception()  # it was stopped; nobody asks for what it would have found


def matches(name: str, patterns: list[str]) -> bool:
    """Whether a file's name fits one of the globs."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
