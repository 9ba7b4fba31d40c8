"""Step 2: when the job starts and ends, and what happens when it cannot start."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Input, Static

from jobs_tui.models.config import job_config
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.tui.screens.wizard import goal, limits, sentences, waits, when_words
from jobs_tui.tui.screens.wizard.ahead import Ahead, ahead
from jobs_tui.tui.screens.wizard.checks import TRIGGER, Problem
from jobs_tui.tui.screens.wizard.step import Form, Step
from jobs_tui.tui.screens.wizard.when_rows import AFTER, TIMED, after_rows, bound_rows, when_rows
from jobs_tui.tui.widgets.fields.field import Group, Hint, Row, Words
from jobs_tui.tui.widgets.fields.one_of import OneOf
from jobs_tui.tui.widgets.fields.zone_input import ZoneList, ZonePicker

RUNS = 5
"""Starts in sight; F3 shows more."""
RUNS_NARROW, RUNS_WARNED = 3, 2
"""Of jobs with many rows, in a narrow window; and where warnings take room."""
_GOAL_FIELDS = (
    "goal",
    "exit_code",
    "text",
    "path",
    "path_equals",
    "expression",
    "changes",
    "conditions",
)
_FIELD_OF = {
    "cron": "cron_schedule",
    "timezone": "cron_timezone",
    "run_at": "run_at",
    "every": "interval_seconds",
    "pause": "interval_seconds",
    "start_at": "start_at",
    "end_at": "end_at",
    "max_runs": "max_runs",
    "ignore": "watch",
    "after": "depends_on",
    "timeout": limits.TIMEOUT,
    "retries": limits.RETRIES,
    "failures": limits.FAILURES,
    "max_parallel": limits.PARALLEL,
    **dict.fromkeys(_GOAL_FIELDS, goal.PLACE),
}
"""The text fields, by their names in the draft, with the field of JobCreate that they make."""
_CHOICES = {
    "trigger": "trigger_type",
    "counted": "interval_mode",
    "goal_kind": goal.PLACE,
    "text_how": goal.PLACE,
    "watch": "watch",
    "conversation": "conversation",
    "overlap": "config",
}
"""The choices, likewise."""
_GOAL_INPUT = {
    goal.VERDICT: "goal",
    goal.JSON_PATH: "path",
    goal.CHANGED: "changes",
    goal.SEVERAL: "conditions",
    goal.LIMITS: "max_runs",
}


class Trigger(Step):
    """By a schedule, once, again and again, until a goal, by webhook or by hand."""

    NUMBER = TRIGGER
    FIRST = "#trigger"

    def __init__(self, form: Form) -> None:
        super().__init__(form)
        self.seen: Ahead | None = None
        """What the draft would start, None while it is not valid."""

    def compose(self) -> ComposeResult:
        """Textual's method."""
        yield from when_rows(self._zone_picker())
        with Group(id="hook"):
            yield Row("Address", Words(id="hook-words"))
        with Group(id="hand"):
            yield Row("Starts", Static("by r in the list, `jobs-tui run` or the API", markup=False))
        yield from after_rows()
        yield Row("If missed", Words(id="missed"), id="missed-row")
        yield from bound_rows()

    def _zone_picker(self) -> ZonePicker:
        # A field tells its first value as a change: it must be the draft's own.
        form = self.form
        return ZonePicker(form.ctx.store.clock, form.draft.timezone, id="timezone")

    def fill(self) -> None:
        """See Step."""
        draft = self.form.draft
        self.query_one("#preset", OneOf).value = sentences.preset_of(draft.cron)
        for name in _CHOICES:
            self.query_one(f"#{name}", OneOf).value = getattr(draft, name)
        for name in _FIELD_OF:
            self.query_one(f"#{name}", Input).value = getattr(draft, name)

    def tell(self, problem: Problem | None) -> None:
        """See Step."""
        self._show_rows()
        self._look()
        self._say_start(problem)
        self._say_goal(problem)
        self._say_span(problem)
        self._say_after(problem)
        self._draw_runs()
        self.query_one("#hook-words", Words).say(when_words.hook(self.form.hook_url))
        hours = job_config(self.form.draft.config).catchup_window / 3600
        self.query_one("#missed", Words).say(when_words.missed(self.form.draft, hours))
        hint = self.query_one("#limits-hint", Hint)
        if fault := self.fault(problem, "config"):
            hint.wrong(fault)
        else:
            hint.say("90s, 30m or 2h a try; pause after failed runs in a row")

    def _show_rows(self) -> None:
        draft = self.form.draft
        kind, goal_kind = draft.trigger, draft.goal_kind
        for name, shown in (
            ("#schedule", kind in TIMED),
            ("#hook", kind == "webhook"),
            ("#hand", kind == "manual"),
            ("#preset-row", kind == "cron"),
            ("#cron-row", kind == "cron"),
            ("#run-at-row", kind == "one_off"),
            ("#every-row", kind == "recurring"),
            ("#pause-row", kind == "ongoing"),
            ("#counted-row", kind == "recurring"),
            ("#goal-group", kind == "ongoing"),
            ("#limits-of-runs", draft.repeats),
            ("#watch-row", draft.repeats),
            ("#memory-row", draft.repeats and self._remembers()),
            ("#missed-row", kind in TIMED and not draft.counts_from_end),
            ("#running-row", kind not in ("one_off", "ongoing")),
            *((f"#{one}-row", one == goal_kind) for one, _ in goal.KINDS if one != goal.LIMITS),
        ):
            self.query_one(name).display = shown
        self.set_class(draft.repeats, "crowded")
        self.query_one("#running-row").set_class(draft.overlap == "allow", "several")
        told = draft.watch == "answer" or (kind == "ongoing" and goal_kind == goal.CHANGED)
        self.query_one("#watch-row").set_class(told, "several")

    def _remembers(self) -> bool:
        """Whether it is done by an agent with a model: only those can go on with a talk."""
        draft = self.form.draft
        agent = self.form.ctx.directory.agents.get(draft.entity_id)
        return draft.conversation != "new" or (agent is not None and agent.kind == "llm")

    def _look(self) -> None:
        self.seen = None
        try:
            self.seen = ahead(self.form.ctx, self.form.draft, RUNS, self.form.job_id)
        except JobsTuiError:
            return  # the problem of the step says it

    def _say_start(self, problem: Problem | None) -> None:
        hint, draft = self.query_one("#cron-hint", Hint), self.form.draft
        if self.query_one(ZonePicker).list.is_open:
            hint.say("up, down, enter")
        elif fault := self.fault(problem, "cron_", "run_at", "interval_"):
            hint.wrong(fault)
        elif self.seen is None:
            hint.say(when_words.EMPTY.get(draft.trigger, ""))
        else:
            hint.say(when_words.start(self.seen, draft, self.form.ctx.now()))

    def _say_goal(self, problem: Problem | None) -> None:
        hint = self.query_one("#goal-hint", Hint)
        if fault := self.fault(problem, goal.PLACE):
            hint.wrong(fault)
        elif self.seen is None:
            hint.say(when_words.GOALS[self.form.draft.goal_kind])
        else:
            hint.good(when_words.goal_of(self.seen))

    def _say_span(self, problem: Problem | None) -> None:
        hint = self.query_one("#span-hint", Hint)
        fault = self.fault(problem, "start_at", "end_at", "max_runs", "watch")
        said = when_words.span(self.seen, self.form.ctx.now()) if self.seen is not None else ""
        hint.display = bool(fault or said)
        if fault:
            hint.wrong(fault)
        elif said:
            hint.good(said)

    def _say_after(self, problem: Problem | None) -> None:
        hint, draft = self.query_one("#after-hint", Hint), self.form.draft
        hint.set_class(not draft.after.strip(), "unused")
        if fault := self.fault(problem, "depends_on"):
            hint.wrong(fault)
        elif said := waits.words(self.form.ctx, draft, self.form.job_id):
            hint.good(said)
        elif gone := waits.trouble(self.form.ctx, draft, self.form.job_id):
            hint.warn(gone)
        else:
            hint.say(AFTER)

    def refresh_runs(self) -> None:
        """Time has passed: what has started meanwhile is no next start any more."""
        seen, now = self.seen, self.form.ctx.now()
        if seen is not None and self._moves(seen, now):
            self._look()
            self._say_start(None)
        self._draw_runs()

    def _moves(self, seen: Ahead, now: datetime) -> bool:
        draft = self.form.draft
        relative = draft.trigger != "cron"  # "in 3 days" and "every 5m" count from now
        return relative or bool(seen.next_runs and seen.next_runs[0] <= now)

    def on_resize(self) -> None:
        """Textual's message: there may be room for more of them."""
        self._draw_runs()

    def _draw_runs(self) -> None:
        seen = self.seen
        if seen is not None and self.has_class("crowded") and self.screen.has_class("-narrow"):
            most = RUNS_WARNED if when_words.notes(seen) else RUNS_NARROW
            seen = replace(seen, next_runs=seen.next_runs[:most])
        text = when_words.runs(seen, self.form.draft, self.form.ctx.now())
        self.query_one("#runs", Words).say(text)

    def widget_of(self, place: str) -> Widget:
        """See Step."""
        draft = self.form.draft
        if place == "interval_seconds":
            return self.query_one("#pause" if draft.trigger == "ongoing" else "#every")
        if place.startswith(goal.PLACE):
            return self.query_one(f"#{_GOAL_INPUT.get(draft.goal_kind, draft.goal_kind)}")
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

    @on(OneOf.Changed)
    def _chosen(self, event: OneOf.Changed) -> None:
        name = str(event.one_of.id)
        if name in _CHOICES and getattr(self.form.draft, name) != event.value:
            setattr(self.form.draft, name, event.value)
            self.post_message(self.Edited(_CHOICES[name]))
