"""Finding jobs and runs for the tools; what is not found tells which tool finds it."""

from __future__ import annotations

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.errors import NotFound
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job as KeptJob
from jobs_tui.server.mcp import arguments as given
from jobs_tui.server.mcp.results import Found, Log, OneJob, Runs
from jobs_tui.server.mcp.views import engine_warnings, job_view, run_view
from jobs_tui.server.mcp.wording import FINDS
from jobs_tui.service import jobs, log_pages, runs, search
from jobs_tui.service.context import Context
from jobs_tui.service.waiting import Waiting


def the_job(ctx: Context, ref: str) -> KeptJob:
    """The job that is meant. Raises NotFound."""
    try:
        return jobs.find_any(ctx, ref)
    except NotFound as error:
        raise NotFound(error.message, FINDS, field="job_id") from None


def the_run(ctx: Context, ref: str) -> Execution:
    """The run that is meant. Raises NotFound."""
    try:
        return runs.find(ctx, ref)
    except NotFound as error:
        raise NotFound(
            error.message, "execution_list shows runs with their ids.", field="execution_id"
        ) from None


def by_id(ctx: Context, asked: given.OneJob) -> OneJob:
    """``job_retrieval_by_id``."""
    job = the_job(ctx, asked.job_id)
    return OneJob(
        message=f"The job {job.name!r} is {job.status.upper()}.",
        job=job_view(ctx, job),
        warnings=engine_warnings(ctx),
    )


def by_keywords(ctx: Context, asked: given.Search) -> Found:
    """``job_retrieval_by_keywords``."""
    return _found(ctx, search.by_keywords(ctx, asked.query, asked.limit))


def semantic(ctx: Context, asked: given.Search) -> Found:
    """``job_retrieval_semantic``."""
    return _found(ctx, search.by_meaning(ctx, asked.query, asked.limit))


def _found(ctx: Context, found: search.Found) -> Found:
    count = len(found.hits)
    of_all = f" of {found.total}" if found.total > count else ""
    said = f"{count}{of_all} job{'' if count == 1 else 's'} for {found.query!r:.100}."
    if not count:
        said += " Try other words, or the other way to search."
    shown = []
    for hit in found.hits:
        view = job_view(ctx, hit.job)
        view.found_because = hit.why
        shown.append(view)
    notes = [found.note] if found.note else []
    return Found(
        message=said, engine=found.engine, jobs=shown, warnings=[*notes, *engine_warnings(ctx)]
    )


def listing(ctx: Context, asked: given.ExecutionList) -> Runs:
    """``execution_list``."""
    job_id = None if asked.job_id is None else the_job(ctx, asked.job_id).id
    statuses = () if asked.status is None else (ExecutionStatus(asked.status.lower()),)
    total, found = runs.listing(ctx, runs.Wanted(job_id, statuses), limit=asked.limit)
    waiting = Waiting(ctx)
    return Runs(
        message=f"{len(found)} of {total} run{'' if total == 1 else 's'}, newest first.",
        total=total,
        runs=[run_view(ctx, one, waiting) for one in found],
        warnings=engine_warnings(ctx),
    )


def logs(ctx: Context, asked: given.ExecutionLogs) -> Log:
    """``execution_logs``."""
    run = the_run(ctx, asked.execution_id)
    first = asked.first_line
    if first is None:
        first = max(1, runs.log(ctx, run.id).last_line() - asked.lines + 1)
    page = log_pages.page(ctx, run.id, first=first, limit=asked.lines)
    shown = f"lines {first} to {first + len(page.lines) - 1} of {page.last_line}"
    return Log(
        message=f"Log of run #{run.number} of {run.job_name!r}, which is {run.status.upper()}:"
        f" {shown if page.lines else 'nothing (yet)'}.",
        run=run_view(ctx, run),
        lines=[f"[{line.stream}] {plain(line.text)}" for line in page.lines],
        first_line=first,
        last_line=page.last_line,
        next_line=page.next_line,
        warnings=engine_warnings(ctx) if run.status.live else [],
    )
