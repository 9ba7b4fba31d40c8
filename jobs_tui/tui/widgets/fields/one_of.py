"""A choice among a few things, all of them in sight: ``(o) Schedule   ( ) Webhook``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

_CHOSEN_HERE = "$block-cursor-foreground on $block-cursor-background bold"


class OneOf(Widget, can_focus=True):
    """Left and right choose, so tab and enter stay free to move on; a click chooses too.

    Args:
        options: (value, words), at least one; the words are plain text.
        value: what is chosen at first.
        look: ``round`` as radio buttons, ``strip`` as ``< a | b | c >``.
    """

    DEFAULT_CSS = """
    OneOf { height: auto; width: 1fr; color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,down,space", "move(1)", show=False),
        Binding("left,up", "move(-1)", show=False),
        Binding("home", "move(-99)", show=False),
        Binding("end", "move(99)", show=False),
    ]
    value: reactive[str] = reactive("", layout=False)

    class Changed(Message):
        """Another option was chosen."""

        def __init__(self, one_of: OneOf, value: str) -> None:
            super().__init__()
            self.one_of = one_of
            self.value = value

        @property
        def control(self) -> OneOf:
            """The widget, for ``@on`` with a selector."""
            return self.one_of

    def __init__(
        self,
        options: Sequence[tuple[str, str]],
        value: str = "",
        *,
        look: Literal["round", "strip"] = "round",
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._options, self._look = list(options), look
        self.set_reactive(OneOf.value, value or self._options[0][0])

    def offer(self, options: Sequence[tuple[str, str]]) -> None:
        """Offer other things; the value stays when it is still among them."""
        if list(options) == self._options:
            return
        self._options = list(options)
        if self.value not in [value for value, _ in options]:
            self.value = self._options[0][0]
        self.refresh(layout=True)

    def watch_value(self, value: str) -> None:
        """Textual's hook."""
        self.post_message(self.Changed(self, value))

    def action_move(self, step: int) -> None:
        """To the next option, never around the end."""
        values = [value for value, _ in self._options]
        place = values.index(self.value) + step
        self.value = values[max(0, min(place, len(values) - 1))]

    def action_pick(self, value: str) -> None:
        """What a click does."""
        self.focus()
        self.value = value

    def on_click(self, event: events.Click) -> None:
        """Textual's message: the option under the pointer."""
        picked = event.style.meta.get("pick")
        if isinstance(picked, str):
            self.action_pick(picked)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Textual's hook."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Textual's hook: options that do not fit go to the next row."""
        return len(self._rows(width))

    def render(self) -> Content:
        """Textual's hook."""
        rows = self._rows(self.size.width)
        gap = Content.styled(" | ", "$quiet") if self._look == "strip" else Content("   ")
        lines = [gap.join(self._option(value, words) for value, words in row) for row in rows]
        text = Content("\n").join(lines)
        if self._look == "strip":
            text = Content.assemble(("< ", "$quiet"), text, (" >", "$quiet"))
        return text

    def _rows(self, width: int) -> list[list[tuple[str, str]]]:
        rows: list[list[tuple[str, str]]] = [[]]
        used = 0
        extra = 3 if self._look == "strip" else 7
        width -= 4 if self._look == "strip" else 0
        for value, words in self._options:
            needed = Content(words).cell_length + extra
            if rows[-1] and used + needed - 3 > width:
                rows.append([])
                used = 0
            rows[-1].append((value, words))
            used += needed
        return rows

    def _option(self, value: str, words: str) -> Content:
        chosen = value == self.value
        if self._look == "round":
            words = f"({'o' if chosen else ' '}) {words}"
        style = "$quiet"
        if chosen:
            unfocused = "bold underline" if self._look == "strip" else "bold"
            style = _CHOSEN_HERE if self.has_focus else unfocused
        return Content.styled(words, style).stylize(Style.from_meta({"pick": value}))
