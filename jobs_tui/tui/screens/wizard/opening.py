"""What a wizard begins with: an empty form, a job, a copy of one, or the draft that was left."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from jobs_tui.models.errors import InvalidInput
from jobs_tui.service import drafts, engine_state, jobs
from jobs_tui.service.context import Context
from jobs_tui.service.job_references import reference
from jobs_tui.tui.screens.wizard.checks import variables_of
from jobs_tui.tui.screens.wizard.deliver import keepable
from jobs_tui.tui.screens.wizard.draft import Draft, carried_over, from_json, of_job


@dataclass(slots=True)
class Opening:
    """The form at its beginning."""

    draft_id: str
    draft: Draft
    base: Draft
    """What an empty or unchanged form looks like: edits are sent as differences to it."""
    restored: bool
    """Whether a draft was there."""
    hook_url: str | None = None


def opening(ctx: Context, job_id: str | None, *, clone: bool, fresh: bool = False) -> Opening:
    """Read what there is.

    Args:
        job_id: the job to edit, or to copy with ``clone``; None for a new one.
        fresh: leave a draft that is there aside.

    Raises:
        NotFound: there is no such job.
    """
    draft_id, base, url = drafts.NEW, Draft(), None
    if job_id is not None:
        job = jobs.get(ctx, job_id)
        base = of_job(job, partial(reference, ctx))
        draft_id = f"clone:{job_id}" if clone else job_id
        if clone:
            base.name = f"{base.name[:250]} copy"
            base.forget_kept()
        elif job.webhook_path is not None:
            url = engine_state.webhook_url(ctx, job.webhook_path)
    kept = None if fresh else drafts.load(ctx, draft_id)
    draft = from_json(base.to_json())
    if isinstance(kept, Mapping):
        draft = _continued(kept, base, edit=job_id is not None and not clone)
    for one in (draft, base):
        with suppress(InvalidInput):  # half a placeholder: the form says so
            one.use(variables_of(ctx, one))
    restored = draft != base
    return Opening(draft_id, draft, base, restored, url)


def to_keep(ctx: Context, draft: Draft, base: Draft) -> dict[str, Any]:
    """A draft with what it began as, so that an edit can be put on top of a job changed since.

    Addresses and secrets that were typed are left out: the service would seal them, and a draft
    lies in the store as it is.
    """
    return {"draft": draft.to_json() | keepable(ctx, draft), "base": base.to_json()}


def _continued(kept: Mapping[str, Any], base: Draft, *, edit: bool) -> Draft:
    data, began = kept.get("draft"), kept.get("base")
    if not isinstance(data, Mapping) or not isinstance(began, Mapping):
        return from_json(base.to_json())
    left = from_json(data)
    return carried_over(left, from_json(began), base) if edit else left
