"""Webhooks and every request that reached the listener, refused ones too (UX.md 5.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static

from jobs_tui.models.enums import Verdict
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.execution import Delivery
from jobs_tui.models.job import Job
from jobs_tui.service import hook_admin, hook_overview
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import webhook_url
from jobs_tui.service.hook_overview import Found, HookLine, HookOverview
from jobs_tui.store.settings import load_settings
from jobs_tui.tui import operations
from jobs_tui.tui.actions import ACT, EVERYWHERE, LISTS, Action, bindings
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.reader import Reader
from jobs_tui.tui.screens import hook_actions, hook_facts, hook_rows, hook_words
from jobs_tui.tui.screens.hook_words import Detail
from jobs_tui.tui.spans import day_time
from jobs_tui.tui.widgets.frame import Bar
from jobs_tui.tui.widgets.run_list import RunList
from jobs_tui.tui.widgets.virtual_list import Pages, Row, VirtualList

ACTIONS = (
    Action("hooks.open", ("enter",), "open", "Open the delivery, or the job of the hook", ACT, 1),
    Action("hooks.replay", ("R",), "replay", "Run the stored body again, a new delivery", ACT, 2),
    Action("hooks.curl", ("c",), "copy curl", "Copy a command that calls the hook", ACT, 3),
    Action("hooks.rotate", ("S",), "rotate secret", "Make a new secret; asks", ACT, 4),
    Action("hooks.test", ("t",), "send test", "Send a signed delivery; starts the job", ACT, 7),
    Action("hooks.log", ("l",), "log", "Open the log of the delivery's run", ACT, 9),
    Action("hooks.copy", ("y",), "copy body", "Copy the body as it came", ACT, 8),
    Action("hooks.job", ("b",), "job", "Open the job of the hook", ACT, 10),
    Action("hooks.edit", ("e",), "edit", "Edit the job of the hook", ACT, 11),
    Action("hooks.pause", ("p",), "pause", "Pause or resume the job of the hook", ACT, 12),
    Action("hooks.filter", ("f",), "filter", "All, accepted, refused, repeat, ignored", LISTS, 6),
    Action("hooks.find", ("slash",), "find", "Find in name, path, sender, reason, id", LISTS, 13),
    Action("hooks.sort", ("s",), "sort", "Newest or oldest first", LISTS, 14),
    Action(
        "hooks.tab",
        ("o", "tab", "right_square_bracket", "left_square_bracket"),
        "hooks",
        "Deliveries, or the hooks",
        EVERYWHERE,
        5,
        handler="next_tab",
    ),
)
ON_DELIVERY = frozenset({"hooks.replay", "hooks.log", "hooks.copy"})
OF_LIST = frozenset({"hooks.filter", "hooks.find", "hooks.sort"})
HOOKS_SHOWN = 10
"""Rows of hooks under the deliveries of a wide window."""
PANE = 41
"""Columns of text in the side pane."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at the store."""

    overview: HookOverview
    found: Found
    verdicts: Sequence[Verdict]
    oldest_first: bool
    days_kept: int


