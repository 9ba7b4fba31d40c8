"""Step 4: the prompt, its variables, the whole job in one sentence, and the buttons."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, TextArea

from jobs_tui.agents.prompt import BUILT_IN, FROM_DELIVERY
from jobs_tui.agents.smart.ranking import Selection
from jobs_tui.models.errors import InvalidInput
from jobs_tui.tui.screens.wizard import sentences
from jobs_tui.tui.screens.wizard.checks import PROMPT, Problem, variables_of
from jobs_tui.tui.screens.wizard.step import Form, Step
from jobs_tui.tui.widgets.fields.field import Bracketed, Group, Hint, Row, TextInput, Words, warned
from jobs_tui.tui.widgets.fields.prompt_area import PromptArea
from jobs_tui.tui.widgets.fields.variable_table import Entry, VariableRow, VariableTable

CHECK_AT_ONCE = 8_000
"""Characters of a prompt up to which every key is followed by a check; longer ones wait."""
_MOST_WARNINGS = 2
_SCRIPT = "A script for bash, as you would type it. {{ name }} is a variable."
_WORDS = "What is to be done, in plain words. {{ name }} is a variable."


class Prompt(Step):
    """What is to be done."""

    NUMBER = PROMPT
    FIRST = "#prompt"

    def __init__(self, form: Form) -> None:
        super().__init__(form)
        self.warnings: tuple[str, ...] = ()
        self.smart: Selection | None = None
        """Whom Smart would pick."""

    def compose(self) -> ComposeResult:
        """Textual's method."""
        area = PromptArea(id="prompt", placeholder=_SCRIPT)
        area.border_title = "Prompt"
        area.border_subtitle = "F4 opens your editor"
        yield area
        yield Hint(id="prompt-hint")
        yield VariableTable(id="variables")
        with Group(id="system"):
            yield Row("System prompt", Bracketed(TextInput(id="system_prompt")))
        yield Words(id="sentence")
        with Horizontal(id="buttons"):
            if self.form.job_id is None:
                yield Button(Content("[ Create ]"), id="save", compact=True)
                yield Button(Content("[ Create and run now ]"), id="save_and_run", compact=True)
                yield Button(Content("[ Create paused ]"), id="create_paused", compact=True)
            else:
                yield Button(Content("[ Save ]"), id="save", compact=True)
                yield Button(Content("[ Save and run now ]"), id="save_and_run", compact=True)

    def fill(self) -> None:
        """See Step."""
        draft = self.form.draft
        area = self.query_one(PromptArea)
        if area.text != draft.prompt:
            area.load_text(draft.prompt)
        self.query_one("#system_prompt", Input).value = draft.system_prompt

    def tell(self, problem: Problem | None) -> None:
        """See Step."""
        draft = self.form.draft
        self.query_one("#system", Group).display = not draft.script or bool(draft.system_prompt)
        self.query_one(PromptArea).placeholder = _SCRIPT if draft.script else _WORDS
        self._say(self.query_one("#prompt-hint", Hint), problem)
        faulty = problem.field.removeprefix("parameters.") if problem else ""
        entries = [
            Entry(
                name,
                one.shown,
                "yes" if one.needed else "no",
                name in draft.used,
                problem.sentence if problem and name == faulty else "",
            )
            for name in draft.names()
            for one in (draft.variable(name),)
        ]
        table = self.query_one(VariableTable)
        table.display = bool(entries)
        table.show(entries)
        self.query_one("#sentence", Words).say(
            sentences.whole_job(self.form.ctx, draft, self.smart, self.form.job_id)
        )

    def _say(self, hint: Hint, problem: Problem | None) -> None:
        fault = self.fault(problem, "prompt_template", "parameters", "system_prompt")
        if problem and problem.field.startswith("parameters.") and self.form.draft.used:
            fault = problem.sentence  # it is a consequence of what was just written
        if fault:
            hint.wrong(fault)
        elif self.warnings:
            lines = [warned(text) for text in self.warnings[:_MOST_WARNINGS]]
            if len(self.warnings) > _MOST_WARNINGS:
                more = len(self.warnings) - _MOST_WARNINGS
                lines.append(Content.styled(f"  and {more} more: F3 shows all", "$quiet"))
            hint.say(Content("\n").join(lines))
        else:
            names = BUILT_IN + (FROM_DELIVERY if self.form.draft.trigger == "webhook" else ())
            hint.say("built in: " + " ".join(f"{{{{ {name} }}}}" for name in names))

    def widget_of(self, place: str) -> Widget:
        """See Step."""
        for row in self.query(VariableRow):
            if place == f"parameters.{row.entry.name}":
                return row.query_one(TextInput)
        return self.query_one("#system_prompt") if place == "system_prompt" else self.first

    @on(TextArea.Changed)
    def _written(self, event: TextArea.Changed) -> None:
        event.stop()
        text = event.text_area.text
        if text == self.form.draft.prompt:
            return
        self.form.draft.prompt = text
        if len(text) <= CHECK_AT_ONCE:
            self.find_variables()
        self.post_message(self.Edited("prompt_template"))

    def find_variables(self) -> None:
        """Look which variables the prompt uses; half a placeholder changes nothing."""
        try:
            self.form.draft.use(variables_of(self.form.ctx, self.form.draft))
        except InvalidInput:
            return

    @on(VariableTable.Changed)
    def _variable(self, event: VariableTable.Changed) -> None:
        event.stop()
        draft, entry = self.form.draft, event.entry
        one = draft.own(entry.name)
        before = (one.default, one.needed, one.declared)
        one.typed(entry.default)
        if entry.needed == "drop":
            one.declared = False
        elif before[1] != (entry.needed == "yes"):
            one.required = entry.needed == "yes"
        if (one.default, one.needed, one.declared) != before:
            self.post_message(self.Edited(f"parameters.{entry.name}"))

    @on(Input.Changed, "#system_prompt")
    def _system(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self.form.draft.system_prompt:
            self.form.draft.system_prompt = event.value
            self.post_message(self.Edited("system_prompt"))
