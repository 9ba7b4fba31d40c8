"""Shown once, after a webhook was made: its address, its secret and a command that works."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from jobs_tui.tui import clipboard
from jobs_tui.tui.dialogs import ARROWS, BOX


def sample(url: str, secret: str, parameters: Sequence[tuple[str, str]]) -> str:
    """A shell script that sends one signed request; openssl makes the signature.

    Args:
        parameters: (name, value) to send.
    """
    body = json.dumps({"parameters": dict(parameters)})
    return "\n".join(
        [
            f"SECRET={shlex.quote(secret)}",
            f"BODY={shlex.quote(body)}",
            'SIG=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET" \\',
            "  | sed 's/.* //')",
            f"curl -sS {shlex.quote(url)} \\",
            '  -H "X-Webhook-Signature: sha256=$SIG" --data "$BODY"',
        ]
    )


class SecretDialog(ModalScreen[None]):
    """Stays until it is closed on purpose: the secret is never shown again."""

    DEFAULT_CSS = (
        BOX.replace("ModalScreen", "SecretDialog")
        + """
    SecretDialog > .box { width: 78; max-width: 100%; padding: 1 1 0 1; }
    SecretDialog VerticalScroll { height: auto; max-height: 12; scrollbar-size-vertical: 1; }
    SecretDialog #said { height: 1; color: $state-warn; }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *ARROWS,
        Binding("s", "copy('secret')", show=False),
        Binding("u", "copy('address')", show=False),
        Binding("c", "copy('command')", show=False),
        Binding("escape,q", "leave", show=False),
    ]

    def __init__(self, url: str, secret: str, parameters: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.things = {
            "address": url,
            "secret": secret,
            "command": sample(url, secret, parameters),
        }
        self._asked = False

    def compose(self) -> ComposeResult:
        """Textual's method."""
        with Vertical(classes="box") as box:
            box.border_title = " The webhook is ready "
            yield Static(
                Content.assemble(
                    ("address  ", "$quiet"),
                    self.things["address"],
                    "\n",
                    ("secret   ", "$quiet"),
                    (self.things["secret"], "bold"),
                ),
                markup=False,
            )
            yield Static(
                "The secret is not shown again. This command sends a signed request:",
                classes="hint",
                markup=False,
            )
            with VerticalScroll(can_focus=False):
                yield Static(Content(self.things["command"]), id="command", markup=False)
            yield Static("", id="said", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("s  Copy secret", id="secret", compact=True)
                yield Button("u  Copy address", id="address", compact=True)
                yield Button("c  Copy command", id="copy-command", compact=True)
                yield Button("Done", id="done", compact=True)

    def on_mount(self) -> None:
        """Textual's message."""
        self.query_one("#secret").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Textual's message."""
        if event.button.id == "done":
            self.dismiss()
        else:
            self.action_copy(str(event.button.id).removeprefix("copy-"))

    def action_copy(self, what: str) -> None:
        """Copy one of the three."""
        self.app.copy_to_clipboard(self.things[what])
        self._say(f"{what}: {clipboard.note(os.environ)}")

    def action_leave(self) -> None:
        """Escape asks once more."""
        if self._asked:
            self.dismiss()
        else:
            self._asked = True
            self._say("Is the secret kept? esc once more closes; it is not shown again.")

    def _say(self, text: str) -> None:
        self.query_one("#said", Static).update(text)