class HooksScreen(BaseScreen):
    """Deliveries over all hooks; the hooks themselves below, or on the other tab."""

    NAME = "hooks"
    MODE = "hooks"
    HELP_TITLE = "Hooks"
    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    CSS_PATH = "hooks.tcss"
    AUTO_FOCUS = "#deliveries"

    deliveries_list = query_one("#deliveries", RunList)
    hooks_list = query_one("#hooks", VirtualList)
    find_field = query_one("#find", Input)

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._filter = "all"
        self._oldest_first = False
        self._query = ""
        self._on_hooks = False
        self._seen: Seen | None = None
        self._detail: Detail | None = None
        self._wanted: str | None = None
        self._lists = Reader(self, self._read, self._show)
        self._details = Reader(self, self._load, self._show_detail)

    def compose_body(self) -> ComposeResult:
        """The widgets between header and status line."""
        yield Bar(id="facts")
        with Horizontal(id="top"):
            yield Static(" / ", id="slash", markup=False)
            yield Input(placeholder="find", id="find")
            yield Bar(id="counts")
        with Horizontal(id="main"):
            with Container(id="lists"):
                yield RunList(hook_rows.DELIVERIES, id="deliveries")
                yield Static(id="empty", markup=False)
                yield VirtualList(hook_rows.HOOKS, id="hooks")
            with VerticalScroll(id="pane", can_focus=False):
                yield Static(id="detail", markup=False)
        yield Static(id="preview", markup=False)

    # Reading and showing

    def on_store_changed(self) -> None:
        """Read everything again, in a thread."""
        self._lists.ask()
        self._details.ask()

    def _read(self) -> Seen:
        verdicts, oldest = hook_rows.FILTERS[self._filter], self._oldest_first
        return Seen(
            hook_overview.overview(self.ctx),
            hook_overview.find(self.ctx, verdicts, self._query, oldest_first=oldest),
            verdicts,
            oldest,
            load_settings(self.ctx.store.home).delivery_days,
        )

    def _show(self, seen: Seen) -> None:
        self._seen = seen
        self._show_rows()
        self.hooks_list.set_rows([hook_rows.hook_row(line) for line in seen.overview.hooks])
        self._show_top()
        self._follow()
        self.refresh_frame()
        if self.focused is None:  # what had the focus was hidden while it was empty
            self._focus_list()

    def _show_rows(self) -> None:
        if self._seen is None:
            return
        seen, now = self._seen, self.ctx.now()

        def fetch(offset: int, count: int) -> list[Row]:
            lines = hook_overview.page(
                self.ctx, seen.found, seen.verdicts, offset, count, oldest_first=seen.oldest_first
            )
            return [hook_rows.delivery_row(line, now) for line in lines]

        self.deliveries_list.show(Pages(seen.found.shown, fetch))

    def on_clock(self) -> None:
        """At midnight times become dates, and today's numbers begin anew."""
        now = self.ctx.now()
        if (now.hour, now.minute, now.second) == (0, 0, 0):
            self._lists.ask()
        self._show_top()

    def _show_top(self) -> None:
        if self._seen is None:
            return
        seen = self._seen
        facts = hook_facts.line(seen.overview, seen.days_kept, self.engine, self.size.width)
        self.query_one("#facts", Bar).draw(facts)
        order = "oldest" if self._oldest_first else "newest"
        shown = f"   shown {seen.found.shown:,} of {seen.found.total:,}"
        counts = Content.assemble(
            ("f:", "$key"), self._filter, ("   s:", "$key"), order, (shown, "$quiet")
        )
        self.query_one("#counts", Bar).draw(counts)
        beside = self.wide and self.has_class("-tall")
        hooks = min(HOOKS_SHOWN, len(seen.overview.hooks))
        self.hooks_list.styles.height = hooks + 1 if beside else None
        empty = self._empty(seen)
        self.set_class(bool(empty), "-empty")
        self.query_one("#empty", Static).update(empty, layout=False)

    def _empty(self, seen: Seen) -> str:
        if self._on_hooks and not (self.wide and self.has_class("-tall")):
            return "" if seen.overview.hooks else "No job has a webhook. 1 and then n makes one."
        if seen.found.shown:
            return ""
        if seen.found.total:
            return "No delivery fits: esc clears the filter."
        if not seen.overview.hooks:
            return "No job has a webhook, and nothing came. 1 and then n makes a job with one."
        return "Nothing has come yet. t sends a signed test, c copies a command that does."

    def status(self) -> tuple[Content | str, Content | str]:
        """A secret that is still accepted beside the new one; else how replays are told."""
        line = self._hook()
        if line is not None and line.previous_until is not None:
            until = day_time(line.previous_until, self.ctx.now())
            name = operations.name_of(line.job)
            return f"{name}: the old secret is accepted until {until}", ""
        if self._on_hooks:
            return "enter opens the job; S makes a new secret, t sends a signed test", ""
        return "replay runs the stored body again under a new id and says so in the history", (
            "secrets never shown " if self.wide else ""
        )

    def available(self, action: Action) -> bool | None:
        """Some need a delivery, some a hook."""
        if action.id in ON_DELIVERY:
            return False if self._on_hooks else True if self._key() is not None else None
        if action.id in OF_LIST:
            return not self._on_hooks
        if action.id in ("hooks.tab", "hooks.open"):
            return True
        return True if self._job_id() is not None else None

    # What the cursor is on

    def _key(self) -> str | None:
        row = None if self._on_hooks else self.deliveries_list.current
        return row.key if row is not None and isinstance(row.key, str) else None

    def _delivery(self) -> Delivery | None:
        key = self._key()
        if key is None:
            return None
        if self._detail is not None and self._detail.delivery.id == key:
            return self._detail.delivery
        try:
            return hook_admin.delivery(self.ctx, key)
        except JobsTuiError as error:  # retention took it since it was read
            self.show_error(error)
            return None

    def _job_id(self) -> str | None:
        if self._on_hooks:
            row = self.hooks_list.current
            return row.key if row is not None and isinstance(row.key, str) else None
        if self._detail is None or self._detail.delivery.id != self._key():
            return None
        return self._detail.delivery.job_id

    def _hook(self) -> HookLine | None:
        wanted = self._job_id()
        lines = self._seen.overview.hooks if self._seen is not None else ()
        return next((line for line in lines if line.job.id == wanted), None)

    def _job(self) -> Job | None:
        if not self._on_hooks:
            found = self._delivery()
            return hook_actions.job_of(self, found.job_id) if found is not None else None
        wanted = self._job_id()
        return hook_actions.job_of(self, wanted) if wanted is not None else None

    # The pane

    def on_virtual_list_highlighted(self) -> None:
        """Textual's message."""
        self._follow()

    def on_virtual_list_selected(self) -> None:
        """Textual's message: enter."""
        self.action_open()

    def on_resize(self) -> None:
        """Textual's message."""
        self.call_after_refresh(self._resized)

    def _resized(self) -> None:
        self._show_top()
        self._draw_detail()

    def _follow(self) -> None:
        self._wanted = self._key()
        if self._on_hooks or self._wanted is None:
            self._draw_detail()
            self.refresh_status()
        else:
            self._details.ask()

    def _load(self) -> Detail | None:
        return hook_words.load(self.ctx, self._wanted) if self._wanted is not None else None

    def _show_detail(self, detail: Detail | None) -> None:
        self._detail = detail
        self._draw_detail()
        self.refresh_frame()

    def _draw_detail(self) -> None:
        now, width = self.ctx.now(), max(1, self.size.width)
        line = self._hook()
        text, short = Content(""), Content("")
        if self._on_hooks and line is not None:
            url = webhook_url(self.ctx, line.path)
            text = hook_words.hook_text(line, url, now, PANE)
            short = hook_words.hook_preview(line, url, width)
        elif self._detail is not None and self._detail.delivery.id == self._key():
            text = hook_words.whole(self._detail, now, PANE)
            short = hook_words.preview(self._detail, width)
        self.query_one("#detail", Static).update(text)
        self.query_one("#preview", Static).update(short, layout=False)

    # Finding

    def on_input_changed(self) -> None:
        """Textual's message: the list follows every letter."""
        self._query = self.find_field.value
        self._lists.ask()

    def on_input_submitted(self) -> None:
        """Textual's message."""
        self._focus_list()

    def action_find(self) -> None:
        """Into the find field."""
        if self._on_hooks:
            self.action_next_tab()
        self.find_field.focus()

    def action_filter(self) -> None:
        """Next of the filters."""
        self._filter = hook_rows.next_filter(self._filter)
        self._lists.ask()

    def action_sort(self) -> None:
        """The other order."""
        self._oldest_first = not self._oldest_first
        self._lists.ask()

    def action_back(self) -> None:
        """Clear, one thing at a time: find, filter, tab; then one level up."""
        if self.find_field.value or self.focused is self.find_field:
            self.find_field.value = ""
            self._focus_list()
        elif self._on_hooks:
            self.action_next_tab()
        elif self._filter != "all":
            self._filter = "all"
            self._lists.ask()
        else:
            super().action_back()

    def action_next_tab(self) -> None:
        """To the other list."""
        self._on_hooks = not self._on_hooks
        self.set_class(self._on_hooks, "-hooks")
        self._focus_list()
        self._show_top()
        self._follow()
        self.refresh_frame()

    def _focus_list(self) -> None:
        (self.hooks_list if self._on_hooks else self.deliveries_list).focus()

    # Acting

    def action_open(self) -> None:
        """The delivery, or the hook's job."""
        if self._on_hooks:
            self.action_job()
        elif (key := self._key()) is not None:
            self.open_delivery(key)

    def action_log(self) -> None:
        """The log of its run."""
        if (found := self._delivery()) is not None:
            hook_actions.open_run(self, found.execution_id)

    def action_replay(self) -> None:
        """The stored body again."""
        if (found := self._delivery()) is not None:
            hook_actions.replay(self, found)

    def action_copy(self) -> None:
        """The body."""
        if (found := self._delivery()) is not None:
            hook_actions.copy_body(self, found)

    def action_curl(self) -> None:
        """A command that calls the hook."""
        if (job := self._job()) is not None:
            hook_actions.copy_curl(self, job)

    def action_rotate(self) -> None:
        """A new secret."""
        if (job := self._job()) is not None:
            hook_actions.rotate(self, job)

    def action_test(self) -> None:
        """A signed test."""
        if (job := self._job()) is not None:
            hook_actions.send_test(self, job)

    def action_job(self) -> None:
        """The job."""
        if (job := self._job()) is not None:
            self.open_job(job.id)

    def action_edit(self) -> None:
        """Change the job."""
        if (job := self._job()) is not None:
            self.open_wizard(job.id)

    def action_pause(self) -> None:
        """Pause or resume the job."""
        if (job := self._job()) is not None:
            operations.pause_or_resume(self, [job])
