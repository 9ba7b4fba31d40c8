"""Back up a directory: a packed archive that was read back before it got its name."""

from __future__ import annotations

import os
import stat
import tarfile
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Literal

from pydantic import Field

from jobs_tui.tools import archives
from jobs_tui.tools.archives import DEFAULT_TARGET, Keep, Made
from jobs_tui.tools.arguments import PathText, ToolArguments
from jobs_tui.tools.tool import Tool, ToolContext, ToolFailed, ToolResult
from jobs_tui.tools.walking import Walk, in_thread
from jobs_tui.tools.words import count, short

_VIRTUAL = frozenset({
    "proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "securityfs", "debugfs", "tracefs",
    "bpf", "pstore", "configfs", "mqueue", "hugetlbfs", "fusectl", "autofs", "binfmt_misc",
    "efivarfs", "nsfs", "rpc_pipefs",
})  # fmt: skip
_TOLD = 10
"""Problems that are told one by one."""


class BackupDirectory(ToolArguments):
    """What to back up, and where to."""

    path: PathText = Field(description="the directory")
    target: PathText = Field(DEFAULT_TARGET, description="the directory for the archives")
    format: Literal["tar.zst", "tar.gz"] = Field("tar.zst", description="how it is packed")
    keep: Keep = Field(7, description="archives of this directory that are kept")


@dataclass(slots=True)
class _Packed:
    entries: int = 0
    problems: list[str] = field(default_factory=list)
    unread: int = 0

    def problem(self, sentence: str) -> None:
        self.unread += 1
        if len(self.problems) < _TOLD:
            self.problems.append(sentence)


async def _backup(arguments: BackupDirectory, context: ToolContext) -> ToolResult:
    source, target = context.path(arguments.path), context.path(arguments.target)
    if not os.path.isdir(source):
        raise ToolFailed(f"{source} is no directory here.", "Check the path.")
    if not os.access(source, os.R_OK | os.X_OK):
        raise ToolFailed(f"{source} cannot be read: not allowed.")
    archives.make_target(target, source)
    name = archives.safe_name(source)
    stamp = context.store.clock.now().strftime(archives.STAMP)
    final = archives.free_path(target, name, stamp, arguments.format)
    walk = Walk()
    context.say(f"packing {source}")
    packed = await in_thread(walk, partial(_pack, walk, source, final, arguments.format))
    alarms = list(packed.problems)
    if packed.unread > len(alarms):
        alarms.append(f"{packed.unread - len(alarms):,} more were not read.")
    # an archive that lacks something must not push out one that may have it
    gone = 0 if alarms else archives.rotate(final, name, r"tar\.(?:zst|gz)", arguments.keep)
    made = Made(source, final, os.path.getsize(final), count(packed.entries, "entry", "entries"))
    return archives.report([made], gone, tuple(alarms), f"{source} -> {final}")


def _pack(walk: Walk, source: str, final: str, form: str) -> _Packed:
    packed = _Packed()
    with archives.written(final) as file:
        with (
            archives.packing(file, form) as stream,
            tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            _add_tree(walk, tar, os.path.realpath(source), packed)
        found = _count(walk, file, form)
        if found != packed.entries:
            raise ToolFailed(
                f"The archive of {source} could not be read back: {found} of {packed.entries}"
                " entries."
            )
    return packed


def _virtual() -> frozenset[str]:
    """Where the kernel shows itself as files: they hold no data, and some of them never end."""
    import psutil

    return frozenset(
        one.mountpoint for one in psutil.disk_partitions(all=True) if one.fstype in _VIRTUAL
    )


def _add_tree(walk: Walk, tar: tarfile.TarFile, source: str, packed: _Packed) -> None:
    pending = [(source, os.path.basename(source) or "root")]
    virtual = _virtual()
    while pending:
        walk.check()
        path, name = pending.pop()
        try:
            info = tar.gettarinfo(path, name)
        except OSError as error:
            packed.problem(f"{path} could not be read: {error.strerror}.")
            continue
        if info is None:  # a socket
            continue
        if info.isreg():
            _add_file(walk, tar, info, path, packed)
            continue
        below: list[str] = []
        if info.isdir() and path not in virtual:
            try:
                below = sorted(os.listdir(path), reverse=True)
            except OSError as error:
                packed.problem(f"{path} could not be read: {error.strerror}.")
        _put(tar, info, None, packed)
        pending += [(os.path.join(path, one), f"{name}/{one}") for one in below]


def _add_file(
    walk: Walk, tar: tarfile.TarFile, info: tarfile.TarInfo, path: str, packed: _Packed
) -> None:
    try:
        # should it have become something else since, neither a link nor a pipe is opened
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        packed.problem(f"{path} could not be read: {error.strerror}.")
        return
    with open(number, "rb") as file:
        state = os.fstat(number)
        if not stat.S_ISREG(state.st_mode):
            packed.problem(f"{path} was replaced while the archive was made.")
            return
        info.size = state.st_size
        steady = _Steady(walk, file)
        _put(tar, info, steady, packed)
    if steady.missing:
        packed.problem(f"{path} {steady.missing} while it was read.")


def _put(
    tar: tarfile.TarFile, info: tarfile.TarInfo, content: _Steady | None, packed: _Packed
) -> None:
    tar.addfile(info, content)  # type: ignore[arg-type]  # it only calls read
    tar.members.clear()  # type: ignore[attr-defined]  # it would remember every entry
    packed.entries += 1


class _Steady:
    """Reads as many bytes as are asked for, even from a file that shrinks meanwhile.

    A tar header has told the size already: with less behind it, all that follows is garbage.
    """

    def __init__(self, walk: Walk, file: IO[bytes]) -> None:
        self._walk = walk
        self._file = file
        self.missing = ""

    def read(self, wanted: int) -> bytes:
        self._walk.check()
        try:
            piece = self._file.read(wanted)
        except OSError as error:
            self.missing = f"failed ({short(error.strerror or str(error))})"
            piece = b""
        if len(piece) < wanted:
            self.missing = self.missing or "became shorter"
            piece += bytes(wanted - len(piece))
        return piece


def _count(walk: Walk, file: IO[bytes], form: str) -> int:
    """The entries of an archive, all of it read; its checksum is looked at as well."""
    found = 0
    try:
        with archives.unpacking(file, form) as stream:
            with tarfile.open(fileobj=stream, mode="r|") as tar:
                while tar.next() is not None:
                    walk.check()
                    tar.members.clear()  # type: ignore[attr-defined]
                    found += 1
            archives.pour(walk, stream)
    except tarfile.TarError as error:
        raise ToolFailed(f"The archive could not be read back: {short(str(error))}.") from None
    return found


BACKUP_DIRECTORY = Tool(
    name="backup_directory",
    title="Back up a directory",
    description="Packs a directory into a verified archive and keeps the newest ones.",
    arguments=BackupDirectory,
    run=_backup,
    read_only=False,
    phrases=(
        "back up /srv/www to /backup and keep 7 copies",
        "backup the directory /etc",
        "archive /home/ada/projects",
        "make a backup of /var/www",
    ),
)
