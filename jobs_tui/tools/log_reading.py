"""Count matching lines of log files: a program of its own, started by the tool ``log_scan``.

A regular expression can take for ever, and nothing in a thread can end it. This process can be
killed; it has limits of memory and time of its own and tells what it has so far when its time is
up. It is started with ``python -I`` and imports the standard library alone, but for ``zstandard``
where a file needs it.
"""

from __future__ import annotations

import glob
import json
import os
import re
import resource
import signal
import stat
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import IO, Any

LINE_LIMIT = 10_000
"""Bytes of a line that are looked at."""
FILE_LIMIT = 500
_SHOWN = 300
_MEMORY = 1 << 30
_PACKED = {
    b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zst",
}  # fmt: skip
_STAMP = re.compile(
    r"(?P<date>\d{4}[-/]\d\d[-/]\d\d)[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:[.,]\d+)?"
    r" ?(?P<zone>Z|[+-]\d\d:?\d\d)?"
    r"|(?P<day>\d\d)/(?P<name>[A-Z][a-z]{2})/(?P<year>\d{4}):(?P<clock>\d\d:\d\d:\d\d)"
    r" ?(?P<offset>[+-]\d{4})?"
    r"|^(?:<\d+>)?(?P<month>[A-Z][a-z]{2}) +(?P<dom>\d{1,2}) (?P<hms>\d\d:\d\d:\d\d)"
)
"""ISO 8601 and its relatives, Apache and nginx, and BSD syslog (RFC 3164: without a year)."""
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class TimeUp(Exception):
    """The process has had its time."""


def stamp_of(line: str, now: datetime) -> datetime | None:
    """The time that a line tells; without a zone it is that of this machine."""
    found = _STAMP.search(line[:200])
    if found is None:
        return None
    try:
        if found["date"]:
            zone = (found["zone"] or "").replace("Z", "+00:00")
            text = f"{found['date'].replace('/', '-')}T{found['time']}{zone}"
            return datetime.fromisoformat(text).astimezone()
        if found["year"]:
            month = _MONTHS.index(found["name"]) + 1
            text = f"{found['year']}-{month:02d}-{found['day']}T{found['clock']}"
            return datetime.fromisoformat(text + (found["offset"] or "")).astimezone()
        month = _MONTHS.index(found["month"]) + 1
        text = f"{now.year}-{month:02d}-{int(found['dom']):02d}T{found['hms']}"
        at = datetime.fromisoformat(text).astimezone()
        return at.replace(year=at.year - 1) if at > now + timedelta(days=1) else at
    except ValueError:  # 2024-02-31, Foo 12
        return None


def named(paths: list[str]) -> Iterator[tuple[str, bool]]:
    """The files that paths, globs and directories mean, and whether each was named itself."""
    for path in paths:
        names = sorted(glob.glob(path)) if glob.has_magic(path) else [path]
        itself = names == [path]
        for name in names:
            if not os.path.isdir(name):
                yield name, itself
                continue
            try:
                inside = sorted(os.listdir(name))
            except OSError:
                yield name, True  # opening it tells why not
                continue
            for one in inside:
                if os.path.isfile(os.path.join(name, one)):
                    yield os.path.join(name, one), False


def opened(path: str) -> IO[bytes]:
    """A regular file for reading, unpacked. Raises OSError."""
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    file = os.fdopen(number, "rb")
    try:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError(0, "it is no regular file")
        start = file.read(6)
        file.seek(0)
        kind = next((name for magic, name in _PACKED.items() if start.startswith(magic)), "")
        return _unpacked(file, kind) if kind else file
    except BaseException:
        file.close()
        raise


def _unpacked(file: IO[bytes], kind: str) -> IO[bytes]:
    import bz2
    import gzip
    import io
    import lzma

    if kind == "gz":
        return gzip.GzipFile(fileobj=file)  # type: ignore[return-value]
    if kind == "bz2":
        return bz2.BZ2File(file)
    if kind == "xz":
        return lzma.LZMAFile(file)
    import zstandard

    return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(file))


def lines_of(file: IO[bytes]) -> Iterator[bytes]:
    """The lines, of each the beginning: one without an end costs no memory."""
    while line := file.readline(LINE_LIMIT):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(1 << 16)
        yield line


def count_in(
    one: dict[str, Any],
    file: IO[bytes],
    wanted: re.Pattern[str],
    examples: int,
    now: datetime,
    since: datetime | None,
) -> None:
    """Count in an open file; ``one`` is kept up to date, so that a part of it is known too."""
    last: deque[tuple[int, str]] = deque(maxlen=max(1, examples))
    one["examples"] = last
    recent = True
    for raw in lines_of(file):
        one["lines"] += 1
        line = raw.decode("utf-8", "replace")
        if since is not None:
            at = stamp_of(line, now)
            # a line without a time, as in a traceback, is of the time of the one before it
            recent = recent if at is None else at >= since
        if recent and wanted.search(line) is not None:
            one["matches"] += 1
            last.append((one["lines"], line.strip()[:_SHOWN]))


def scan(paths: list[str], asked: dict[str, Any], answer: dict[str, Any]) -> None:
    """Count in all files; ``answer`` is filled as it goes."""
    wanted = re.compile(asked["pattern"], re.IGNORECASE)
    now = datetime.fromtimestamp(asked["now"]).astimezone()
    since = None if asked["hours"] is None else now - timedelta(hours=asked["hours"])
    seen: set[str] = set()
    for path, itself in named(paths):
        if path in seen:
            continue
        if len(seen) == FILE_LIMIT:
            answer["more"] = True
            return
        seen.add(path)
        one: dict[str, Any] = {"path": path, "lines": 0, "matches": 0, "examples": []}
        try:
            if since is not None and os.stat(path).st_mtime < since.timestamp():
                answer["old"] += 1
                continue
            with opened(path) as file:
                if not itself and b"\0" in file.peek(8192)[:8192]:  # type: ignore[attr-defined]
                    answer["binary"] += 1
                    continue
                answer["files"].append(one)
                count_in(one, file, wanted, asked["examples"], now, since)
        except TimeUp:
            answer["late"] = f"{path}, line {one['lines']:,}"
            return
        except Exception as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            answer["unread"].append({"path": path, "why": why, "named": itself})


def main(arguments: list[str]) -> int:
    """Read options (JSON) and paths from the command line; answers JSON on stdout."""
    asked = json.loads(arguments[0])
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    answer: dict[str, Any] = {
        "files": [], "unread": [], "old": 0, "binary": 0, "more": False, "late": "", "bad": "",
    }  # fmt: skip

    def up(*_: object) -> None:
        raise TimeUp

    signal.signal(signal.SIGALRM, up)
    signal.setitimer(signal.ITIMER_REAL, asked["seconds"])
    try:
        scan(arguments[1:], asked, answer)
    except (re.error, OverflowError, RecursionError, MemoryError) as error:
        answer["bad"] = str(error) or "it is too big"
    except TimeUp:
        answer["late"] = "the beginning"
    signal.setitimer(signal.ITIMER_REAL, 0)
    json.dump(answer, sys.stdout, default=list)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
