"""A labelled row of a form: label, the field between brackets, and a line under it for words."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from jobs_tui.guard.terminal_text import plain
from jobs_tui.tui.widgets.fields.visible import Visible

LABEL = 14
"""Columns of a label, in every step, so that all fields begin in one column."""


class TextInput(Input):
    """A one-line field. Its text is selected when it gets the focus, so typing replaces it."""

    DEFAULT_CSS = """
    TextInput, TextInput:focus {
        height: 1; border: none; padding: 0; background: $panel; color: $foreground; width: 1fr;
    }
    TextInput > .input--placeholder, TextInput > .input--suggestion { color: $quiet; }
    """

    def __init__(
        self,
        value: str = "",
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        placeholder: str = "",
        most: int = 0,
    ) -> None:
        super().__init__(
            value,
            id=id,
            placeholder=placeholder,
            highlighter=Visible(),
            compact=True,
            max_length=most,
        )
        # No suggestion and no blinking: a blink is a write to a slow line (UX.md 6.3).
        self.cursor_blink = False


class Bracketed(Horizontal):
    """``[ field ]``: brackets show where a field ends, in two colours as well as in many."""

    DEFAULT_CSS = """
    Bracketed { height: 1; width: 1fr; }
    Bracketed > .bracket { width: 2; color: $border-blurred; }
    Bracketed > .closing { text-align: right; }
    Bracketed.lit > .bracket { color: $key; text-style: bold; }
    """

    def __init__(self, field: Widget, *, width: int | None = None) -> None:
        super().__init__()
        self._field = field
        if width is not None:
            self.styles.width = width

    def compose(self) -> ComposeResult:
        """Textual's method."""
        yield Static("[ ", classes="bracket", markup=False)
        yield self._field
        yield Static(" ]", classes="bracket closing", markup=False)

    def on_descendant_focus(self) -> None:
        """Textual's message: the brackets of the field with the focus are lit."""
        self.add_class("lit")

    def on_descendant_blur(self) -> None:
        """Textual's message."""
        self.remove_class("lit")


class Label(Static):
    """The name of a field."""

    DEFAULT_CSS = f"""
    Label {{ height: 1; width: {LABEL}; color: $title; }}
    """

    def __init__(
        self,
        text: str,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
    ) -> None:
        super().__init__(text, id=id, markup=False)


class Row(Horizontal):
    """Fields side by side behind one label."""

    DEFAULT_CSS = """
    Row { height: auto; width: 1fr; }
    """

    def __init__(
        self,
        label: str,
        *fields: Widget,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
    ) -> None:
        super().__init__(Label(label), *fields, id=id)


class Words(Static):
    """Words that change; an update with the same words draws nothing."""

    DEFAULT_CSS = """
    Words { height: auto; width: 1fr; }
    """

    def __init__(
        self,
        text: str = "",
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
    ) -> None:
        super().__init__(text, id=id, markup=False)
        self._words = Content(text)

    def say(self, text: Content | str) -> None:
        """Show something."""
        content = text if isinstance(text, Content) else Content(plain(text))
        if not content.is_same(self._words):
            self._words = content
            self.update(content)

    @property
    def shown(self) -> str:
        """The text without its colours."""
        return self._words.plain


class Hint(Words):
    """The line under a field: help, a good word or what is wrong, each with its own sign."""

    DEFAULT_CSS = f"""
    Hint {{ margin-left: {LABEL}; color: $quiet; min-height: 1; }}
    """

    def good(self, text: str, after: str = "") -> None:
        """A field that is right."""
        rest = (f"   {plain(after)}", "$quiet") if after else ""
        self.say(Content.assemble(("+ ", "$state-ok bold"), (plain(text), "$foreground"), rest))

    def warn(self, text: str) -> None:
        """Right, but worth a second look."""
        self.say(warned(text))

    def wrong(self, text: str) -> None:
        """What is wrong, in one sentence."""
        self.say(Content.assemble(("x ", "$state-bad bold"), (plain(text), "$state-bad")))


def warned(text: str) -> Content:
    """A warning: sign and words."""
    return Content.assemble(("! ", "$state-warn bold"), (plain(text), "$state-warn"))


class Group(Vertical):
    """A few rows that belong together and may be hidden together."""

    DEFAULT_CSS = """
    Group { height: auto; width: 1fr; }
    """
