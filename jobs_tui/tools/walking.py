"""Walking through trees of files: bounded, on one file system, never through links."""

from __future__ import annotations

import asyncio
import fnmatch
import os
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

Found = TypeVar("Found")


class Stopped(Exception):
    """The run was ended while its thread walked."""


class Walk:
    """A walk that can be stopped from another thread."""

    def __init__(self, *, one_device: bool = True) -> None:
        self.stop = threading.Event()
        self.denied = 0
        """Directories that could not be read."""
        self._one_device = one_device

    def check(self) -> None:
        """Raises Stopped when the run was ended: called in every long loop."""
        if self.stop.is_set():
            raise Stopped

    def entries(self, root: str) -> Iterator[os.DirEntry[str]]:
        """Everything below a directory, depth first; links are given but not followed.

        Memory grows with the depth and the directories of one level, not with the files.
        """
        device = os.stat(root).st_dev
        pending = [root]
        while pending:
            try:
                with os.scandir(pending.pop()) as entries:
                    for entry in entries:
                        self.check()
                        yield entry
                        if self._goes_into(entry, device):
                            pending.append(entry.path)
            except OSError:
                self.denied += 1

    def _goes_into(self, entry: os.DirEntry[str], device: int) -> bool:
        try:
            return entry.is_dir(follow_symlinks=False) and (
                not self._one_device or entry.stat(follow_symlinks=False).st_dev == device
            )
        except OSError:
            self.denied += 1
            return False


async def in_thread(walk: Walk, work: Callable[[], Found]) -> Found:
    """Do a walk beside the loop; when the task is cancelled, the walk stops as well."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        walk.stop.set()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # it was stopped; nobody asks for what it would have found
        raise


def matches(name: str, patterns: list[str]) -> bool:
    """Whether a file's name fits one of the globs."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
