"""Agents, teams, workflows, and what waits for an approval (UX.md 5.6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.approval import Approval
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import agent_overview
from jobs_tui.service.agent_overview import AgentDetail, AgentLine, AgentOverview, GroupLine
from jobs_tui.service.context import Context
from jobs_tui.tui.actions import Action, bindings
from jobs_tui.tui.dialogs import MessageDialog
from jobs_tui.tui.reader import Reader
from jobs_tui.tui.screens import agent_rows, agent_words, approval_actions
from jobs_tui.tui.screens.agent_keys import ACTIONS, OF_AGENTS, OF_THINGS, ON_ROW, AgentKeys
from jobs_tui.tui.screens.agent_words import Checked
from jobs_tui.tui.widgets.frame import Bar, link
from jobs_tui.tui.widgets.virtual_list import Row, VirtualList

TABS: tuple[tuple[str, ResourceKind | None], ...] = (
    ("Agents", ResourceKind.AGENT),
    ("Teams", ResourceKind.TEAM),
    ("Workflows", ResourceKind.WORKFLOW),
    ("Approvals", None),
)
APPROVALS = 3
"""Place of the tab of approvals."""


@dataclass(frozen=True, slots=True)
class Detail:
    """What was read of the line under the cursor."""

    key: str
    agent: AgentDetail | None = None
    users: tuple[str, ...] = ()


class AgentsScreen(AgentKeys):
    """Four tabs over one list; beside or below it, all about the line under the cursor."""

    NAME = "agents"
    MODE = "agents"
    HELP_TITLE = "Agents"
    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    CSS_PATH = "agents.tcss"
    AUTO_FOCUS = "#list"

    list_view = query_one("#list", VirtualList)
    find_field = query_one("#find", Input)

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self.tab = 0
        self.checks: dict[str, Checked] = {}
        """What trying agents out has said in this session."""
        self._filter, self._sort = "all", "name"
        self._seen: AgentOverview | None = None
        self._made: str | None = None
        self._detail: Detail | None = None
        self._wanted: AgentLine | GroupLine | None = None
        self._lists = Reader(self, self._read, self._show)
        self._details = Reader(self, self._load, self._show_detail)

    def compose_body(self) -> ComposeResult:
        """The widgets between header and status line."""
        with Horizontal(id="top"):
            yield Bar(id="tabs")
            yield Static(" / ", id="slash", markup=False)
            yield Input(placeholder="find", id="find")
            yield Bar(id="counts")
        with Horizontal(id="main"):
            yield VirtualList(agent_rows.AGENTS, id="list")
            yield Static(id="empty", markup=False)
            with VerticalScroll(id="pane", can_focus=False):
                yield Static(id="detail", markup=False)
        yield Static(id="preview", markup=False)

    @property
    def kind(self) -> ResourceKind | None:
        """What the open tab lists; None: approvals."""
        return TABS[self.tab][1]

    # Reading and showing

    def on_store_changed(self) -> None:
        """Read everything again, in a thread."""
        self._lists.ask()

    def _read(self) -> AgentOverview:
        return agent_overview.overview(self.ctx)

    def _show(self, seen: AgentOverview) -> None:
        self._seen = seen
        self.show_rows()
        if self._made is not None and self.list_view.go_to(self._made):
            self._made = None

    def show_rows(self) -> None:
        """Fill the list of the open tab."""
        rows = self._rows()
        self.list_view.set_columns(agent_rows.columns_of(self.kind))
        self.list_view.set_rows(rows)
        self.set_class(not rows, "-empty")
        self.set_class(self.kind is None, "-approvals")
        self.query_one("#empty", Static).update(self._empty(), layout=False)
        self._show_top()
        self._follow()
        self.refresh_frame()
        if self.focused is None:
            self.list_view.focus()

    def _rows(self) -> list[Row]:
        seen, text, now = self._seen, self.find_field.value, self.ctx.now()
        if seen is None:
            return []
        if self.kind is None:
            found = agent_rows.chosen_approvals(seen.approvals, text)
            return [agent_rows.approval_row(one, now) for one in found]
        if self.kind is ResourceKind.AGENT:
            agents = agent_rows.chosen_agents(seen.agents, text, self._filter, self._sort)
            return [agent_rows.agent_row(line) for line in agents]
        groups = agent_rows.chosen_groups(self._groups(), text, self._filter, self._sort)
        return [agent_rows.group_row(line) for line in groups]

    def _groups(self) -> list[GroupLine]:
        if self._seen is None:
            return []
        return self._seen.teams if self.kind is ResourceKind.TEAM else self._seen.workflows

    def _empty(self) -> str:
        if self._seen is None:
            return ""
        if self.find_field.value or (self._filter != "all" and self.kind is not None):
            return "Nothing fits: esc clears find and filter."
        if self.kind is None:
            return "Nothing waits for an approval."
        if self.kind is ResourceKind.AGENT:
            return "No agent yet: n makes one."
        return (
            f"No {self.kind} yet: n opens a text to fill in, in your editor ($VISUAL or $EDITOR)."
        )

    def _show_top(self) -> None:
        seen = self._seen
        counts = [0, 0, 0, 0]
        if seen is not None:
            counts = [len(seen.agents), len(seen.teams), len(seen.workflows), len(seen.approvals)]
        parts: list[Content | str] = [" "]
        for place, (name, _) in enumerate(TABS):
            here = place == self.tab
            text = f"[{name} {counts[place]}]" if here else f" {name} {counts[place]} "
            style = "bold" if here else "$quiet"
            if place == APPROVALS and counts[place]:
                style = "$state-warn bold"
            parts.append(link(text, style, f"screen.tab({place})"))
        self.query_one("#tabs", Bar).draw(Content.assemble(*parts))
        if self.kind is None:
            words = Content("")
        else:
            words = Content.assemble(("f:", "$key"), self._filter, (" s:", "$key"), self._sort)
        self.query_one("#counts", Bar).draw(words)

    def on_clock(self) -> None:
        """Approvals get older."""
        if self.kind is None and self._seen is not None and self._seen.approvals:
            self.show_rows()

    def on_resize(self) -> None:
        """Textual's message."""
        self.call_after_refresh(self._draw_detail)

    # What the cursor is on

    @property
    def key(self) -> str | None:
        """The id of the line under the cursor."""
        row = self.list_view.current
        return None if row is None else str(row.key)

    def agent(self) -> AgentLine | None:
        """The agent under the cursor."""
        if self._seen is None or self.kind is not ResourceKind.AGENT:
            return None
        return next((line for line in self._seen.agents if line.agent.id == self.key), None)

    def group(self) -> GroupLine | None:
        """The team or workflow under the cursor."""
        if self.kind not in (ResourceKind.TEAM, ResourceKind.WORKFLOW):
            return None
        return next((line for line in self._groups() if line.id == self.key), None)

    def approval(self) -> Approval | None:
        """The approval under the cursor."""
        if self._seen is None or self.kind is not None:
            return None
        return next((one for one in self._seen.approvals if one.id == self.key), None)

    def saved(self, key: str) -> None:
        """Read everything again and put the cursor on what was saved: the next key is for it."""
        self._made = key
        self.store_changed()

    def agents_shown(self) -> list[str]:
        """Ids of the agents in the list."""
        return [str(self.list_view.row(place).key) for place in range(len(self.list_view))]

    def status(self) -> tuple[Content | str, Content | str]:
        """Why the one under the cursor cannot work; what waits."""
        agent, group = self.agent(), self.group()
        reason = agent.reason if agent is not None else group.reason if group is not None else ""
        if reason:
            return Content.styled(f" {self.key}: {plain(reason)}", "$state-warn"), ""
        waiting = len(self._seen.approvals) if self._seen is not None else 0
        if self.kind is None and waiting:
            return "a approves, d denies; both show the whole call and ask first", ""
        if waiting and self.kind is not None:
            return approval_actions.waits(waiting), ""
        return "", ""

    def available(self, action: Action) -> bool | None:
        """Each tab has its own."""
        if action.id == "agents.approve" and self.kind is not None:
            return False
        if action.id in OF_THINGS and self.kind is None:
            return False
        if action.id in OF_AGENTS and self.kind is not ResourceKind.AGENT:
            return False
        if action.id in ON_ROW or action.id in OF_AGENTS:
            return True if self.key is not None else None
        return True

    def shown(self, action: Action) -> Action:
        """What d does on the tab at hand."""
        if action.id != "agents.delete":
            return action
        if self.kind is None:
            return replace(action, label="deny", help="Deny the call; asks")
        return replace(action, help=f"Delete the {self.kind}; asks")

    # The pane

    def on_virtual_list_highlighted(self) -> None:
        """Textual's message."""
        self._follow()

    def on_virtual_list_selected(self) -> None:
        """Textual's message: enter."""
        self.action_open()

    def _follow(self) -> None:
        self._wanted = self.agent() or self.group()
        self._draw_detail()
        self.refresh_status()
        if self._wanted is not None:
            self._details.ask()

    def _load(self) -> Detail | None:
        wanted = self._wanted
        if isinstance(wanted, AgentLine):
            return Detail(wanted.agent.id, agent_overview.detail(self.ctx, wanted.agent))
        if wanted is not None:
            return Detail(wanted.id, users=agent_overview.group_users(self.ctx, wanted))
        return None

    def _show_detail(self, detail: Detail | None) -> None:
        self._detail = detail
        self._draw_detail()

    def words(self, *, short: bool) -> list[Content]:
        """All that is known of the line under the cursor; ``short``: in four lines."""
        detail = self._detail if self._detail and self._detail.key == self.key else None
        now = self.ctx.now()
        if (one := self.approval()) is not None:
            make = agent_words.approval_preview if short else agent_words.approval_pane
            return make(one, now)
        if (line := self.agent()) is not None:
            known, checked = detail.agent if detail else None, self.checks.get(line.agent.id)
            if short:
                return agent_words.agent_preview(line, known, checked)
            return agent_words.agent_pane(line, known, checked)
        if (group := self.group()) is not None:
            users = detail.users if detail else ()
            if short:
                return agent_words.group_preview(group, users)
            return agent_words.group_pane(group, users)
        return []

    def _draw_detail(self) -> None:
        if not self.stands:
            return
        self.query_one("#detail", Static).update(Content("\n").join(self.words(short=False)))
        room = max(1, self.size.width - 2)
        lines = [line.truncate(room, ellipsis=True) for line in self.words(short=True)]
        short = Content("\n").join(Content.assemble(" ", line) for line in lines)
        self.query_one("#preview", Static).update(short, layout=False)

    def checked(self, agent_id: str, found: Checked) -> None:
        """Keep what trying out has said, and show it."""
        self.checks[agent_id] = found
        self._draw_detail()

    # Tabs, finding

    def action_tab(self, place: int) -> None:
        """Show a tab."""
        self.tab = place
        self.list_view.set_rows([])
        self.show_rows()
        self.list_view.focus()

    def action_next_tab(self) -> None:
        """Next tab."""
        self.action_tab((self.tab + 1) % len(TABS))

    def action_previous_tab(self) -> None:
        """Tab before."""
        self.action_tab((self.tab - 1) % len(TABS))

    def show_approvals(self) -> None:
        """The tab of approvals, from any screen."""
        if self.stands:
            self.action_tab(APPROVALS)
        else:
            self.tab = APPROVALS

    def on_input_changed(self) -> None:
        """Textual's message: the list follows every letter."""
        self.show_rows()

    def on_input_submitted(self) -> None:
        """Textual's message."""
        self.list_view.focus()

    def action_find(self) -> None:
        """Into the find field."""
        self.find_field.focus()

    def action_filter(self) -> None:
        """Next of the filters."""
        self._filter = agent_rows.after(agent_rows.FILTERS, self._filter)
        self.show_rows()

    def action_sort(self) -> None:
        """Next order."""
        self._sort = agent_rows.after(agent_rows.SORTS, self._sort)
        self.show_rows()

    def action_back(self) -> None:
        """Clear, one thing at a time: find, filter, tab; then one level up."""
        if self.find_field.value or self.focused is self.find_field:
            self.find_field.value = ""
            self.list_view.focus()
        elif self._filter != "all":
            self._filter = "all"
            self.show_rows()
        elif self.tab:
            self.action_tab(0)
        else:
            super().action_back()

    def action_open(self) -> None:
        """The log of the run that waits, else all about it in a dialog."""
        if (one := self.approval()) is not None:
            self.open_log(one.execution_id)
        elif self.key is not None:
            text = "\n".join(line.plain for line in self.words(short=False))
            self.app.push_screen(MessageDialog(self.key, text, wide=True))
