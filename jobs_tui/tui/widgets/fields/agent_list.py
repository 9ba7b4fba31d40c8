"""The agents of this home: all of them in sight, those that cannot work with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from jobs_tui.agents.registry import AgentInfo
from jobs_tui.guard.terminal_text import plain

NAME, STATE = 20, 14


class AgentList(OptionList):
    """The line under the cursor is the choice."""

    DEFAULT_CSS = """
    AgentList, AgentList:focus {
        height: auto; max-height: 10; border: none; background: $background; padding: 0;
        scrollbar-size-vertical: 1; text-wrap: nowrap; text-overflow: ellipsis;
    }
    AgentList > .option-list--option { padding: 0; text-wrap: nowrap; text-overflow: ellipsis; }
    AgentList > .option-list--option-highlighted { background: $cursor-blurred; }
    AgentList:focus > .option-list--option-highlighted {
        color: $block-cursor-foreground; background: $block-cursor-background;
        text-style: $block-cursor-text-style;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
    ]

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
    ) -> None:
        super().__init__(id=id, markup=False)
        self._ids: list[str] = []

    @property
    def chosen(self) -> str | None:
        """Id of the agent under the cursor."""
        return None if self.highlighted is None else self._ids[self.highlighted]

    def show(self, found: Sequence[AgentInfo], chosen: str) -> None:
        """Show these agents; one that is chosen but not among them gets a line as well."""
        self._ids = [one.id for one in found]
        options = [Option(_line(one)) for one in found]
        if chosen not in self._ids:
            self._ids.append(chosen)
            text = Content.assemble(
                f"  {plain(chosen) or 'none':<{NAME}}", ("! missing", "$state-warn")
            )
            options.append(Option(text))
        self.clear_options()
        self.add_options(options)
        self.highlighted = self._ids.index(chosen)


def _line(one: AgentInfo) -> Content:
    state = ("+ ready", "$state-ok") if one.ready else ("! not ready", "$state-warn")
    about = plain(one.description if one.ready else one.reason)
    name = Content(plain(one.id)).truncate(NAME, ellipsis=True, pad=True)
    return Content.assemble(
        "  ", name, Content.assemble(state).truncate(STATE, pad=True), (about, "$quiet")
    )
