"""One job: how it fares, all its runs, its definition and schedule (UX.md 5.3)."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.timer import Timer
from textual.widgets import Input, Static
from textual.worker import WorkType

from jobs_tui.models.enums import TriggerType
from jobs_tui.models.errors import JobsTuiError, NotFound
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.service import job_detail, runs
from jobs_tui.service.context import Context
from jobs_tui.service.waiting import Waiting
from jobs_tui.tui.actions import Action, bindings
from jobs_tui.tui.screens import (
    approval_actions,
    job_tabs,
    job_tree,
    job_words,
    run_pane,
    run_rows,
    run_words,
)
from jobs_tui.tui.screens.job_actions import possible
from jobs_tui.tui.screens.job_screen_actions import ACTIONS, ON_RUN, JobScreenActions
from jobs_tui.tui.widgets.frame import Bar, link
from jobs_tui.tui.widgets.run_list import RunList
from jobs_tui.tui.widgets.text_pane import TextPane
from jobs_tui.tui.widgets.virtual_list import Pages, Row, VirtualList

PANE_DELAY = 0.15
"""Seconds without a key before the side pane follows the cursor: holding j stays cheap."""
HISTORY, DEFINITION, SCHEDULE, STATS, TREE, DELIVERIES = (
    "History",
    "Definition",
    "Schedule",
    "Stats",
    "Tree",
    "Deliveries",
)


class JobScreen(JobScreenActions):
    """A job's detail.

    Raises:
        NotFound: there is no such job.
    """

    NAME = "job"
    MODE = "jobs"
    HELP_TITLE = "Job"
    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    CSS_PATH = "job.tcss"
    AUTO_FOCUS = "#history"

    history_list = query_one("#history", RunList)
    find_field = query_one("#find", Input)

    def __init__(self, ctx: Context, job_id: str, *, mode: str | None = None) -> None:
        super().__init__(ctx, mode=mode)
        self.job_id = job_id
        self.facts = job_words.load(ctx, job_id, job_words.STRIP_WIDE)
        self.tabs = [HISTORY, DEFINITION, SCHEDULE, STATS, TREE]
        self._tree: job_tree.Tree | None = None
        if self.job.definition.trigger_type is TriggerType.WEBHOOK:
            self.tabs.append(DELIVERIES)
            self.add_class("-hook")
        self._tab = HISTORY
        self._filter = "all"
        self._total = 0
        self._pane_timer: Timer | None = None
        self._detail: run_pane.Facts | None = None

    @property
    def job(self) -> Job:
        """The job as it was read last."""
        return self.facts.job

    def compose_body(self) -> ComposeResult:
        """The widgets between header and status line."""
        yield Static(id="head", markup=False)
        yield Static(id="strips", markup=False)
        with Horizontal(id="tab-row"):
            yield Bar(id="tabs")
            yield Static(" / ", id="slash", markup=False)
            yield Input(placeholder="find in runs", id="find")
            yield Bar(id="counts")
        with Horizontal(id="main"):
            yield RunList(run_rows.HISTORY, id="history")
            yield VirtualList(job_tabs.DELIVERIES, id="deliveries")
            yield VirtualList(job_tree.COLUMNS, id="tree")
            with TextPane(id="text-pane"):
                yield Static(id="text", markup=False)
            with VerticalScroll(id="run-pane", can_focus=False):
                yield Static(id="run", markup=False)
        yield Static(id="empty", markup=False)

    # Reading and showing

    def on_store_changed(self) -> None:
        """Read the job and its runs again."""
        strip = job_words.STRIP_WIDE if self.wide else job_words.STRIP_NARROW
        try:
            self.facts = job_words.load(self.ctx, self.job_id, strip)
        except NotFound:
            self.say("This job is not stored any more.")
            return
        self._show_head()
        self._show_tab()
        self._load_run()

    def on_clock(self) -> None:
        """Running runs get longer, the next one comes nearer."""
        if self.job.live:
            self._show_history()
            self._show_run()
        self._show_head()

    def on_resize(self) -> None:
        """Textual's message; what fits has changed."""
        self.call_after_refresh(self.on_store_changed)

    def _show_head(self) -> None:
        width, now = max(1, self.app.size.width), self.ctx.now()
        self.query_one("#head", Static).update(job_words.head(self.facts, now, width), layout=False)
        strips = job_words.strips(self.facts, width)
        self.query_one("#strips", Static).update(strips, layout=False)

    def _show_tab(self) -> None:
        now = self.ctx.now()
        self.set_class(self._tab == HISTORY, "-history")
        self.set_class(self._tab == DELIVERIES, "-deliveries")
        self.set_class(self._tab == TREE, "-tree")
        tabs = [
            link(
                f"[{name}]" if name == self._tab else f" {name} ",
                "bold" if name == self._tab else "$quiet",
                f"screen.tab({name!r})",
            )
            for name in self.tabs
        ]
        self.query_one("#tabs", Bar).update(Content.assemble(" ", *tabs), layout=False)
        text = self.query_one("#text", Static)
        if self._tab == HISTORY:
            self._show_history()
        elif self._tab == DELIVERIES:
            self._show_deliveries()
        elif self._tab == TREE:
            self._show_tree()
        elif self._tab == DEFINITION:
            text.update(job_tabs.definition(self.ctx, self.facts, now))
        elif self._tab == SCHEDULE:
            text.update(job_tabs.schedule(self.ctx, self.facts, now))
        else:
            text.update(job_tabs.stats(self.ctx, self.facts, now))

    def _show_history(self) -> None:
        query = self.find_field.value.strip() or None
        statuses = run_rows.statuses(self._filter)
        now, place = self.ctx.now(), self.facts.place
        self._total = runs.history(
            self.ctx, self.job_id, limit=0, statuses=statuses, query=query
        ).total_count

        def fetch(offset: int, count: int) -> list[Row]:
            page = runs.history(
                self.ctx, self.job_id, limit=count, offset=offset, statuses=statuses, query=query
            )
            waiting = Waiting(self.ctx)
            return [
                run_rows.history_row(run, now, place, waiting.reason(run))
                for run in page.executions
            ]

        self.history_list.show(Pages(self._total, fetch))
        counts = Content.assemble(("f:", "$key"), self._filter)
        if self.wide:
            total = f"   {self._total:,} run{'' if self._total == 1 else 's'}"
            counts = Content.assemble(counts, (total, "$quiet"))
        self.query_one("#counts", Bar).update(counts, layout=False)
        empty = ""
        if not self._total:
            narrowed = query or statuses
            empty = (
                "No run fits: esc clears the filter."
                if narrowed
                else "It has not run yet. r runs it now."
            )
        self._show_empty(empty)

    def _show_deliveries(self) -> None:
        now = self.ctx.now()
        rows = [
            job_tabs.delivery_row(delivery, now)
            for delivery in job_detail.deliveries(self.ctx, self.job_id)
        ]
        self.query_one("#deliveries", VirtualList).set_rows(rows)
        counts = f"{len(rows)} newest" if len(rows) > 1 else ""
        self.query_one("#counts", Bar).update(Content.styled(counts, "$quiet"), layout=False)
        self.refresh_status()
        self._show_empty("" if rows else "Nothing has reached the webhook yet. y copies a curl.")

    def _show_tree(self) -> None:
        """All jobs that are joined to this one; the cursor begins at it."""
        first = self._tree is None
        self._tree = job_tree.Tree(self.ctx, self.job)
        shown = self.query_one("#tree", VirtualList)
        shown.set_rows(self._tree.rows())
        if first:
            shown.cursor = self._tree.here()
        self.refresh_status()
        self._show_empty(job_tree.NOTHING if self._tree.alone else "")

    def _show_empty(self, text: str) -> None:
        self.set_class(bool(text), "-empty")
        self.query_one("#empty", Static).update(text, layout=False)

    def status(self) -> tuple[Content | str, Content | str]:
        """The values of the run under the cursor, or why a request was refused."""
        if self._tab == DELIVERIES:
            request = self.query_one("#deliveries", VirtualList).current
            note = request.cells[-1] if request is not None else ""
            return (note[0] if isinstance(note, tuple) else note), ""
        if self._tab == TREE and self._tree is not None:
            line = self.query_one("#tree", VirtualList).current
            return (self._tree.why(line.key) if line is not None else ""), ""
        row = self.history_list.current
        if self._tab != HISTORY or row is None:
            return "", ""
        run = self._detail.detail.execution if self._detail is not None else None
        if run is None or run.id != row.key:
            return "", self._page()
        asked = self._detail.detail.asked if self._detail is not None else []
        if asked:
            return approval_actions.asks(asked), self._page()
        values = run_words.parameters(run)
        if not values:
            return f"#{run.number} {run_words.by(run)}", self._page()
        verb = "rerun (R)" if self.wide else "ran"
        return f"#{run.number} {verb} with {values}", self._page()

    def _page(self) -> str:
        at = self.history_list.cursor + 1
        return f"{at:,} of {self._total:,} " if self._total else ""

    def available(self, action: Action) -> bool | None:
        """Actions on a run need one."""
        if action.id in ON_RUN or action.id in ("job.find", "job.state"):
            if self._tab != HISTORY:
                return False
            if action.id in ON_RUN and not self._total:
                return None
        if action.id == "job.answer":
            return bool(self._detail is not None and self._detail.detail.asked)
        if action.id == "job.cancel":
            return True if self.job.live else None
        return possible(action.id, self.job)

    # The run under the cursor

    def on_virtual_list_highlighted(self) -> None:
        """Textual's message: the side pane follows in a moment."""
        if self._pane_timer is not None:
            self._pane_timer.stop()
        self._pane_timer = self.set_timer(PANE_DELAY, self._load_run)
        self.refresh_status()

    def _load_run(self) -> None:
        if not self.stands:  # its timer may be due while the screen goes
            return
        row = self.history_list.current
        key = row.key if row is not None else None

        async def work() -> None:
            if isinstance(key, str):
                self._detail = await asyncio.to_thread(run_pane.load, self.ctx, key)
            else:
                self._detail = None
            if self.stands:  # else it was left meanwhile
                self._show_run()
                self.refresh_frame()

        worker: WorkType[None] = work
        self.run_worker(worker, group="run", exclusive=True)

    def _show_run(self) -> None:
        if not self.wide:
            return
        pane = self.query_one("#run", Static)
        if self._detail is None:
            pane.update("")
        else:
            width = max(20, self.query_one("#run-pane").content_size.width or 36)
            pane.update(run_pane.pane(self._detail, self.ctx.now(), width))

    def chosen_run(self) -> Execution | None:
        """The run under the cursor."""
        row = self.history_list.current if self._tab == HISTORY else None
        if row is None or not isinstance(row.key, str):
            return None
        try:
            return runs.get(self.ctx, row.key)
        except JobsTuiError:
            return None  # purged since it was read; the next look drops it

    def on_virtual_list_selected(self) -> None:
        """Textual's message: enter."""
        self.action_log()

    # Tabs, finding

    def action_tab(self, name: str) -> None:
        """Show a tab."""
        self._tab = name
        self._show_empty("")
        self._show_tab()
        lists = {HISTORY: "#history", DELIVERIES: "#deliveries", TREE: "#tree"}
        focus = lists.get(name, "#text-pane")
        self.query_one(focus).focus()
        self.query_one("#text-pane").scroll_home(animate=False)
        self.refresh_frame()

    def _turn(self, step: int) -> None:
        self.action_tab(self.tabs[(self.tabs.index(self._tab) + step) % len(self.tabs)])

    def action_next_tab(self) -> None:
        """Next tab."""
        self._turn(1)

    def action_previous_tab(self) -> None:
        """Tab before."""
        self._turn(-1)

    def on_input_changed(self) -> None:
        """Textual's message: the history follows every letter."""
        self._show_history()

    def on_input_submitted(self) -> None:
        """Textual's message."""
        self.history_list.focus()

    def action_find(self) -> None:
        """Into the find field."""
        if self._tab != HISTORY:
            self.action_tab(HISTORY)
        self.find_field.focus()

    def action_state(self) -> None:
        """Next of the state filters."""
        if self._tab == HISTORY:
            self._filter = run_rows.next_filter(self._filter)
            self._show_history()

    def action_back(self) -> None:
        """Clear, one thing at a time: find, filter, tab; then one level up."""
        if self.find_field.value or self.focused is self.find_field:
            self.find_field.value = ""
            self.history_list.focus()
        elif self._tab != HISTORY:
            self.action_tab(HISTORY)
        elif self._filter != "all":
            self._filter = "all"
            self._show_history()
        else:
            super().action_back()

    # The log, or the run of a delivery

    def action_log(self) -> None:
        """The log of the run under the cursor, or of the delivery's run."""
        if self._tab == DELIVERIES:
            self._open_delivery()
        elif self._tab == TREE:
            self._open_joined()
        elif (run := self.chosen_run()) is not None:
            self.open_log(run.id)

    def _open_joined(self) -> None:
        """The page of the job under the cursor."""
        row = self.query_one("#tree", VirtualList).current
        job = None if row is None or self._tree is None else self._tree.job_at(row.key)
        if job is not None and job.id != self.job_id:
            self.open_job(job.id)

    def _open_delivery(self) -> None:
        row = self.query_one("#deliveries", VirtualList).current
        found = job_detail.deliveries(self.ctx, self.job_id)
        chosen = next((one for one in found if row is not None and one.id == row.key), None)
        if chosen is None or chosen.execution_id is None:
            self.say("This request did not start a run.")
            return
        try:
            runs.get(self.ctx, chosen.execution_id)
        except JobsTuiError as error:  # the run was purged, the delivery is still kept
            self.show_error(error)
        else:
            self.open_log(chosen.execution_id)
