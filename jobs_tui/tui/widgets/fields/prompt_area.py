"""Where a prompt is written: plain text, its ``{{ variables }}`` in sight."""

from __future__ import annotations

import re

from rich.style import Style
from rich.text import Text
from textual.widgets import TextArea

from jobs_tui.tui.widgets.fields.visible import visible

_PLACEHOLDER = re.compile(r"\{\{(?!\.).*?\}\}")


class PromptArea(TextArea):
    """Tab leaves it, as in every field; enter begins a new line."""

    DEFAULT_CSS = """
    PromptArea, PromptArea:focus {
        border: solid $border-blurred; background: $surface; color: $foreground;
        padding: 0 1; height: 1fr; scrollbar-size-vertical: 1;
        border-title-color: $title; border-subtitle-color: $quiet;
    }
    PromptArea:focus { border: solid $border; border-title-color: $foreground; }
    PromptArea .text-area--placeholder { color: $quiet; }
    """

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        placeholder: str = "",
    ) -> None:
        super().__init__(
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder=placeholder,
        )
        self.cursor_blink = False

    def get_line(self, line_index: int) -> Text:
        """Textual's hook: a line with its placeholders set off."""
        line = Text(visible(self.document.get_line(line_index)), end="", no_wrap=True)
        for found in _PLACEHOLDER.finditer(line.plain):
            line.stylize(Style(bold=True, italic=True), *found.span())
        return line
