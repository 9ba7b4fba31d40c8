"""What the service says about where results go: looked up in a thread, as Apprise is slow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.job_input import JobPatch, validated
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.service.delivery_checks import outgoing
from jobs_tui.tui.screens.wizard.checks import Problem, of_error
from jobs_tui.tui.screens.wizard.draft import Draft


@dataclass(frozen=True, slots=True)
class Look:
    """Of targets as the form had them."""

    targets: list[dict[str, Any]]
    problem: Problem | None = None
    warnings: tuple[str, ...] = ()

    def is_of(self, draft: Draft) -> bool:
        """Whether the form still has these."""
        try:
            return draft.targets() == self.targets
        except JobsTuiError:
            return False


def look(ctx: Context, draft: Draft, job_id: str | None) -> Look:
    """Look at them as a save would; those that the edited job has anyway are good.

    Args:
        job_id: the job that is edited.
    """
    try:
        targets = draft.targets()
    except JobsTuiError:
        return Look([])  # the form says so itself
    if not targets or (job_id is not None and targets == list(draft.kept_targets.values())):
        return Look(targets)
    base = None if job_id is None else jobs.get(ctx, job_id).definition
    try:
        found = outgoing(ctx, validated(JobPatch, {"deliver_to": targets}), base)
    except JobsTuiError as error:
        return Look(targets, of_error(error))
    return Look(targets, warnings=tuple(found.warnings))
