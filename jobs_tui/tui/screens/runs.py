"""The runs of all jobs, and what starts in the next 24 hours (UX.md 5.4)."""

from __future__ import annotations

import asyncio
import os
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static
from textual.worker import WorkType

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.execution import Execution
from jobs_tui.service import dashboard, jobs, runs
from jobs_tui.service.context import Context
from jobs_tui.service.waiting import Waiting
from jobs_tui.tui import clipboard, operations
from jobs_tui.tui.actions import ACT, EVERYWHERE, LISTS, Action, bindings
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.screens import approval_actions, run_pane, run_rows, run_words, upcoming
from jobs_tui.tui.widgets.frame import Bar, link
from jobs_tui.tui.widgets.run_list import RunList
from jobs_tui.tui.widgets.virtual_list import Pages, Row, VirtualList

ACTIONS = (
    Action("runs.log", ("enter", "l"), "log", "Open the log of the run", ACT, 1),
    Action("runs.rerun", ("R",), "rerun same", "Run it again, same values", ACT, 2),
    Action("runs.rerun-edited", ("E",), "rerun edited", "Run it again, other values", ACT, 8),
    Action("runs.run", ("r",), "run job", "Run the job now, as its definition says", ACT, 10),
    Action("runs.cancel", ("x",), "cancel", "Cancel the run; asks", ACT, 3, handler="cancel_run"),
    Action("runs.job", ("b",), "job", "Open the job of the run", ACT, 7),
    Action("runs.about", ("i",), "about", "All about the run: who, cost, choice, steps", ACT, 11),
    Action("runs.answer", ("a",), "answer", "Approve or deny what the run waits for", ACT, 1),
    Action("runs.copy", ("y",), "copy", "Copy the id of the run", ACT, 9),
    Action("runs.state", ("f",), "filter", "Filter by state", LISTS, 5),
    Action("runs.find", ("slash",), "find", "Find by the name of the job", LISTS, 6),
    Action(
        "runs.tab",
        ("tab", "right_square_bracket", "left_square_bracket"),
        "upcoming",
        "Runs, or what starts in the next 24 hours",
        EVERYWHERE,
        4,
        handler="next_tab",
    ),
)
ON_RUN = frozenset(
    {
        "runs.log",
        "runs.rerun",
        "runs.rerun-edited",
        "runs.cancel",
        "runs.about",
        "runs.copy",
        "runs.state",
    }
)
"""Actions that mean nothing among starts that are to come."""


