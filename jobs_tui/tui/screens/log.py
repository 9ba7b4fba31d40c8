"""The log of one run, running or past (UX.md 5.5)."""

from __future__ import annotations

import os
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
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
from jobs_tui.tui import clipboard, log_file, operations
from jobs_tui.tui.actions import ACT, LISTS, MOVE, Action, bindings
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.dialogs import MessageDialog
from jobs_tui.tui.screens import run_words
from jobs_tui.tui.screens.ask import AskText
from jobs_tui.tui.screens.log_words import find_row, line_pane, line_text, status_row
from jobs_tui.tui.spans import took
from jobs_tui.tui.widgets.frame import spread
from jobs_tui.tui.widgets.log_canvas import SIDEWAYS
from jobs_tui.tui.widgets.log_view import LogView

ACTIONS = (
    Action("log.follow", ("f",), "follow", "Follow the end, or stand still", LISTS, 1),
    Action("log.find", ("slash",), "find", "Find while you type; esc clears", LISTS, 2),
    Action("log.next", ("n",), "next", "Next match", LISTS, handler="next_match"),
    Action("log.previous", ("N",), "previous", "Match before", LISTS, handler="previous_match"),
    Action("log.filter", ("ampersand",), "filter", "Only matches, 2 lines around", LISTS, 9),
    Action("log.wrap", ("w",), "wrap", "Wrap long lines, or cut them", LISTS, 3),
    Action("log.time", ("t",), "time", "Times: clock, since start, full, off", LISTS, 4),
    Action("log.colours", ("c",), "colours", "Colours of the log on or off", LISTS),
    Action("log.next-error", ("e", "right_curly_bracket"), "error", "Next error line", MOVE, 5),
    Action("log.previous-error", ("left_curly_bracket",), "error before", "Error before", MOVE),
    Action("log.mark", ("m",), "mark", "Mark the line, or unmark it", MOVE, 11),
    Action("log.next-mark", ("apostrophe",), "next mark", "Next marked line", MOVE),
    Action("log.left", ("left", "h"), "left", "Sideways", MOVE, palette=False),
    Action("log.right", ("right", "l"), "right", "Sideways", MOVE, palette=False),
    Action("log.newer", ("right_square_bracket",), "newer run", "Next run of the job", MOVE, 12),
    Action("log.older", ("left_square_bracket",), "older run", "Run before of the job", MOVE, 13),
    Action("log.expand", ("enter",), "line", "The whole line, JSON in order", ACT, 10),
    Action("log.copy", ("y",), "copy", "Copy the selection, else the line", ACT, 6),
    Action("log.save", ("s",), "save", "Save the log to a file", ACT, 7),
    Action("log.cancel", ("x",), "cancel", "Cancel the run; asks", ACT, 8, handler="cancel_run"),
    Action("log.rerun", ("R",), "rerun", "Run it again, same values", ACT, 14),
    Action("log.rerun-edited", ("E",), "rerun edited", "Run it again, other values", ACT, 15),
    Action("log.job", ("b",), "job", "Open the job", ACT, 16),
)
BAR = 10
"""Columns of the progress bar on a narrow screen; a wide one has three times as many."""


