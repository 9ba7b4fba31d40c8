"""What takes the most room in a tree of files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated

from pydantic import Field

from jobs_tui.tools.arguments import PathText, ToolArguments
from jobs_tui.tools.places import directory
from jobs_tui.tools.tool import Tool, ToolContext, ToolResult
from jobs_tui.tools.walking import Walk, in_thread
from jobs_tui.tools.words import count, rows, short, size

_BLOCK = 512
"""Bytes of a block as stat counts them, whatever the file system (POSIX, st_blocks)."""
_KEPT, _MOST = 1000, 100_000
"""Of more places than the second, the biggest of the first number are kept."""


class DiskUsage(ToolArguments):
    """Which tree, and how much of it to show."""

    path: PathText = Field(description="the directory")
    limit: Annotated[int, Field(ge=1, le=200)] = Field(10, description="how many to list")
    files: bool = Field(False, description="the biggest files instead of directories")
    depth: Annotated[int, Field(ge=1, le=20)] = Field(
        1, description="directories down to this depth are told apart"
    )
    max_bytes: Annotated[int, Field(ge=0)] | None = Field(
        None, description="alarm when the whole tree is bigger"
    )


@dataclass(slots=True)
class _Sizes:
    places: Counter[str] = field(default_factory=Counter)
    taken: int = 0
    """Bytes on the disk: a sparse file takes less than its length."""
    length: int = 0
    files: int = 0

    def add(self, path: str, taken: int) -> None:
        self.places[path] += taken
        if len(self.places) > _MOST:
            self.places = Counter(dict(self.places.most_common(_KEPT)))


async def _usage(arguments: DiskUsage, context: ToolContext) -> ToolResult:
    root = directory(context, arguments.path)
    walk = Walk()
    found = await in_thread(walk, partial(_measure, walk, root, arguments), leave=True)
    biggest = found.places.most_common(arguments.limit)
    lines = [
        (size(taken), f"{100 * taken / found.taken:.0f} %" if found.taken else "0 %", path)
        for path, taken in biggest
    ]
    alarms: tuple[str, ...] = ()
    if arguments.max_bytes is not None and found.taken > arguments.max_bytes:
        alarms = (f"{root} has {size(found.taken)}, more than {size(arguments.max_bytes)}.",)
    head = f"{root}: {size(found.taken)} in {count(found.files, 'file')}"
    if found.length >= 2 * found.taken and found.length - found.taken > 1 << 20:
        head += f" that are {size(found.length)} long: some are sparse or packed"
    return ToolResult(
        text="\n".join([head, *([rows(lines, right=(0, 1))] if lines else []), *walk.notes()]),
        summary=short(
            f"{root}: {size(found.taken)}" + (f", most in {biggest[0][0]}" if biggest else "")
        ),
        data={
            "path": root,
            "bytes": found.taken,
            "length": found.length,
            "files": found.files,
            "unreadable": walk.denied,
            "biggest": [{"path": path, "bytes": taken} for path, taken in biggest],
        },
        alarms=alarms,
    )


def _measure(walk: Walk, root: str, arguments: DiskUsage) -> _Sizes:
    found = _Sizes()
    more_names: dict[tuple[int, int], int] = {}
    for entry in walk.entries(root):
        try:
            is_directory = entry.is_dir(follow_symlinks=False)
            state = entry.stat(follow_symlinks=False)
        except OSError:  # gone this moment
            continue
        if not is_directory and state.st_nlink > 1 and _counted(more_names, state):
            continue
        taken = state.st_blocks * _BLOCK
        found.taken += taken
        if not is_directory:
            found.files += 1
            found.length += state.st_size
        if arguments.files:
            if not is_directory:
                found.add(entry.path, taken)
            continue
        for place in _places(root, entry.path, is_directory, arguments.depth):
            found.add(place, taken)
    return found


def _counted(more_names: dict[tuple[int, int], int], state: os.stat_result) -> bool:
    """Whether a file of several names was met before; forgotten when all of them were."""
    key = (state.st_dev, state.st_ino)
    left = more_names.get(key)
    if left is None:
        more_names[key] = state.st_nlink - 1
        return False
    if left > 1:
        more_names[key] = left - 1
    else:
        del more_names[key]
    return True


def _places(root: str, path: str, is_directory: bool, depth: int) -> Iterator[str]:
    """The directories, down to a depth, that something counts for; or a file of the top itself."""
    parts = path[len(root) :].strip(os.sep).split(os.sep)
    deepest = len(parts) if is_directory else len(parts) - 1
    if deepest == 0:
        yield path
    for level in range(1, min(depth, deepest) + 1):
        yield os.path.join(root, *parts[:level])


DISK_USAGE = Tool(
    name="disk_usage",
    title="Disk usage",
    description="Finds what takes the most room in a directory, without other file systems in it.",
    arguments=DiskUsage,
    run=_usage,
    read_only=True,
    phrases=(
        "disk usage of /var",
        "find the 10 biggest directories under /var",
        "what takes up space in /home",
        "largest files in /srv",
        "how big is the directory",
    ),
)
