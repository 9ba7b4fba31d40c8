"""The lines of one log by number, from a few chunks kept in memory (UX.md 6.1).

Lines are taken apart only when they are looked at: a chunk may hold a hundred thousand short ones.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime, timedelta

from jobs_tui.models.execution import LogLine
from jobs_tui.models.times import from_text
from jobs_tui.store.logs import STREAMS, US, LogReader, RawChunk

KEPT_CHUNKS = 48
"""About 64 KiB of text each: some 6 MB however long the log."""


class LogSource:
    """A log as the view reads it; one thread only."""

    def __init__(self, reader: LogReader, kept: int = KEPT_CHUNKS) -> None:
        self.reader = reader
        self.last = reader.last_line()
        """The number of the newest line, 0 when there is none; see :meth:`refresh`."""
        self._kept = kept
        self._chunks: OrderedDict[int, _Open] = OrderedDict()
        self._firsts: list[int] = []
        """Keys of ``_chunks``, sorted, to find the chunk of a line."""

    def refresh(self) -> int:
        """Look for new lines; returns how many there are."""
        before = self.last
        self.last = max(before, self.reader.last_line())
        return self.last - before

    def line(self, number: int) -> LogLine | None:
        """A line by its number; None where nothing was stored."""
        chunk = self._chunk(number)
        return None if chunk is None else chunk.line(number)

    def lines(self, first: int, last: int) -> Iterator[LogLine]:
        """The stored lines from ``first`` to ``last``, both included, holes passed over."""
        number = first
        while number <= last:
            chunk = self._chunk(number)
            if chunk is None:
                following = self.reader.raw_at(number)
                if following is None:
                    return
                number = following.first_line
                continue
            until = min(last, chunk.raw.last_line)
            for place in range(number, until + 1):
                yield chunk.line(place)
            number = until + 1

    def first_at(self) -> datetime | None:
        """When the first stored line was written."""
        chunk = self.reader.raw_at(1)
        return None if chunk is None else _Open(chunk).line(chunk.first_line).at

    def _chunk(self, number: int) -> _Open | None:
        place = bisect_right(self._firsts, number) - 1
        if place >= 0:
            first = self._firsts[place]
            chunk = self._chunks[first]
            if number <= chunk.raw.last_line:
                self._chunks.move_to_end(first)
                return chunk
        raw = self.reader.raw_at(number)
        if raw is None or raw.first_line > number:
            return None
        chunk = self._chunks[raw.first_line] = _Open(raw)
        self._chunks.move_to_end(raw.first_line)
        while len(self._chunks) > self._kept:
            self._chunks.popitem(last=False)
        self._firsts = sorted(self._chunks)
        return chunk


class _Open:
    """A chunk with its lines told apart, but not yet read."""

    __slots__ = ("_first_at", "_lines", "raw")

    def __init__(self, raw: RawChunk) -> None:
        self.raw = raw
        self._first_at = from_text(raw.first_at)
        self._lines = raw.text.split("\n")

    def line(self, number: int) -> LogLine:
        delta, letter, step, text = self._lines[number - self.raw.first_line].split(US, 3)
        at = self._first_at + timedelta(milliseconds=int(delta))
        return LogLine(number, at, STREAMS[letter], step, text)
