"""What the four steps have in common."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from jobs_tui.service.context import Context
from jobs_tui.tui.screens.wizard import checks
from jobs_tui.tui.screens.wizard.checks import BASICS, Assessment, Problem
from jobs_tui.tui.screens.wizard.delivery_look import Look
from jobs_tui.tui.screens.wizard.draft import Draft


@dataclass(slots=True)
class Form:
    """What the steps work on, shared with the screen."""

    ctx: Context
    draft: Draft
    job_id: str | None = None
    """The job that is edited, None for a new one."""
    hook_url: str | None = None
    """The address of the job that is edited, when it has one."""
    touched: set[str] = field(default_factory=set)
    """Fields whose faults are shown: nobody is told off for a field not reached yet."""
    look: Look | None = None
    """What was last looked up about the targets of results."""

    def assess(self, draft: Draft | None = None) -> Assessment:
        """Every check, and what was looked up.

        Args:
            draft: a copy of the draft, for a thread.
        """
        draft = self.draft if draft is None else draft
        found = checks.assess(self.ctx, draft, self.job_id)
        problem = self._of_look(draft)
        if problem is None or found.problems[BASICS] is not None:
            return found
        return replace(found, problems=(problem, *found.problems[1:]))

    def first_problem(self) -> Problem | None:
        """What F2 stumbles over: the first thing wrong, in the order of the steps."""
        looked = self._of_look(self.draft)
        return checks.first_problem(self.ctx, self.draft, self.job_id, looked)

    def _of_look(self, draft: Draft) -> Problem | None:
        return self.look.problem if self.look is not None and self.look.is_of(draft) else None


class Step(Vertical):
    """One page of the form."""

    NUMBER: ClassVar[int]
    FIRST: ClassVar[str]
    """Selector of the field that has the focus when the step opens."""

    class Edited(Message):
        """A field was changed; the draft is up to date."""

        def __init__(self, field: str) -> None:
            super().__init__()
            self.field = field

    def __init__(self, form: Form) -> None:
        super().__init__(id=f"step-{self.NUMBER}")
        self.form = form

    def fill(self) -> None:
        """Put the draft into the fields."""
        raise NotImplementedError

    def tell(self, problem: Problem | None) -> None:
        """Say under the fields how they are; ``problem`` is this step's first fault."""
        raise NotImplementedError

    def widget_of(self, place: str) -> Widget:
        """The field that a problem is about."""
        return self.first

    @property
    def first(self) -> Widget:
        """The first field."""
        return self.query_one(self.FIRST)

    def fault(self, problem: Problem | None, *places: str, but: str | None = None) -> str:
        """The sentence to show at a field: the problem's, when it is there and was reached.

        Args:
            places: how the fields begin whose faults are told there.
            but: a field that has a place of its own.
        """
        if problem is None or problem.field == but or not problem.field.startswith(places):
            return ""
        return problem.sentence if problem.field in self.form.touched else ""
