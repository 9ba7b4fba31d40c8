"""The keys of the log screen and what they do with the view and the run (UX.md 5.5)."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from textual.getters import query_one

from jobs_tui.models.execution import Execution
from jobs_tui.service import runs
from jobs_tui.tui import clipboard, log_file, operations
from jobs_tui.tui.actions import ACT, LISTS, MOVE, Action
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.screens import approval_actions, run_pane, run_words
from jobs_tui.tui.screens.ask import AskText
from jobs_tui.tui.widgets.log_moves import SIDEWAYS
from jobs_tui.tui.widgets.log_view import LogView

ACTIONS = (
    Action("log.follow", ("f",), "follow", "Follow the end, or stand still", LISTS, 1),
    Action("log.find", ("slash",), "find", "Find while you type; esc clears", LISTS, 2),
    Action("log.next", ("n",), "next", "Next match", LISTS, handler="next_match"),
    Action("log.previous", ("N",), "previous", "Match before", LISTS, handler="previous_match"),
    Action("log.filter", ("ampersand",), "filter", "Only matches, 2 lines around", LISTS, 9),
    Action("log.steps", ("tab",), "steps", "To the steps of the run, or back", LISTS, 2),
    Action("log.step", ("o",), "one step", "Only the step of this line, or all", LISTS, 9),
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
    Action("log.answer", ("a",), "answer", "Approve or deny what it waits for", ACT, 1),
    Action("log.about", ("i",), "about", "All about the run: who, cost, choice, steps", ACT, 17),
    Action("log.cancel", ("x",), "cancel", "Cancel the run; asks", ACT, 8, handler="cancel_run"),
    Action("log.rerun", ("R",), "rerun", "Run it again, same values", ACT, 14),
    Action("log.rerun-edited", ("E",), "rerun edited", "Run it again, other values", ACT, 15),
    Action("log.job", ("b",), "job", "Open the job", ACT, 16),
)


class LogActions(BaseScreen):
    """What can be done with the log in sight, and with its run."""

    view = query_one("#log", LogView)

    @property
    def run(self) -> Execution:
        """The run as it was read last."""
        raise NotImplementedError

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

    def action_about(self) -> None:
        """All about the run."""
        run_pane.show(self, self.run.id)

    def action_answer(self) -> None:
        """Decide what the run waits for."""
        approval_actions.answer(self, self.run.id)

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
        self.go(newer=True)

    def action_older(self) -> None:
        """The run before."""
        self.go(newer=False)

    def go(self, *, newer: bool) -> None:
        """To the log of another run of the job."""
        raise NotImplementedError
