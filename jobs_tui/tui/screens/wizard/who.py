"""Step 3: who does the work."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import OptionList, Static

from jobs_tui.agents.registry import AgentInfo, agents
from jobs_tui.models.enums import PlanningMode
from jobs_tui.tui.screens.wizard.checks import WHO, Problem
from jobs_tui.tui.screens.wizard.step import Form, Step
from jobs_tui.tui.widgets.fields.agent_list import NAME, STATE, AgentList
from jobs_tui.tui.widgets.fields.field import Hint, Row

_HEAD = f"  {'AGENT':<{NAME}}{'STATE':<{STATE}}WHAT IT DOES"


class Who(Step):
    """One agent of those that there are."""

    NUMBER = WHO
    FIRST = "#agents"

    def __init__(self, form: Form) -> None:
        super().__init__(form)
        self.found: list[AgentInfo] = agents(form.ctx.directory)

    def compose(self) -> ComposeResult:
        """Textual's method."""
        yield Row("Run with", Static("one of these agents", markup=False))
        yield Static(_HEAD, classes="heads", markup=False)
        yield AgentList(id="agents")
        yield Hint(id="who-hint")

    def fill(self) -> None:
        """See Step."""
        draft = self.form.draft
        chosen = draft.entity_id
        if draft.mode != PlanningMode.PREDEFINED_AGENT.value:
            chosen = f"{draft.mode.removeprefix('predefined_')} {draft.entity_id}".strip()
        self.query_one(AgentList).show(self.found, chosen)

    @property
    def chosen(self) -> AgentInfo | None:
        """The agent of the draft, None when this home has none of that name."""
        return next((one for one in self.found if one.id == self.form.draft.entity_id), None)

    def tell(self, problem: Problem | None) -> None:
        """See Step."""
        hint, one = self.query_one(Hint), self.chosen
        if problem is not None:
            hint.wrong(problem.sentence)
        elif one is None:
            hint.warn("This agent is not here: runs of the job will fail until it is.")
        elif not one.ready:
            hint.warn(one.reason)
        else:
            hint.say(f"{one.id}: {one.description}")

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        chosen = self.query_one(AgentList).chosen
        if chosen in [one.id for one in self.found] and chosen != self.form.draft.entity_id:
            self.form.draft.mode = PlanningMode.PREDEFINED_AGENT.value
            self.form.draft.entity_id = str(chosen)
            self.post_message(self.Edited("entity_id"))
