"""Text that scrolls with the keys of a list."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll

from jobs_tui.tui.actions import LIST_MOVES, bindings


class TextPane(VerticalScroll):
    """A scrolling container that moves as every list does (UX.md 2)."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(LIST_MOVES)

    def _by(self, lines: float) -> None:
        self.scroll_relative(y=lines, animate=False)

    def action_down(self) -> None:
        """One line down."""
        self._by(1)

    def action_up(self) -> None:
        """One line up."""
        self._by(-1)

    def action_top(self) -> None:
        """To the start."""
        self.scroll_home(animate=False)

    def action_bottom(self) -> None:
        """To the end."""
        self.scroll_end(animate=False)

    def action_half_down(self) -> None:
        """Half a page down."""
        self._by(self.size.height // 2)

    def action_half_up(self) -> None:
        """Half a page up."""
        self._by(-(self.size.height // 2))

    def action_page_down(self) -> None:
        """One page down."""
        self._by(self.size.height)

    def action_page_up(self) -> None:
        """One page up."""
        self._by(-self.size.height)
