"""The readable half of an answer: the same as the structured one, for people and small models."""

from __future__ import annotations

from collections.abc import Iterator

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.delivery_target import words as target_words
from jobs_tui.server.mcp import results

SHORT = 300
"""Characters of a text within a list."""


def text_of(answer: results.Answer) -> str:
    """An answer in lines."""
    return "\n".join(_lines(answer))


def _lines(answer: results.Answer) -> Iterator[str]:
    if isinstance(answer, results.OneJob):
        yield plain(answer.message)
        yield from _job(answer.job)
    elif isinstance(answer, results.Found):
        yield f"{plain(answer.message)} Searched by {answer.engine}."
        for job in answer.jobs:
            yield from _job_short(job)
    elif isinstance(answer, results.OneRun):
        yield plain(answer.message)
        yield from _run(answer.run, answer.answer)
    elif isinstance(answer, results.Runs):
        yield plain(answer.message)
        for run in answer.runs:
            yield f"- {run.execution_id}: {_run_words(run)}"
    elif isinstance(answer, results.Log):
        yield plain(answer.message)
        yield from answer.lines
    for warning in getattr(answer, "warnings", ()):
        yield f"Warning: {plain(warning)}"


def _job(job: results.Job) -> Iterator[str]:
    yield f"job_id: {job.job_id}"
    why = f" ({plain(job.status_reason)})" if job.status_reason else ""
    yield f"type: {job.job_type}, status: {job.status}{why}"
    yield f"schedule: {plain(job.schedule)}"
    if job.next_runs:
        yield f"next runs: {', '.join(job.next_runs)} ({job.timezone})"
    yield f"who: {plain(job.who)}"
    for one in job.depends_on:
        yield f"comes after: {one['job']} ({one['on']})"
    for target in job.deliver_to:
        yield f"results go to: {plain(target_words(target))} ({job.deliver_when})"
    yield f"runs: {job.runs}, failed: {job.failed_runs}"
    if job.last_run is not None:
        yield f"last run: {job.last_run.execution_id}, {_run_words(job.last_run)}"


def _job_short(job: results.Job) -> Iterator[str]:
    following = f", next {job.next_runs[0]}" if job.next_runs else ""
    yield (
        f"- {job.job_id}: {plain(job.title)} ({job.job_type}, {job.status}),"
        f" {plain(job.schedule)}{following}"
    )
    if job.found_because:
        yield f"  found: {plain(job.found_because)}"


def _run(run: results.Run, answer: str | None) -> Iterator[str]:
    yield f"execution_id: {run.execution_id}"
    yield _run_words(run, result=answer is None)
    if answer is not None:
        yield f"answer:\n{answer}"


def _run_words(run: results.Run, *, result: bool = True) -> str:
    words = f"#{run.number} of {plain(run.title)}: {run.status}"
    if run.ended_at or run.started_at:
        words += f" {run.ended_at or run.started_at}"
    if run.verdict:
        words += f", verdict {run.verdict}"
    if run.reason:
        words += f", {plain(run.reason)[:SHORT]}"
    if result and run.result:
        words += f", result: {plain(run.result)[:SHORT]}"
    return words
