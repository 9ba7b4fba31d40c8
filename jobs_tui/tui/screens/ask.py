"""A question whose answer is one line of text."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from jobs_tui.tui.dialogs import BOX, text_of


class AskText(ModalScreen[str | None]):
    """The text that was typed, None when it was called off."""

    DEFAULT_CSS = BOX.replace("ModalScreen", "AskText")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False)]

    def __init__(self, title: str, question: str, value: str = "") -> None:
        super().__init__()
        self._title, self._question, self._value = title, question, value

    def compose(self) -> ComposeResult:
        """Textual's method."""
        with Vertical(classes="box") as box:
            box.border_title = Content(f" {self._title} ")
            yield Static(text_of(self._question), markup=False)
            yield Input(self._value)
            yield Label("enter go on   esc cancel", classes="hint", markup=False)
            yield Label("", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Textual's message."""
        self.dismiss(event.value)

    def action_cancel(self) -> None:
        """No answer."""
        self.dismiss(None)
