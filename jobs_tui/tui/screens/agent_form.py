"""The form of a new agent: what most agents need; the rest is for the editor."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static
from textual.worker import WorkType

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.resource import Resource, ResourceKind
from jobs_tui.service import resources
from jobs_tui.service.context import Context
from jobs_tui.tui.dialogs import BOX, text_of
from jobs_tui.tui.widgets.fields.one_of import OneOf

FIELDS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("id", "Id", "letters, digits, - _ . such as backup-bot", ()),
    ("description", "What it does", "a sentence; Smart selection reads it", ()),
    ("capabilities", "Good at", "a few words each: postgres, backup, s3", ()),
    ("model", "Model", "such as qwen3:14b", ("llm", "command")),
    ("base_url", "Endpoint", "http://127.0.0.1:11434/v1", ("llm",)),
    ("api_key", "Key", "env:OPENAI_API_KEY or store:openai; empty for none", ("llm",)),
    ("template", "Template", "claude, codex, gemini, goose, opencode, copilot, aider...",
     ("command",)),
)  # fmt: skip
"""(field, label, placeholder, kinds that have it; none: all)."""


class NewAgent(ModalScreen[Resource | None]):
    """Makes an agent; what is wrong is said in the form and nothing that was typed is lost."""

    DEFAULT_CSS = (
        BOX.replace("ModalScreen", "NewAgent")
        + """
    NewAgent VerticalScroll { height: auto; max-height: 16; scrollbar-size-vertical: 1; }
    NewAgent .line { height: 1; }
    NewAgent .line Label { width: 15; color: $quiet; }
    NewAgent Input, NewAgent Input:focus {
        height: 1; border: none; padding: 0; background: $panel; width: 1fr;
    }
    NewAgent #said { height: auto; min-height: 1; margin-top: 1; color: $state-warn; }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("f2", "create", show=False, priority=True),
        Binding("enter,down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self._making = False

    def compose(self) -> ComposeResult:
        """Textual's method."""
        with Vertical(classes="box wide") as box:
            box.border_title = "New agent"
            with VerticalScroll(can_focus=False):
                with Horizontal(classes="line"):
                    yield Label("Kind", markup=False)
                    kinds = ("llm", "command", "ops", "shell")
                    yield OneOf([(kind, kind) for kind in kinds], id="kind")
                for name, label, hint, _ in FIELDS:
                    with Horizontal(classes="line", id=f"line-{name}"):
                        yield Label(label, markup=False)
                        yield Input(placeholder=hint, id=f"agent-{name}")
            yield Static("", id="said", markup=False)
            yield Label("e edits everything else of it later", classes="hint", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("esc  Cancel", id="cancel", compact=True)
                yield Button("F2  Create", id="create", compact=True)

    def on_mount(self) -> None:
        """Textual's message."""
        self._show_fields()
        self.query_one("#agent-id").focus()

    def on_one_of_changed(self) -> None:
        """Textual's message: other kinds have other fields."""
        self._show_fields()

    def _show_fields(self) -> None:
        kind = self.query_one("#kind", OneOf).value
        for name, _, _, kinds in FIELDS:
            self.query_one(f"#line-{name}").display = not kinds or kind in kinds

    def on_input_submitted(self) -> None:
        """Textual's message."""
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

    def fields(self) -> dict[str, Any]:
        """The fields of AgentInput that were filled in."""
        kind = self.query_one("#kind", OneOf).value
        found: dict[str, Any] = {"kind": kind}
        for name, _, _, kinds in FIELDS:
            text = self.query_one(f"#agent-{name}", Input).value.strip()
            if text and (not kinds or kind in kinds):
                found[name] = text
        found.setdefault("id", "")
        if "capabilities" in found:
            words = (one.strip() for one in found["capabilities"].split(","))
            found["capabilities"] = [one for one in words if one]
        return found

    async def _create(self) -> None:
        fields = self.fields()
        try:
            made = await asyncio.to_thread(resources.create, self.ctx, ResourceKind.AGENT, fields)
        except JobsTuiError as error:
            self.query_one("#said", Static).update(text_of(error.sentence()))
            place = (error.field or "id").split(".")[0]
            known = [name for name, *_ in FIELDS]
            self.query_one(f"#agent-{place if place in known else 'id'}").focus()
        else:
            self.dismiss(made)
        finally:
            self._making = False

    def action_cancel(self) -> None:
        """No agent."""
        self.dismiss(None)
