"""The keys of the job list and what they do with jobs (UX.md 5, key map)."""

from __future__ import annotations

from jobs_tui.models.enums import JobStatus
from jobs_tui.models.job import Job
from jobs_tui.models.lifecycle import FOR_GOOD
from jobs_tui.service import dashboard
from jobs_tui.service.context import Context
from jobs_tui.service.dashboard import JobLine
from jobs_tui.tui import operations
from jobs_tui.tui.actions import ACT, LISTS, Action
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.screens.job_copy import copy_menu

UNDO_FOR = 10.0
"""Seconds in which ``u`` takes a delete back."""

ACTIONS = (
    Action("jobs.open", ("enter",), "open", "Open the job: history, definition", ACT, 1),
    Action(
        "jobs.run",
        ("r",),
        "run",
        "Run now; asks for values without a default",
        ACT,
        2,
    ),
    Action("jobs.rerun", ("R",), "run last", "Run the last one again, same values", ACT, 12),
    Action(
        "jobs.rerun-edited", ("E",), "run edited", "Run the last one again, other values", ACT, 18
    ),
    Action("jobs.log", ("l",), "log", "Newest log", ACT, 3),
    Action("jobs.new", ("n",), "new", "New job", ACT, 4),
    Action("jobs.edit", ("e",), "edit", "Edit the job", ACT, 5),
    Action("jobs.clone", ("c",), "clone", "New job like this one", ACT, 13),
    Action("jobs.pause", ("p",), "pause", "Pause or resume (all marked ones)", ACT, 7),
    Action("jobs.delete", ("d",), "delete", "Delete (all marked ones); asks", ACT, 14),
    Action("jobs.undo", ("u",), "undo", "Take the last delete back, within 10 seconds", ACT),
    Action(
        "jobs.cancel",
        ("x",),
        "cancel",
        "Cancel the run that goes on; asks",
        ACT,
        15,
        handler="cancel_run",
    ),
    Action(
        "jobs.cancel-job",
        ("X",),
        "cancel job",
        "Cancel the job for good (all marked ones); asks",
        ACT,
    ),
    Action("jobs.complete", ("F",), "complete", "Complete the job: its goal is met; asks", ACT),
    Action("jobs.start-copy", ("C",), "start copy", "Start it again as a copy", ACT, 2),
    Action("jobs.dry-run", ("v",), "dry run", "Show the prompt with its values", ACT, 16),
    Action("jobs.copy", ("y",), "copy", "Copy name, id, URL, curl, prompt or JSON", ACT, 17),
    Action("jobs.budgets", ("B",), "budgets", "How the budgets stand", ACT),
    Action("jobs.examples", ("D",), "load examples", "Load the examples (empty home)", ACT, 6),
    Action("jobs.find", ("slash",), "find", "Find while you type; esc clears", LISTS, 8),
    Action("jobs.meaning", ("tilde",), "by meaning", "Find by meaning: say it, enter", LISTS),
    Action("jobs.state", ("f",), "state", "Filter by state", LISTS),
    Action("jobs.sort", ("s",), "sort", "Next order", LISTS),
    Action("jobs.reverse", ("o",), "reverse", "Reverse the order", LISTS),
    Action("jobs.failing", ("z",), "failures", "Failing jobs only", LISTS),
    Action("jobs.mark", ("space",), "mark", "Mark, and go to the next", LISTS, 6),
    Action("jobs.mark-all", ("asterisk",), "mark all", "Mark all shown, or none", LISTS),
    Action("jobs.times", ("t",), "times", "Times: in 3m, or 02:00 (UTC)", LISTS),
    Action("jobs.columns", ("w",), "columns", "More columns, no preview", LISTS),
)
NEEDS_JOB = frozenset(
    action.id
    for action in ACTIONS
    if action.group == ACT
    and action.id not in ("jobs.new", "jobs.undo", "jobs.budgets", "jobs.examples")
) | {"jobs.mark", "jobs.mark-all"}
"""Actions that mean nothing while the list is empty."""
ENDS = frozenset({"jobs.cancel-job", "jobs.complete", "job.cancel-job", "job.complete"})
"""Actions that end a job."""
COPIES = frozenset({"jobs.start-copy", "job.start-copy"})
"""Actions for a job that has ended."""
STARTS = frozenset(
    f"{screen}.{verb}" for screen in ("jobs", "job") for verb in ("run", "rerun", "rerun-edited")
)
"""Actions that start a job: what has ended is not started any more."""
PAUSES = frozenset({"jobs.pause", "job.pause"})


