"""Where a log view stands: which rows are on the screen, following, and the cursor's line.

No Textual in here: the widget asks for the rows and draws them.
"""

from __future__ import annotations

from collections.abc import Callable

from jobs_tui.tui.widgets.log_layout import AllLines, Entries, Place, last_page, moved, page


class Screenful:
    """The window over the entries of a log.

    Args:
        last: the newest line's number.
        rows_of_line: how many rows a line takes.
    """

    def __init__(self, last: Callable[[], int], rows_of_line: Callable[[int], int]) -> None:
        self._last = last
        self._rows_of_line = rows_of_line
        self.all: Entries = AllLines(last)
        self.entries: Entries = self.all
        self.follow = True
        """The newest line is at the bottom and the cursor is on it."""
        self.height = 1
        self._top = Place(0, 0)
        self._cursor = 0
        self._seen = 0
        self._page: list[Place] | None = None

    # What is on the screen

    def rows(self, entry: int) -> int:
        """How many rows an entry takes."""
        line = self.entries.line(entry)
        return self._rows_of_line(line) if line else 1

    def page(self) -> list[Place]:
        """The rows on the screen; at most ``height``."""
        if self._page is None:
            end = last_page(self.entries, self.rows, self.height)
            self._top = end if self.follow else min(self._top, end)
            if self._top.row >= (rows := self.rows(self._top.entry) if self.entries.count() else 1):
                self._top = Place(self._top.entry, rows - 1)
            self._page = page(self.entries, self.rows, self._top, self.height)
        return self._page

    def changed(self) -> None:
        """Lines came, or rows have another height: the page must be found again."""
        self._page = None

    @property
    def cursor(self) -> int:
        """The line under the cursor; 0 in an empty log."""
        if self.follow:
            count = self.entries.count()
            return self.entries.line(count - 1) if count else 0
        return self._cursor

    @property
    def new_lines(self) -> int:
        """Lines that came since following was paused, of those that are shown."""
        if self.follow:
            return 0
        entries = self.entries
        return max(0, entries.count() - entries.entry(self._seen + 1))

    @property
    def percent(self) -> int:
        """How far down the last row of the screen is."""
        count = self.entries.count()
        rows = self.page()
        return 100 * (rows[-1].entry + 1) // count if rows else 100

    # Moving

    def pause(self) -> None:
        """Stand still while new lines come."""
        if self.follow:
            self.page()
            self._cursor = self.cursor
            self._seen = self._last()
            self.follow = False

    def resume(self) -> None:
        """Back to the end, and stay there."""
        self.follow = True
        self.changed()

    def go_to(self, line: int, *, middle: bool = False) -> None:
        """Put the cursor on a line, or on the next one that is shown.

        Args:
            middle: when it is off the screen, show it with lines around it.
        """
        self.pause()
        count = self.entries.count()
        if not count:
            return
        entry = min(self.entries.entry(max(1, line)), count - 1)
        self._cursor = self.entries.line(entry) or self.entries.line(entry + 1)
        self._reveal(entry, middle)

    def step(self, by: int) -> None:
        """Move the cursor by lines; within a line taller than the screen, by rows."""
        self.pause()
        if not self.entries.count():
            return
        entry = self._cursor_entry()
        end = Place(entry, 0 if by < 0 else self.rows(entry) - 1)
        if self.rows(entry) > self.height and end not in self.page():
            self.scroll(1 if by > 0 else -1)
            return
        target = max(0, min(entry + by, self.entries.count() - 1))
        if not self.entries.line(target):  # a gap
            target += 1 if by > 0 else -1
        self._cursor = self.entries.line(target)
        self._reveal(target, False)

    def scroll(self, by: int) -> None:
        """Move the window by rows; the cursor stays on it."""
        self.pause()
        if not self.entries.count():
            return
        self.page()
        self._top = moved(self.entries, self.rows, self._top, by)
        self.changed()
        self._keep_cursor_on_page()

    def turn(self, pages: float) -> None:
        """Move window and cursor by pages."""
        self.pause()
        if not self.entries.count():
            return
        rows = self.page()
        by = round(pages * self.height)
        entry = self._cursor_entry()
        place = next((p for p in rows if p.entry == entry), rows[0])
        target = moved(self.entries, self.rows, place, by)
        self._top = moved(self.entries, self.rows, self._top, by)
        self.changed()
        self._cursor = self.entries.line(target.entry) or self.entries.line(target.entry + 1)
        self._keep_cursor_on_page()

    def scroll_to(self, share: float) -> None:
        """Move the window to a share (0 to 1) of the log, as a scroll bar does."""
        self.pause()
        count = self.entries.count()
        if count:
            self._top = Place(max(0, min(count - 1, round(share * count) - self.height // 2)), 0)
            self.changed()
            self._keep_cursor_on_page()

    def show(self, entries: Entries) -> None:
        """Show other entries; the cursor's line stays where it is on the screen."""
        rows, before = self.page(), self._cursor_entry()
        row = next((y for y, place in enumerate(rows) if place.entry == before), 0)
        cursor = self.cursor
        self.entries = entries
        self.changed()
        if self.follow or not entries.count():
            return
        entry = min(entries.entry(cursor), entries.count() - 1)
        self._cursor = entries.line(entry)
        self._top = moved(entries, self.rows, Place(entry, 0), -row)

    def reflow(self) -> None:
        """Rows have other heights: the line on top stays on top."""
        self._top = Place(self._top.entry, 0)
        self.changed()
        if not self.follow and self.entries.count():
            self._reveal(self._cursor_entry(), False)

    def _cursor_entry(self) -> int:
        return max(0, min(self.entries.entry(self.cursor), self.entries.count() - 1))

    def _reveal(self, entry: int, middle: bool) -> None:
        first, last = Place(entry, 0), Place(entry, self.rows(entry) - 1)
        rows = self.page()
        if first in rows and last in rows:
            return
        if middle:
            self._top = moved(self.entries, self.rows, first, -(self.height // 3))
        elif not rows or first < rows[0] or self.rows(entry) > self.height:
            self._top = first
        else:
            self._top = moved(self.entries, self.rows, last, 1 - self.height)
        self.changed()

    def _keep_cursor_on_page(self) -> None:
        lines = [line for place in self.page() if (line := self.entries.line(place.entry))]
        if lines:
            self._cursor = max(lines[0], min(self._cursor, lines[-1]))
