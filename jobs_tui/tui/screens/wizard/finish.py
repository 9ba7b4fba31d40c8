"""The end of the wizard: the job is created or changed, in one write, or nothing is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from jobs_tui.agents.prompt import declared_and_used
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.job import Job
from jobs_tui.service import dashboard, engine_state, jobs
from jobs_tui.service.jobs import Saved
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.operations import name_of, run_now
from jobs_tui.tui.screens.wizard import checks
from jobs_tui.tui.screens.wizard.draft import changes
from jobs_tui.tui.screens.wizard.prompt import Prompt
from jobs_tui.tui.screens.wizard.secret import SecretDialog
from jobs_tui.tui.spans import day_time

if TYPE_CHECKING:
    from jobs_tui.service.context import Context
    from jobs_tui.tui.screens.wizard.screen import WizardScreen


@dataclass(frozen=True, slots=True)
class Result:
    """What the wizard did."""

    job: Job
    created: bool
    run_now: bool
    message: str
    """One sentence for the status line."""


def begin(screen: WizardScreen, *, run: bool = False, paused: bool = False) -> None:
    """Create or save when everything is right, else go to the first field that is not."""
    if screen.busy:
        return
    screen.query_one(Prompt).find_variables()
    problem = screen.form.first_problem()
    if problem is not None:
        screen.show_problem(problem)
        return
    screen.busy = True
    screen.run_worker(_write(screen, run=run, paused=paused), group="finish")


async def _write(screen: WizardScreen, *, run: bool, paused: bool) -> None:
    try:
        saved = await asyncio.to_thread(save, screen, paused=paused)
        result = result_of(screen, saved, run=run)
    except JobsTuiError as error:
        screen.busy = False
        if error.field is not None:
            screen.show_problem(checks.of_error(error))
        else:
            screen.show_error(error)
        return
    await screen.keeper.close()
    dialog = None if saved is None else secret_dialog(screen.ctx, saved)
    if dialog is not None:
        await screen.app.push_screen_wait(dialog)
    screen.dismiss()
    screen.app.call_later(_tell_below, screen, result)


def _tell_below(screen: WizardScreen, result: Result) -> None:
    below = screen.app.screen
    if screen.done is not None:
        screen.done(result)
    elif isinstance(below, BaseScreen):
        tell(below, result)


def save(screen: WizardScreen, *, paused: bool) -> Saved | None:
    """Write the job; called in a thread.

    Returns:
        None when an edit changed nothing.

    Raises:
        JobsTuiError: nothing was written.
    """
    draft, base = screen.form.draft, screen.opening.base
    if screen.form.job_id is None:
        fields = draft.job_fields()
        return jobs.create(screen.ctx, fields | ({"enabled": False} if paused else {}))
    changed = changes(draft, base)
    return jobs.edit(screen.ctx, screen.form.job_id, changed) if changed else None


def secret_dialog(ctx: Context, saved: Saved) -> SecretDialog | None:
    """What has to be shown once, if there is anything."""
    if saved.webhook_secret is None or saved.job.webhook_path is None:
        return None
    values = [
        (one.name, "value" if one.default is None else str(one.default))
        for one in declared_and_used(saved.job.definition, ctx.directory)
    ]
    url = engine_state.webhook_url(ctx, saved.job.webhook_path)
    return SecretDialog(url, saved.webhook_secret, values)


def result_of(screen: WizardScreen, saved: Saved | None, *, run: bool) -> Result:
    """What to tell about it."""
    ctx, job_id = screen.ctx, screen.form.job_id
    if saved is None:
        job = jobs.get(ctx, str(job_id))
        return Result(job, False, run, f"{name_of(job)}: nothing was changed.")
    job = saved.job
    words = "saved" if job_id is not None else "created"
    found = dashboard.next_runs(ctx, job, 1)
    if not job.enabled:
        then = ", paused"
    elif found:
        then = f": next start {day_time(found[0], ctx.now(), found[0].tzinfo or UTC)}"
        then += f" {found[0]:%Z}"
    else:
        then = ""
    return Result(job, job_id is None, run, f"{name_of(job)} {words}{then}.")


def tell(below: BaseScreen, result: Result) -> None:
    """What the screen under the wizard does with it: say it, and start the run if asked to."""
    below.store_changed()
    below.say(result.message)
    if result.run_now:
        run_now(below, result.job)
