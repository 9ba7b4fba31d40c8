"""The wizard: four steps over one draft (UX.md 5.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from textual import events, on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Button, ContentSwitcher, Input, Static

from jobs_tui.models.errors import JobsTuiError, NotFound
from jobs_tui.service.context import Context
from jobs_tui.tui.actions import Action, bindings
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.dialogs import MessageDialog
from jobs_tui.tui.screens.wizard import checks, finish, views
from jobs_tui.tui.screens.wizard.basics import Basics
from jobs_tui.tui.screens.wizard.checks import PROMPT, STEPS, TRIGGER, WHO, Assessment, Problem
from jobs_tui.tui.screens.wizard.draft import from_json
from jobs_tui.tui.screens.wizard.keeper import Keeper
from jobs_tui.tui.screens.wizard.keys import ACTIONS
from jobs_tui.tui.screens.wizard.looking import Looking
from jobs_tui.tui.screens.wizard.opening import opening, to_keep
from jobs_tui.tui.screens.wizard.panel import SidePanel
from jobs_tui.tui.screens.wizard.prompt import CHECK_AT_ONCE, Prompt
from jobs_tui.tui.screens.wizard.step import Form, Step
from jobs_tui.tui.screens.wizard.steps_bar import StepsBar
from jobs_tui.tui.screens.wizard.trigger import Trigger
from jobs_tui.tui.screens.wizard.who import Who
from jobs_tui.tui.widgets.frame import FooterBar, StatusLine
from jobs_tui.tui.widgets.virtual_list import VirtualList

KEEP_AFTER = 0.3
"""Seconds without a key after which the draft is written."""
CHECK_AFTER = 0.3
"""Seconds without a key after which a long prompt is checked."""
ESCAPES_WITHIN = 5.0
"""Seconds between two escapes that leave."""


class WizardScreen(BaseScreen):
    """Make a job, change one, or make one like another.

    Args:
        job_id: the job to change, or to copy with ``clone``; None for a new one.
        done: gets what was made; by default the screen below says it and starts the run.
        fault: why the form was opened: said at the field that it names.
    """

    NAME = "wizard"
    MODE = "jobs"
    HELP_TITLE = "Job form"
    ACTIONS = ACTIONS
    BINDINGS = bindings(ACTIONS)
    CSS_PATH = "wizard.tcss"

    def __init__(
        self,
        ctx: Context,
        job_id: str | None = None,
        *,
        clone: bool = False,
        mode: str | None = None,
        done: Callable[[finish.Result], None] | None = None,
        fault: JobsTuiError | None = None,
    ) -> None:
        super().__init__(ctx, mode=mode)
        self._clone, self.done = clone, done
        self._source, self._fault = job_id, fault
        self._missing: NotFound | None = None
        try:
            self.opening = opening(ctx, job_id, clone=clone)
        except NotFound as error:
            self._missing = error
            self.opening = opening(ctx, None, clone=False, fresh=True)
        edited = None if clone else job_id
        self.form = Form(ctx, self.opening.draft, edited, self.opening.hook_url)
        self.at = 0
        """The step that is open, from 0."""
        self.assessment = self.form.assess()
        self.looking = Looking(self)
        self.keeper = Keeper(ctx, self.opening.draft_id, self._kept)
        self._saved = "draft continued" if self.opening.restored else ""
        self._keep_timer: Timer | None = None
        self._check_timer: Timer | None = None
        self._escaped_at: float | None = None
        self.busy = False

    # What is on the screen

    def compose(self) -> ComposeResult:
        """Textual's method: as BaseScreen, with the steps in place of the main screens."""
        yield StepsBar()
        with Container(id="body"), Horizontal():
            with ContentSwitcher(initial="step-0", id="form"):
                yield Basics(self.form)
                yield Trigger(self.form)
                yield Who(self.form)
                yield Prompt(self.form)
            yield SidePanel(self.form)
        yield StatusLine(id="status")
        yield FooterBar(id="footer")
        yield Static("This window is too small: 60x16 at least.", id="too-small", markup=False)

    def on_mount(self) -> None:
        """Textual's message."""
        if self._missing is not None:
            self.dismiss()
            self.app.push_screen(MessageDialog.of(self._missing))
            return
        self._fill()
        self.go(0)
        self.looking.begin()
        if self.opening.restored:
            self.say("Your draft is as you left it. F8 throws it away and begins again.")
        if self._fault is not None:
            self.show_problem(checks.of_error(self._fault))

    def on_unmount(self) -> None:
        """Textual's message: nothing that was typed is lost."""
        self.keeper.flush()

    @property
    def steps(self) -> list[Step]:
        """The four pages."""
        return [self.query_one(kind) for kind in (Basics, Trigger, Who, Prompt)]

    @property
    def title_words(self) -> str:
        """What the header calls it."""
        if self.form.job_id is not None:
            return "Edit job"
        return "Copy of a job" if self._clone else "New job"

    def refresh_frame(self) -> None:
        """See BaseScreen; the header has the steps."""
        if not self.is_mounted:
            return
        marks = []
        for place, problem in enumerate(self.assessment.problems):
            reached = problem is not None and problem.field in self.form.touched
            marks.append("+" if problem is None else "x" if reached and place != self.at else "")
        self.query_one(StepsBar).show(self.title_words, self.at, marks, self._saved)
        self.refresh_status()
        actions = [self._named(action) for action in self.ACTIONS]
        self.footer_bar.show(actions, [self.available(action) for action in actions])

    def _named(self, action: Action) -> Action:
        # Shorter than in the palette, so that all of them fit into 80 columns.
        labels = {
            "wizard.next-field": "next",
            "wizard.next-step": "step",
            "wizard.previous-step": "back",
            "wizard.preview": "more runs" if self.has_runs else "dry run",
        }
        if self.form.job_id is not None:
            labels |= {"wizard.save": "save", "wizard.save-and-run": "save and run"}
        return replace(action, label=labels.get(action.id, action.label))

    @property
    def has_runs(self) -> bool:
        """Whether there is a schedule to look at in the step that is open."""
        draft = self.form.draft
        several = draft.trigger in ("cron", "recurring") and not draft.counts_from_end
        return self.at == TRIGGER and several

    def available(self, action: Action) -> bool | None:
        """See BaseScreen."""
        if action.id == "wizard.create-paused" and self.form.job_id is not None:
            return False
        if action.id == "wizard.why" and self.at != WHO:
            return False
        if action.id == "wizard.previous-step" and self.at == 0:
            return None
        if action.id == "wizard.next-step" and self.at == PROMPT:
            return None
        return True

    def status(self) -> tuple[Content | str, Content | str]:
        """See BaseScreen."""
        verb = "creates" if self.form.job_id is None else "saves"
        if self.assessment.valid:
            left = f"ready: F2 {verb} it from any step"
        else:
            names = [
                f"{place + 1} {name}"
                for place, name in enumerate(STEPS)
                if self.assessment.problems[place]
            ]
            left = f"still to do: {', '.join(names)}"
        return left, Content.styled("esc twice leaves, draft kept", "$quiet")

    def on_clock(self) -> None:
        """See BaseScreen: countdowns."""
        if self.at == TRIGGER:
            self.query_one(Trigger).refresh_runs()

    def on_store_changed(self) -> None:
        """See BaseScreen: another job may have taken the name."""
        if self.is_mounted and self._missing is None:
            if self.looking.home_changed():
                self.check_again()
            self.steps[0].tell(self.assessment.problems[0])

    # The draft

    def _fill(self) -> None:
        for step, problem in zip(self.steps, self.assessment.problems, strict=True):
            step.fill()
            step.tell(problem)
        self.tell()

    def tell(self) -> None:
        """Say how things stand, in the step that is open: others are told when they are opened."""
        prompt = self.query_one(Prompt)
        prompt.warnings, prompt.smart = self.assessment.warnings, self.query_one(Who).smart
        self.steps[self.at].tell(self.assessment.problems[self.at])
        self.query_one(SidePanel).show(self.at, self.assessment)
        self.refresh_frame()

    @on(Step.Edited)
    def _edited(self, event: Step.Edited) -> None:
        self.form.touched.add(event.field)
        self.looking.edited(event.field)
        self.keeper.take(to_keep(self.ctx, self.form.draft, self.opening.base))
        self._keep_timer = self._again(self._keep_timer, KEEP_AFTER, self._keep)
        if len(self.form.draft.prompt) <= CHECK_AT_ONCE:
            self.assessment = self.form.assess()
            self.tell()
        else:
            self._check_timer = self._again(self._check_timer, CHECK_AFTER, self._check_later)

    def _again(self, timer: Timer | None, delay: float, action: Callable[[], None]) -> Timer:
        if timer is not None:
            timer.stop()
        return self.set_timer(delay, action)

    def _keep(self) -> None:
        self.run_worker(self.keeper.write(), group="draft")

    def _kept(self, error: JobsTuiError | None) -> None:
        if error is None:
            time = f" {self.ctx.now():%H:%M}" if self.wide else ""
            self._saved = f"draft saved{time}"
        else:
            self._saved = "draft NOT saved"
            self.say(error.sentence())
        self.refresh_frame()

    def _check_later(self) -> None:
        async def work() -> None:
            self.query_one(Prompt).find_variables()
            # A copy: the form goes on while the thread reads.
            draft = from_json(self.form.draft.to_json())
            self._assessed(await asyncio.to_thread(self.form.assess, draft))

        self.run_worker(work(), group="check", exclusive=True)

    def check_again(self) -> None:
        """Something that the checks look at has changed."""
        self._assessed(self.form.assess())

    def _assessed(self, assessment: Assessment) -> None:
        self.assessment = assessment
        self.tell()

    # Moving

    def go(self, step: int, field: Widget | None = None) -> None:
        """Open a step; the focus goes to its first field, or to ``field``."""
        left = self.assessment.problems[self.at]
        if step != self.at and left is not None:
            self.form.touched.add(left.field)
        self.at = step
        self.query_one(ContentSwitcher).current = f"step-{step}"
        self.set_focus(field or self.steps[step].first)
        self.tell()

    def action_go(self, step: int) -> None:
        """A click on a step."""
        self.go(step)

    def action_next_step(self) -> None:
        """To the next step; from the last one to its buttons."""
        if self.at < PROMPT:
            self.go(self.at + 1)
        else:
            self.query_one("#save", Button).focus()

    def action_previous_step(self) -> None:
        """To the step before."""
        if self.at > 0:
            self.go(self.at - 1)

    def action_next_field(self) -> None:
        """To the next field."""
        self.focus_next()

    def action_previous_field(self) -> None:
        """To the field before."""
        self.focus_previous()

    @on(Input.Submitted)
    @on(VirtualList.Selected)
    def _entered(self) -> None:
        self.action_next_step()

    def on_key(self, event: events.Key) -> None:
        """Textual's message: letters that no field took are not the keys of other screens."""
        if event.is_printable and event.character != " " and not self._means(event.key):
            event.stop()
            event.prevent_default()

    def _means(self, key: str) -> bool:
        """Whether a letter means something here: to the list that has the focus, or in step 3."""
        found = self.active_bindings.get(key)
        own = key == "m" and self.at == WHO
        return found is not None and (own or found.node is self.focused)

    def action_why(self) -> None:
        """Why Smart would pick whom it would pick."""
        self.app.push_screen(self.looking.explain())

    def show_problem(self, problem: Problem) -> None:
        """Go to the field that is wrong and say why."""
        self.form.touched.add(problem.field)
        self.go(problem.step, self.steps[problem.step].widget_of(problem.field))
        made = "created" if self.form.job_id is None else "saved"
        self.say(f"not {made}: something is wrong in {problem.step + 1} {STEPS[problem.step]}")

    def action_leave(self) -> None:
        """Leave at the second escape; the draft stays."""
        now = self.clock.monotonic()
        if self._escaped_at is not None and now - self._escaped_at <= ESCAPES_WITHIN:
            self.dismiss()
            return
        self._escaped_at = now
        self.say("esc once more leaves; the draft is kept.")

    def action_back(self) -> None:
        """See BaseScreen."""
        self.action_leave()

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Textual's method: what is being looked up has nowhere to be shown any more."""
        self.looking.end()
        return super().dismiss(result)

    # Doing

    def action_save(self) -> None:
        """Create or save."""
        finish.begin(self)

    def action_save_and_run(self) -> None:
        """Create or save, then run."""
        finish.begin(self, run=True)

    def action_create_paused(self) -> None:
        """Create, paused."""
        if self.form.job_id is None:
            finish.begin(self, paused=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        name = event.button.id
        finish.begin(self, run=name == "save_and_run", paused=name == "create_paused")

    def action_preview(self) -> None:
        """More starts in step 2, else the prompt as a run would get it."""
        views.preview_of(self)

    def action_step_help(self) -> None:
        """Help for this step."""
        views.help_of(self)

    def action_editor(self) -> None:
        """The prompt in the user's own editor."""
        self.go(PROMPT)
        views.edit_prompt(self)

    def action_start_over(self) -> None:
        """Throw the draft away after a question."""

        def answer(yes: bool | None) -> None:
            if yes:
                self.run_worker(self._start_over(), group="draft")

        self.app.push_screen(views.start_over_question(self), answer)

    async def _start_over(self) -> None:
        await self.keeper.forget()
        self.opening = opening(self.ctx, self._source, clone=self._clone, fresh=True)
        self.form.draft = self.opening.draft
        self.form.touched.clear()
        self.assessment = self.form.assess()
        self._saved = ""
        self._fill()
        self.go(0)
