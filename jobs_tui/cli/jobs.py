"""``jobs-tui list``, ``show``, ``pause``, ``resume``, ``delete``, ``restore`` and ``purge``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime

import click

from jobs_tui.cli.output import at_second, duration, fields, print_json, relative, table
from jobs_tui.cli.session import opened, warn
from jobs_tui.cli.shown import next_run
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.config import job_config
from jobs_tui.models.enums import Conversation, TriggerType
from jobs_tui.models.errors import Refused
from jobs_tui.models.job import Definition, Job
from jobs_tui.service import dashboard, dependencies, jobs
from jobs_tui.service.answers import job_response
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import webhook_url
from jobs_tui.service.outbox import target_words
from jobs_tui.service.purge import purge_job

NEXT_SHOWN = 3
EXECUTION = "exec_"
"""How the ids of runs begin."""
WATCHED = "each answer is compared with the last one"
CONTINUED = "each run goes on where the last one ended"
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_job_argument = click.argument("job_ref", metavar="JOB")


@click.command("list")
@click.option("--enabled/--disabled", default=None, help="Only jobs that are enabled, or not.")
@click.option("--trigger-type", type=click.Choice([str(kind) for kind in TriggerType]))
@click.option("--status", help="Only jobs in this status; archived shows deleted ones.")
@click.option("--tag", help="Only jobs with this tag.")
@click.option("-q", "--query", help="Only jobs with this text in name, tags or prompt.")
@_json_option
def list_jobs(
    enabled: bool | None,
    trigger_type: str | None,
    status: str | None,
    tag: str | None,
    query: str | None,
    as_json: bool,
) -> None:
    """List jobs, newest first."""
    with opened() as ctx:
        found = jobs.listing(
            ctx, enabled=enabled, trigger_type=trigger_type, status=status, tag=tag, query=query
        )
        if as_json:
            print_json([job_response(ctx, job) for job in found])
        elif found:
            heads = ("ID", "NAME", "STATUS", "TRIGGER", "NEXT", "LAST", "OK")
            click.echo(table(heads, [_line(job, ctx.now()) for job in found], flexible=1))
        elif (enabled, trigger_type, status, tag, query) == (None,) * 5:
            click.echo("No jobs. `jobs-tui create --help` shows how to make one.", err=True)
        else:
            click.echo("No job matches.", err=True)


@click.command()
@click.argument("ref", metavar="JOB|EXECUTION")
@_json_option
def show(ref: str, as_json: bool) -> None:
    """Show one job: what, when, who, its next runs and how the last ones went.

    Of a run, named by exec_ and more of its id: who does it, why it waits, what is asked, how Smart
    chose, what it used, and its steps as a tree.
    """
    with opened() as ctx:
        if ref.startswith(EXECUTION) and not jobs.same_name(ctx, ref):
            _show_run(ctx, ref, as_json)
            return
        job = jobs.find_any(ctx, ref)
        if as_json:
            print_json(job_response(ctx, job))
        else:
            click.echo(_described(ctx, job))


@click.command()
@_job_argument
@_json_option
def pause(job_ref: str, as_json: bool) -> None:
    """Start it no more but by hand; runs that go on are left alone."""
    with opened() as ctx:
        job = jobs.pause(ctx, jobs.find(ctx, job_ref).id)
        _tell(ctx, job, as_json, "Paused", f"`jobs-tui resume {job.id}` starts it again.")


@click.command()
@_job_argument
@_json_option
def resume(job_ref: str, as_json: bool) -> None:
    """Start it automatically from now on; what was due meanwhile is recorded as skipped."""
    with opened() as ctx:
        job = jobs.resume(ctx, jobs.find(ctx, job_ref).id)
        _tell(ctx, job, as_json, "Resumed", f"Next run: {next_run(ctx, job) or 'by its trigger'}.")


@click.command()
@_job_argument
@_json_option
def delete(job_ref: str, as_json: bool) -> None:
    """Delete it; its configuration and history stay and `restore` brings it back.

    A run that goes on is not stopped, one that waits is cancelled.
    """
    with opened() as ctx:
        job = jobs.archive(ctx, jobs.find(ctx, job_ref).id)
        waiting = dependencies.dependants_of(ctx, job.id)
        if waiting:
            names = ", ".join(plain(one.name) for one in waiting[:5])
            more = f" and {len(waiting) - 5} more" if len(waiting) > 5 else ""
            warn(
                f"{names}{more} depend{'s' if len(waiting) == 1 else ''} on it and will not be"
                " started by it until it is restored."
            )
        hint = f"Configuration and history stay: `jobs-tui restore {job.id}` brings it back."
        if job.live:
            going = "A run goes on" if job.live == 1 else f"{job.live} runs go on"
            warn(f"{going} to the end: `jobs-tui history {job.id}` shows it, `cancel` ends it.")
        _tell(ctx, job, as_json, "Deleted", hint)


@click.command()
@_job_argument
@_json_option
def restore(job_ref: str, as_json: bool) -> None:
    """Take a delete back; nothing is made up for the time between."""
    with opened() as ctx:
        job = jobs.restore(ctx, jobs.find_deleted(ctx, job_ref).id)
        _tell(ctx, job, as_json, "Restored", f"Next run: {next_run(ctx, job) or 'by its trigger'}.")


@click.command()
@_job_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@_json_option
def purge(job_ref: str, yes: bool, as_json: bool) -> None:
    """Remove a job, deleted or not, with its runs and logs for good."""
    with opened() as ctx:
        job = jobs.find(ctx, job_ref, archived=True)
        if not yes:
            _ask(job)
        runs = purge_job(ctx, job.id)
        if as_json:
            print_json({"id": job.id, "executions": runs})
        else:
            click.echo(fields({"Purged": plain(job.name), "id": job.id, "runs": str(runs)}))


def _show_run(ctx: Context, ref: str, as_json: bool) -> None:
    from jobs_tui.cli.run_shown import described
    from jobs_tui.service import runs
    from jobs_tui.service.run_answers import run_response
    from jobs_tui.service.run_detail import detail_of

    detail = detail_of(ctx, runs.find(ctx, ref))
    if as_json:
        print_json(run_response(detail))
    else:
        click.echo(described(detail, ctx.now()))


def _ask(job: Job) -> None:
    """Raises Refused unless someone at the terminal says yes."""
    if not sys.stdin.isatty():
        raise Refused(
            f"Purging {job.name!r:.80} removes it with its history for good.",
            "Confirm with --yes. Nothing was changed.",
        )
    if not click.confirm(f"Remove {job.name!r:.80} and all its runs and logs for good?"):
        raise Refused("Nothing was changed.")


def _tell(ctx: Context, job: Job, as_json: bool, done: str, hint: str) -> None:
    if as_json:
        print_json(job_response(ctx, job))
    else:
        click.echo(fields({done: plain(job.name), "id": job.id, "": hint}))


def _line(job: Job, now: datetime) -> list[str]:
    ended = job.successful_executions + job.failed_executions
    last = job.last_triggered_at
    return [
        job.id[:12],
        job.name,
        job.status.value.replace("_", " "),
        dashboard.trigger_label(job),
        "--" if job.next_due_at is None else duration(_seconds(job.next_due_at, now)),
        "--" if last is None else f"{duration(_seconds(now, last))} ago",
        f"{round(100 * job.successful_executions / ended)}%" if ended else "--",
    ]


def _seconds(later: datetime, earlier: datetime) -> int:
    return max(0, round((later - earlier).total_seconds()))


def _described(ctx: Context, job: Job) -> str:
    definition = job.definition
    found = dependencies.joined(ctx, job)
    runs = dashboard.next_runs(ctx, job, NEXT_SHOWN)
    counts = (
        f"{job.total_executions} ({job.successful_executions} well, {job.failed_executions} badly)"
    )
    return fields(
        {
            "name": plain(definition.name),
            "id": job.id,
            "description": definition.description or None,
            "tags": ", ".join(definition.tags) or None,
            "status": f"{job.status.value.replace('_', ' ')}: {job.reason or job.status.sentence}",
            "ended": None if job.ended_at is None else at_second(job.ended_at),
            "copy of": job.copied_from,
            "when": dashboard.trigger_words(ctx, job),
            "after": _links(found.needs),
            "before": _links(found.dependants),
            "goal": job.goal,
            "problem": job.problem,
            "state": json.dumps(job.state, ensure_ascii=False) if job.state else None,
            "next": "\n".join(f"{at_second(moment)}  {moment:%a}" for moment in runs) or None,
            "counted": None
            if definition.max_runs is None
            else f"{job.counted_runs} of {definition.max_runs} runs",
            "watch": WATCHED if definition.watch is not None else None,
            "talk": CONTINUED if definition.conversation is Conversation.CONTINUE else None,
            "address": webhook_url(ctx, job.webhook_path) if job.webhook_path else None,
            "who": definition.entity_id or definition.planning_mode.value,
            "prompt": definition.prompt_template,
            "parameters": _parameters(definition),
            "settings": _settings(definition),
            "delivers": _deliveries(ctx, definition),
            "runs": counts,
            "last": None
            if job.last_execution_id is None
            else f"{job.last_execution_id} ({relative(job.last_triggered_at, ctx.now())})",
            "created": f"{at_second(job.created_at)} by {job.created_by or 'unknown'}",
            "changed": f"{at_second(job.updated_at)} by {job.updated_by or 'unknown'}"
            f" (revision {job.revision})",
        }
    )


def _links(links: Sequence[dependencies.Link]) -> str | None:
    """``build (completed, 3 days later): active`` each."""
    lines = []
    for link in links:
        name = link.job_id if link.job is None else plain(link.job.name)
        status = "removed" if link.job is None else link.job.status.value.replace("_", " ")
        lines.append(f"{name} ({plain(dependencies.words(link.wish))}): {status}")
    return "\n".join(lines) or None


def _parameters(definition: Definition) -> str | None:
    lines = []
    for parameter in definition.parameters:
        value = "required" if parameter.required else f"= {json.dumps(parameter.default)}"
        lines.append(f"{parameter.name} {value} {parameter.description}".rstrip())
    return "\n".join(lines) or None


def _deliveries(ctx: Context, definition: Definition) -> str | None:
    lines = target_words(ctx, definition.deliver_to)
    return "\n".join([*lines, f"which: {definition.deliver_when.sentence}"]) if lines else None


def _settings(definition: Definition) -> str:
    config = job_config(definition.config)
    return (
        f"timeout {duration(config.timeout)}, {config.retry.max_attempts - 1} retries,"
        f" overlap {config.overlap}"
    )
