"""Help for one screen, written by the action registry; ``/`` finds (UX.md 5.8)."""

from __future__ import annotations

from itertools import combinations_with_replacement, pairwise
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from jobs_tui.tui.actions import APP_ACTIONS, GROUPS, LIST_MOVES, MOVE, Action
from jobs_tui.tui.base import WIDE, BaseScreen
from jobs_tui.tui.theme import LEGEND
from jobs_tui.tui.widgets.frame import spread

KEYS = 9
"""Columns for the keys of an action."""
SIDES = 3
"""Columns of text; the last is empty where sentences have room."""


class HelpScreen(ModalScreen[None]):
    """Every key of the screen below, in groups. ``/`` narrows it down, enter runs a single find.

    Args:
        screen: the screen that it explains.
    """

    CSS_PATH = "help.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False),
        Binding("question_mark,f1,q", "close", show=False),
        Binding("slash", "find", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("ctrl+d,pagedown,space", "scroll(10)", show=False),
        Binding("ctrl+u,pageup", "scroll(-10)", show=False),
        Binding("g,home", "scroll(-9999)", show=False),
        Binding("G,end", "scroll(9999)", show=False),
    ]

    def __init__(self, screen: BaseScreen) -> None:
        super().__init__()
        self._below = screen
        own = {action.keys[0] for action in screen.ACTIONS}
        everywhere = (action for action in APP_ACTIONS if action.keys[0] not in own)
        moves = () if any(action.group == MOVE for action in screen.ACTIONS) else LIST_MOVES
        self._actions = (*moves, *map(screen.shown, screen.ACTIONS), *everywhere)

    def compose(self) -> ComposeResult:
        """Textual's method."""
        yield Static(id="help-title", markup=False)
        with VerticalScroll(id="help-body", can_focus=True), Horizontal(id="help-columns"):
            for side in range(SIDES):
                yield Static(id=f"help-{side}", classes="help-side", markup=False)
        yield Input(placeholder="find a key or a word", id="help-find")
        yield Static(" / find   enter runs the only match   esc back", id="help-foot", markup=False)

    def on_mount(self) -> None:
        """Textual's message."""
        self.query_one("#help-find").display = False
        self.query_one("#help-body").focus()

    def on_resize(self) -> None:
        """Textual's message."""
        self._show(self.query_one("#help-find", Input).value)
        title = Content.styled(f" Help: {self._below.HELP_TITLE}", "bold")
        right = Content.styled("? or esc closes ", "$quiet")
        text = spread(title, right, self.app.size.width)
        self.query_one("#help-title", Static).update(text)

    def found(self, words: str) -> list[Action]:
        """The actions whose keys, label or help hold the words."""
        low = words.casefold().strip()
        return [
            action
            for action in self._actions
            if not low
            or low == action.key.casefold()
            or low in f"{action.label} {action.help} {action.all_keys}".casefold()
        ]

    def _show(self, words: str) -> None:
        actions = self.found(words)
        wide = self.app.size.width >= WIDE
        parts: dict[str, list[Content]] = {}
        for group in GROUPS:
            lines = [_line(action, wide) for action in actions if action.group == group]
            if lines:
                parts[group] = lines
            if group == MOVE and not words:
                parts["States"] = [
                    Content.assemble((f"{state.label:<{KEYS}}", state.style), state.meaning)
                    for state in LEGEND
                ]
        columns = _columns(parts, 2 if wide else SIDES)
        for side in range(SIDES):
            field = self.query_one(f"#help-{side}", Static)
            field.display = side < len(columns)
            field.update(Content("\n").join(columns[side] if side < len(columns) else []))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Textual's message."""
        self._show(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Textual's message: one match is run, else the list has the focus."""
        found = self.found(event.value)
        if len(found) != 1:
            self.query_one("#help-body").focus()
            return
        action, below = found[0], self._below
        node = "app" if action.id.startswith("app.") else "screen"

        def run(_: None = None) -> None:
            below.call_later(below.run_action, f"{node}.{action.method}")

        self.dismiss()
        if not action.id.startswith("list."):
            run()

    def action_find(self) -> None:
        """Open the field."""
        field = self.query_one("#help-find", Input)
        field.display = True
        field.focus()

    def action_back(self) -> None:
        """Clear the search; without one, close."""
        field = self.query_one("#help-find", Input)
        if field.display:
            field.value = ""
            field.display = False
            self.query_one("#help-body").focus()
        else:
            self.dismiss()

    def action_close(self) -> None:
        """Close."""
        self.dismiss()

    def action_scroll(self, lines: int) -> None:
        """Move the text."""
        self.query_one("#help-body", VerticalScroll).scroll_relative(y=lines, animate=False)


def _line(action: Action, wide: bool) -> Content:
    keys = action.all_keys
    gap = " " * max(1, KEYS - len(keys))
    return Content.assemble((keys, "$key bold"), gap, action.help if wide else action.label)


def _columns(parts: dict[str, list[Content]], count: int) -> list[list[Content]]:
    """The groups in order in up to ``count`` columns, the longest as short as it can be."""
    groups = [
        [Content.styled(name.upper(), "$title bold"), *lines, Content("")]
        for name, lines in parts.items()
    ]
    if not groups:
        return [[Content.styled("Nothing has that key or word.", "$quiet")]]
    places = range(len(groups) + 1)
    splits = combinations_with_replacement(places, count - 1)
    ends = [(0, *split, len(groups)) for split in splits]
    choices = [
        [[line for group in groups[start:end] for line in group] for start, end in pairwise(chosen)]
        for chosen in ends
    ]
    # The shortest page; among equals the one that fills from the left.
    return min(choices, key=lambda columns: (max(map(len, columns)), [-len(c) for c in columns]))
