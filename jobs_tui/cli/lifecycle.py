"""``jobs-tui cancel``, ``complete`` and ``copy``: how a job ends, and begins again."""

from __future__ import annotations

from typing import Any

import click

from jobs_tui.cli.definition import (
    config_fields,
    definition_options,
    parameters,
    plain_fields,
)
from jobs_tui.cli.output import fields, print_json
from jobs_tui.cli.session import NO_ENGINE, opened, warn
from jobs_tui.cli.shown import next_run
from jobs_tui.cli.when import trigger_fields
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.errors import InvalidInput, NotFound
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.service import jobs, lifecycle, runs
from jobs_tui.service.answers import job_response
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import engine_state, webhook_url
from jobs_tui.service.run_answers import run_response
from jobs_tui.service.run_detail import detail_of

EXECUTION, JOB = "exec_", "job_"
"""How the ids of runs and of jobs begin."""
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_reason_option = click.option("--reason", metavar="TEXT", help="Why, one sentence.")


@click.command()
@click.argument("ref", metavar="JOB|EXECUTION")
@_reason_option
@_json_option
def cancel(ref: str, reason: str | None, as_json: bool) -> None:
    """End a run, or a job for good with all its runs.

    A run is named by exec_ and more of its id: a waiting one ends at once, a running one within a
    second. Everything else names a job: nothing starts it any more, `copy` makes a new one of it.
    """
    with opened() as ctx:
        found = _meant(ctx, ref)
        if isinstance(found, Job):
            job = lifecycle.cancel(ctx, found.id, reason)
            if job.live and not engine_state(ctx).running:
                warn(f"{NO_ENGINE} It ends what is left of its runs.")
            _tell(ctx, job, "Cancelled", as_json)
        elif reason is not None:
            raise InvalidInput("A run takes no --reason.", "Leave it out.", field="--reason")
        else:
            _cancel_run(ctx, found, as_json)


@click.command()
@click.argument("job_ref", metavar="JOB")
@_reason_option
@_json_option
def complete(job_ref: str, reason: str | None, as_json: bool) -> None:
    """End a job whose goal is met: what waits is cancelled, what runs goes on to its end."""
    with opened() as ctx:
        job = lifecycle.complete(ctx, jobs.find(ctx, job_ref).id, reason)
        _tell(ctx, job, "Completed", as_json)


@click.command()
@click.argument("job_ref", metavar="JOB")
@click.option("--name", help="Of the copy; `NAME (copy)` by default.")
@definition_options
@_json_option
def copy(job_ref: str, name: str | None, as_json: bool, **options: Any) -> None:
    """Make a new job of another one, which may have ended; options change the copy.

    It has no history and, with a webhook, an address and a secret of its own.
    """
    sent = {**plain_fields(options), **trigger_fields(options)}
    if name is not None:
        sent["name"] = name
    with opened() as ctx:
        job = jobs.find(ctx, job_ref)
        sent |= config_fields(options, job.definition.config)
        if options["params"]:
            sent["parameters"] = parameters(options["params"])
        saved = lifecycle.copy(ctx, job.id, sent)
        warn(*saved.warnings)
        made = saved.job
        if as_json:
            print_json(job_response(ctx, made, secret=saved.webhook_secret))
            return
        click.echo(
            fields(
                {
                    "Copied": plain(job.name),
                    "to": plain(made.name),
                    "id": made.id,
                    "next run": next_run(ctx, made),
                    "address": webhook_url(ctx, made.webhook_path) if made.webhook_path else None,
                    "secret": saved.webhook_secret,
                }
            )
        )


def _meant(ctx: Context, ref: str) -> Job | Execution:
    """The job or the run that a person means; both only with the beginning of an id.

    Raises:
        NotFound: neither, or one of each.
    """
    if ref.startswith(EXECUTION) and not jobs.same_name(ctx, ref):
        return runs.find(ctx, ref)
    try:
        job = jobs.find(ctx, ref)
    except NotFound as no_job:
        try:
            return runs.find(ctx, ref)
        except NotFound:
            raise no_job from None
    if ref in (job.id, job.name) or ref.startswith(JOB):
        return job
    try:
        run = runs.find(ctx, ref)
    except NotFound:
        return job
    raise NotFound(
        f"{ref!r:.80} begins the id of the job {job.id} and that of the run {run.id}.",
        "Write job_ or exec_ before it.",
    )


def _cancel_run(ctx: Context, run: Execution, as_json: bool) -> None:
    found = runs.cancel(ctx, run.id)
    if found.status is ExecutionStatus.RUNNING and not engine_state(ctx).running:
        warn(f"{NO_ENGINE} It ends what is left of the run.")
    if as_json:
        print_json(run_response(detail_of(ctx, found)))
        return
    done = "Cancelled" if found.status is ExecutionStatus.CANCELLED else "Cancelling"
    click.echo(f"{done} run #{found.number} of {found.job_name!r:.80}.")


def _tell(ctx: Context, job: Job, done: str, as_json: bool) -> None:
    if as_json:
        print_json(job_response(ctx, job))
        return
    going = "" if not job.live else f"{job.live} of its runs {'goes' if job.live == 1 else 'go'} on"
    if done == "Cancelled" and going:
        going = f"{job.live} of its runs {'is' if job.live == 1 else 'are'} asked to stop"
    hint = f"`jobs-tui copy {job.id}` starts it again as a copy."
    click.echo(
        fields(
            {
                done: plain(job.name),
                "id": job.id,
                "why": job.status_reason,
                "runs": going or None,
                "": hint,
            }
        )
    )
