"""Questions and messages on top of a screen (UX.md 5, confirm boxes).

All text is plain text: a job's name in a sentence is never markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from jobs_tui.guard.terminal_text import clean_output, plain
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.job import Parameter

BOX = """
ModalScreen { align: center middle; background: $background 60%; }
ModalScreen > .box {
    width: 64; max-width: 96%; height: auto; max-height: 92%;
    background: $surface; border: solid $border; border-title-color: $foreground;
    border-title-style: bold; padding: 1 2 0 2;
}
ModalScreen > .wide { width: 96; }
ModalScreen .hint { color: $quiet; margin-top: 1; }
ModalScreen .buttons { height: 1; margin: 1 0 1 0; align-horizontal: right; }
ModalScreen Button {
    min-width: 8; margin-left: 2; padding: 0 1;
    background: $panel; color: $foreground; text-style: none;
}
ModalScreen Button:focus { background: $border; color: $background; text-style: bold; }
ModalScreen Button:hover { background: $cursor; color: $foreground; }
ModalScreen Input { height: 3; border: solid $border-blurred; background: $surface; padding: 0 1; }
ModalScreen Input:focus { border: solid $border; background-tint: $surface 0%; }
ModalScreen OptionList, ModalScreen OptionList:focus {
    height: auto; max-height: 12; border: none; background: $surface; padding: 0;
    background-tint: $surface 0%;
}
"""
"""Style of all dialogs."""

ARROWS: list[BindingType] = [
    Binding("left,up", "app.focus_previous", show=False),
    Binding("right,down", "app.focus_next", show=False),
]


def text_of(text: str, style: str = "") -> Content:
    """Untrusted text of several lines, without escapes."""
    lines = "\n".join(plain(line) for line in clean_output(text).split("\n"))
    return Content.styled(lines, style) if style else Content(lines)


class Confirm(ModalScreen[bool]):
    """Yes or no, with the focus on No. The sentence names what would be lost.

    Args:
        title: what is about to happen.
        sentence: the loss, in words.
        yes: label of the yes button.
        number: when given, it must be typed to confirm (several things, or a long run).
    """

    DEFAULT_CSS = BOX.replace("ModalScreen", "Confirm")
    BINDINGS: ClassVar[list[BindingType]] = [
        *ARROWS,
        Binding("y", "answer(True)", show=False),
        Binding("n,escape", "answer(False)", show=False),
    ]

    def __init__(
        self, title: str, sentence: str, *, yes: str = "Yes", number: int | None = None
    ) -> None:
        super().__init__()
        self._title, self._sentence, self._yes, self._number = title, sentence, yes, number

    def compose(self) -> ComposeResult:
        """Textual's method."""
        with Vertical(classes="box") as box:
            box.border_title = Content(plain(self._title))
            yield Static(text_of(self._sentence), markup=False)
            if self._number is not None:
                yield Static(f"Type {self._number} to confirm.", classes="hint", markup=False)
                yield Input(id="number", type="integer")
            with Horizontal(classes="buttons"):
                yield Button("n  No", id="no", compact=True)
                yield Button(Content(plain(f"y  {self._yes}")), id="yes", compact=True)

    def on_mount(self) -> None:
        """Textual's message."""
        self.query_one("#number" if self._number is not None else "#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Textual's message."""
        self.action_answer(event.button.id == "yes")

    def on_input_submitted(self) -> None:
        """Textual's message."""
        self.action_answer(True)

    def action_answer(self, yes: bool) -> None:
        """Close with the answer; a yes without the right number stays open."""
        if yes and self._number is not None:
            field = self.query_one("#number", Input)
            if field.value.strip() != str(self._number):
                field.focus()
                return
        self.dismiss(yes)


class MessageDialog(ModalScreen[None]):
    """Something to read. Long text scrolls."""

    DEFAULT_CSS = (
        BOX.replace("ModalScreen", "MessageDialog")
        + """
    MessageDialog VerticalScroll { height: auto; max-height: 56vh; scrollbar-size-vertical: 1; }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "close", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("ctrl+d,pagedown,space", "scroll(10)", show=False),
        Binding("ctrl+u,pageup", "scroll(-10)", show=False),
    ]

    def __init__(
        self, title: str, text: str | Content, hint: str = "", *, wide: bool = False
    ) -> None:
        super().__init__()
        self._title, self._hint, self._wide = title, hint, wide
        self._text = text if isinstance(text, Content) else text_of(text)

    @classmethod
    def of(cls, error: Exception) -> MessageDialog:
        """An error as a dialog."""
        if isinstance(error, JobsTuiError):
            return cls(error.title, error.message, error.hint)
        return cls(
            "This should not have happened",
            f"{type(error).__name__}: {error}",
            "It is a fault of jobs-tui, not of yours; a report of it is welcome.",
        )

    def compose(self) -> ComposeResult:
        """Textual's method."""
        with Vertical(classes="box wide" if self._wide else "box") as box:
            box.border_title = Content(plain(self._title))
            with VerticalScroll(can_focus=False):
                yield Static(self._text, markup=False)
            if self._hint:
                yield Static(text_of(self._hint), classes="hint", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("esc  Close", id="close", compact=True)

    def on_button_pressed(self) -> None:
        """Textual's message."""
        self.dismiss()

    def action_close(self) -> None:
        """Close it."""
        self.dismiss()

    def action_scroll(self, lines: int) -> None:
        """Move the text."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


class Choice(ModalScreen[str | None]):
    """One of several things; the answer is its id, None for none.

    Args:
        options: (key to press, id, words); a key may be empty.
    """

    DEFAULT_CSS = BOX.replace("ModalScreen", "Choice")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "none", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
    ]

    def __init__(self, title: str, options: Sequence[tuple[str, str, str]], text: str = "") -> None:
        super().__init__()
        self._title, self._options, self._text = title, options, text

    def compose(self) -> ComposeResult:
        """Textual's method."""
        with Vertical(classes="box") as box:
            box.border_title = Content(plain(self._title))
            if self._text:
                yield Static(text_of(self._text + "\n"), markup=False)
            yield OptionList(
                *(
                    Option(Content.assemble((f"{key:<4}", "$key bold"), plain(words)), id=choice)
                    for key, choice, words in self._options
                ),
                markup=False,
            )
            yield Label("esc  none of these", classes="hint", markup=False)
            yield Label("", markup=False)

    def on_key(self, event: Any) -> None:
        """Textual's message: the keys of the options."""
        for key, choice, _ in self._options:
            if key and event.character == key:
                event.stop()
                self.dismiss(choice)
                return

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Textual's message."""
        self.dismiss(event.option.id)

    def action_none(self) -> None:
        """Nothing chosen."""
        self.dismiss(None)

    def action_move(self, step: int) -> None:
        """Up and down by letter."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if step > 0 else options.action_cursor_up()


class QuitDialog(Choice):
    """What happens to the engine in this process (DESIGN 7): ``background``, ``stop``, ``stay``."""

    def __init__(self, running: int, scheduled: bool) -> None:
        runs = f"{running} run{'s are' if running != 1 else ' is'} going on" if running else ""
        jobs = "jobs are scheduled" if scheduled else ""
        super().__init__(
            "Quit jobs-tui",
            [
                ("b", "background", "keep running in the background"),
                ("s", "stop", "stop the engine; runs get a moment to finish"),
                ("n", "stay", "stay here"),
            ],
            f"The engine lives in this window and {' and '.join(filter(None, (runs, jobs)))}.",
        )


class CopyMenu(Choice):
    """What to copy; the answer is the id of the thing."""

    def __init__(self, things: Sequence[tuple[str, str, str]]) -> None:
        super().__init__("Copy", things)


class RunParameters(ModalScreen[dict[str, str] | None]):
    """The values of a start; None when it was called off.

    Args:
        title: ``Run db-backup``.
        parameters: all that the job knows, declared and used.
        values: what to start from (the last run's values, say).
        everything: ask for all of them, not only for those without a value.
    """

    DEFAULT_CSS = (
        BOX.replace("ModalScreen", "RunParameters")
        + """
    RunParameters VerticalScroll { height: auto; max-height: 20; scrollbar-size-vertical: 1; }
    RunParameters .name { margin-top: 1; text-style: bold; }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("f2", "go", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        parameters: Sequence[Parameter],
        values: Mapping[str, Any] | None = None,
        *,
        everything: bool = False,
    ) -> None:
        super().__init__()
        self._title, self._values = title, dict(values or {})
        self.asked = [p for p in parameters if everything or needs_value(p)]

    def compose(self) -> ComposeResult:
        """Textual's method."""
        with Vertical(classes="box") as box:
            box.border_title = Content(plain(self._title))
            with VerticalScroll(can_focus=False):
                for place, parameter in enumerate(self.asked):
                    about = f"  {parameter.description}" if parameter.description else ""
                    yield Label(
                        Content.assemble(
                            (plain(parameter.name), "bold"), (plain(about), "$quiet not bold")
                        ),
                        markup=False,
                        classes="name",
                    )
                    value = self._values.get(parameter.name, parameter.default)
                    yield Input("" if value is None else plain(str(value)), id=f"value-{place}")
            yield Label("enter next field   F2 run   esc cancel", classes="hint", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("esc  Cancel", id="cancel", compact=True)
                yield Button("F2  Run", id="go", compact=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Textual's message: enter goes to the next field, from the last one it runs."""
        if event.input.id == f"value-{len(self.asked) - 1}":
            self.action_go()
        else:
            self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Textual's message."""
        self.action_go() if event.button.id == "go" else self.action_cancel()

    def action_go(self) -> None:
        """Close with the values; a required one that is empty gets the focus instead."""
        answer: dict[str, str] = {}
        for place, parameter in enumerate(self.asked):
            field = self.query_one(f"#value-{place}", Input)
            if parameter.required and not field.value:
                field.focus()
                return
            answer[parameter.name] = field.value
        self.dismiss(answer)

    def action_cancel(self) -> None:
        """Close without a start."""
        self.dismiss(None)


def needs_value(parameter: Parameter) -> bool:
    """Whether a start must give it (agents/prompt.py, resolve)."""
    return parameter.required and parameter.default is None
