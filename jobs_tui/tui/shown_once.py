"""A dialog with secrets that are never shown again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from jobs_tui.guard.terminal_text import plain
from jobs_tui.tui import clipboard
from jobs_tui.tui.dialogs import ARROWS, BOX, text_of


class ShownOnce(ModalScreen[None]):
    """Stays until it is closed on purpose: escape asks once more.

    Args:
        secrets: what is shown by its name; each can be copied by the name's first letter.
        text: what to do with them.
    """

    DEFAULT_CSS = (
        BOX.replace("ModalScreen", "ShownOnce")
        + """
    ShownOnce > .box { width: 78; max-width: 100%; padding: 1 1 0 1; }
    ShownOnce #said { height: 1; margin-top: 1; color: $state-warn; }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *ARROWS,
        Binding("escape,q", "leave", show=False),
    ]

    def __init__(self, title: str, secrets: Mapping[str, str], text: str) -> None:
        super().__init__()
        self._title, self.secrets, self._text = title, dict(secrets), text
        self._asked = False
        for name in self.secrets:
            self._bindings.bind(name[0], f"copy('{name}')", show=False)

    def compose(self) -> ComposeResult:
        """Textual's method."""
        with Vertical(classes="box") as box:
            box.border_title = Content(plain(self._title))
            for name, secret in self.secrets.items():
                yield Static(
                    Content.assemble((f"{name:<8}", "$quiet"), (plain(secret), "bold")),
                    markup=False,
                )
            yield Static(
                text_of(f"It is not shown again. {self._text}"), classes="hint", markup=False
            )
            yield Static("", id="said", markup=False)
            with Horizontal(classes="buttons"):
                for name in self.secrets:
                    yield Button(f"{name[0]}  Copy {name}", id=f"copy-{name}", compact=True)
                yield Button("Done", id="done", compact=True)

    def on_mount(self) -> None:
        """Textual's message."""
        self.query(Button).first().focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Textual's message."""
        if event.button.id == "done":
            self.dismiss()
        else:
            self.action_copy(str(event.button.id).removeprefix("copy-"))

    def action_copy(self, name: str) -> None:
        """Copy one of the secrets."""
        self.app.copy_to_clipboard(self.secrets[name])
        self._say(f"{name}: {clipboard.note(os.environ)}")

    def action_leave(self) -> None:
        """Escape asks once more."""
        if self._asked:
            self.dismiss()
        else:
            self._asked = True
            self._say("Is it kept? esc once more closes; it is not shown again.")

    def _say(self, text: str) -> None:
        self.query_one("#said", Static).update(text)
