"""Step 2: when the job starts, and what happens when it cannot."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.config import job_config
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.service import preview
from jobs_tui.tui.screens.wizard import draft as drafts
from jobs_tui.tui.screens.wizard import sentences
from jobs_tui.tui.screens.wizard.checks import TRIGGER, Problem
from jobs_tui.tui.screens.wizard.step import Form, Step
from jobs_tui.tui.widgets.fields.field import (
    Bracketed,
    Group,
    Hint,
    Label,
    Row,
    TextInput,
    Words,
    warned,
)
from jobs_tui.tui.widgets.fields.one_of import OneOf
from jobs_tui.tui.widgets.fields.zone_input import ZoneList, ZonePicker

RUNS = 5
"""Starts in sight; F3 shows more."""
_FIELD_OF = {
    "cron": "cron_schedule",
    "timezone": "cron_timezone",
    "timeout": drafts.TIMEOUT,
    "retries": drafts.RETRIES,
    "max_parallel": drafts.PARALLEL,
}
_EMPTY = "a preset, or five fields: minute hour day month weekday"


class Trigger(Step):
    """Schedule, webhook or by hand."""

    NUMBER = TRIGGER
    FIRST = "#trigger"

    def __init__(self, form: Form) -> None:
        super().__init__(form)
        self.seen: preview.SchedulePreview | None = None
        """What the schedule of the draft does, None while it is not valid."""

    def compose(self) -> ComposeResult:
        """Textual's method."""
        kinds = [("cron", "Schedule"), ("webhook", "Webhook"), ("manual", "By hand only")]
        yield Row("Start by", OneOf(kinds, id="trigger"))
        with Group(id="schedule"):
            presets = [*sentences.PRESETS, (sentences.OWN, "own")]
            yield Row("Preset", OneOf(presets, sentences.OWN, look="strip", id="preset"))
            cron = Bracketed(TextInput(id="cron", most=256, placeholder="0 9 * * 1-5"), width=27)
            yield Horizontal(
                Row("Cron", cron, id="cron-row"),
                Row("Timezone", self._zone_picker(), id="zone-row"),
                id="cron-and-zone",
            )
            yield Hint(id="cron-hint")
            yield Row("Next runs", Words(id="runs"))
        with Group(id="hook"):
            yield Row("Address", Words(id="hook-words"))
        with Group(id="hand"):
            yield Row("Starts", Static("by r in the list, `jobs-tui run` or the API", markup=False))
        yield Row("If missed", Words(id="missed"), id="missed-row")
        yield Row(
            "If running",
            OneOf([("skip", "skip"), ("allow", "start another")], id="overlap"),
            Label("at most", id="most-label"),
            Bracketed(TextInput(id="max_parallel", most=4), width=8),
            id="running-row",
        )
        yield Row(
            "Timeout",
            Bracketed(TextInput(id="timeout", most=12), width=12),
            Label("Retries", id="retries-label"),
            Bracketed(TextInput(id="retries", most=3), width=8),
            id="limits-row",
        )
        yield Hint(id="limits-hint")

    def _zone_picker(self) -> ZonePicker:
        # A field tells its first value as a change: it must be the draft's own.
        form = self.form
        return ZonePicker(form.ctx.store.clock, form.draft.timezone, id="timezone")

    def fill(self) -> None:
        """See Step."""
        draft = self.form.draft
        self.query_one("#trigger", OneOf).value = draft.trigger
        self.query_one("#preset", OneOf).value = sentences.preset_of(draft.cron)
        self.query_one("#overlap", OneOf).value = draft.overlap
        for name in _FIELD_OF:
            self.query_one(f"#{name}", Input).value = getattr(draft, name)

    def tell(self, problem: Problem | None) -> None:
        """See Step."""
        draft = self.form.draft
        for group, kind in (("#schedule", "cron"), ("#hook", "webhook"), ("#hand", "manual")):
            self.query_one(group).set_class(draft.trigger != kind, "hidden")
        self.query_one("#missed-row").set_class(draft.trigger != "cron", "hidden")
        self.query_one("#running-row").set_class(draft.overlap == "allow", "several")
        self._look()
        self._say_cron(problem)
        self._draw_runs()
        self.query_one("#hook-words", Words).say(_hook_words(self.form.hook_url))
        hours = job_config(draft.config).catchup_window / 3600
        self.query_one("#missed", Words).say(
            f"run once when back, if it was due within the last {hours:g} hours"
        )
        limits = self.query_one("#limits-hint", Hint)
        if fault := self.fault(problem, "config"):
            limits.wrong(fault)
        else:
            limits.say("90s, 30m or 2h for each try; a retry follows a failure")

    def _look(self) -> None:
        draft, self.seen = self.form.draft, None
        if draft.trigger == "cron":
            try:
                self.seen = preview.schedule(self.form.ctx, draft.cron, draft.timezone, RUNS)
            except JobsTuiError:
                return  # the problem of the step says it

    def _say_cron(self, problem: Problem | None) -> None:
        hint = self.query_one("#cron-hint", Hint)
        if self.query_one(ZonePicker).list.is_open:
            hint.say("up, down, enter")
        elif fault := self.fault(problem, "cron_"):
            hint.wrong(fault)
        elif self.seen is None:
            hint.say(_EMPTY)
        else:
            lines = [
                Content.assemble(("+ ", "$state-ok bold"), (self.seen.words, "$foreground bold"))
            ]
            lines += [warned(text) for text in self.seen.warnings]
            if note := sentences.note_on_weekdays(self.form.draft.cron):
                lines.append(Content.styled(f"  {note}", "$quiet"))
            hint.say(Content("\n").join(lines))

    def refresh_runs(self) -> None:
        """Time has passed: what has started meanwhile is no next start any more."""
        if self.seen is not None and self.seen.next_runs[0] <= self.form.ctx.now():
            self._look()
        self._draw_runs()

    def _draw_runs(self) -> None:
        seen = self.seen
        if seen is None:
            text = Content.styled("none yet", "$quiet")
        else:
            lines = sentences.run_lines(seen.next_runs, self.form.ctx.now())
            notes = [note for note in seen.clock_changes if "not affected" not in note]
            text = Content("\n").join(
                [
                    *(Content(line) for line in lines),
                    *(warned(note) for note in notes),
                    *(
                        Content.styled(note, "$quiet")
                        for note in seen.clock_changes[: 0 if notes else 1]
                    ),
                ]
            )
        self.query_one("#runs", Words).say(text)

    def widget_of(self, place: str) -> Widget:
        """See Step."""
        for name, field in _FIELD_OF.items():
            if field == place:
                return self.query_one(f"#{name}")
        return self.first

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        name = str(event.input.id)
        if getattr(self.form.draft, name) == event.value:
            return
        setattr(self.form.draft, name, event.value)
        if name == "cron":
            preset = self.query_one("#preset", OneOf)
            with preset.prevent(OneOf.Changed):
                preset.value = sentences.preset_of(event.value)
        self.post_message(self.Edited(_FIELD_OF[name]))

    @on(ZoneList.Closed)
    def _zone_left(self) -> None:
        self.post_message(self.Edited("cron_timezone"))

    @on(OneOf.Changed, "#preset")
    def _preset(self, event: OneOf.Changed) -> None:
        if event.value != sentences.OWN:
            self.query_one("#cron", Input).value = event.value

    @on(OneOf.Changed, "#trigger,#overlap")
    def _chosen(self, event: OneOf.Changed) -> None:
        name = str(event.one_of.id)
        if getattr(self.form.draft, name) != event.value:
            setattr(self.form.draft, name, event.value)
            self.post_message(self.Edited("trigger_type" if name == "trigger" else "config"))


def _hook_words(url: str | None) -> Content:
    """Where deliveries go and how they are signed."""
    lines = [
        (f"POST {plain(url)}" if url else "POST /webhooks/... is made when the job is created", ""),
        ("", ""),
        ("signed  X-Webhook-Signature: HMAC-SHA256 of the body, as hex", "$quiet"),
        ('body    {"parameters": {"name": "value"}}', "$quiet"),
        (
            "secret  was shown when the webhook was made"
            if url
            else "secret  is shown once, with a test command that works",
            "$quiet",
        ),
    ]
    return Content("\n").join(Content.styled(text, style) for text, style in lines)
