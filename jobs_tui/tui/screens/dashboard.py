"""The jobs: what runs, what failed, what comes next (UX.md 5.1)."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.timer import Timer
from textual.widgets import Input, Static
from textual.worker import WorkType

from jobs_tui.agents.budgets import Standing
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import Job
from jobs_tui.service import approvals, budgets, dashboard, examples
from jobs_tui.service.context import Context
from jobs_tui.service.dashboard import JobLine
from jobs_tui.tui import filters, operations
from jobs_tui.tui.actions import LISTS, Action, bindings
from jobs_tui.tui.dialogs import MessageDialog
from jobs_tui.tui.filters import state_of_line
from jobs_tui.tui.reader import Reader
from jobs_tui.tui.screens import approval_actions, budget_words, job_preview, job_rows
from jobs_tui.tui.screens.job_actions import ACTIONS, NEEDS_JOB, JobActions, possible
from jobs_tui.tui.screens.job_search import JobSearch
from jobs_tui.tui.spans import MINUTE, ago
from jobs_tui.tui.theme import state_of
from jobs_tui.tui.widgets.frame import Bar, spread
from jobs_tui.tui.widgets.virtual_list import VirtualList

PREVIEW_DELAY = 0.15
"""Seconds without a key before the preview follows the cursor: holding j stays cheap."""
EMPTY = Content.assemble(
    ("No jobs yet.\n\n", "bold"),
    ("n", "$key bold"),
    "   make the first one: what to run, when, and who runs it\n\n",
    ("D", "$key bold"),
    "   load three examples that need no key:\n",
    "    a health check every 15 minutes, and paused: a disk report\n",
    "    every morning and an echo behind a webhook\n\n",
    ("?", "$key bold"),
    "   every key of this screen\n\n\n",
    ("From the shell   ", "$quiet"),
    "jobs-tui create --help",
)


class DashboardScreen(JobActions):
    """The list of jobs with a filter row and a preview of the one under the cursor."""

    NAME = "jobs"
    MODE = "jobs"
    HELP_TITLE = "Jobs"
    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    CSS_PATH = "dashboard.tcss"
    AUTO_FOCUS = "#jobs"

    jobs_list = query_one("#jobs", VirtualList)
    filter_field = query_one("#filter", Input)

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._lines: dict[str, JobLine] = {}
        self._shown: list[JobLine] = []
        self._overview: dashboard.Overview | None = None
        self._state, self._sort, self._reverse = "all", "next", False
        self._clock_times = self._all_columns = False
        self._problem = ""
        self._waiting = 0
        self._standings: list[Standing] = []
        self._budgets = Reader(self, self._read_budgets, self._show_budgets)
        self._budget_problem = ""
        self._search = JobSearch(self, ctx, self._found)
        self._preview_timer: Timer | None = None
        self._preview: job_preview.Preview | None = None

    def compose_body(self) -> ComposeResult:
        """The widgets between header and status line."""
        yield Bar(id="summary")
        with Horizontal(id="filter-row"):
            yield Static(" / ", id="slash", markup=False)
            yield Input(
                placeholder="find: text ~meaning tag: status: trigger: agent: !not /re/",
                id="filter",
                select_on_focus=False,  # what `~` has put there is to stay
            )
            yield Bar(id="sorting")
        with Container(id="main"):
            yield VirtualList(job_rows.COLUMNS, id="jobs")
            with Container(id="preview-pane"):
                yield Bar(id="preview")
        yield Static(EMPTY, id="empty", markup=False)

    # Reading and showing

    def on_store_changed(self) -> None:
        """Read the jobs again."""
        lines = dashboard.job_lines(self.ctx)
        self._overview = dashboard.overview(self.ctx, lines)
        self._waiting = approvals.waiting_count(self.ctx)
        self._lines = {line.job.id: line for line in lines}
        self.set_class(not lines, "-empty")
        self._search.typed(self.filter_field.value)
        self._show()
        self._load_preview()
        self._budgets.ask()

    def _read_budgets(self) -> list[Standing]:
        try:
            found, self._budget_problem = budgets.all_standings(self.ctx), ""
        except InvalidInput as error:  # settings that are rotten: a line, not a dialog each time
            found, self._budget_problem = [], error.sentence()
        return found

    def _show_budgets(self, found: list[Standing]) -> None:
        if found != self._standings:
            self._standings = found
            self._show_rows()
        self.refresh_status()

    def on_clock(self) -> None:
        """Countdowns: each minute, and each second when something is due within the next."""
        now = self.ctx.now()
        soonest = self._overview.next_at if self._overview is not None else None
        near = soonest is not None and (soonest - now).total_seconds() <= MINUTE + 1
        if now.second == 0:
            self._budgets.ask()  # another day may have begun
        if near or now.second == 0:
            self._show_rows()
        if self._preview is not None and (near or self._preview.live or now.second == 0):
            self._show_preview()

    def _show(self) -> None:
        text = self.filter_field.value
        if filters.question_of(text) is not None:
            self._problem = ""
            self._show_meant(text)
            return
        try:
            wanted = filters.parse_filter(text, self._search.words_of(text))
            self._problem = ""
        except InvalidInput as error:
            self._problem = error.sentence()
            self.refresh_status()
            return
        in_state = filters.in_state(self._state)
        found = [line for line in self._lines.values() if wanted(line) and in_state(line)]
        self._shown = filters.ordered(found, self._sort, reverse=self._reverse)
        self._show_rows()

    def _show_meant(self, text: str) -> None:
        """What was found by meaning, the best first; all jobs until it was asked for."""
        answer = self._search.meant_by(text)
        in_state = filters.in_state(self._state)
        found = [line for line in self._lines.values() if in_state(line)]
        if answer is None:
            self._shown = filters.ordered(found, self._sort, reverse=self._reverse)
        else:
            found = [line for line in found if line.job.id in answer.ids]
            self._shown = sorted(found, key=lambda line: answer.ids[line.job.id])
        self._show_rows()

    def _found(self) -> None:
        """An answer of the search has come."""
        self._show()
        self.refresh_status()

    def _show_rows(self) -> None:
        now = self.ctx.now()
        self.jobs_list.set_rows(
            [
                job_rows.row_of(line, now, clock=self._clock_times, more=self._all_columns)
                for line in self._shown
            ]
        )
        width = max(1, self.app.size.width)
        if self._overview is not None:
            spent = budget_words.count(self._standings)
            left, right = job_rows.summary(self._overview, now, width, spent)
            self.query_one("#summary", Bar).draw(spread(left, right, width))
        arrow = " reversed" if self._reverse else ""
        narrowed = len(self._shown) != len(self._lines)
        shown = f"   shown {len(self._shown)} of {len(self._lines)}" if narrowed else ""
        text = Content.assemble(
            ("f:", "$key"), f"{self._state}   ", ("s:", "$key"), f"{self._sort}{arrow}", shown
        )
        self.query_one("#sorting", Bar).draw(text)

    def status(self) -> tuple[Content | str, Content | str]:
        """What is marked or wrong; on the right what ``u`` would take back."""
        marked = len(self.jobs_list.marks)
        if self._problem:
            return Content.styled(f" {plain(self._problem)}", "$state-warn"), self.undo_text()
        if self._budget_problem:
            return Content.styled(f" {plain(self._budget_problem)}", "$state-bad"), self.undo_text()
        if said := self._search.said(self.filter_field.value):
            return Content.styled(f" {said}", "$quiet"), self.undo_text()
        if marked:
            words = f"{marked} marked: p pauses or resumes, d deletes all of them"
            return words, self.undo_text()
        left = (
            (approval_actions.waits(self._waiting) if self._waiting else None)
            or budget_words.notice(self._standings, exhausted=True)
            or self._said_of_job()
            or budget_words.notice(self._standings, exhausted=False)
        )
        return left or "", self.undo_text()

    def _said_of_job(self) -> Content | None:
        """Why the job under the cursor does not run, or that it failed."""
        line = self.line()
        if line is None:
            return None
        name = operations.name_of(line.job)
        shown = self._preview
        waits = shown.waits if shown is not None and shown.job.id == line.job.id else ""
        if waits:
            state = state_of_line(line)
            return Content.assemble(f" {name} ", (f"{state.sign} {plain(waits)}", state.style))
        if line.last is None or not filters.failing(line):
            return None
        state = state_of(line.last.status)
        return Content.assemble(
            f" {name} ",
            (f"{state.sign} {state.word}", state.style),
            f" {ago(line.last.at, self.ctx.now())}: l shows why, R runs it again",
        )

    def available(self, action: Action) -> bool | None:
        """Actions on a job need one; examples are for an empty home."""
        if action.id == "jobs.examples":
            return not self._lines
        if action.group == LISTS and not self._lines:
            return False
        if action.id in NEEDS_JOB and not self._shown:
            return False if not self._lines else None
        line = self.line() if self._lines else None
        return possible(action.id, line.job if line is not None else None)

    # Preview

    def on_virtual_list_highlighted(self) -> None:
        """Textual's message: the preview follows in a moment."""
        if not self.stands:
            return
        if self._preview_timer is not None:
            self._preview_timer.stop()
        self._preview_timer = self.set_timer(PREVIEW_DELAY, self._load_preview)
        self.refresh_status()

    def _load_preview(self) -> None:
        if not self.stands:  # its timer may be due while the screen goes
            return
        line = self.line()
        if line is None or not self.query_one("#preview-pane").display:
            self._preview = None
            self._show_preview()
            return

        async def work() -> None:
            self._preview = await asyncio.to_thread(job_preview.load, self.ctx, line.job.id)
            if self.stands:
                self._show_preview()
                self.refresh_status()

        worker: WorkType[None] = work
        self.run_worker(worker, group="preview", exclusive=True)

    def _show_preview(self) -> None:
        field, now = self.query_one("#preview", Bar), self.ctx.now()
        width = field.container_size.width - (1 if self.wide else 0)
        if self._preview is None:
            empty = "" if self._lines else " "
            field.draw(Content.styled(empty or "Nothing fits the filter.", "$quiet"))
        elif self.wide:
            field.draw(job_preview.full(self._preview, now, width))
        else:
            field.draw(job_preview.short(self._preview, now, width))

    def on_resize(self) -> None:
        """Textual's message; what fits has changed."""
        self.call_after_refresh(self._show_rows)
        self.call_after_refresh(self._load_preview)

    # Finding

    def on_input_changed(self) -> None:
        """Textual's message: the list follows every letter."""
        self._search.typed(self.filter_field.value)
        self._show()
        self.refresh_status()

    def on_input_submitted(self) -> None:
        """Textual's message."""
        self._search.ask(filters.question_of(self.filter_field.value) or "")
        self.refresh_status()
        self.jobs_list.focus()

    def action_find(self) -> None:
        """Into the filter row; what is typed takes the place of what stands there."""
        self.filter_field.focus()
        self.filter_field.action_select_all()

    def action_meaning(self) -> None:
        """Into the filter row, to ask for what is meant."""
        text = self.filter_field.value
        if filters.question_of(text) is None:
            self.filter_field.value = f"{filters.MEANING}{text}"
        self.filter_field.focus()
        self.filter_field.cursor_position = len(self.filter_field.value)

    def action_back(self) -> None:
        """Clear, one thing at a time: filter, marks; then one level up."""
        if self.filter_field.value or self.focused is self.filter_field:
            self.filter_field.value = ""
            self.jobs_list.focus()
        elif self._state != "all":
            self._state = "all"
            self._show()
        elif self.jobs_list.marks:
            self.unmark()
        else:
            super().action_back()

    def action_state(self) -> None:
        """Next of the state filters."""
        self._state = _after(filters.STATES, self._state)
        self._show()

    def action_failing(self) -> None:
        """Only failing jobs, or all again."""
        self._state = "all" if self._state == "failing" else "failing"
        self._show()

    def action_sort(self) -> None:
        """Next order."""
        self._sort = _after(filters.SORTS, self._sort)
        self._show()

    def action_reverse(self) -> None:
        """The other way round."""
        self._reverse = not self._reverse
        self._show()

    def action_times(self) -> None:
        """Countdowns or times of day."""
        self._clock_times = not self._clock_times
        self._show_rows()

    def action_columns(self) -> None:
        """More columns in place of the side pane."""
        self._all_columns = not self._all_columns
        more = job_rows.MORE if self._all_columns else ()
        self.jobs_list.set_columns([*job_rows.COLUMNS, *more])
        self.set_class(self._all_columns, "-all-columns")
        self._show_rows()
        self.call_after_refresh(self._load_preview)

    def action_mark(self) -> None:
        """Mark, and go on to the next."""
        if self._shown:
            self.jobs_list.mark(self.jobs_list.cursor)
            self.jobs_list.action_down()
            self.refresh_status()

    def action_mark_all(self) -> None:
        """Mark all that are shown, or none."""
        self.jobs_list.mark_all()
        self.refresh_status()

    # Acting on jobs: JobActions does it

    def line(self) -> JobLine | None:
        """The job under the cursor."""
        row = self.jobs_list.current
        return self._lines.get(str(row.key)) if row is not None else None

    def chosen(self) -> list[Job]:
        """The marked jobs in the order shown, else the one under the cursor."""
        marked = [line.job for line in self._shown if line.job.id in self.jobs_list.marks]
        line = self.line()
        return marked or ([line.job] if line is not None else [])

    def unmark(self) -> None:
        """No marks any more."""
        self.jobs_list.marks = set()
        self.jobs_list.refresh()

    def on_virtual_list_selected(self) -> None:
        """Textual's message: enter."""
        self.action_open()

    def action_budgets(self) -> None:
        """How all budgets stand."""
        text = budget_words.page(self._standings)
        self.app.push_screen(MessageDialog("Budgets", text, wide=True))

    def action_examples(self) -> None:
        """Load the examples; only in an empty home."""
        if not self._lines:
            self.attempt(lambda: examples.load(self.ctx), self._examples_loaded)

    def _examples_loaded(self, loaded: list[Job]) -> None:
        self.say(f"{len(loaded)} examples loaded; r runs the one under the cursor.")
        self.store_changed()


def _after(names: tuple[str, ...], name: str) -> str:
    return names[(names.index(name) + 1) % len(names)]
