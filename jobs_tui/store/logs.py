"""Log chunks: batches of lines, compressed, found by line number (DESIGN 5).

Inside a chunk a line is ``<milliseconds since the chunk's first_at> US <stream letter> US <step>
US <text>`` and lines are joined by a newline. Cleaned text holds neither US (0x1f) nor a newline.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from jobs_tui.models.enums import Stream
from jobs_tui.models.execution import LogLine
from jobs_tui.models.times import from_text
from jobs_tui.store.database import Database

US = "\x1f"
LETTERS = {
    Stream.STDOUT: "o",
    Stream.STDERR: "e",
    Stream.SYSTEM: "s",
    Stream.AGENT: "a",
    Stream.TOOL_CALL: "c",
    Stream.TOOL_RESULT: "r",
}
STREAMS = {letter: stream for stream, letter in LETTERS.items()}
LEVEL = 1
"""zlib's fastest: more is out of reach at 100 MB/s (PROTOTYPES B)."""
SMALL = 16 * 1024
"""Bytes of text under which chunks are merged when the run ends."""
LARGE = 64 * 1024
"""Bytes of text that a chunk aims at."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One batch of lines on its way to the store."""

    execution_id: str
    first_line: int
    line_count: int
    first_at: str
    text: str


@dataclass(frozen=True, slots=True)
class RawChunk:
    """A stored chunk as it is kept, its lines not yet taken apart."""

    first_line: int
    line_count: int
    first_at: str
    text: str

    @property
    def last_line(self) -> int:
        """The number of its last line."""
        return self.first_line + self.line_count - 1


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a log there is."""

    lines: int
    size: int
    """Bytes of text, before compression."""


def append(connection: sqlite3.Connection, chunk: Chunk) -> None:
    """Store a chunk; runs in the writer's thread, compression included."""
    raw = chunk.text.encode("utf-8", "replace")
    connection.execute(
        "insert or replace into chunks (execution_id, first_line, line_count, byte_count,"
        " first_at, data) values (?, ?, ?, ?, ?, ?)",
        (
            chunk.execution_id,
            chunk.first_line,
            chunk.line_count,
            len(raw),
            chunk.first_at,
            zlib.compress(raw, LEVEL),
        ),
    )


def merge(connection: sqlite3.Connection, execution_id: str) -> None:
    """Join neighbouring small chunks of an ended run; line numbers stay.

    Chunks with a hole between them (a write that failed) are no neighbours.
    """
    rows = connection.execute(
        "select first_line, line_count, byte_count, first_at from chunks"
        " where execution_id = ? order by first_line",
        (execution_id,),
    ).fetchall()
    group: list[sqlite3.Row] = []
    size = following = 0
    for row in [*rows, None]:
        adjoins = row is not None and (not group or row["first_line"] == following)
        fits = adjoins and row["byte_count"] < SMALL and size + row["byte_count"] <= LARGE
        following = 0 if row is None else row["first_line"] + row["line_count"]
        if fits:
            group.append(row)
            size += row["byte_count"]
            continue
        if len(group) > 1:
            _join(connection, execution_id, group)
        group, size = [], 0
        if row is not None and row["byte_count"] < SMALL:
            group, size = [row], row["byte_count"]


def _join(connection: sqlite3.Connection, execution_id: str, group: list[sqlite3.Row]) -> None:
    first_at = from_text(group[0]["first_at"])
    texts = []
    for row in group:
        data = connection.execute(
            "select data from chunks where execution_id = ? and first_line = ?",
            (execution_id, row["first_line"]),
        ).fetchone()[0]
        shift = round((from_text(row["first_at"]) - first_at).total_seconds() * 1000)
        for line in zlib.decompress(data).decode().split("\n"):
            delta, rest = line.split(US, 1)
            texts.append(f"{int(delta) + shift}{US}{rest}")
    connection.execute(
        "delete from chunks where execution_id = ? and first_line >= ? and first_line <= ?",
        (execution_id, group[0]["first_line"], group[-1]["first_line"]),
    )
    append(
        connection,
        Chunk(
            execution_id,
            group[0]["first_line"],
            sum(row["line_count"] for row in group),
            group[0]["first_at"],
            "\n".join(texts),
        ),
    )


