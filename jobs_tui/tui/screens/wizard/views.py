"""What opens over the wizard: previews, help, the editor, the question before starting over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.service.dry_run import Whole
from jobs_tui.tui import dry_run
from jobs_tui.tui.dialogs import Confirm, MessageDialog
from jobs_tui.tui.screens.wizard import checks, editor, sentences
from jobs_tui.tui.screens.wizard.ahead import ahead
from jobs_tui.tui.screens.wizard.checks import STEPS
from jobs_tui.tui.screens.wizard.draft import from_json
from jobs_tui.tui.screens.wizard.help import TEXTS
from jobs_tui.tui.widgets.fields.prompt_area import PromptArea

if TYPE_CHECKING:
    from jobs_tui.tui.screens.wizard.screen import WizardScreen

MORE_RUNS = 20


def preview_of(screen: WizardScreen) -> None:
    """Starts of the schedule where there is one, else a dry run; what is wrong is said instead."""
    if not screen.has_runs:
        _dry_run(screen)
        return
    try:
        dialog = _starts(screen)
    except JobsTuiError as error:
        screen.show_problem(checks.of_error(error))
    else:
        screen.app.push_screen(dialog)


def _starts(screen: WizardScreen) -> MessageDialog:
    draft = screen.form.draft
    seen = ahead(screen.ctx, draft, MORE_RUNS, screen.form.job_id)
    if seen is None:
        return MessageDialog("Next runs", "The clock starts nothing of it.")
    lines = sentences.run_lines(seen.next_runs, screen.ctx.now())
    notes = [f"! {note}" for note in (*seen.warnings, *seen.clock_changes)]
    text = "\n".join([*lines, "", *notes] if notes else lines)
    return MessageDialog(seen.words, text or "none: it would have ended", wide=True)


def _dry_run(screen: WizardScreen) -> None:
    """In a thread: agents are ranked and policies asked."""
    ctx, job_id = screen.ctx, screen.form.job_id
    try:
        checks.dry_run(ctx, screen.form.draft)
    except JobsTuiError as error:
        screen.show_problem(checks.of_error(error))
        return
    draft = from_json(screen.form.draft.to_json())  # the form goes on meanwhile

    def show(found: Whole) -> None:
        screen.app.push_screen(dry_run.dialog(found, "Dry run", screen.size.width))

    screen.attempt(lambda: checks.whole_dry_run(ctx, draft, job_id), show)


def help_of(screen: WizardScreen) -> None:
    """Help for the step that is open."""
    title = f"Help: {screen.at + 1} {STEPS[screen.at]}"
    screen.app.push_screen(MessageDialog(title, TEXTS[screen.at], wide=True))


def edit_prompt(screen: WizardScreen) -> None:
    """The user's own editor; the loop stands still meanwhile, so that nothing draws (UX.md 6.4)."""
    draft = screen.form.draft
    try:
        with screen.app.suspend():
            text = editor.edited(draft.prompt, ".sh" if draft.script else ".md")
    except SuspendNotSupported:
        screen.say("An editor cannot be opened from here.")
    except JobsTuiError as error:
        screen.show_error(error)
    else:
        screen.query_one(PromptArea).load_text(text)


def start_over_question(screen: WizardScreen) -> Confirm:
    """Names the loss."""
    then = "as the job is now" if screen.form.job_id else "empty"
    sentence = f"Throw away what was typed? The form is then {then}."
    return Confirm("Start over", sentence, yes="Start over")
