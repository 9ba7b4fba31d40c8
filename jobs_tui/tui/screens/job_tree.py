"""The tab of a job that shows what it depends on and what depends on it, as one tree."""

from __future__ import annotations

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.job import Job
from jobs_tui.service import dependencies
from jobs_tui.service.context import Context
from jobs_tui.service.dependencies import Branch
from jobs_tui.tui.theme import state_of_job
from jobs_tui.tui.widgets.virtual_list import Column, Row

COLUMNS = (
    Column("JOB", 26, flex=True),
    Column("STATE", 7),
    Column("WHEN THE ONE ABOVE IS", 34),
)
NOTHING = "It depends on no job and none on it. `jobs-tui create --after JOB` joins jobs."


class Tree:
    """The lines of the tree of which a job is a part."""

    def __init__(self, ctx: Context, job: Job) -> None:
        self._job = job
        self._lines = dependencies.tree(ctx, job)
        self._ends = dependencies.last_ends(ctx, self._lines)

    @property
    def alone(self) -> bool:
        """Whether it is joined to no other job."""
        return len(self._lines) < 2

    def rows(self) -> list[Row]:
        """One row per line; the key is its place, for a job may stand in several."""
        return [Row(place, self._cells(line)) for place, line in enumerate(self._lines)]

    def here(self) -> int:
        """The place of the job itself."""
        return next(
            (place for place, line in enumerate(self._lines) if line.job.id == self._job.id), 0
        )

    def job_at(self, key: object) -> Job | None:
        """The job of a row."""
        if isinstance(key, int) and 0 <= key < len(self._lines):
            return self._lines[key].job
        return None

    def why(self, key: object) -> str:
        """Why the job of a row waits or has ended, or what it is; for the status line."""
        job = self.job_at(key)
        return "" if job is None else plain(job.reason or job.status.sentence)

    def _cells(self, line: Branch) -> tuple[Content | str | tuple[str, str], ...]:
        last = self._ends.get(line.job.id)
        state = state_of_job(line.job, last, last is ExecutionStatus.RUNNING)
        mine = line.job.id == self._job.id
        name = Content.assemble(
            (dependencies.lead(line), "$quiet"),
            (plain(line.job.name), "bold" if mine else ""),
            ("  see above" if line.again else "", "$quiet"),
        )
        how = "" if line.wish is None else plain(dependencies.words(line.wish))
        return name, (state.label, state.style), (how, "$quiet")
