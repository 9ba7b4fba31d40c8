"""The variables of a prompt: name, default, and whether a start must bring a value."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from jobs_tui.guard.terminal_text import plain
from jobs_tui.tui.widgets.fields.field import Bracketed, TextInput
from jobs_tui.tui.widgets.fields.one_of import OneOf

MOST = 40
"""Rows: a widget per row dies at a few hundred (UX.md 6.4), and nobody asks for so many values."""
NAME, NEEDED = 20, 30
TITLES = ("DEFAULT", "REQUIRED AT A START")
TITLES_AT_A_CHOICE = ("DEFAULT: shift+tab", "REQUIRED: left, right choose")
"""While a choice has the focus: what is typed goes nowhere, and this says which keys do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row."""

    name: str
    default: str
    """As text; empty means none."""
    needed: str
    """``yes``, ``no`` or, for one that the prompt does not use, ``drop``."""
    used: bool
    """Whether the prompt uses it."""
    problem: str = ""


class VariableRow(Horizontal):
    """The fields of one variable."""

    DEFAULT_CSS = f"""
    VariableRow {{ height: 1; }}
    VariableRow > .name {{ width: {NAME}; }}
    VariableRow > Bracketed {{ width: 1fr; margin-right: 2; }}
    VariableRow > OneOf {{ width: {NEEDED}; }}
    """

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self.entry = entry

    def compose(self) -> ComposeResult:
        """Textual's method."""
        yield Static(self._title(), classes="name", markup=False)
        yield Bracketed(TextInput(self.entry.default, placeholder="none"))
        yield OneOf(_needs(self.entry), self.entry.needed)

    def show(self, entry: Entry) -> None:
        """Show the same variable in another state; what is being typed is left alone."""
        if entry == self.entry:
            return
        self.entry = entry
        self.query_one(".name", Static).update(self._title())
        needs = self.query_one(OneOf)
        needs.offer(_needs(entry))
        with needs.prevent(OneOf.Changed):
            needs.value = entry.needed

    def now(self) -> Entry:
        """What stands in the fields."""
        return Entry(
            self.entry.name,
            self.query_one(TextInput).value,
            self.query_one(OneOf).value,
            self.entry.used,
        )

    def _title(self) -> Content:
        sign = ("x ", "$state-bad bold") if self.entry.problem else "  "
        style = "bold" if self.entry.used else "$quiet"
        name = Content.styled(plain(self.entry.name), style)
        return Content.assemble(sign, name).truncate(NAME - 1, ellipsis=True)


def _needs(entry: Entry) -> list[tuple[str, str]]:
    options = [("yes", "yes"), ("no", "no")]
    return options if entry.used else [*options, ("drop", "drop it")]


class VariableTable(VerticalScroll, can_focus=False):
    """All rows under their titles; hidden while the prompt has no variable."""

    DEFAULT_CSS = """
    VariableTable { height: auto; max-height: 9; scrollbar-size-vertical: 1; }
    VariableTable > .titles { height: 1; color: $quiet; }
    VariableTable > .titles > .name { width: 20; }
    VariableTable > .titles > .default { width: 1fr; }
    VariableTable > .titles > .needed { width: 30; }
    VariableTable > .more { height: 1; color: $quiet; }
    """

    class Changed(Message):
        """A default or a requirement was changed."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
    ) -> None:
        super().__init__(id=id)
        self._shown: tuple[str, ...] = ()
        self._wanted: tuple[Entry, ...] = ()
        self._lock = asyncio.Lock()

    def show(self, entries: Sequence[Entry]) -> None:
        """Show these variables in this order; rows of known ones keep their fields and focus."""
        self._wanted = tuple(entries[:MOST])
        self.run_worker(self._settle(), group="variables")

    async def _settle(self) -> None:
        # One at a time: a key may ask for other rows while the last ones are still being mounted.
        async with self._lock:
            await self._arrange(self._wanted)

    async def _arrange(self, entries: Sequence[Entry]) -> None:
        names = tuple(entry.name for entry in entries)
        rows = {row.entry.name: row for row in self.query(VariableRow)}
        if names == self._shown:
            for entry in entries:
                rows[entry.name].show(entry)
            return
        self._shown = names
        for name in rows.keys() - set(names):
            await rows.pop(name).remove()
        if names and not self.query(".titles"):
            await self.mount(_titles(), before=0)
        elif not names:
            await self.query(".titles").remove()
        for place, entry in enumerate(entries, 1):
            if entry.name in rows:
                rows[entry.name].show(entry)
                self.move_child(rows[entry.name], after=place - 1)
            else:
                await self.mount(VariableRow(entry), after=place - 1)

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _name_keys(self) -> None:
        # The old field's blur may come after the new one's focus: the screen knows.
        field = self.screen.focused
        at_a_choice = isinstance(field, OneOf) and self in field.ancestors
        words = TITLES_AT_A_CHOICE if at_a_choice else TITLES
        for title, text in zip(("default", "needed"), words, strict=True):
            for one in self.query(f".titles > .{title}").results(Static):
                one.update(text)

    @on(Input.Changed)
    @on(OneOf.Changed)
    def _changed(self, event: Input.Changed | OneOf.Changed) -> None:
        event.stop()
        row = next(one for one in event.control.ancestors if isinstance(one, VariableRow))
        self.post_message(self.Changed(row.now()))


def _titles() -> Horizontal:
    return Horizontal(
        Static("  VARIABLE", classes="name", markup=False),
        Static(TITLES[0], classes="default", markup=False),
        Static(TITLES[1], classes="needed", markup=False),
        classes="titles",
    )
