"""Finding text and bad lines in a log of any length, outside the event loop (UX.md 5.5, 6.1).

A scan is filled by one thread and read by another: its arrays only grow, so what is read is right
as far as it goes. Numbers of hits are kept up to a limit, counting goes on.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from jobs_tui.store.logs import US, LogReader
from jobs_tui.tui.widgets.log_text import plain_line

KEPT = 1_000_000
"""Numbers of hits that are kept: 8 MB."""
ERRORS = (
    "error",
    "fatal",
    "critical",
    "panic",
    "exception",
    "traceback",
    "failed",
    "failure",
)
WARNINGS = ("warn", "warning")
_NONE_OF = re.compile(r"(?<![\d.,])(?:0|no) $")
"""In front of a word: ``0 failed``, ``no error``."""


@dataclass(frozen=True, slots=True)
class Query:
    """A text to find. Smart case: capitals in it make capitals count."""

    text: str
    step: str = ""
    """Only in lines of this step; empty: in all."""

    @property
    def exact(self) -> bool:
        """True when capitals count."""
        return self.text != self.text.lower()

    @property
    def needle(self) -> str:
        """What is looked for in text that went through :meth:`fold`."""
        return self.text if self.exact else self.text.lower()

    def fold(self, text: str) -> str:
        """Text as it is compared; of the same length but for a few letters."""
        return text if self.exact else text.lower()

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the text occurs, not overlapping."""
        folded, needle = self.fold(text), self.needle
        if len(folded) != len(text):  # lower case of some letters is longer
            folded = "".join(low if len(low := c.lower()) == 1 else c for c in text)
        place = folded.find(needle)
        while place >= 0:
            yield place, place + len(needle)
            place = folded.find(needle, place + len(needle))


def lines_with(stored: str, folded: str, needle: str, whole_words: bool = False) -> Iterator[int]:
    """Places (from 0) of the lines of a chunk that hold a needle, ascending.

    Args:
        stored: a chunk's text as stored.
        folded: the same, of the same length, as it is compared.
        whole_words: a letter or digit beside the needle makes it another word.
    """
    position = line = counted = 0
    while (found := folded.find(needle, position)) >= 0:
        start = stored.rfind("\n", 0, found) + 1
        text = start
        for _ in range(3):
            text = stored.find(US, text) + 1
        if found < text:  # in the time or the stream's letter, not in the line
            position = found + 1 if found + 1 > text else text
            continue
        after = found + len(needle)
        if whole_words and (
            folded[found - 1].isalnum()
            or (after < len(folded) and folded[after].isalnum())
            or _NONE_OF.search(folded, max(text, found - 8), found)
        ):
            position = found + 1
            continue
        line += stored.count("\n", counted, start)
        counted = start
        yield line
        end = stored.find("\n", found)
        if end < 0:
            return
        position = end


def lines_of_step(stored: str, step: str) -> Iterator[int]:
    """Places (from 0) of the lines of a chunk that a step, or a part of it, wrote; ascending."""
    name = re.escape(step)
    head = re.compile(rf"^[^{US}\n]*{US}.{US}{name}(?:/[^{US}\n]*)?{US}", re.MULTILINE)
    line = counted = 0
    for found in head.finditer(stored):
        line += stored.count("\n", counted, found.start())
        counted = found.start()
        yield line


def _within(places: Iterable[int], stored: str, step: str) -> Iterator[int]:
    """Those of some places of a chunk that are lines of a step."""
    if not step:
        yield from places
        return
    inside = set(lines_of_step(stored, step))
    yield from (place for place in places if place in inside)


def _fold(text: str, query: Query) -> tuple[str, str]:
    """A chunk's text without colours, and the same as it is compared, both of one length."""
    text = plain_line(text)
    folded = query.fold(text)
    if len(folded) != len(text):
        folded = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    return text, folded


