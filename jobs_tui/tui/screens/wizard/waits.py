"""What the second step says about the jobs that come first."""

from __future__ import annotations

from jobs_tui.models.enums import TriggerType
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.service.around import around
from jobs_tui.service.context import Context
from jobs_tui.service.dependency_checks import depends_on
from jobs_tui.service.job_references import wait_words
from jobs_tui.tui.screens.wizard.draft import Draft
from jobs_tui.tui.screens.wizard.plain_words import plain_words


def words(ctx: Context, draft: Draft, job_id: str | None) -> str:
    """Which they are and what they are to do; empty without, and while that cannot be read.

    Args:
        job_id: the job that is edited.
    """
    try:
        return _words(ctx, draft, job_id)
    except JobsTuiError:
        return ""


def trouble(ctx: Context, draft: Draft, job_id: str | None) -> str:
    """Why they cannot be read: of an edited job that is no fault while they stay. Else empty."""
    if job_id is None or not draft.kept_needs:
        return ""
    try:
        _words(ctx, draft, job_id)
        return ""
    except JobsTuiError as error:
        return plain_words(error.sentence(), error.field or "")


def _words(ctx: Context, draft: Draft, job_id: str | None) -> str:
    around_it = around(ctx, job_id)
    kept = depends_on(draft.needs(), TriggerType(draft.trigger), draft.name, around_it)
    return wait_words(ctx, kept)
