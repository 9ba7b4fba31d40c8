"""What a log view knows about matches and bad lines; the scans run in threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jobs_tui.store.logs import LogReader
from jobs_tui.tui.widgets.log_search import FindScan, Hits, LevelScan, Query, StepScan, nearest


@dataclass(frozen=True, slots=True)
class Jump:
    """Where to go next."""

    line: int
    wrapped: bool = False
    """It lies on the other side of the log's end or start."""


class Finder:
    """The current find, if any, and the lines that name errors and warnings."""

    def __init__(self, reader: LogReader) -> None:
        self.reader = reader
        self.levels = LevelScan()
        self.find: FindScan | None = None
        self.lines: StepScan | None = None
        """The lines of the one step that is looked at; None: all are."""

    @property
    def step(self) -> str:
        """The one step that is looked at; empty: all are."""
        return self.lines.step if self.lines else ""

    def look_at(self, step: str) -> None:
        """Only the lines of one step count from now on; empty: all."""
        self.lines = StepScan(step) if step else None
        self.levels = LevelScan(step)
        if self.find is not None:
            self.find = FindScan(Query(self.find.query.text, step))

    def search(self, text: str) -> bool:
        """Begin another find; an empty text ends it. False when it is the same as before."""
        before = self.find.query.text if self.find else ""
        if text == before:
            return False
        self.find = FindScan(Query(text, self.step)) if text else None
        return True

    def first(self, origin: int, stop: Callable[[], bool]) -> Jump | None:
        """The match nearest below ``origin`` (itself included), else above. For a thread."""
        return self._straight(origin - 1, True, stop) or self._straight(origin, False, stop)

    def next(self, line: int, down: bool, stop: Callable[[], bool]) -> Jump | None:
        """The next match from a line on, around the end if need be. For a thread.

        Known matches answer at once; where the count has not come to yet, the store does.
        """
        if self.find is None:
            return None
        hits, done = self.find.hits, self.find.done
        complete = done >= self.reader.last_line() and hits.count == len(hits.numbers)
        if complete:
            return jump(hits, line, down)
        known = hits.after(line) if down else (hits.before(line) if line <= done else None)
        if known is not None:
            return Jump(known)
        found = self._straight(line, down, stop)
        if found is not None:
            return found
        edge = 0 if down else self.reader.last_line() + 1
        around = self._straight(edge, down, stop)
        return None if around is None else Jump(around.line, wrapped=True)

    def next_error(self, line: int, down: bool) -> Jump | None:
        """The next line that names an error, among those counted so far."""
        return jump(self.levels.errors, line, down)

    def _straight(self, line: int, down: bool, stop: Callable[[], bool]) -> Jump | None:
        if self.find is None:
            return None
        found = nearest(self.reader, self.find.query, line, down, stop)
        return None if found is None else Jump(found)


def jump(hits: Hits, line: int, down: bool) -> Jump | None:
    """The next of some lines, around the end if need be."""
    found = hits.after(line) if down else hits.before(line)
    if found is not None:
        return Jump(found)
    if not hits.numbers:
        return None
    return Jump(hits.numbers[0 if down else -1], wrapped=True)