class LogScreen(BaseScreen):
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

    view = query_one("#log", LogView)
    find_field = query_one("#find", Input)

    def __init__(self, ctx: Context, execution_id: str, *, mode: str | None = None) -> None:
        super().__init__(ctx, mode=mode)
        self.run = runs.get(ctx, execution_id)
        self._stats = dashboard.job_stats(ctx, self.run.job_id)
        self._finding = self._pane = False

    def compose_body(self) -> ComposeResult:
        """The widgets between header and status line."""
        yield Static(id="run", markup=False)
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
            return "Not started yet: it waits for its turn."
        return "This run wrote nothing."

    # Reading and showing

    def on_store_changed(self) -> None:
        """Read the run again."""
        before = self.run
        try:
            self.run = runs.get(self.ctx, self.run.id)
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

    def on_clock(self) -> None:
        """A running run gets longer."""
        if self.run.status is ExecutionStatus.RUNNING:
            self._show_run()

    def on_resize(self) -> None:
        """Textual's message."""
        self.call_after_refresh(self._show_run)
        self.call_after_refresh(self._show_line)

    def _show_run(self) -> None:
        run, now, wide = self.run, self.ctx.now(), self.wide
        state = run_words.state(run)
        crumb = f" {'Jobs' if self.mode == 'jobs' else 'Runs'} > "
        where = Content.assemble((crumb, "$quiet"), (plain(run.job_name), "bold"))
        parts: list[Content | str | tuple[str, str]] = [
            f" #{run.number}   ",
            (f"{state.sign} {state.word}", state.style),
        ]
        if run.started_at is not None:
            parts.append(f" {run_words.duration(run, now)}")
        usual = self._stats.median_ms
        if run.status is ExecutionStatus.RUNNING and run.started_at is not None and usual:
            share = (now - run.started_at).total_seconds() * 1000 / usual
            parts += [
                (f" of ~{took(usual)} ", "$quiet"),
                run_words.progress(share, 3 * BAR if wide else BAR),
            ]
        elif (said := run_words.outcome(run)) and run.status is not ExecutionStatus.COMPLETED:
            parts.append((f"   {said}", state.style.replace(" bold", "")))
        elif self._stats.average_ms is not None:
            parts.append((f"   avg {took(self._stats.average_ms)}", "$quiet"))
        facts = Content.assemble(*parts)
        width = self.size.width
        right = Content.styled(f"{run_words.by(run)} ", "$quiet") if wide else Content("")
        # The name gives way, but a part of it stays.
        room = max(14, width - facts.cell_length - right.cell_length - 2)
        left = Content.assemble(where.truncate(room, ellipsis=True), facts)
        self.query_one("#run", Static).update(spread(left, right, width), layout=False)

    def status(self) -> tuple[Content | str, Content | str]:
        """Following, counts and place."""
        return status_row(self.view.state(), self.run, wide=self.wide)

    def available(self, action: Action) -> bool | None:
        """Only a run that goes on can be cancelled; next needs a find."""
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
        """Clear, one thing at a time: filter, find, side pane; then one level up."""
        if self.view.state().filtered:
            self.view.toggle_filter()
            self.view.focus()
        elif self._finding:
            self._close_find()
        elif self._pane:
            self._toggle_pane()
        else:
            super().action_back()

    # Looking

    def action_follow(self) -> None:
        """Follow, or stand still."""
        self.view.toggle_follow()

    def action_wrap(self) -> None:
        """Wrap or cut."""
        self.view.toggle_wrap()

    def action_time(self) -> None:
        """Next way to show times."""
        self.view.next_time()

    def action_colours(self) -> None:
        """Colours on or off."""
        self.view.toggle_colours()

    def action_next_error(self) -> None:
        """Next error line."""
        self.view.next_error()

    def action_previous_error(self) -> None:
        """Error line before."""
        self.view.next_error(down=False)

    def action_mark(self) -> None:
        """Mark the line."""
        self.view.toggle_mark()

    def action_next_mark(self) -> None:
        """Next marked line."""
        self.view.next_mark()

    def action_left(self) -> None:
        """Sideways."""
        self.view.sideways(-SIDEWAYS)

    def action_right(self) -> None:
        """Sideways."""
        self.view.sideways(SIDEWAYS)

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

    # Acting

    def action_copy(self) -> None:
        """Copy the selection, else the cursor's line."""
        selected = self.get_selected_text()
        line = self.view.current
        text = selected or (self.view.text(line.number).text if line else "")
        if not text:
            self.say("Nothing to copy.")
            return
        self.app.copy_to_clipboard(text)
        count = text.count("\n") + 1
        what = f"{count} lines" if count > 1 else "line"
        self.say(f"{what} {clipboard.note(os.environ)}")

    def action_save(self) -> None:
        """Ask for a path and write the log there."""

        def done(saved: tuple[Path, int]) -> None:
            self.say(f"{run_words.number(saved[1])} lines saved to {saved[0]}")

        def answer(path: str | None) -> None:
            if path is not None:
                reader = runs.log(self.ctx, self.run.id)
                self.attempt(partial(log_file.save, reader, path), done)

        self.app.push_screen(
            AskText("Save log", "Where to write the whole log:", log_file.proposed(self.run)),
            answer,
        )

    def action_cancel_run(self) -> None:
        """Cancel the run, after a question."""
        if self.run.status.live:
            operations.cancel(self, self.run)
        else:
            self.say("This run has ended already.")

    def action_rerun(self) -> None:
        """The same again."""
        operations.rerun(self, self.run.id)

    def action_rerun_edited(self) -> None:
        """Again with other values."""
        operations.rerun_edited(self, self.run.id)

    def action_job(self) -> None:
        """The job."""
        self.open_job(self.run.job_id)

    def action_newer(self) -> None:
        """The next run of the job."""
        self._go(newer=True)

    def action_older(self) -> None:
        """The run before."""
        self._go(newer=False)

    def _go(self, *, newer: bool) -> None:
        other: Execution | None = runs.neighbour(self.ctx, self.run, newer=newer)
        if other is None:
            self.say(f"This is the {'newest' if newer else 'oldest'} run of the job.")
        else:
            self.app.switch_screen(LogScreen(self.ctx, other.id, mode=self.mode))
