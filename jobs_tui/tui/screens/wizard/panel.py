"""The panel beside the form in wide windows; hidden, and not computed, in narrow ones."""

from __future__ import annotations

from dataclasses import fields

from textual.containers import VerticalScroll
from textual.content import Content

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.service.week import starts_at, week
from jobs_tui.tui.base import WIDE
from jobs_tui.tui.screens.wizard import side
from jobs_tui.tui.screens.wizard.ahead import Ahead, ahead
from jobs_tui.tui.screens.wizard.checks import PROMPT, TRIGGER, WHO, Assessment
from jobs_tui.tui.screens.wizard.step import Form
from jobs_tui.tui.screens.wizard.when import WhenDraft
from jobs_tui.tui.screens.wizard.when_rows import TIMED
from jobs_tui.tui.screens.wizard.who import Who
from jobs_tui.tui.widgets.fields.field import Words

_TIMED_BY = tuple(one.name for one in fields(WhenDraft))


class SidePanel(VerticalScroll, can_focus=False):
    """Summary, week and field help, agent, or dry run: what helps in the step that is open."""

    def __init__(self, form: Form) -> None:
        super().__init__(Words(id="side-words"), id="side")
        self._form = form
        self._last: tuple[int, Assessment] | None = None
        self._week: tuple[str, list[Content]] | None = None

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
            if draft.trigger in TIMED:
                return [*self._calendar(), *side.TIMED_HELP[draft.trigger]()]
            return side.hook_help() if draft.trigger == "webhook" else side.hand_help(draft.after)
        if step == WHO:
            who = self.screen.query_one(Who)
            return side.who(draft, who.doers, who.smart)
        if step == PROMPT:
            rows = side.checks_of(assessment.problems, assessment.warnings)
            smart = self.screen.query_one(Who).smart if draft.smart else None
            return side.dry_run(assessment.dry_run, rows, smart)
        return side.summary(self._form.ctx, draft, self._form.job_id)

    def _calendar(self) -> list[Content]:
        form = self._form
        now = form.ctx.now()
        key = f"{[getattr(form.draft, name) for name in _TIMED_BY]}{now:%Y-%m-%d %H:%M}"
        if self._week is None or self._week[0] != key:
            try:
                seen = ahead(form.ctx, form.draft, 1, form.job_id)
            except JobsTuiError:
                seen = None  # the form says what is wrong
            self._week = (key, [] if seen is None else self._days(seen))
        return self._week[1]

    def _days(self, seen: Ahead) -> list[Content]:
        ctx, first = self._form.ctx, seen.next_runs
        lines: list[Content] = []
        draft = self._form.draft
        if draft.trigger in ("cron", "recurring") and not draft.counts_from_end:
            lines = side.week_grid(week(ctx, seen.timing, seen.place))
        names = starts_at(ctx, first[0], self._form.job_id) if first else []
        also = side.also_then(names)
        return [*lines, *(also if lines else also[1:]), *([Content("")] if lines or also else [])]
