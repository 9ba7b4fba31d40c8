"""The header of the wizard: which step it is, which steps are right, whether the draft is kept."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from jobs_tui.guard.terminal_text import plain
from jobs_tui.tui.screens.wizard.checks import STEPS
from jobs_tui.tui.widgets.frame import link, spread


class StepsBar(Static):
    """``New job   [1 Basics +]  >  2 Trigger  >  3 Who  >  4 Prompt      draft saved``."""

    DEFAULT_CSS = """
    StepsBar { height: 1; background: $panel; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__("", id="steps", markup=False)
        self._shown = Content("")

    def show(self, title: str, at: int, marks: Sequence[str], saved: str) -> None:
        """Draw it.

        Args:
            at: the step that is open, from 0.
            marks: a sign for each step: ``+`` right, ``x`` wrong, empty for not reached.
            saved: what became of the draft.
        """
        parts: list[Content | str | tuple[str, str]] = [(f" {plain(title)}  ", "bold")]
        for place, (name, mark) in enumerate(zip(STEPS, marks, strict=True)):
            here = place == at
            style = "bold" if here else "$quiet"
            parts.append(link("[" if here else " ", style, f"screen.go({place})"))
            parts.append(link(f"{place + 1} {name}", style, f"screen.go({place})"))
            if mark:
                parts.append((f" {mark}", "$state-bad bold" if mark == "x" else "$state-ok bold"))
            parts.append(("]" if here else " ", style))
            if place < len(STEPS) - 1:
                parts.append((" > ", "$quiet"))
        right = Content.styled(f"{saved} ", "$quiet")
        text = spread(Content.assemble(*parts), right, self.size.width)
        if not text.is_same(self._shown):
            self._shown = text
            self.update(text, layout=False)

    @property
    def shown(self) -> str:
        """The text without its colours."""
        return self._shown.plain
