"""Resources: jobs, runs and logs under addresses that a chat can read and subscribe to."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.errors import NotFound
from jobs_tui.server.mcp.results import Answer
from jobs_tui.server.mcp.views import JOBS, RUNS, answer_of, job_uri, job_view, run_view
from jobs_tui.service import jobs, log_pages, runs
from jobs_tui.service.context import Context
from jobs_tui.service.waiting import Waiting

PAGE = 100
"""Jobs in one page of the list of resources."""
MOST_RUNS = 50
LOG_LINES = 2000
"""Last lines of a log that are read at once."""
LOG_CHARACTERS = 200_000
JSON = "application/json"
TEXT = "text/plain"

_JOB = re.compile(rf"{JOBS}/(job_[0-9a-f-]{{36}})(/executions)?\Z")
_RUN = re.compile(rf"{RUNS}/(exec_[0-9a-f-]{{36}})(/log)?\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """What an address names."""

    job_id: str | None = None
    execution_id: str | None = None
    below: bool = False
    """Of a job its runs, of a run its log."""


@dataclass(frozen=True, slots=True)
class Template:
    """Addresses of one kind."""

    uri: str
    name: str
    description: str
    mime_type: str = JSON


TEMPLATES = (
    Template(f"{JOBS}/{{job_id}}", "job", "One job: status, schedule, next runs, last run."),
    Template(f"{JOBS}/{{job_id}}/executions", "job-executions", "The newest runs of a job."),
    Template(f"{RUNS}/{{execution_id}}", "execution", "One run: status, times, result."),
    Template(
        f"{RUNS}/{{execution_id}}/log", "execution-log", "The log of a run, its last lines.", TEXT
    ),
)


def place_of(uri: str) -> Place:
    """What an address names. Raises NotFound."""
    if uri == JOBS:
        return Place()
    if found := _JOB.match(uri):
        return Place(job_id=found[1], below=found[2] is not None)
    if found := _RUN.match(uri):
        return Place(execution_id=found[1], below=found[2] is not None)
    raise NotFound(
        f"There is no resource {uri!r:.200}.",
        f"There are {JOBS} and {', '.join(one.uri for one in TEMPLATES)}.",
    )


def page(ctx: Context, offset: int) -> tuple[list[tuple[str, str, str]], int | None]:
    """Jobs as resources (address, title, description), and where the next page begins."""
    found = jobs.listing(ctx)
    shown = found[offset : offset + PAGE]
    following = offset + PAGE if offset + PAGE < len(found) else None
    return [
        (job_uri(job.id), plain(job.name), plain(job.definition.description or "")) for job in shown
    ], following


def read(ctx: Context, uri: str) -> tuple[str, str]:
    """MIME type and text of a resource. Raises NotFound."""
    place = place_of(uri)
    if place.execution_id is not None:
        run = runs.get(ctx, place.execution_id)
        if place.below:
            return TEXT, _log(ctx, run.id)
        found = run_view(ctx, run).model_dump(exclude_none=True)
        return JSON, json.dumps({**found, "answer": answer_of(ctx, run)}, ensure_ascii=False)
    if place.job_id is None:
        return JSON, _list([job_view(ctx, job) for job in jobs.listing(ctx)[:PAGE]])
    job = jobs.get(ctx, place.job_id)
    if not place.below:
        return JSON, _json(job_view(ctx, job))
    waiting = Waiting(ctx)
    return JSON, _list([run_view(ctx, one, waiting) for one in runs.newest(ctx, job.id, MOST_RUNS)])


def _json(answer: Answer) -> str:
    return answer.model_dump_json(exclude_none=True)


def _list(answers: Sequence[Answer]) -> str:
    found = [one.model_dump(mode="json", exclude_none=True) for one in answers]
    return json.dumps(found, ensure_ascii=False)


def _log(ctx: Context, execution_id: str) -> str:
    first = max(1, runs.log(ctx, execution_id).last_line() - LOG_LINES + 1)
    lines = log_pages.page(ctx, execution_id, first=first, limit=LOG_LINES).lines
    text = "\n".join(plain(line.text) for line in lines)
    cut = len(text) > LOG_CHARACTERS
    before = f"(the log begins before: line {first} and on)\n" if first > 1 or cut else ""
    return before + text[-LOG_CHARACTERS:]