class RunsScreen(BaseScreen):
    """Running first, then waiting, then newest; or the starts of the next 24 hours."""

    NAME = "runs"
    MODE = "runs"
    HELP_TITLE = "Runs"
    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    CSS_PATH = "runs.tcss"
    AUTO_FOCUS = "#runs"

    runs_list = query_one("#runs", RunList)
    starts_list = query_one("#upcoming", VirtualList)
    find_field = query_one("#find", Input)

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._filter = "all"
        self._coming = False
        self._total = 0
        self._overview: dashboard.Overview | None = None
        self._starts: list[dashboard.Upcoming] | None = None
        self._starts_of: object = None
        self._waiting: Execution | None = None

    def compose_body(self) -> ComposeResult:
        """The widgets between header and status line."""
        with Horizontal(id="top"):
            yield Bar(id="tabs")
            yield Static(" / ", id="slash", markup=False)
            yield Input(placeholder="find by job", id="find")
            yield Bar(id="counts")
        with Horizontal(id="main"):
            yield RunList(run_rows.RUNS, id="runs")
            yield VirtualList(upcoming.COLUMNS, id="upcoming")
            with Container(id="pane"):
                yield Static(id="coming", markup=False)
        yield Static(id="empty", markup=False)

    # Reading and showing

    def on_store_changed(self) -> None:
        """Read the runs again."""
        self._overview = dashboard.overview(self.ctx, [])
        waiting = [ExecutionStatus.QUEUED, ExecutionStatus.BLOCKED]
        self._waiting = next(iter(runs.recent(self.ctx, statuses=waiting, limit=1)[1]), None)
        self._show_runs()
        self._read_starts()

    def on_clock(self) -> None:
        """Running runs get longer; what is to come comes nearer."""
        if self._overview is not None and self._overview.running:
            self._show_runs()
        if self.ctx.now().second == 0:
            self._read_starts()

    def _show_runs(self) -> None:
        query = self.find_field.value.strip() or None
        statuses = run_rows.statuses(self._filter)
        now = self.ctx.now()
        self._total = runs.recent(self.ctx, statuses=statuses, query=query, limit=0)[0]

        def fetch(offset: int, count: int) -> list[Row]:
            _, found = runs.recent(
                self.ctx, statuses=statuses, query=query, limit=count, offset=offset
            )
            waiting = Waiting(self.ctx)
            return [run_rows.run_row(run, now, waiting.reason(run)) for run in found]

        self.runs_list.show(Pages(self._total, fetch))
        self._show_top()

    def _read_starts(self) -> None:
        row = self.ctx.store.row(
            "select count(*), sum(revision), sum(enabled), max(updated_at) from jobs"
            " where archived_at is null"
        )
        now = self.ctx.now()
        state = (*(row or ()), now.replace(second=0, microsecond=0))
        if state == self._starts_of:
            return
        self._starts_of = state

        async def work() -> None:
            try:
                self._starts = await asyncio.to_thread(dashboard.upcoming, self.ctx)
            except JobsTuiError as error:
                self.show_error(error)
            self._show_starts()

        worker: WorkType[None] = work
        self.run_worker(worker, group="starts", exclusive=True)

    def _show_starts(self) -> None:
        if self._starts is None or not (self.is_attached and self.children):
            return
        now, query = self.ctx.now(), self.find_field.value.strip().casefold()
        found = [start for start in self._starts if query in start.job_name.casefold()]
        self.starts_list.set_rows(upcoming.rows(found, now))
        pane = upcoming.pane(self._starts, now, 36)
        self.query_one("#coming", Static).update(pane, layout=False)
        self._show_top()

    def _show_top(self) -> None:
        names = (("Runs", not self._coming), ("Upcoming 24 h", self._coming))
        tabs = [
            link(
                f"[{name}]" if here else f" {name} ",
                "bold" if here else "$quiet",
                "screen.next_tab" if not here else "screen.same_tab",
            )
            for name, here in names
        ]
        self.query_one("#tabs", Static).update(Content.assemble(" ", *tabs), layout=False)
        self.query_one("#counts", Static).update(self._counts(), layout=False)
        empty = ""
        if self._coming and self._starts is not None and not len(self.starts_list):
            empty = "Nothing starts by its schedule in the next 24 hours."
        elif not self._coming and not self._total:
            narrowed = self._filter != "all" or self.find_field.value
            empty = (
                "No run fits: esc clears the filter."
                if narrowed
                else "Nothing has run yet. 1 shows the jobs, r starts one."
            )
        self.set_class(bool(empty), "-empty")
        self.query_one("#empty", Static).update(empty, layout=False)

    def _counts(self) -> Content:
        if self._coming:
            return Content.styled(f"{len(self.starts_list)} starts, times in UTC", "$quiet")
        parts: list[Content | str | tuple[str, str]] = []
        if self._overview is not None:
            today = self._overview
            parts.append((f"{today.today:,} today: {today.today_ok:,} ok", "$quiet"))
            if today.today_failed:
                parts.append((f", {today.today_failed:,} failed", "$state-bad"))
            if today.running and self.wide:
                parts.append((f", {today.running} running", "$state-run"))
        parts += [("   f:", "$key"), self._filter]
        return Content.assemble(*parts)

    def status(self) -> tuple[Content | str, Content | str]:
        """Who waits, else the values of the run under the cursor; the number of runs."""
        right = f"{self._total:,} run{'' if self._total == 1 else 's'} "
        if self._coming:
            return "! marks starts in the same minute", ""
        if self._waiting is not None and self._overview is not None:
            count = self._overview.queued
            name = plain(self._waiting.job_name)
            why = plain(Waiting(self.ctx).reason(self._waiting) or "waits for its turn")
            more = f" ({count} wait)" if count > 1 else ""
            return f"{name} #{self._waiting.number}: {why}{more}", right
        run = self._run()
        values = run_words.parameters(run) if run is not None else ""
        return (f"#{run.number} ran with {values}" if run and values else ""), right

    def available(self, action: Action) -> bool | None:
        """Actions on a run need one."""
        if action.id == "runs.answer":
            run = self._run()
            return run is not None and run.status is ExecutionStatus.WAITING_FOR_INPUT
        if action.id in ON_RUN:
            if self._coming:
                return False
            return True if self._total else None
        return True

    def _run(self) -> Execution | None:
        row = None if self._coming else self.runs_list.current
        if row is None or not isinstance(row.key, str):
            return None
        try:
            return runs.get(self.ctx, row.key)
        except JobsTuiError:
            return None  # purged since it was read; the next look drops it

    def _job_id(self) -> str | None:
        if self._coming:
            row = self.starts_list.current
            return row.key[0] if row is not None and isinstance(row.key, tuple) else None
        run = self._run()
        return run.job_id if run is not None else None

    def on_virtual_list_highlighted(self) -> None:
        """Textual's message: another run has other keys."""
        self.refresh_frame()

    def on_virtual_list_selected(self) -> None:
        """Textual's message: enter."""
        self.action_job() if self._coming else self.action_log()

    # Finding

    def on_input_changed(self) -> None:
        """Textual's message: the lists follow every letter."""
        self._show_runs()
        self._show_starts()

    def on_input_submitted(self) -> None:
        """Textual's message."""
        self._focus_list()

    def action_find(self) -> None:
        """Into the find field."""
        self.find_field.focus()

    def action_state(self) -> None:
        """Next of the state filters."""
        self._filter = run_rows.next_filter(self._filter)
        self._show_runs()
        self.refresh_status()

    def action_back(self) -> None:
        """Clear, one thing at a time: find, filter, tab; then one level up."""
        if self.find_field.value or self.focused is self.find_field:
            self.find_field.value = ""
            self._focus_list()
        elif self._filter != "all":
            self._filter = "all"
            self._show_runs()
        elif self._coming:
            self.action_next_tab()
        else:
            super().action_back()

    def action_next_tab(self) -> None:
        """Runs, or what is to come."""
        self._coming = not self._coming
        self.set_class(self._coming, "-coming")
        self._focus_list()
        self._show_top()
        self.refresh_frame()

    def action_same_tab(self) -> None:
        """The tab that is shown already."""
        self._focus_list()

    def _focus_list(self) -> None:
        (self.starts_list if self._coming else self.runs_list).focus()

    # Acting

    def action_log(self) -> None:
        """The log of the run under the cursor."""
        if (run := self._run()) is not None:
            self.open_log(run.id)

    def action_rerun(self) -> None:
        """The same again."""
        if (run := self._run()) is not None:
            operations.rerun(self, run.id)

    def action_rerun_edited(self) -> None:
        """Again with other values."""
        if (run := self._run()) is not None:
            operations.rerun_edited(self, run.id)

    def action_run(self) -> None:
        """Run the job now."""
        job_id = self._job_id()
        if job_id is None:
            return
        try:
            job = jobs.get(self.ctx, job_id)
        except JobsTuiError as error:  # purged since its starts were read
            self.show_error(error)
        else:
            operations.run_now(self, job)

    def action_cancel_run(self) -> None:
        """Cancel the run under the cursor, after a question."""
        run = self._run()
        if run is None:
            return
        if run.status.live:
            operations.cancel(self, run)
        else:
            self.say(f"Run #{run.number} has ended already.")

    def action_about(self) -> None:
        """All about the run under the cursor."""
        if (run := self._run()) is not None:
            run_pane.show(self, run.id)

    def action_answer(self) -> None:
        """Decide what the run under the cursor waits for."""
        if (run := self._run()) is not None:
            approval_actions.answer(self, run.id)

    def action_job(self) -> None:
        """The job of the run, or of the start."""
        job_id = self._job_id()
        if job_id is not None:
            self.open_job(job_id)

    def action_copy(self) -> None:
        """The run's id."""
        if (run := self._run()) is not None:
            self.app.copy_to_clipboard(run.id)
            self.say(f"id {clipboard.note(os.environ)}")
