"""Step 1: name, description, enabled, tags, and where results go."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Input

from jobs_tui.models.delivery_target import FIELD, HIDDEN
from jobs_tui.models.enums import DeliverWhen
from jobs_tui.service.jobs import same_name
from jobs_tui.tui.screens.wizard import deliver
from jobs_tui.tui.screens.wizard.checks import BASICS, Problem
from jobs_tui.tui.screens.wizard.plain_words import SECRET
from jobs_tui.tui.screens.wizard.step import Step
from jobs_tui.tui.widgets.fields.field import Bracketed, Group, Hint, Row, TextInput
from jobs_tui.tui.widgets.fields.one_of import OneOf

_DELIVER = "optional: https://..., slack://..., file:PATH, job:NAME"
_SECRET = "the name of the secret that signs calls to webhooks"
_RESULTS = (
    (DeliverWhen.ALWAYS.value, "all of them"),
    (DeliverWhen.WORTH_REPORTING.value, "worth reporting"),
    (DeliverWhen.FAILURE.value, "failures only"),
)
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
        yield Row("Deliver to", Bracketed(TextInput(id="deliver_to", most=20_000)))
        yield Hint(_DELIVER, id="deliver_to-hint")
        with Group(id="signed"):
            field = Bracketed(TextInput(id="deliver_secret", most=400, placeholder="HOOK"))
            yield Row("Signed with", field)
            yield Hint(_SECRET, id="deliver_secret-hint")
        yield Row("Results", OneOf(_RESULTS, id="deliver_when"), id="results-row")

    def fill(self) -> None:
        """See Step."""
        draft = self.form.draft
        self.query_one("#name", Input).value = draft.name
        self.query_one("#description", Input).value = draft.description
        self.query_one("#enabled", OneOf).value = "yes" if draft.enabled else "no"
        for name in ("tags", "deliver_to", "deliver_secret"):
            self.query_one(f"#{name}", Input).value = getattr(draft, name)
        self.query_one("#deliver_when", OneOf).value = draft.deliver_when
        if HIDDEN in draft.deliver_to:
            self.form.touched.add("deliver_to")  # an address that the draft did not keep

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
        self._tell_delivery(problem)

    def _tell_delivery(self, problem: Problem | None) -> None:
        draft, look = self.form.draft, self.form.look
        hint = self.query_one("#deliver_to-hint", Hint)
        if fault := self.fault(problem, FIELD, but=SECRET):
            hint.wrong(fault)
        elif look is not None and look.warnings and look.is_of(draft):
            hint.warn(look.warnings[0])
        elif said := deliver.words(self.form.ctx, draft):
            hint.good(said)
        else:
            hint.say(_DELIVER)
        signs = self.query_one("#deliver_secret-hint", Hint)
        if fault := self.fault(problem, SECRET):
            signs.wrong(fault)
        else:
            signs.say(_SECRET)
        self.query_one("#signed").display = draft.signs
        self.query_one("#results-row").display = bool(draft.deliver_to.strip())

    def widget_of(self, place: str) -> Widget:
        """See Step."""
        if place == SECRET:
            return self.query_one("#deliver_secret")
        name = place.split(".")[0]
        own = ("description", "tags", "deliver_to", "deliver_when")
        return self.query_one(f"#{name}") if name in own else self.first

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        place = str(event.input.id)
        if getattr(self.form.draft, place) != event.value:
            setattr(self.form.draft, place, event.value)
            self.post_message(self.Edited(SECRET if place == "deliver_secret" else place))

    @on(OneOf.Changed, "#deliver_when")
    def _which(self, event: OneOf.Changed) -> None:
        event.stop()
        if self.form.draft.deliver_when != event.value:
            self.form.draft.deliver_when = event.value
            self.post_message(self.Edited("deliver_when"))

    @on(OneOf.Changed, "#enabled")
    def _chosen(self, event: OneOf.Changed) -> None:
        event.stop()
        enabled = event.value == "yes"
        if self.form.draft.enabled != enabled:
            self.form.draft.enabled = enabled
            self.post_message(self.Edited("enabled"))
