"""Which lines a log view shows, and where its rows are: all lines, or matches with context.

A place in the view is (entry, row): an entry is a line or the gap between two groups of matches,
and a wrapped line has several rows. Only what is on the screen is ever measured, so a view of a
million wrapped lines costs no more than one of forty.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple, Protocol

from jobs_tui.tui.widgets.log_search import Hits

CONTEXT = 2
"""Lines shown around each match (UX.md 5.5)."""


class Place(NamedTuple):
    """One row of the view: an entry from 0, and a row within it from 0."""

    entry: int
    row: int


class Entries(Protocol):
    """What there is to show, in order."""

    def count(self) -> int:
        """How many entries."""
        ...

    def line(self, entry: int) -> int:
        """The line number of an entry; 0 for a gap."""
        ...

    def entry(self, line: int) -> int:
        """The entry of a line, or of the first shown one after it; ``count`` past the end."""
        ...


class AllLines:
    """Every line; ``last`` gives the newest number."""

    def __init__(self, last: Callable[[], int]) -> None:
        self._last = last

    def count(self) -> int:
        """How many entries."""
        return self._last()

    def line(self, entry: int) -> int:
        """The line number of an entry."""
        return entry + 1

    def entry(self, line: int) -> int:
        """The entry of a line."""
        return min(max(line, 1), self._last() + 1) - 1


class MatchingLines:
    """The lines of some hits with a few lines around each, and gaps between groups.

    Args:
        last: gives the newest line's number.
        context: lines around each hit; without any there are no gaps either.
    """

    def __init__(self, hits: Hits, last: Callable[[], int], context: int = CONTEXT) -> None:
        self._hits = hits
        self._last = last
        self._context = context
        self._taken = 0
        # A line as twice its number; the gap before it as one less: sorted, so found by bisection.
        self._codes: array[int] = array("Q")
        self._end = 0

    def grow(self) -> bool:
        """Take the hits that were found since; True when there were any or the log grew."""
        before, end = len(self._codes), self._end
        numbers = self._hits.numbers
        for place in range(self._taken, len(numbers)):
            hit = numbers[place]
            newest = self._codes[-1] // 2 if self._codes else 0
            first = max(hit - self._context, newest + 1, 1)
            if self._context and newest and first > newest + 1:
                self._codes.append(2 * first - 1)
            self._codes.extend(2 * line for line in range(first, hit + self._context + 1))
            self._taken = place + 1
        # The context of the last hit may not have been written yet.
        self._end = bisect_left(self._codes, 2 * self._last() + 1)
        return (len(self._codes), self._end) != (before, end)

    def count(self) -> int:
        """How many entries."""
        return self._end

    def line(self, entry: int) -> int:
        """The line number of an entry; 0 for a gap."""
        code = self._codes[entry]
        return 0 if code % 2 else code // 2

    def entry(self, line: int) -> int:
        """The entry of a line, or of the first shown one after it."""
        place = bisect_left(self._codes, 2 * line)
        if place < self._end and self._codes[place] % 2:
            place += 1
        return min(place, self._end)


RowCount = Callable[[int], int]
"""How many rows an entry has, at least 1."""


def moved(entries: Entries, rows: RowCount, place: Place, by: int) -> Place:
    """The place ``by`` rows further down (up when negative), within what there is."""
    entry, row = place
    if by >= 0:
        last = entries.count() - 1
        while by and entry <= last:
            left = rows(entry) - 1 - row
            if by <= left or entry == last:
                return Place(entry, row + min(by, left))
            by -= left + 1
            entry, row = entry + 1, 0
        return Place(entry, row)
    by = -by
    while by > row:
        if entry == 0:
            return Place(0, 0)
        by -= row + 1
        entry -= 1
        row = rows(entry) - 1
    return Place(entry, row - by)


def last_page(entries: Entries, rows: RowCount, height: int) -> Place:
    """The top of the view when its last row is the newest one."""
    entry = entries.count() - 1
    if entry < 0:
        return Place(0, 0)
    return moved(entries, rows, Place(entry, rows(entry) - 1), 1 - height)


def page(entries: Entries, rows: RowCount, top: Place, height: int) -> list[Place]:
    """The rows of a screen of ``height`` rows from ``top`` on; fewer at the end."""
    found: list[Place] = []
    entry, row = top
    count = entries.count()
    while entry < count and len(found) < height:
        until = min(rows(entry), row + height - len(found))
        found += [Place(entry, place) for place in range(row, until)]
        entry, row = entry + 1, 0
    return found
