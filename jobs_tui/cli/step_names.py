"""Whose line is it? In the log of several steps each line begins with the name of its step."""

from __future__ import annotations

from jobs_tui.service import runs
from jobs_tui.service.context import Context

WIDEST = 20
"""Columns for the names that are lined up."""


class StepNames:
    """Begins the lines of a run's log; with nothing as long as it has no second step."""

    def __init__(self, ctx: Context, execution_id: str) -> None:
        self._ctx = ctx
        self._id = execution_id
        self._width = 0
        self.look()

    def look(self) -> None:
        """See which steps there are by now; what is known to have several is not asked again."""
        if self._width:
            return
        names = [step.name for step in runs.steps(self._ctx, self._id)]
        if len(names) > 1:
            self._width = min(WIDEST, max(map(len, names)))

    @property
    def several(self) -> bool:
        """Whether lines are begun with a name."""
        return self._width > 0

    def before(self, step: str) -> str:
        """What stands before a line: ``build | ``; nothing where the engine speaks of the run."""
        return f"{step:<{self._width}} | " if self._width and step else ""
