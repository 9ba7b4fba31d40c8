"""How other jobs are named in what a person reads and writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from jobs_tui.models.dependency import VERBS, Mode, dependencies
from jobs_tui.models.errors import NotFound
from jobs_tui.schedule.durations import span_words
from jobs_tui.service import jobs
from jobs_tui.service.context import Context


def reference(ctx: Context, job_id: str) -> str:
    """The name of a job when it leads to that job alone, else the id."""
    try:
        name = jobs.get(ctx, job_id).name
        return name if jobs.find(ctx, name).id == job_id else job_id
    except NotFound:
        return job_id


def wait_words(ctx: Context, kept: Iterable[Mapping[str, Any]]) -> str:
    """``waits for 'build' to complete, then 3 days, and once for 'test' to fail``.

    Args:
        kept: entries of a definition's ``depends_on``.
    """
    said, wishes = "", dependencies(kept)
    called = names(ctx, [wish.job for wish in wishes])
    for wish in wishes:
        once = "once " if wish.mode is Mode.GATE else ""
        text = f"{once}for {called.get(wish.job, wish.job)!r:.80} to {VERBS[wish.on]}"
        if wish.delay_seconds:
            text += f", then {span_words(wish.delay_seconds)}"
        if wish.parameters:
            text += f", which hands on {', '.join(wish.parameters)}"
        between = "" if not said else ", and " if "," in said else " and "
        said += between + text
    return f"waits {said}" if said else ""


def names(ctx: Context, job_ids: Iterable[str]) -> dict[str, str]:
    """The names of jobs by their ids; those that were removed for good are left out."""
    found = {}
    for job_id in job_ids:
        with suppress(NotFound):
            found[job_id] = jobs.get(ctx, job_id).name
    return found
