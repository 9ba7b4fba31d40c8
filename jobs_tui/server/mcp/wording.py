"""What the use-cases refuse, in the words of the tools and with a way out that a model has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from jobs_tui.models.errors import InvalidInput, JobsTuiError, Refused
from jobs_tui.models.job import Job as KeptJob
from jobs_tui.models.lifecycle import FOR_GOOD

ARGUMENTS = {
    "name": "title",
    "prompt_template": "instructions",
    "entity_id": "agent",
    "trigger_type": "job_type",
}
"""Fields of a job under the names that the tools give them."""
FINDS = (
    "job_retrieval_by_keywords and job_retrieval_semantic find jobs by words; use the job_id that"
    " they answer."
)
BRINGS_BACK = "job_resume brings it back; then it can be changed."
_FIELDS = re.compile(r"\b(prompt_template|entity_id|trigger_type)\b")
_RESTORE = re.compile(r"`jobs-tui restore (job_[0-9a-f-]{36})` brings it back\.")


@contextmanager
def in_our_words(job: KeptJob | None = None) -> Iterator[None]:
    """Give what is raised within other words; ``job`` is the one that was to be changed."""
    try:
        yield
    except JobsTuiError as error:
        hint = _way_out(error, job)
        if hint is not None:
            error.hint = hint
        error.message = _FIELDS.sub(lambda found: ARGUMENTS[found[1]], error.message)
        raise


def _way_out(error: JobsTuiError, job: KeptJob | None) -> str | None:
    """A hint in place of the one for persons; None when that will do."""
    if isinstance(error, InvalidInput):
        if error.field == "run_at" and "now_if_past" in error.hint:
            return 'Give a time to come, or run_at "now" to start at once.'
        if "`jobs-tui list` shows all" in error.hint:
            return FINDS
        return _RESTORE.sub(r"job_resume of \1 brings it back.", error.hint)
    if job is None:
        return None
    if job.archived_at is not None:
        return BRINGS_BACK
    if isinstance(error, Refused) and job.ended_as in FOR_GOOD:
        return "It stays as it is: make a new job with job_create to do it again."
    if isinstance(error, Refused) and job.ended_as is not None:
        return "job_resume lets it go on."
    return None
