"""Moving in a log: cursor, pages, sideways, wheel and clicks."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType

from jobs_tui.tui.actions import LIST_MOVES, bindings
from jobs_tui.tui.widgets.log_canvas import LogCanvas

SIDEWAYS = 8
"""Columns that one press of left or right moves."""
WHEEL = 3
"""Rows that one notch of the wheel moves."""


class LogMoves(LogCanvas):
    """The keys and the mouse on a :class:`LogCanvas`."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(LIST_MOVES)

    def action_down(self) -> None:
        """One line down."""
        if not self.window.follow:
            self.window.step(1)
            self.changed()

    def action_up(self) -> None:
        """One line up; stops following."""
        self.window.step(-1)
        self.changed()

    def action_top(self) -> None:
        """To the first line."""
        self.window.go_to(1)
        self.changed()

    def action_bottom(self) -> None:
        """To the end, and follow it."""
        self.window.resume()
        self.changed()

    def _turn(self, pages: float) -> None:
        if pages < 0 or not self.window.follow:
            self.window.turn(pages)
            self.changed()

    def action_half_down(self) -> None:
        """Half a page down."""
        self._turn(0.5)

    def action_half_up(self) -> None:
        """Half a page up."""
        self._turn(-0.5)

    def action_page_down(self) -> None:
        """One page down."""
        self._turn(1)

    def action_page_up(self) -> None:
        """One page up."""
        self._turn(-1)

    def sideways(self, columns: int) -> None:
        """Scroll sideways, as far as the lines on the screen reach."""
        if self.wrap:
            return
        lines = (self.window.entries.line(place.entry) for place in self.window.page())
        longest = max((len(self.text(line).text) for line in lines if line), default=0)
        self.left = max(0, min(self.left + columns, max(self.left, longest - self.room + 1)))
        self.changed()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Textual's message."""
        event.stop()
        if not self.window.follow:
            self.window.scroll(WHEEL)
            self.changed()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Textual's message."""
        event.stop()
        self.window.scroll(-WHEEL)
        self.changed()

    def on_click(self, event: events.Click) -> None:
        """Textual's message: on a row the cursor goes there, on the bar the window does."""
        rows = self.window.page()
        if event.x >= self.size.width - 1:
            self.window.scroll_to(event.y / max(1, self.size.height - 1))
        elif event.y < len(rows) and (line := self.window.entries.line(rows[event.y].entry)):
            self.window.go_to(line)
        self.changed()
