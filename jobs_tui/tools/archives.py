"""Files that backups are made of: named, packed, whole or not there at all, rotated."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Annotated, Any

from pydantic import Field

from jobs_tui.tools.tool import ToolFailed, ToolResult
from jobs_tui.tools.walking import Walk
from jobs_tui.tools.words import count, rows, short, size

DEFAULT_TARGET = "~/backups"
DATABASES = f"{DEFAULT_TARGET}/databases"
STAMP = "%Y%m%d-%H%M%S"
PIECE = 1 << 20
Keep = Annotated[int, Field(ge=1, le=10_000)]
LEFT_AFTER = 86_400
"""Seconds without a write after which a half-made file belongs to a backup that was killed."""
_LONGEST = 150
"""Characters of a name before its time: file systems take 255 bytes for all of it."""


@dataclass(frozen=True, slots=True)
class Made:
    """One finished backup."""

    what: str
    path: str
    bytes: int
    note: str = ""


def safe_name(*parts: str) -> str:
    """A file name for what was backed up, never the same for two different things.

    ``/srv/www`` is ``srv-www``. Where this could be read back in two ways (``/srv-www``), a hash
    tells them apart: copies of one must never push out those of the other.
    """
    plain = "/".join(part.strip("/") for part in parts)
    name = re.sub(r"[^A-Za-z0-9._]+", "-", plain) or "root"
    if name.replace("-", "/") == plain and len(name) <= _LONGEST and not name.startswith("."):
        return name
    told = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{name[-_LONGEST:].lstrip('.-')}-{told}"


def make_target(target: str, source: str | None = None) -> None:
    """Make the directory for backups of ``source``. Raises ToolFailed."""
    if source is not None:
        inner, outer = os.path.realpath(target), os.path.realpath(source)
        if f"{inner}{os.sep}".startswith(f"{outer.rstrip(os.sep)}{os.sep}"):
            raise ToolFailed(
                f"{target} is inside of {source}: the archive would hold itself.",
                "Choose a target outside.",
            )
    try:
        os.makedirs(target, mode=0o700, exist_ok=True)
    except OSError as error:
        raise ToolFailed(f"{target} cannot be made: {error.strerror}.") from None
    if not os.access(target, os.W_OK | os.X_OK):
        raise ToolFailed(f"{target} cannot be written to: not allowed.")


def need_room(target: str, wanted: int, what: str) -> None:
    """Say before anything is written that it cannot fit. Raises ToolFailed."""
    room = os.statvfs(target)
    free = room.f_bavail * room.f_frsize
    if free < wanted:
        raise ToolFailed(
            f"There is no room for {what} in {target}: it takes {size(wanted)},"
            f" {size(free)} are free."
        )


def free_path(target: str, name: str, stamp: str, ending: str) -> str:
    """A path that is not taken: two backups of one second are two files."""
    number = 1
    while True:
        more = f"-{number}" if number > 1 else ""
        path = os.path.join(target, f"{name}-{stamp}{more}.{ending}")
        if not os.path.exists(path) and not os.path.exists(f"{path}.part"):
            return path
        number += 1


def rotate(made: str, name: str, endings: str, keep: int) -> int:
    """Delete all but the newest backups of a name, never the one just made.

    What a backup that was killed left behind goes after a day, too.

    Args:
        endings: a regular expression.

    Returns:
        How many backups were deleted.

    Raises:
        ToolFailed: an old one cannot be deleted.
    """
    target, newest = os.path.split(made)
    named = rf"{re.escape(name)}-(\d{{8}}-\d{{6}})(?:-(\d+))?\.(?:{endings})"
    whole, half = re.compile(rf"{named}\Z"), re.compile(rf"{named}\.part\Z")
    there = os.listdir(target)
    found = sorted(
        (match[1], int(match[2] or 1), match[0])
        for match in map(whole.match, there)
        if match is not None and match[0] != newest
    )
    for left in filter(half.match, there):
        _forget(os.path.join(target, left), made)
    old = found[: max(0, len(found) - (keep - 1))]
    for _, _, one in old:
        try:
            os.unlink(os.path.join(target, one))
        except OSError as error:
            raise ToolFailed(
                f"The old backup {os.path.join(target, one)} could not be removed:"
                f" {error.strerror}.",
                f"The new one was made: {made}.",
            ) from None
    return len(old)


def _forget(part: str, made: str) -> None:
    with suppress(OSError):  # it is no backup: the one that was made is not worse for it
        if os.stat(made).st_mtime - os.stat(part).st_mtime > LEFT_AFTER:
            os.unlink(part)


@contextmanager
def written(final: str) -> Iterator[IO[bytes]]:
    """A file that gets its name only when the block was left well: read it back in there.

    Raises:
        ToolFailed: it cannot be written.
    """
    part = f"{final}.part"
    try:
        with open(part, "x+b", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        publish(part, final)
    except OSError as error:
        raise ToolFailed(f"{final} cannot be written: {error.strerror or error}.") from None
    finally:
        remove(part)


def publish(part: str, final: str) -> None:
    """Give a finished file its name, so that it also has it after a power cut."""
    os.replace(part, final)
    folder = os.open(os.path.dirname(final), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def remove(*paths: str) -> None:
    """Delete files that may not be there."""
    for path in paths:
        with suppress(FileNotFoundError):
            os.unlink(path)


@contextmanager
def packing(file: IO[bytes], ending: str) -> Iterator[Any]:
    """A stream into ``file`` that packs: ``...zst`` or ``...gz``; both carry checksums."""
    if ending.endswith("zst"):
        import zstandard

        packer = zstandard.ZstdCompressor(level=6, threads=-1, write_checksum=True)
        with packer.stream_writer(file, closefd=False) as stream:
            yield stream
    else:
        import gzip

        with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6) as stream:
            yield stream


@contextmanager
def unpacking(file: IO[bytes], ending: str) -> Iterator[Any]:
    """A stream that reads from the start of ``file`` what was packed.

    Raises:
        ToolFailed: while it is read: it is damaged.
    """
    file.flush()
    file.seek(0)
    if ending.endswith("zst"):
        import zstandard

        try:
            with zstandard.ZstdDecompressor().stream_reader(file, closefd=False) as stream:
                yield stream
        except zstandard.ZstdError as error:
            raise ToolFailed(f"What was packed cannot be read back: {error}.") from None
    else:
        import gzip
        import zlib

        try:
            with gzip.GzipFile(fileobj=file, mode="rb") as stream:
                yield stream
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ToolFailed(f"What was packed cannot be read back: {error}.") from None


def pour(walk: Walk, source: Any, sink: Any = None) -> int:
    """Copy a stream to its end, or only read it. Returns bytes. Raises Stopped."""
    total = 0
    while piece := source.read(PIECE):
        walk.check()
        total += len(piece)
        if sink is not None:
            sink.write(piece)
    return total


def report(made: list[Made], gone: int, alarms: tuple[str, ...], what: str) -> ToolResult:
    """What backups tell."""
    table = [(size(one.bytes), one.what, one.note, one.path) for one in made]
    total = sum(one.bytes for one in made)
    lines = [rows(table, right=(0,)) or "nothing was saved"]
    if gone:
        lines.append(f"{count(gone, 'old copy', 'old copies')} removed")
    wrong = f", {count(len(alarms), 'problem')}" if alarms else ""
    return ToolResult(
        text="\n".join([*lines, *alarms]),
        summary=short(f"{what}, {size(total)}, verified{wrong}" if made else f"{what}{wrong}"),
        data={
            "made": [{"what": one.what, "path": one.path, "bytes": one.bytes} for one in made],
            "removed": gone,
        },
        alarms=alarms,
    )
