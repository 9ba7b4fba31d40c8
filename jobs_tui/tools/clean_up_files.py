"""Delete old files of a tree: nothing is followed out of it, and it is a dry run unless told."""

from __future__ import annotations

import heapq
import os
import stat
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated

from pydantic import Field

from jobs_tui.tools.arguments import PathText, ToolArguments
from jobs_tui.tools.places import directory, within
from jobs_tui.tools.tool import Tool, ToolContext, ToolFailed, ToolResult
from jobs_tui.tools.walking import Walk, in_thread, matches
from jobs_tui.tools.words import count, rows, size, span

DAY = 86_400.0
SHOWN = 20
"""Files that the report names."""
DEEPEST = 200
"""Levels that are gone down: each holds a descriptor open."""
_FOR_ANYBODY = frozenset(["/tmp", "/var/tmp"])
"""Directories near the root that are there to be cleaned up."""
_OF_THE_SYSTEM = (
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/run",
    "/sbin", "/sys", "/usr", "/var/lib/dpkg", "/var/lib/rpm", "/System", "/Library",
)  # fmt: skip
"""Trees that belong to the machine and not to anybody's data."""
_WHOLE = frozenset(["/var/lib", "/var/log", "/var/spool", "/var/cache", "/usr/local"])
"""Directories that hold those of many programs: only what is below them."""


class CleanUpFiles(ToolArguments):
    """Which files are old enough to go."""

    path: PathText = Field(description="the directory; other file systems in it are left alone")
    older_than_days: Annotated[float, Field(ge=0, le=36_500)] = Field(
        description="only files not changed for so many days"
    )
    patterns: list[str] = Field(["*"], max_length=50, description="globs of names: *.log, core.*")
    min_bytes: Annotated[int, Field(ge=0)] = Field(0, description="only files at least this big")
    dry_run: bool = Field(True, description="only say what would be deleted")
    empty_directories: bool = Field(False, description="remove directories that became empty")


@dataclass(slots=True)
class _Found:
    files: int = 0
    bytes: int = 0
    directories: int = 0
    biggest: list[tuple[int, float, str]] = field(default_factory=list)
    """Bytes, age in seconds, path; a heap."""
    failed: list[str] = field(default_factory=list)
    failures: int = 0

    def add(self, state: os.stat_result, age: float, path: str) -> None:
        self.files += 1
        self.bytes += state.st_size
        one = (state.st_size, age, path)
        if len(self.biggest) < SHOWN:
            heapq.heappush(self.biggest, one)
        else:
            heapq.heappushpop(self.biggest, one)

    def fail(self, sentence: str) -> None:
        self.failures += 1
        if len(self.failed) < 10:
            self.failed.append(sentence)


async def _clean_up(arguments: CleanUpFiles, context: ToolContext) -> ToolResult:
    root = os.path.realpath(directory(context, arguments.path))
    _refuse(root, context)
    walk = Walk()
    now = context.store.clock.now().timestamp()
    work = partial(_Cleaning(walk, arguments, now).clean, root)
    found = await in_thread(walk, work, leave=arguments.dry_run)
    what = f"{count(found.files, 'file')}, {size(found.bytes)}"
    did = "would delete" if arguments.dry_run else "deleted"
    lines = [(size(taken), span(age), path) for taken, age, path in sorted(found.biggest)[::-1]]
    text = [f"{did} {what}, in {root}" + (" (dry run)" if arguments.dry_run else "")]
    text += [rows(lines, right=(0, 1))] if lines else []
    text += [f"... and {found.files - len(lines):,} more"] if found.files > len(lines) else []
    if found.directories:
        removed = count(found.directories, "directory", "directories")
        text.append(f"removed {removed} that became empty")
    text += walk.notes()
    alarms = list(found.failed)
    if found.failures > len(alarms):
        alarms.append(f"{found.failures - len(alarms):,} more could not be deleted.")
    if walk.denied and not arguments.dry_run:
        alarms.append(f"{count(walk.denied, 'directory', 'directories')} could not be read.")
    return ToolResult(
        text="\n".join(text),
        summary=f"{did} {what}"
        + (" (dry run: nothing was deleted)" if arguments.dry_run else "")
        + (f", {count(len(alarms), 'problem')}" if alarms else ""),
        data={
            "path": root,
            "files": found.files,
            "bytes": found.bytes,
            "deleted": 0 if arguments.dry_run else found.files,
            "directories_removed": found.directories,
            "dry_run": arguments.dry_run,
            "unreadable": walk.denied,
            "examples": [path for _, _, path in lines],
        },
        alarms=tuple(alarms),
    )


