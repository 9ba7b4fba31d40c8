"""Files that results are written to: where they may lie, and how they are written.

Nothing that a job is called, and no link that somebody has laid, leads a result to another place
than the one that the job names.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from jobs_tui.models.errors import InvalidInput

PLACEHOLDERS = ("date", "run", "job")
"""What may stand in braces within a path."""
RESULTS = "results"
"""The directory of the home beneath which paths lie that are not absolute."""
TAIL = 2_000_000
"""Bytes at the end of a file in which an earlier try is looked for."""
_NAMED = re.compile(r"\{([^{}]*)\}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_FORBIDDEN = ("/dev", "/proc", "/sys")
_LONGEST = 100


class NoPlace(InvalidInput):
    """A result must not be written there: another try would end in the same way."""


def safe_name(text: str) -> str:
    """A text as part of a file's name: letters, digits, ``.``, ``_`` and ``-`` stay."""
    return _UNSAFE.sub("_", text).strip("._-")[:_LONGEST] or "_"


def place_of(path: str, values: Mapping[str, str], home: Path) -> Path:
    """The file that a path with placeholders names.

    Args:
        values: of :data:`PLACEHOLDERS`, any text.
        home: the directory of the home, see ``store.home.Home.data``.

    Raises:
        NoPlace: it lies where no result may be written, or names what there is not.
    """
    for name in _NAMED.findall(path):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            raise NoPlace(f"The path {path!r:.200} holds {{{name:.40}}}.", f"It may hold {known}.")
    if ".." in Path(path).parts:
        raise NoPlace(f"The path {path!r:.200} leads upwards (..).", "Write it without.")
    if path.endswith("/"):
        raise NoPlace(f"The path {path!r:.200} is a directory.", "Name a file in it.")
    filled = _NAMED.sub(lambda found: safe_name(values[found[1]]), path)
    if filled.startswith("~/"):
        found = Path.home() / filled[2:]
    elif filled.startswith("~"):
        raise NoPlace(f"The path {path!r:.200} is in the home of another user.", "Write it whole.")
    elif filled.startswith("/"):
        found = Path(filled)
    else:
        found = home / RESULTS / filled
    _refuse(found, home)
    return found


def _refuse(found: Path, home: Path) -> None:
    """Raises NoPlace for what lies outside once all links on the way are followed."""
    try:
        real, data = found.parent.resolve() / found.name, home.resolve()
    except (OSError, RuntimeError) as error:  # links that lead in a circle
        raise NoPlace(f"The path {str(found)!r:.200} cannot be followed: {error}.") from None
    results = data / RESULTS
    inside = found.is_relative_to(home / RESULTS) or found.is_relative_to(results)
    if inside and not real.is_relative_to(results):
        raise NoPlace(
            f"{str(found)!r:.200} leads out of {results} over a symbolic link.",
            "Name the place itself by an absolute path.",
        )
    if real.is_relative_to(data) and not real.is_relative_to(results):
        raise NoPlace(
            f"{str(found)!r:.200} lies among the files of jobs-tui itself.",
            f"Write beneath {results}, or elsewhere.",
        )
    if any(real.is_relative_to(root) for root in _FORBIDDEN):
        raise NoPlace(f"{str(found)!r:.200} is no place for files.", "Name a file on a disk.")
    if found.is_symlink():
        raise NoPlace(
            f"{str(found)!r:.200} is a symbolic link.", "Name the file that it leads to instead."
        )
    if found.is_dir():
        raise NoPlace(f"{str(found)!r:.200} is a directory.", "Name a file in it.")


def append(path: Path, entry: bytes, mark: str) -> None:
    """Put an entry behind what a file holds, unless an earlier try has; all of it or nothing.

    Args:
        mark: stands in the entry and in no other.

    Raises:
        NoPlace: the file is a link, has other names, or is no file.
        OSError: it cannot be written; it is as it was.
    """
    with _directory(path) as directory:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            file = os.open(path.name, flags, 0o600, dir_fd=directory)
        except OSError as error:
            raise _explained(error, path) from None
        try:
            found = os.fstat(file)
            _refuse_kind(found, path)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            start = max(0, found.st_size - TAIL)
            if mark.encode() in os.pread(file, found.st_size - start, start):
                return
            size = os.fstat(file).st_size
            try:
                _write(file, entry)
                os.fsync(file)
            except OSError:
                os.ftruncate(file, size)
                raise
        finally:
            os.close(file)


def replace(path: Path, entry: bytes, mark: str) -> None:
    """Put an entry in place of what a file holds; whoever reads it sees the one or the other.

    Args:
        mark: names the unfinished file, the same at each try.

    Raises:
        NoPlace: the file is a link, has other names, or is no file.
        OSError: it cannot be written; it is as it was.
    """
    with _directory(path) as directory:
        with contextlib.suppress(FileNotFoundError):
            _refuse_kind(os.stat(path.name, dir_fd=directory, follow_symlinks=False), path)
        unfinished = f".{mark}.unfinished"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(unfinished, dir_fd=directory)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(unfinished, flags, 0o600, dir_fd=directory)
        try:
            try:
                _write(file, entry)
                os.fsync(file)
            finally:
                os.close(file)
            os.replace(unfinished, path.name, src_dir_fd=directory, dst_dir_fd=directory)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(unfinished, dir_fd=directory)
            raise
        os.fsync(directory)


@contextlib.contextmanager
def _directory(path: Path):  # type: ignore[no-untyped-def]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield directory
    finally:
        os.close(directory)


def _write(file: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


def _refuse_kind(found: os.stat_result, path: Path) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise _link(path)
    if not stat.S_ISREG(found.st_mode):
        raise NoPlace(f"{str(path)!r:.200} is no file.", "Name a file, or one to be made.")
    if found.st_nlink > 1:
        raise NoPlace(
            f"{str(path)!r:.200} has another name as well (a hard link).", "Name another file."
        )


def _explained(error: OSError, path: Path) -> Exception:
    if error.errno == errno.ELOOP:
        return _link(path)
    if error.errno == errno.ENXIO:  # a pipe that nobody reads
        return NoPlace(f"{str(path)!r:.200} is no file.", "Name a file, or one to be made.")
    return error


def _link(path: Path) -> NoPlace:
    return NoPlace(
        f"{str(path)!r:.200} is a symbolic link.", "Name the file that it leads to instead."
    )
