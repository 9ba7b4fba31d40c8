"""The log of one run, running or past (UX.md 5.5)."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.errors import JobsTuiError, NotFound
from jobs_tui.models.execution import Execution
from jobs_tui.schedule.zones import zone
from jobs_tui.service import dashboard, jobs, runs
from jobs_tui.service.context import Context
from jobs_tui.service.run_detail import run_detail
from jobs_tui.tui.actions import Action, bindings
from jobs_tui.tui.dialogs import MessageDialog
from jobs_tui.tui.screens import approval_actions, log_steps, run_words
from jobs_tui.tui.screens.log_actions import ACTIONS, LogActions
from jobs_tui.tui.screens.log_head import head
from jobs_tui.tui.screens.log_words import find_row, line_pane, line_text, status_row
from jobs_tui.tui.widgets.log_view import LogView
from jobs_tui.tui.widgets.virtual_list import VirtualList

STEPS = {"-short": 2, "-narrow": 5, "-wide": 12}
"""Steps in sight at most; the others are a scroll away."""


class LogScreen(LogActions):
    """One run: what it is, its log, and what is known of the place in it.

    Raises:
        NotFound: there is no such run.
    """

    NAME = "log"
    MODE = "runs"
    HELP_TITLE = "Log"
    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = bindings(ACTIONS)
    CSS_PATH = "log.tcss"
    AUTO_FOCUS = "#log"

    steps_list = query_one("#steps", VirtualList)
    find_field = query_one("#find", Input)

    def __init__(self, ctx: Context, execution_id: str, *, mode: str | None = None) -> None:
        super().__init__(ctx, mode=mode)
        self.detail = run_detail(ctx, execution_id)
        self._stats = dashboard.job_stats(ctx, self.run.job_id)
        self._finding = self._pane = False

    @property
    def run(self) -> Execution:
        """The run as it was read last."""
        return self.detail.execution

    def compose_body(self) -> ComposeResult:
        """The widgets between header and status line."""
        yield Static(id="run", markup=False)
        yield VirtualList(id="steps")
        with Horizontal(id="main"):
            view = LogView(
                runs.log(self.ctx, self.run.id),
                live=self.run.status.live,
                zone=self._zone(),
                start=self.run.started_at,
                id="log",
            )
            view.empty = self._empty_words()
            yield view
            with VerticalScroll(id="pane", can_focus=False):
                yield Static(id="line", markup=False)
        with Horizontal(id="find-row"):
            yield Static(" / ", id="slash", markup=False)
            yield Input(id="find", placeholder="find in all lines")
            yield Static(id="found", markup=False)

    def _zone(self) -> tuple[str, tzinfo]:
        try:
            definition = jobs.get(self.ctx, self.run.job_id).definition
            name = definition.cron_timezone or "UTC"
            return (name, zone(name)) if definition.schedule else ("UTC", UTC)
        except JobsTuiError:
            return "UTC", UTC

    def _empty_words(self) -> str:
        status = self.run.status
        if status is ExecutionStatus.SKIPPED:
            return f"Nothing was started: {run_words.reason(self.run)}."
        if status is ExecutionStatus.RUNNING:
            return "No output yet."
        if status.live:
            reason = self.detail.waiting_reason
            return f"Not started yet: {plain(reason or 'it waits for its turn.')}"
        return "This run wrote nothing."

    # Reading and showing

    def on_store_changed(self) -> None:
        """Read the run again."""
        before = self.run
        try:
            self.detail = run_detail(self.ctx, before.id)
        except NotFound:
            self.say("This run is not stored any more.")
            return
        if self.run != before:
            self.view.empty = self._empty_words()
            self.view.start = self.view.start or self.run.started_at
            if before.status.live and not self.run.status.live:
                self._stats = dashboard.job_stats(self.ctx, self.run.job_id)
        self.view.set_live(self.run.status.live)
        self._show_run()
        self._show_steps()

    def on_clock(self) -> None:
        """A running run gets longer."""
        if self.run.status is ExecutionStatus.RUNNING:
            self._show_run()
            self._show_steps()

    def on_resize(self) -> None:
        """Textual's message."""
        self.call_after_refresh(self._show_run)
        self.call_after_refresh(self._show_steps)
        self.call_after_refresh(self._show_line)

    def _show_run(self) -> None:
        row = head(
            self.detail,
            self._stats,
            self.ctx.now(),
            mode=self.mode,
            width=self.size.width,
            wide=self.wide,
        )
        self.query_one("#run", Static).update(row, layout=False)

    # Steps

    def _show_steps(self) -> None:
        tree, listed = self.detail.tree, self.steps_list
        self.set_class(bool(tree), "-steps")
        self.view.set_steps(log_steps.prefix_width(self.detail.steps, wide=self.wide))
        if not tree:
            return
        most = next((most for name, most in STEPS.items() if self.has_class(name)), 2)
        height = min(len(tree), most) + 2  # with titles and rule
        if listed.styles.height is None or listed.styles.height.value != height:
            listed.styles.height = height
        listed.set_columns(log_steps.columns(self.detail.steps, wide=self.wide))
        listed.set_rows(log_steps.rows(tree, self.ctx.now(), wide=self.wide))
        chosen = self.view.state().step
        listed.marks = {chosen} if chosen else set()
        shown = chosen or log_steps.at_work(self.detail.steps)
        if shown is not None and not listed.has_focus:
            listed.go_to(shown)

    def on_virtual_list_selected(self) -> None:
        """Textual's message: enter on a step shows only its lines, or all again."""
        row = self.steps_list.current
        if row is not None:
            name = str(row.key)
            self._choose("" if name == self.view.state().step else name)

    def _choose(self, step: str) -> None:
        self.view.show_step(step)
        self._show_steps()
        self.view.focus()

    def action_steps(self) -> None:
        """To the steps, or back to the log."""
        if self.detail.steps and not self.steps_list.has_focus:
            self.steps_list.focus()
        else:
            self.view.focus()

    def action_step(self) -> None:
        """Only the step that wrote the line under the cursor, or all again."""
        line = self.view.current
        if self.view.state().step:
            self._choose("")
        elif line is None or not line.step:
            self.say("No step wrote this line.")
        else:
            names = [step.name for step in self.detail.steps]
            # A part of a step, such as Smart's choice within it, is shown with it.
            self._choose(line.step if line.step in names else line.step.split("/")[0])

    def status(self) -> tuple[Content | str, Content | str]:
        """Following, counts and place."""
        left, right = status_row(self.view.state(), self.run, wide=self.wide)
        asked = self.detail.asked
        return (approval_actions.asks(asked) if asked else left), right

    def available(self, action: Action) -> bool | None:
        """Only a run that goes on can be cancelled; steps need some."""
        if action.id in ("log.steps", "log.step"):
            return bool(self.detail.steps)
        if action.id == "log.answer":
            return bool(self.detail.asked)
        if action.id == "log.cancel":
            return None if not self.run.status.live else True
        return True

    def on_log_view_changed(self) -> None:
        """The view stands elsewhere, or has counted more."""
        state = self.view.state()
        self.query_one("#found", Static).update(find_row(state, wide=self.wide), layout=False)
        self.refresh_status()
        if self._pane:
            self._show_line()

    def on_log_view_said(self, event: LogView.Said) -> None:
        """The view has something to tell."""
        self.say(event.text)

    def on_log_canvas_failed(self, event: LogView.Failed) -> None:
        """The log cannot be read."""
        self.show_error(event.error)

    def on_screen_suspend(self) -> None:
        """Textual's message: no timers under another screen."""
        self.view.pause_ticking()

    def on_screen_resume(self) -> None:
        """Textual's message; the frame's own handler runs as well."""
        self.view.resume_ticking()

    # Finding

    def _open_find(self) -> None:
        self._finding = True
        self.add_class("-finding")
        self.find_field.focus()

    def action_find(self) -> None:
        """Into the find row."""
        self._open_find()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Textual's message: the first match comes while typing."""
        self.view.search(event.value)

    def on_input_submitted(self) -> None:
        """Textual's message: back to the log, the matches stay."""
        self.view.focus()
        if not self.find_field.value:
            self._close_find()

    def _close_find(self) -> None:
        self._finding = False
        self.remove_class("-finding")
        self.find_field.value = ""
        self.view.search("")
        self.view.focus()

    def action_filter(self) -> None:
        """Only matches, or everything again."""
        if self.view.state().query:
            self.view.toggle_filter()
        else:
            self._open_find()
            self.say("Type what to find; enter, then & shows only that.")

    def action_next_match(self) -> None:
        """Next match."""
        self.view.next_match()

    def action_previous_match(self) -> None:
        """Match before."""
        self.view.next_match(down=False)

    def action_back(self) -> None:
        """Clear, one thing at a time: filter, find, step, side pane; then one level up."""
        if self.view.state().filtered:
            self.view.toggle_filter()
            self.view.focus()
        elif self._finding:
            self._close_find()
        elif self.view.state().step:
            self._choose("")
        elif self.steps_list.has_focus:
            self.view.focus()
        elif self._pane:
            self._toggle_pane()
        else:
            super().action_back()

    # The line

    def action_expand(self) -> None:
        """The whole line: beside the log when there is room, else in a dialog."""
        line = self.view.current
        if line is None:
            return
        if self.wide:
            self._toggle_pane()
        else:
            title = f"Line {line.number}"
            self.app.push_screen(MessageDialog(title, line_text(line, self.run), wide=True))

    def _toggle_pane(self) -> None:
        self._pane = not self._pane
        self.set_class(self._pane, "-pane")
        self._show_line()

    def _show_line(self) -> None:
        if self._pane:
            pane = line_pane(self.view.current, self.view.state(), self.run)
            self.query_one("#line", Static).update(pane)

    def go(self, *, newer: bool) -> None:
        """To the log of another run of the job."""
        other: Execution | None = runs.neighbour(self.ctx, self.run, newer=newer)
        if other is None:
            self.say(f"This is the {'newest' if newer else 'oldest'} run of the job.")
        else:
            self.app.switch_screen(LogScreen(self.ctx, other.id, mode=self.mode))
