"""The form of a new token."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static
from textual.worker import WorkType

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.token import Scope
from jobs_tui.service import tokens
from jobs_tui.service.context import Context
from jobs_tui.tui.dialogs import BOX, text_of
from jobs_tui.tui.widgets.fields.one_of import OneOf


class NewToken(ModalScreen[tokens.Created | None]):
    """Makes a token and hands it over; what is wrong is said in the form."""

    DEFAULT_CSS = (
        BOX.replace("ModalScreen", "NewToken")
        + """
    NewToken .name { margin-top: 1; color: $quiet; }
    NewToken #said { height: auto; min-height: 1; margin-top: 1; color: $state-warn; }
    NewToken #about { color: $quiet; }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("f2", "create", show=False, priority=True),
        Binding("enter", "app.focus_next", show=False),
    ]

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self._making = False

    def compose(self) -> ComposeResult:
        """Textual's method."""
        with Vertical(classes="box") as box:
            box.border_title = "New token"
            yield Label("Who or what will use it", markup=False)
            yield Input(placeholder="made up when left empty", id="name")
            yield Label("What it may do (left and right)", classes="name", markup=False)
            yield OneOf([(str(scope), str(scope)) for scope in Scope], id="scope")
            yield Static(Scope.READ.sentence, id="about", markup=False)
            yield Label("For how long", classes="name", markup=False)
            yield Input(placeholder="12h, 30d, 8w, a date; empty for ever", id="expires")
            yield Static("", id="said", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("esc  Cancel", id="cancel", compact=True)
                yield Button("F2  Create", id="create", compact=True)

    def on_one_of_changed(self, event: OneOf.Changed) -> None:
        """Textual's message: what the scope allows, in words."""
        self.query_one("#about", Static).update(Scope(event.value).sentence)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Textual's message: enter goes on, from the last field it makes the token."""
        if event.input.id == "expires":
            self.action_create()
        else:
            self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Textual's message."""
        self.action_create() if event.button.id == "create" else self.action_cancel()

    def action_create(self) -> None:
        """Make it."""
        if not self._making:
            self._making = True
            work: WorkType[None] = self._create
            self.run_worker(work)

    async def _create(self) -> None:
        name = self.query_one("#name", Input).value.strip() or None
        expires = self.query_one("#expires", Input).value.strip() or None
        scope = self.query_one("#scope", OneOf).value
        try:
            made = await asyncio.to_thread(
                tokens.create, self.ctx, scope, name=name, expires=expires
            )
        except JobsTuiError as error:
            self.query_one("#said", Static).update(text_of(error.sentence()))
            field = getattr(error, "field", None)
            self.query_one("#expires" if field == "expires" else "#name").focus()
        else:
            self.dismiss(made)
        finally:
            self._making = False

    def action_cancel(self) -> None:
        """No token."""
        self.dismiss(None)
