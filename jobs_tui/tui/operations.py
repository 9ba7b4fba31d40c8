"""What a person does with jobs and runs, from whatever screen: questions, use-cases, messages.

Each function takes the screen it works for and comes back at once; writes happen in a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from jobs_tui.agents.prompt import declared_and_used
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import JobStatus
from jobs_tui.models.errors import InvalidInput, JobsTuiError
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.models.lifecycle import FOR_GOOD
from jobs_tui.service import dependencies, jobs, lifecycle, runs, starts
from jobs_tui.service.dry_run import Whole, of_job
from jobs_tui.service.jobs import Saved
from jobs_tui.tui import dry_run as dry_run_dialog
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.dialogs import Confirm, RunParameters, needs_value
from jobs_tui.tui.spans import HOUR, took

LONG_RUN = HOUR / 6
"""Seconds: cancelling an older run asks to type its number (UX.md 5)."""
NAME_LENGTH = 60
"""Characters of a name in a sentence."""

_ENDED = "It has ended already: C starts it again as a copy."

Remembered = dict[str, dict[str, Any]]
"""Job id -> the values that were typed last in this session."""
_remembered: Remembered = {}


def name_of(job: Job) -> str:
    """The name fit for a sentence."""
    name = plain(job.name)
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"


def has_ended(screen: BaseScreen, job: Job) -> bool:
    """Whether a job has ended for good; then the screen, which knows the key C, says so."""
    if job.ended_as in FOR_GOOD:
        screen.say(_ENDED)
        return True
    return False


def run_now(screen: BaseScreen, job: Job) -> None:
    """Start it; asks only for variables without a default."""
    try:
        parameters = declared_and_used(job.definition, screen.ctx.directory)
    except JobsTuiError as error:
        screen.show_error(error)
        return
    if not any(needs_value(parameter) for parameter in parameters):
        _start(screen, job, {})
        return
    values = _remembered.get(job.id, {})
    dialog = RunParameters(f"Run {name_of(job)}", parameters, values)
    screen.app.push_screen(dialog, partial(_started_with, screen, job))


def rerun(screen: BaseScreen, execution_id: str) -> None:
    """Start the same again, with the same values."""
    screen.attempt(lambda: starts.rerun(screen.ctx, execution_id), partial(_say_started, screen))


def rerun_edited(screen: BaseScreen, execution_id: str) -> None:
    """Start the same again after changing the values."""
    try:
        execution = runs.get(screen.ctx, execution_id)
        job = jobs.get(screen.ctx, execution.job_id)
        parameters = declared_and_used(job.definition, screen.ctx.directory)
    except JobsTuiError as error:
        screen.show_error(error)
        return
    if not parameters:
        screen.say("This job has no variables to change: R runs it again as it was.")
        return

    def go(values: dict[str, str] | None) -> None:
        if values is not None:
            screen.attempt(
                lambda: starts.rerun(screen.ctx, execution_id, values),
                partial(_say_started, screen),
            )

    title = f"Run #{execution.number} of {name_of(job)} again"
    dialog = RunParameters(title, parameters, execution.parameters, everything=True)
    screen.app.push_screen(dialog, go)


def run_edited(screen: BaseScreen, job: Job) -> None:
    """Start it after changing all values; for a job that has not run yet."""
    try:
        parameters = declared_and_used(job.definition, screen.ctx.directory)
    except JobsTuiError as error:
        screen.show_error(error)
        return
    if not parameters:
        screen.say("This job has no variables to change: r runs it.")
        return
    values = _remembered.get(job.id, {})
    dialog = RunParameters(f"Run {name_of(job)}", parameters, values, everything=True)
    screen.app.push_screen(dialog, partial(_started_with, screen, job))


def _started_with(screen: BaseScreen, job: Job, values: dict[str, str] | None) -> None:
    if values is not None:
        _remembered[job.id] = values
        _start(screen, job, values)


def _start(screen: BaseScreen, job: Job, values: Mapping[str, Any]) -> None:
    screen.attempt(
        lambda: starts.start(screen.ctx, job.id, values, paused_too=True),
        partial(_say_started, screen),
    )


def _say_started(screen: BaseScreen, started: starts.Started) -> None:
    waits = "" if screen.engine is not None and screen.engine.running else " S starts the engine."
    screen.say(f"{started.message}{waits}")
    screen.store_changed()


def pause_or_resume(screen: BaseScreen, chosen: Sequence[Job]) -> None:
    """Pause what is enabled; when nothing is, resume all of them. What has ended is left alone."""
    going = [job for job in chosen if job.ended_as not in FOR_GOOD]
    if chosen and not going:
        screen.say(_ENDED)
    enabled = [job for job in going if job.enabled]
    targets, change = (enabled, jobs.pause) if enabled else (going, jobs.resume)
    word = "paused" if enabled else "resumed"

    def operation() -> int:
        for job in targets:
            change(screen.ctx, job.id)
        return len(targets)

    def done(count: int) -> None:
        screen.say(f"{name_of(targets[0])} {word}." if count == 1 else f"{count} jobs {word}.")
        screen.store_changed()

    if targets:
        screen.attempt(operation, done)


def end_job(screen: BaseScreen, chosen: Sequence[Job], to: JobStatus) -> None:
    """Cancel or complete for good, after a question that names what follows."""
    jobs_left = [job for job in chosen if job.ended_as not in FOR_GOOD]
    if not jobs_left:
        screen.say(_ENDED)
        return
    cancelled = to is JobStatus.CANCELLED
    what = name_of(jobs_left[0]) if len(jobs_left) == 1 else f"{len(jobs_left)} jobs"
    word, change = ("Cancel", lifecycle.cancel) if cancelled else ("Complete", lifecycle.complete)
    live = "is asked to stop" if cancelled else "goes on to its end"

    def operation() -> list[Job]:
        return [change(screen.ctx, job.id) for job in jobs_left]

    def done(_: list[Job]) -> None:
        screen.say(f"{what} {'cancelled' if cancelled else 'completed'}.")
        screen.store_changed()

    def answer(yes: bool | None) -> None:
        if yes:
            screen.attempt(operation, done)

    screen.app.push_screen(
        Confirm(
            f"{word} job",
            f"{word} {what} for good?\nNothing starts any more; what runs {live}, what waits is"
            " cancelled.\nHistory stays; C starts it again as a copy.",
            yes=f"{word} it" if len(jobs_left) == 1 else f"{word} them",
            number=len(jobs_left) if len(jobs_left) > 1 else None,
        ),
        answer,
    )


def start_copy(screen: BaseScreen, job: Job) -> None:
    """Start a job again as a copy; where it does not hold any more, the form asks."""

    def operation() -> Saved | InvalidInput:
        try:
            return lifecycle.copy(screen.ctx, job.id)
        except InvalidInput as error:
            return error

    def done(found: Saved | InvalidInput) -> None:
        if isinstance(found, InvalidInput):  # its time has passed, say
            screen.open_wizard(job.id, clone=True, fault=found)
            return
        screen.say(f"{name_of(found.job)} started as a copy of {name_of(job)}.")
        screen.store_changed()
        from jobs_tui.tui.screens.wizard.finish import secret_dialog

        if (dialog := secret_dialog(screen.ctx, found)) is not None:
            screen.app.push_screen(dialog)

    screen.attempt(operation, done)


def delete(screen: BaseScreen, chosen: Sequence[Job], then: Callable[[list[Job]], None]) -> None:
    """Delete after a question that names the loss; ``then`` gets what was deleted."""
    if not chosen:
        return
    count = sum(job.total_executions for job in chosen)
    runs_words = f"{count} run{'' if count == 1 else 's'}"
    what = name_of(chosen[0]) if len(chosen) == 1 else f"{len(chosen)} jobs"
    live = sum(job.live for job in chosen)
    going = (
        f"\n{live} {'has' if live == 1 else 'have'} not ended: what runs goes on to its end"
        " (x cancels it), what waits is cancelled."
        if live
        else ""
    )

    gone = {job.id for job in chosen}
    waiting = {
        other.id: other
        for job in chosen
        for other in dependencies.dependants_of(screen.ctx, job.id)
        if other.id not in gone
    }
    if waiting:
        names = ", ".join(name_of(other) for other in list(waiting.values())[:3])
        more = f" and {len(waiting) - 3} more" if len(waiting) > 3 else ""
        going += f"\nWhat depends on it is not started by it any more: {names}{more}."

    def operation() -> list[Job]:
        return [jobs.archive(screen.ctx, job.id) for job in chosen]

    def done(deleted: list[Job]) -> None:
        then(deleted)
        screen.store_changed()

    def answer(yes: bool | None) -> None:
        if yes:
            screen.attempt(operation, done)

    screen.app.push_screen(
        Confirm(
            "Delete",
            f"Delete {what} and the history of {runs_words}?"
            f"\nNothing starts any more; u takes it back, `jobs-tui restore` later.{going}",
            yes="Delete",
            number=len(chosen) if len(chosen) > 1 else None,
        ),
        answer,
    )


def undelete(screen: BaseScreen, deleted: Sequence[Job]) -> None:
    """Take a delete back."""

    def operation() -> list[Job]:
        return [jobs.restore(screen.ctx, job.id) for job in deleted]

    def done(restored: list[Job]) -> None:
        what = name_of(restored[0]) if len(restored) == 1 else f"{len(restored)} jobs"
        screen.say(f"{what} restored.")
        screen.store_changed()

    screen.attempt(operation, done)


def cancel(screen: BaseScreen, execution: Execution) -> None:
    """End a run after a question; one older than ten minutes asks to type its number."""
    started = execution.started_at
    age = (screen.ctx.now() - started).total_seconds() if started is not None else 0.0
    doing = f"has run for {took(age * 1000)}" if started is not None else "waits for its turn"
    name = plain(execution.job_name)[:NAME_LENGTH]

    def done(_: Execution) -> None:
        screen.say(f"Run #{execution.number} of {name}: cancel asked.")
        screen.store_changed()

    def answer(yes: bool | None) -> None:
        if yes:
            screen.attempt(lambda: runs.cancel(screen.ctx, execution.id), done)

    screen.app.push_screen(
        Confirm(
            "Cancel run",
            f"Cancel run #{execution.number} of {name}?\nIt {doing}; its work so far is lost,"
            " its log stays.",
            yes="Cancel the run",
            number=execution.number if age > LONG_RUN else None,
        ),
        answer,
    )


def dry_run(screen: BaseScreen, job: Job, values: Mapping[str, Any] | None = None) -> None:
    """Show what a start right now would meet; nothing runs."""

    def show(found: Whole) -> None:
        title = f"Dry run of {name_of(job)}"
        screen.app.push_screen(dry_run_dialog.dialog(found, title, screen.size.width))

    screen.attempt(lambda: of_job(screen.ctx, job, values or {}), show)
