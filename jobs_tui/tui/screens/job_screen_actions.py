"""The keys of a job's detail and what they do with the job and its runs (UX.md 5.3)."""

from __future__ import annotations

import os

from jobs_tui.models.enums import JobStatus
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.service import dashboard
from jobs_tui.tui import clipboard, operations
from jobs_tui.tui.actions import ACT, EVERYWHERE, LISTS, Action
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.screens import approval_actions, run_pane
from jobs_tui.tui.screens.job_copy import copy_menu

ACTIONS = (
    Action("job.log", ("enter", "l"), "log", "Open the log of the run", ACT, 1),
    Action("job.run", ("r",), "run now", "Run the job now", ACT, 2),
    Action("job.rerun", ("R",), "rerun same", "Run this one again, same values", ACT, 3),
    Action("job.rerun-edited", ("E",), "rerun edited", "Again, with other values", ACT, 9),
    Action("job.edit", ("e",), "edit", "Edit the job", ACT, 4),
    Action("job.clone", ("c",), "clone", "New job like this one", ACT, 13),
    Action("job.pause", ("p",), "pause", "Pause or resume the job", ACT, 5),
    Action("job.cancel", ("x",), "cancel", "Cancel the run; asks", ACT, 10, handler="cancel_run"),
    Action("job.cancel-job", ("X",), "cancel job", "Cancel the job for good; asks", ACT),
    Action("job.complete", ("F",), "complete", "Complete the job: its goal is met; asks", ACT),
    Action("job.start-copy", ("C",), "start copy", "Start it again as a copy", ACT, 2),
    Action("job.dry-run", ("v",), "dry run", "Show the prompt with its values", ACT, 14),
    Action("job.delete", ("d",), "delete", "Delete the job; asks", ACT, 11),
    Action("job.copy", ("y",), "copy", "Copy name, id, URL, curl, prompt or JSON", ACT, 7),
    Action("job.about", ("i",), "about", "All about the run: who, cost, choice, steps", ACT, 15),
    Action("job.answer", ("a",), "answer", "Approve or deny what the run waits for", ACT, 1),
    Action("job.copy-run", ("Y",), "copy run", "Copy the id of the run", ACT),
    Action("job.find", ("slash",), "find", "Find in number, result and reason", LISTS, 8),
    Action("job.state", ("f",), "filter", "Filter the history by state", LISTS, 12),
    Action("job.next-tab", ("right_square_bracket", "tab"), "next tab", "Next tab", EVERYWHERE, 6),
    Action("job.previous-tab", ("left_square_bracket",), "tab before", "Tab before", EVERYWHERE),
)
ON_RUN = frozenset({"job.log", "job.rerun", "job.rerun-edited", "job.copy-run", "job.about"})
"""Actions that need a run under the cursor."""


class JobScreenActions(BaseScreen):
    """What can be done with a job, and with the run under the cursor."""

    job_id: str

    @property
    def job(self) -> Job:
        """The job as it was read last."""
        raise NotImplementedError

    def chosen_run(self) -> Execution | None:
        """The run under the cursor; None where there is none."""
        raise NotImplementedError

    def action_run(self) -> None:
        """Run it now."""
        if not operations.has_ended(self, self.job):
            operations.run_now(self, self.job)

    def action_rerun(self) -> None:
        """The run under the cursor again."""
        run = self.chosen_run()
        if run is not None and not operations.has_ended(self, self.job):
            operations.rerun(self, run.id)

    def action_rerun_edited(self) -> None:
        """Again with other values."""
        run = self.chosen_run()
        if run is not None and not operations.has_ended(self, self.job):
            operations.rerun_edited(self, run.id)

    def action_edit(self) -> None:
        """Change the job."""
        self.open_wizard(self.job_id)

    def action_clone(self) -> None:
        """A job like it."""
        self.open_wizard(self.job_id, clone=True)

    def action_pause(self) -> None:
        """Pause or resume."""
        operations.pause_or_resume(self, [self.job])

    def action_cancel_job(self) -> None:
        """End the job for good."""
        operations.end_job(self, [self.job], JobStatus.CANCELLED)

    def action_complete(self) -> None:
        """Its goal is met."""
        operations.end_job(self, [self.job], JobStatus.COMPLETED)

    def action_start_copy(self) -> None:
        """Start it again as a copy."""
        operations.start_copy(self, self.job)

    def action_dry_run(self) -> None:
        """Show the prompt as it would be."""
        operations.dry_run(self, self.job)

    def action_delete(self) -> None:
        """Delete it, after a question, and go back to the list."""

        def gone(_: list[Job]) -> None:
            self.dismiss()

        operations.delete(self, [self.job], gone)

    def action_cancel_run(self) -> None:
        """Cancel the run under the cursor when it goes on, else the newest one that does."""
        run = self.chosen_run()
        if run is None or not run.status.live:
            live = dashboard.running_of(self.ctx, self.job_id)
            run = live[-1] if live else None
        if run is None:
            self.say("Nothing of it is running or waiting.")
        else:
            operations.cancel(self, run)

    def action_copy(self) -> None:
        """The copy menu of the job."""
        copy_menu(self, self.job)

    def action_copy_run(self) -> None:
        """The run's id."""
        if (run := self.chosen_run()) is not None:
            self.app.copy_to_clipboard(run.id)
            self.say(f"id {clipboard.note(os.environ)}")

    def action_about(self) -> None:
        """All about the run under the cursor."""
        if (run := self.chosen_run()) is not None:
            run_pane.show(self, run.id)

    def action_answer(self) -> None:
        """Decide what the run under the cursor waits for."""
        if (run := self.chosen_run()) is not None:
            approval_actions.answer(self, run.id)