def possible(action_id: str, job: Job | None) -> bool | None:
    """Whether an action fits the life of a job: what has ended is only started as a copy."""
    if action_id in COPIES:
        return job is not None and job.ended_as is not None
    if action_id in STARTS | PAUSES | ENDS:
        return job is None or job.ended_as not in FOR_GOOD
    return True


class JobActions(BaseScreen):
    """What can be done with the job under the cursor, or with the marked ones."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._deleted: list[Job] = []
        self._undo_until = 0.0

    def line(self) -> JobLine | None:
        """The job under the cursor."""
        raise NotImplementedError

    def chosen(self) -> list[Job]:
        """The marked jobs, else the one under the cursor."""
        raise NotImplementedError

    def unmark(self) -> None:
        """No marks any more."""
        raise NotImplementedError

    def undo_text(self) -> str:
        """What ``u`` would take back, and for how long; empty when nothing."""
        seconds = self._undo_until - self.clock.monotonic()
        if not self._deleted or seconds <= 0:
            return ""
        what = (
            operations.name_of(self._deleted[0])
            if len(self._deleted) == 1
            else f"{len(self._deleted)} jobs"
        )
        return f"undo delete of {what}: u ({seconds:.0f}s)"

    def action_open(self) -> None:
        """The job's detail."""
        if (line := self.line()) is not None:
            self.open_job(line.job.id)

    def action_log(self) -> None:
        """The newest log."""
        line = self.line()
        if line is None or line.last is None:
            self.say("No run yet: r starts one.")
        else:
            self.open_log(line.last.id)

    def action_run(self) -> None:
        """Run now."""
        line = self.line()
        if line is not None and not operations.has_ended(self, line.job):
            operations.run_now(self, line.job)

    def action_rerun(self) -> None:
        """Run the last again."""
        line = self.line()
        if line is None or operations.has_ended(self, line.job):
            return
        if line.last is None:
            operations.run_now(self, line.job)
        else:
            operations.rerun(self, line.last.id)

    def action_rerun_edited(self) -> None:
        """Run the last again with other values."""
        line = self.line()
        if line is None or operations.has_ended(self, line.job):
            return
        if line.last is None:
            operations.run_edited(self, line.job)
        else:
            operations.rerun_edited(self, line.last.id)

    def action_new(self) -> None:
        """A new job."""
        self.open_wizard()

    def action_edit(self) -> None:
        """Change it."""
        if (line := self.line()) is not None:
            self.open_wizard(line.job.id)

    def action_clone(self) -> None:
        """One like it."""
        if (line := self.line()) is not None:
            self.open_wizard(line.job.id, clone=True)

    def action_pause(self) -> None:
        """Pause or resume."""
        operations.pause_or_resume(self, self.chosen())

    def action_delete(self) -> None:
        """Delete, after a question."""
        operations.delete(self, self.chosen(), self._remember_deleted)

    def _remember_deleted(self, deleted: list[Job]) -> None:
        self._deleted = deleted
        self._undo_until = self.clock.monotonic() + UNDO_FOR
        self.unmark()

    def action_undo(self) -> None:
        """Take the last delete back."""
        if self.undo_text():
            operations.undelete(self, self._deleted)
            self._deleted = []
        else:
            self.say("Nothing to undo: `jobs-tui restore NAME` brings an older delete back.")

    def action_cancel_run(self) -> None:
        """Cancel the run that goes on."""
        line = self.line()
        live = dashboard.running_of(self.ctx, line.job.id) if line is not None else []
        if not live:
            self.say("Nothing of it is running or waiting.")
        else:
            operations.cancel(self, live[-1])

    def action_cancel_job(self) -> None:
        """End it for good."""
        operations.end_job(self, self.chosen(), JobStatus.CANCELLED)

    def action_complete(self) -> None:
        """Its goal is met."""
        operations.end_job(self, self.chosen(), JobStatus.COMPLETED)

    def action_start_copy(self) -> None:
        """Start it again as a copy."""
        if (line := self.line()) is not None:
            operations.start_copy(self, line.job)

    def action_dry_run(self) -> None:
        """Show the prompt as it would be."""
        if (line := self.line()) is not None:
            operations.dry_run(self, line.job)

    def action_copy(self) -> None:
        """The copy menu."""
        if (line := self.line()) is not None:
            copy_menu(self, line.job)