class LogReader:
    """Reads one execution's log by line number; safe while it grows."""

    def __init__(self, database: Database, execution_id: str) -> None:
        self._database = database
        self.execution_id = execution_id

    def extent(self) -> Extent:
        """Lines and bytes stored by now."""
        row = self._database.row(
            "select coalesce(max(first_line + line_count - 1), 0), coalesce(sum(byte_count), 0)"
            " from chunks where execution_id = ?",
            (self.execution_id,),
        )
        assert row is not None
        return Extent(row[0], row[1])

    def last_line(self) -> int:
        """The number of the newest line; found by index, whatever the log's length."""
        row = self._database.row(
            "select first_line + line_count - 1 from chunks where execution_id = ?"
            " order by first_line desc limit 1",
            (self.execution_id,),
        )
        return 0 if row is None else row[0]

    def lines(self, first: int, count: int) -> list[LogLine]:
        """``count`` lines from number ``first`` on; fewer at the end, holes are passed over."""
        found: list[LogLine] = []
        wanted = max(1, first)
        for chunk in self.chunks(wanted):
            start = max(0, wanted - chunk[0].number)
            found.extend(chunk[start : start + count - len(found)])
            if len(found) >= count:
                break
        return found

    def chunk_at(self, line: int) -> list[LogLine]:
        """All lines of the chunk that holds ``line``; empty past the end."""
        row = self._database.row(
            "select first_line, line_count, first_at, data from chunks"
            " where execution_id = ? and first_line <= ? order by first_line desc limit 1",
            (self.execution_id, line),
        )
        if row is None or line >= row["first_line"] + row["line_count"]:
            return []
        return decode(row)

    def chunks(self, first: int = 1) -> Iterator[list[LogLine]]:
        """Chunk by chunk from the one that holds line ``first`` to the end, over holes."""
        line = first
        while chunk := self.chunk_at(line) or self._chunk_after(line):
            yield chunk
            line = chunk[-1].number + 1

    def _chunk_after(self, line: int) -> list[LogLine]:
        row = self._database.row(
            "select first_line, line_count, first_at, data from chunks"
            " where execution_id = ? and first_line > ? order by first_line limit 1",
            (self.execution_id, line),
        )
        return [] if row is None else decode(row)

    def raw_at(self, line: int) -> RawChunk | None:
        """The chunk that holds ``line``, else the first one after it; None past the end."""
        at_or_before = self._database.row(
            "select first_line, line_count from chunks where execution_id = ?"
            " and first_line <= ? order by first_line desc limit 1",
            (self.execution_id, line),
        )
        if at_or_before is not None and line < at_or_before[0] + at_or_before[1]:
            return self._raw("first_line = ?", at_or_before[0])
        return self._raw("first_line > ? order by first_line", line)

    def raw_before(self, line: int) -> RawChunk | None:
        """The last chunk that begins before ``line``; None at the top."""
        return self._raw("first_line < ? order by first_line desc", line)

    def _raw(self, where: str, line: int) -> RawChunk | None:
        row = self._database.row(
            "select first_line, line_count, first_at, data from chunks"
            f" where execution_id = ? and {where} limit 1",
            (self.execution_id, line),
        )
        if row is None:
            return None
        text = zlib.decompress(row["data"]).decode()
        return RawChunk(row["first_line"], row["line_count"], row["first_at"], text)

    def raw_chunks(self) -> Iterator[tuple[int, str]]:
        """(number of the first line, stored text) of each chunk, for searches."""
        line = 1
        while True:
            row = self._database.row(
                "select first_line, line_count, data from chunks"
                " where execution_id = ? and first_line >= ? order by first_line limit 1",
                (self.execution_id, line),
            )
            if row is None:
                return
            yield row["first_line"], zlib.decompress(row["data"]).decode()
            line = row["first_line"] + row["line_count"]


def decode(row: sqlite3.Row) -> list[LogLine]:
    """The lines of a chunk's row."""
    first_at = from_text(row["first_at"])
    number = row["first_line"]
    lines: list[LogLine] = []
    last_delta, at = "0", first_at
    for offset, line in enumerate(zlib.decompress(row["data"]).decode().split("\n")):
        delta, letter, step, text = line.split(US, 3)
        if delta != last_delta:
            last_delta, at = delta, first_at + timedelta(milliseconds=int(delta))
        lines.append(LogLine(number + offset, at, STREAMS[letter], step, text))
    return lines