def _refuse(root: str, context: ToolContext) -> None:
    """Raises ToolFailed for a real path that nobody means to clean up."""
    home = os.path.realpath(os.path.expanduser("~"))
    if root not in _FOR_ANYBODY and (root.count("/") < 2 or root in _WHOLE or within(home, root)):
        raise ToolFailed(
            f"{root} is too much to clean up.", "Name a directory further down, such as /var/tmp/x."
        )
    for place in _OF_THE_SYSTEM:
        if within(root, place):
            raise ToolFailed(
                f"{root} is not cleaned up: {place} belongs to the system.",
                "Name a directory of your own data.",
            )
    own = context.store.home
    for place in (os.path.realpath(own.data), os.path.realpath(own.config_file.parent)):
        if within(place, root) or within(root, place):
            raise ToolFailed(
                f"{root} is not cleaned up: the data of jobs-tui is in {place}.",
                "Name another directory; how long runs are kept is a setting.",
            )


class _Cleaning:
    """One walk by descriptors: a directory that is exchanged for a link meanwhile leads nowhere."""

    def __init__(self, walk: Walk, arguments: CleanUpFiles, now: float) -> None:
        self._walk = walk
        self._arguments = arguments
        self._now = now
        self._found = _Found()
        self._device = 0

    def clean(self, root: str) -> _Found:
        number = _open_real(root)
        try:
            self._device = os.fstat(number).st_dev
            self._inside(number, root, 1)
        finally:
            os.close(number)
        return self._found

    def _inside(self, number: int, path: str, level: int) -> bool:
        """Clean up a directory that is open; returns whether something of it was deleted."""
        below: list[str] = []
        gone = False
        try:
            with os.scandir(number) as entries:
                for entry in entries:
                    self._walk.check()
                    if entry.is_dir(follow_symlinks=False):
                        below.append(entry.name)
                    elif entry.is_file(follow_symlinks=False) and matches(
                        entry.name, self._arguments.patterns
                    ):
                        gone = self._file(number, entry.name, path) or gone
        except OSError:
            self._walk.denied += 1
        for name in below:
            self._walk.check()
            gone = self._directory(number, name, os.path.join(path, name), level) or gone
        return gone

    def _file(self, number: int, name: str, path: str) -> bool:
        try:
            # once more, and last: what has been changed or exchanged since it was listed stays
            state = os.stat(name, dir_fd=number, follow_symlinks=False)
            age = self._now - state.st_mtime
            if (
                not stat.S_ISREG(state.st_mode)
                or age < self._arguments.older_than_days * DAY
                or state.st_size < self._arguments.min_bytes
            ):
                return False
            if not self._arguments.dry_run:
                os.unlink(name, dir_fd=number)
        except FileNotFoundError:  # somebody else was faster
            return False
        except OSError as error:
            why = error.strerror or str(error)
            self._found.fail(f"{os.path.join(path, name)} could not be deleted: {why}.")
            return False
        self._found.add(state, age, os.path.join(path, name))
        return not self._arguments.dry_run

    def _directory(self, parent: int, name: str, path: str, level: int) -> bool:
        if level >= DEEPEST:
            self._walk.denied += 1
            return False
        try:
            number = os.open(name, _INTO, dir_fd=parent)
        except FileNotFoundError:
            return False
        except OSError:
            self._walk.denied += 1
            return False
        try:
            if os.fstat(number).st_dev != self._device:
                self._walk.elsewhere += 1
                return False
            gone = self._inside(number, path, level + 1)
        finally:
            os.close(number)
        if not gone or not self._arguments.empty_directories:
            return False
        try:
            os.rmdir(name, dir_fd=parent)
        except OSError:  # not empty, or not ours: it stays
            return False
        self._found.directories += 1
        return True


_INTO = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def _open_real(root: str) -> int:
    """Open a real path step by step, so that no part of it has become a link since.

    Raises:
        ToolFailed: one has, or it has gone.
    """
    number = os.open("/", _INTO)
    try:
        for name in root.split("/")[1:]:
            below = os.open(name, _INTO, dir_fd=number)
            os.close(number)
            number = below
    except OSError as error:
        os.close(number)
        raise ToolFailed(f"{root} cannot be opened: {error.strerror}.") from None
    return number


CLEAN_UP_FILES = Tool(
    name="clean_up_files",
    title="Clean up files",
    description="Deletes old files in a directory; without dry_run false it only says which.",
    arguments=CleanUpFiles,
    run=_clean_up,
    read_only=False,
    phrases=(
        "delete files in /tmp/x older than 30 days",
        "clean up old files",
        "remove logs older than 2 weeks from /var/log/app",
        "purge temporary files older than 7 days",
    ),
)