class Scan:
    """Walks a log chunk by chunk and remembers the numbers of lines; goes on when it grows."""

    def __init__(self) -> None:
        self.done = 0
        """Lines up to this number have been looked at."""
        self.size = 0
        """Characters of text looked at, about: prefixes of lines differ by a digit or two."""
        self.running = False
        """A thread is at it."""

    def advance(self, reader: LogReader, stop: Callable[[], bool]) -> None:
        """Look at every chunk that is new. Call from one thread at a time."""
        while not stop():
            chunk = reader.raw_at(self.done + 1)
            if chunk is None:
                return
            self.look(chunk.first_line, chunk.text)
            if chunk.first_line > self.done:  # else it was merged from what is counted already
                prefix = chunk.text.find(US, chunk.text.find(US) + 3) + 1
                self.size += len(chunk.text) - prefix * chunk.line_count
            self.done = chunk.last_line

    def look(self, first_line: int, text: str) -> None:
        """Note what a chunk holds; ``first_line`` may lie before ``done`` after a merge."""
        raise NotImplementedError


class Hits:
    """Line numbers, ascending, each once."""

    def __init__(self) -> None:
        self.numbers: array[int] = array("Q")
        self.count = 0
        """All of them, also those beyond what is kept."""

    def add(self, number: int) -> None:
        """Note a line; older ones than the newest are known already."""
        if not self.count or number > self._newest:
            self._newest = number
            self.count += 1
            if len(self.numbers) < KEPT:
                self.numbers.append(number)

    _newest = 0

    def after(self, line: int) -> int | None:
        """The first hit below a line."""
        place = bisect_right(self.numbers, line)
        return self.numbers[place] if place < len(self.numbers) else None

    def before(self, line: int) -> int | None:
        """The last hit above a line."""
        place = bisect_left(self.numbers, line)
        return self.numbers[place - 1] if place else None

    def rank(self, line: int) -> int:
        """Which hit a line is, from 1; 0 when it is none."""
        place = bisect_left(self.numbers, line)
        hit = place < len(self.numbers) and self.numbers[place] == line
        return place + 1 if hit else 0


class FindScan(Scan):
    """Every line that holds the query."""

    def __init__(self, query: Query) -> None:
        super().__init__()
        self.query = query
        self.hits = Hits()

    def look(self, first_line: int, text: str) -> None:
        """See :meth:`Scan.look`."""
        text, folded = _fold(text, self.query)
        found = lines_with(text, folded, self.query.needle)
        for place in _within(found, text, self.query.step):
            self.hits.add(first_line + place)


class StepScan(Scan):
    """Every line of one step."""

    def __init__(self, step: str) -> None:
        super().__init__()
        self.step = step
        self.hits = Hits()

    def look(self, first_line: int, text: str) -> None:
        """See :meth:`Scan.look`."""
        for place in lines_of_step(text, self.step):
            self.hits.add(first_line + place)


class LevelScan(Scan):
    """Lines that name an error or a warning, by whole words; of one step, or of all."""

    def __init__(self, step: str = "") -> None:
        super().__init__()
        self.step = step
        self.errors = Hits()
        self.warnings = Hits()

    def look(self, first_line: int, text: str) -> None:
        """See :meth:`Scan.look`."""
        text, folded = _fold(text, Query(""))
        for words, hits in ((ERRORS, self.errors), (WARNINGS, self.warnings)):
            places: set[int] = set()
            for word in words:
                places.update(lines_with(text, folded, word, whole_words=True))
            for place in _within(sorted(places), text, self.step):
                hits.add(first_line + place)


def nearest(
    reader: LogReader, query: Query, line: int, down: bool, stop: Callable[[], bool]
) -> int | None:
    """The first hit below a line, or the last one above it, read straight from the store."""
    edge = line + 1 if down else line
    while not stop():
        chunk = reader.raw_at(edge) if down else reader.raw_before(edge)
        if chunk is None:
            return None
        text, folded = _fold(chunk.text, query)
        places = [
            number
            for place in _within(lines_with(text, folded, query.needle), text, query.step)
            if (number := chunk.first_line + place) > line or not down
        ]
        places = [number for number in places if down or number < line]
        if places:
            return places[0] if down else places[-1]
        edge = chunk.last_line + 1 if down else chunk.first_line
    return None
