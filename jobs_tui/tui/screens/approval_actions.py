"""Deciding what waits for a person: the whole call is shown, and asked about once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast, get_args

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.approval import Approval
from jobs_tui.service import approvals
from jobs_tui.service.approvals import Choice
from jobs_tui.tui.dialogs import BOX, text_of
from jobs_tui.tui.dialogs import Choice as Menu
from jobs_tui.tui.screens.agent_words import call_text

if TYPE_CHECKING:
    from jobs_tui.tui.base import BaseScreen


def waits(count: int) -> Content:
    """``2 runs wait for approval: A shows them``, for a status line."""
    words = "1 approval is waited for" if count == 1 else f"{count} approvals are waited for"
    return Content.assemble((f" {words}: ", "$state-warn bold"), ("A", "$key bold"), " shows it")


def asks(asked: Sequence[Approval]) -> Content:
    """What a run waits for, and the key to answer, for a status line."""
    first, more = asked[0], f" and {len(asked) - 1} more" if len(asked) > 1 else ""
    what = "may it start?" if first.whole_run else f"asks to call {one_line(first)}"
    return Content.assemble(
        (" a ", "$key bold"), ("answers: ", "$state-warn bold"), f"{what}{more}"
    )


def one_line(one: Approval) -> str:
    """``delete_files {"path": "/tmp"}``: the call, on one line."""
    return plain(f"{one.tool} {json.dumps(one.arguments, ensure_ascii=False)}")


class Decide(ModalScreen[str | None]):
    """The reason that was given, perhaps an empty one; None when nothing was decided."""

    DEFAULT_CSS = (
        BOX.replace("ModalScreen", "Decide")
        + """
    Decide VerticalScroll { height: auto; max-height: 12; scrollbar-size-vertical: 1; }
    Decide .name { margin-top: 1; color: $quiet; }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("pagedown", "scroll(8)", show=False, priority=True),
        Binding("pageup", "scroll(-8)", show=False, priority=True),
    ]

    def __init__(self, one: Approval, choice: Choice) -> None:
        super().__init__()
        self._one, self._choice = one, choice

    def compose(self) -> ComposeResult:
        """Textual's method."""
        one, word = self._one, "Approve" if self._choice == "approve" else "Deny"
        with Vertical(classes="box wide") as box:
            box.border_title = Content(word)
            about = "the run itself" if one.whole_run else f"the call of {plain(one.tool)}"
            yield Static(
                f"{word} {about} of {plain(one.job_name)} #{one.number}?\n"
                f"Asked for: {plain(one.reason)}\n",
                markup=False,
            )
            with VerticalScroll(can_focus=False):
                yield Static(text_of(call_text(one), "$title"), markup=False)
            yield Label("Reason, if you want to give one", classes="name", markup=False)
            yield Input(id="reason", max_length=approvals.LONGEST_REASON)
            with Horizontal(classes="buttons"):
                yield Button("esc  Leave it waiting", id="cancel", compact=True)
                yield Button(f"enter  {word}", id="decide", compact=True)

    def on_mount(self) -> None:
        """Textual's message."""
        self.query_one("#reason").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Textual's message."""
        self.dismiss(event.value)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Textual's message."""
        decided = event.button.id == "decide"
        self.dismiss(self.query_one("#reason", Input).value if decided else None)

    def action_scroll(self, lines: int) -> None:
        """Move the call."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_cancel(self) -> None:
        """Nothing is decided."""
        self.dismiss(None)


def answer(screen: BaseScreen, execution_id: str) -> None:
    """Approve or deny what a run waits for; of several calls the most urgent one first."""
    asked = approvals.listing(screen.ctx, execution_id=execution_id)
    if not asked:
        screen.say("This run waits for no approval.")
        return
    one = asked[0]

    def chosen(choice: str | None) -> None:
        if choice in get_args(Choice):
            decide(screen, one, cast(Choice, choice))

    about = "this run" if one.whole_run else one_line(one)
    options = [("a", "approve", "approve it"), ("d", "deny", "deny it")]
    screen.app.push_screen(Menu("It waits for an answer", options, about), chosen)


def decide(screen: BaseScreen, one: Approval, choice: Choice) -> None:
    """Ask once, then decide."""

    def done(decided: Approval) -> None:
        name = plain(decided.job_name)
        screen.say(f"{plain(decided.tool)} of {name} #{decided.number}: {decided.status}.")
        screen.store_changed()

    def answer(reason: str | None) -> None:
        if reason is not None:
            screen.attempt(lambda: approvals.decide(screen.ctx, one.id, choice, reason), done)

    screen.app.push_screen(Decide(one, choice), answer)
