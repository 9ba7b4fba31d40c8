"""The panel beside the form in wide windows; hidden, and not computed, in narrow ones."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.content import Content

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.service import preview
from jobs_tui.service.week import starts_at, week
from jobs_tui.tui.base import WIDE
from jobs_tui.tui.screens.wizard import side
from jobs_tui.tui.screens.wizard.checks import PROMPT, TRIGGER, WHO, Assessment
from jobs_tui.tui.screens.wizard.step import Form
from jobs_tui.tui.screens.wizard.who import Who
from jobs_tui.tui.widgets.fields.field import Words


class SidePanel(VerticalScroll, can_focus=False):
    """Summary, week and field help, agent, or dry run: what helps in the step that is open."""

    def __init__(self, form: Form) -> None:
        super().__init__(Words(id="side-words"), id="side")
        self._form = form
        self._last: tuple[int, Assessment] | None = None
        self._week: tuple[tuple[str, str, str], list[Content]] | None = None

    def show(self, step: int, assessment: Assessment) -> None:
        """Draw it for a step."""
        self._last = (step, assessment)
        if self.app.size.width < WIDE:
            return
        lines = self._lines(step, assessment)
        self.query_one(Words).say(Content("\n").join(lines))

    def on_resize(self) -> None:
        """Textual's message: it has just come in sight, maybe."""
        if self._last is not None:
            self.show(*self._last)

    def _lines(self, step: int, assessment: Assessment) -> list[Content]:
        draft = self._form.draft
        if step == TRIGGER:
            if draft.trigger == "cron":
                return [*self._calendar(), *side.cron_help()]
            return side.hook_help() if draft.trigger == "webhook" else side.hand_help()
        if step == WHO:
            who = self.screen.query_one(Who)
            return side.who(draft, who.doers, who.smart)
        if step == PROMPT:
            rows = side.checks_of(assessment.problems, assessment.warnings)
            smart = self.screen.query_one(Who).smart if draft.smart else None
            return side.dry_run(assessment.dry_run, rows, smart)
        return side.summary(draft)

    def _calendar(self) -> list[Content]:
        draft, ctx = self._form.draft, self._form.ctx
        key = (draft.cron, draft.timezone, f"{ctx.now():%Y-%m-%d %H:%M}")
        if self._week is None or self._week[0] != key:
            try:
                found = week(ctx, draft.cron, draft.timezone)
                first = preview.schedule(ctx, draft.cron, draft.timezone, 1).next_runs
                names = starts_at(ctx, first[0], self._form.job_id) if first else []
                lines = [*side.week_grid(found), *side.also_then(names), Content("")]
            except JobsTuiError:
                lines = []  # the form says what is wrong
            self._week = (key, lines)
        return self._week[1]
