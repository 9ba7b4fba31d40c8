"""Step 1: name, description, enabled, tags."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Input

from jobs_tui.service.jobs import same_name
from jobs_tui.tui.screens.wizard.checks import BASICS, Problem
from jobs_tui.tui.screens.wizard.step import Step
from jobs_tui.tui.widgets.fields.field import Bracketed, Hint, Row, TextInput
from jobs_tui.tui.widgets.fields.one_of import OneOf

_TAGS = "optional, between commas; the / filter finds them as tag:db"


class Basics(Step):
    """What the job is called."""

    NUMBER = BASICS
    FIRST = "#name"

    def compose(self) -> ComposeResult:
        """Textual's method."""
        yield Row("Name", Bracketed(TextInput(id="name")))
        yield Hint("any text of 1 to 255 characters", id="name-hint")
        yield Row("Description", Bracketed(TextInput(id="description")))
        yield Hint("optional, shown in lists", id="description-hint")
        yield Row(
            "Enabled",
            OneOf(
                [("yes", "yes, start it by its trigger"), ("no", "no, keep it paused")],
                id="enabled",
            ),
        )
        yield Row("Tags", Bracketed(TextInput(id="tags")))
        yield Hint(_TAGS, id="tags-hint")

    def fill(self) -> None:
        """See Step."""
        draft = self.form.draft
        self.query_one("#name", Input).value = draft.name
        self.query_one("#description", Input).value = draft.description
        self.query_one("#enabled", OneOf).value = "yes" if draft.enabled else "no"
        self.query_one("#tags", Input).value = draft.tags

    def tell(self, problem: Problem | None) -> None:
        """See Step."""
        name, draft = self.query_one("#name-hint", Hint), self.form.draft
        if fault := self.fault(problem, "name"):
            name.wrong(fault)
        elif not draft.name:
            name.say("any text of 1 to 255 characters")
        elif others := len(same_name(self.form.ctx, draft.name, but=self.form.job_id)):
            jobs = "another job" if others == 1 else f"{others} other jobs"
            name.warn(f"also the name of {jobs}; that is allowed")
        else:
            name.good("free", f"{len(draft.name)} of 255 characters")
        tags = self.query_one("#tags-hint", Hint)
        if fault := self.fault(problem, "tags"):
            tags.wrong(fault)
        else:
            tags.say(_TAGS)

    def widget_of(self, place: str) -> Widget:
        """See Step."""
        name = place.split(".")[0]
        return self.query_one(f"#{name}") if name in ("description", "tags") else self.first

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        place = str(event.input.id)
        if getattr(self.form.draft, place) != event.value:
            setattr(self.form.draft, place, event.value)
            self.post_message(self.Edited(place))

    @on(OneOf.Changed)
    def _chosen(self, event: OneOf.Changed) -> None:
        event.stop()
        enabled = event.value == "yes"
        if self.form.draft.enabled != enabled:
            self.form.draft.enabled = enabled
            self.post_message(self.Edited("enabled"))
