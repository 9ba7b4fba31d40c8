"""What a person does with webhooks and deliveries; see ``tui/operations`` for the manner."""

from __future__ import annotations

import os
from functools import partial

from jobs_tui.agents.prompt import declared_and_used
from jobs_tui.guard.standard_webhooks import shown_secret
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.execution import Delivery
from jobs_tui.models.job import Job
from jobs_tui.service import hook_admin, hook_trial, jobs, replays, runs
from jobs_tui.service.hook_trial import Sent
from jobs_tui.tui import clipboard
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.dialogs import Confirm, RunParameters, needs_value
from jobs_tui.tui.operations import name_of
from jobs_tui.tui.shown_once import ShownOnce
from jobs_tui.tui.spans import HOUR, day_time


def replay(screen: BaseScreen, found: Delivery) -> None:
    """Run a stored body again; asks when its sender never proved who it is."""

    def start(unverified: bool) -> None:
        screen.attempt(
            lambda: replays.replay(screen.ctx, found.id, unverified=unverified),
            partial(_replayed, screen, found),
        )

    def answer(yes: bool | None) -> None:
        if yes:
            start(True)

    if found.style is not None or found.job_id is None:
        start(False)
        return
    screen.app.push_screen(
        Confirm(
            "Replay an unverified delivery",
            f"Nobody vouches for this body: {found.reason}\nAnybody who knows the address can"
            f" have sent it, from {found.remote}. Run the job with it all the same?",
            yes="Run it",
        ),
        answer,
    )


def _replayed(screen: BaseScreen, found: Delivery, done: replays.Replayed) -> None:
    waits = ""
    if done.started and not (screen.engine is not None and screen.engine.running):
        waits = " No engine is running."
    new, old = done.delivery_id[4:12], found.id[4:12]
    screen.say(f"Replay of {old} is delivery {new}: {plain(str(done.answer['message']))}{waits}")
    screen.store_changed()


def rotate(screen: BaseScreen, job: Job) -> None:
    """Make a new secret after a question, and show it this once."""
    name, hours = name_of(job), f"{hook_admin.OVERLAP / HOUR:g} hours"

    def done(made: hook_admin.Rotated) -> None:
        until = day_time(made.previous_until, screen.ctx.now())
        screen.app.push_screen(
            ShownOnce(
                f"New secret of {name}",
                {"secret": made.secret, "whsec": shown_secret(made.secret)},
                f"Give it to the sender. The old secret is accepted for {hours} more, until"
                f" {until} UTC; then it gets 401. whsec is the same for Standard Webhooks senders.",
            )
        )
        screen.store_changed()

    def answer(yes: bool | None) -> None:
        if yes:
            screen.attempt(lambda: hook_admin.rotate_secret(screen.ctx, job.id), done)

    screen.app.push_screen(
        Confirm(
            "Rotate secret",
            f"Make a new secret for {name}?\nThe present one is accepted for {hours} more, any"
            " older one ends at once. If it has leaked, `jobs-tui webhook rotate --overlap 0`"
            " ends it at once.",
            yes="Rotate",
        ),
        answer,
    )


def copy_curl(screen: BaseScreen, job: Job) -> None:
    """Copy a command that signs and sends a delivery; the secret comes from ``$SECRET``."""
    try:
        command = hook_admin.hook_entry(screen.ctx, job)["curl"]
    except JobsTuiError as error:
        screen.show_error(error)
        return
    screen.app.copy_to_clipboard(command)
    screen.say(f"curl {clipboard.note(os.environ)}; it signs with $SECRET")


def copy_body(screen: BaseScreen, found: Delivery) -> None:
    """Copy a body as it came."""
    if not found.body:
        screen.say("There is no body to copy.")
        return
    screen.app.copy_to_clipboard(found.body.decode("utf-8", "replace"))
    cut = f", the first {clipboard.LIMIT:,} bytes" if len(found.body) > clipboard.LIMIT else ""
    screen.say(f"body{cut} {clipboard.note(os.environ)}")


def send_test(screen: BaseScreen, job: Job) -> None:
    """Send a signed delivery to the running engine; asks for values that the job needs."""
    try:
        parameters = declared_and_used(job.definition, screen.ctx.directory)
    except JobsTuiError as error:
        screen.show_error(error)
        return

    def go(values: dict[str, str] | None) -> None:
        if values is not None:
            screen.say(f"Sending a signed test to {name_of(job)}...")
            screen.attempt(
                lambda: hook_trial.send_test(screen.ctx, job.id, values), partial(_tested, screen)
            )

    if any(needs_value(parameter) for parameter in parameters):
        dialog = RunParameters(f"Send a test to {name_of(job)}", parameters)
        screen.app.push_screen(dialog, go)
    else:
        go({})


def _tested(screen: BaseScreen, sent: Sent) -> None:
    said = sent.answer.get("message") or sent.answer.get("detail") or ""
    word = "accepted" if sent.status_code == 200 else "refused"
    screen.say(f"Test {word}: {sent.status_code} ({sent.style}) {plain(str(said))}")
    screen.store_changed()


def open_run(screen: BaseScreen, execution_id: str | None) -> None:
    """The log of the run that a delivery started, or led to."""
    if execution_id is None:
        screen.say("This request did not start a run.")
        return
    try:
        runs.get(screen.ctx, execution_id)
    except JobsTuiError as error:  # the run was purged, the delivery is still kept
        screen.show_error(error)
    else:
        screen.open_log(execution_id)


def job_of(screen: BaseScreen, job_id: str | None) -> Job | None:
    """The job of a webhook; says why there is none."""
    if job_id is None:
        screen.say("This address leads to no job.")
        return None
    try:
        return jobs.present(screen.ctx, job_id)
    except JobsTuiError as error:
        screen.show_error(error)
        return None
