"""``jobs-tui create`` and ``edit``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from jobs_tui.cli.definition import (
    config_fields,
    definition_options,
    parameters,
    plain_fields,
)
from jobs_tui.cli.output import fields, print_json
from jobs_tui.cli.session import opened, warn
from jobs_tui.cli.shown import next_run
from jobs_tui.cli.when import require_kind, trigger_fields
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import DEFAULT_AGENT, Job
from jobs_tui.models.lifecycle import FOR_GOOD
from jobs_tui.service import jobs
from jobs_tui.service.answers import job_response
from jobs_tui.service.context import Context
from jobs_tui.service.dashboard import trigger_words
from jobs_tui.service.doers import refuse_unknown_doer
from jobs_tui.service.engine_state import webhook_url

KEEP_SECRET = "Keep the secret now: it is shown this once. `jobs-tui webhook rotate` makes another."

TIMES = {"run_at": "--at", "start_at": "--start-at", "end_at": "--end-at"}
"""Fields that are times, by the options that set them."""


@click.command()
@click.option("--name", required=True, help="Any text of 1 to 255 characters.")
@definition_options
@click.option("--dry-run", is_flag=True, help="Only show what it would do; nothing is written.")
@click.option("--json", "as_json", is_flag=True, help="Print the job as JSON.")
def create(name: str, dry_run: bool, as_json: bool, **options: Any) -> None:
    """Create a job: what it does, when it starts, who does it.

    A variable of the prompt that is not declared with --param is a required parameter.
    """
    require_kind(options)
    trigger = trigger_fields(options)
    sent = plain_fields(options)
    if "prompt_template" not in sent:
        raise click.UsageError("Say what it does: --prompt TEXT or --prompt-file FILE")
    who = {} if "planning_mode" in sent else {"entity_id": DEFAULT_AGENT}
    sent = {
        "name": name,
        "trigger_type": "manual",  # for a job that only starts after others
        **who,
        **sent,
        **trigger,
        **config_fields(options, {}),
        "parameters": parameters(options["params"]),
    }
    with opened() as ctx:
        refuse_unknown_doer(ctx, sent)
        if dry_run:
            _dry_run(ctx, sent, as_json)
            return
        _tell_times(ctx, sent, None)
        saved = jobs.create(ctx, sent)
        _tell(ctx, "Created", saved, as_json)


def _dry_run(ctx: Context, sent: dict[str, Any], as_json: bool) -> None:
    from jobs_tui.cli.preview import show
    from jobs_tui.service.dry_run import of_fields

    show(of_fields(ctx, sent), as_json)


@click.command()
@click.argument("job_ref", metavar="JOB")
@click.option("--name", help="Any text of 1 to 255 characters.")
@definition_options
@click.option(
    "--drop-param", "dropped", multiple=True, metavar="NAME", help="Remove a declared parameter."
)
@click.option("--json", "as_json", is_flag=True, help="Print the job as JSON.")
def edit(
    job_ref: str, name: str | None, dropped: Sequence[str], as_json: bool, **options: Any
) -> None:
    """Change the fields that are given; the others stay, runs that go on keep theirs.

    --tag replaces all tags; --param sets one parameter and leaves the others.
    """
    sent = {**plain_fields(options), **trigger_fields(options)}
    if name is not None:
        sent["name"] = name
    with opened() as ctx:
        job = jobs.find(ctx, job_ref)
        sent |= config_fields(options, job.definition.config)
        if options["params"] or dropped:
            sent["parameters"] = _changed_parameters(job, options["params"], dropped)
        refuse_unknown_doer(ctx, sent)
        _tell_times(ctx, sent, job)
        saved = jobs.edit(ctx, job.id, sent)
        _tell(ctx, "Changed", saved, as_json)


def _tell_times(ctx: Context, sent: dict[str, Any], job: Job | None) -> None:
    """Say how times in words were read, before anything is kept. Raises InvalidInput."""
    names = [name for name in TIMES if sent.get(name) is not None]
    if not names or (job is not None and job.ended_as in FOR_GOOD):
        return
    from jobs_tui.service import preview

    checked = preview.draft(ctx, sent) if job is None else preview.changed(ctx, job, sent)
    read = preview.readings(ctx, checked.definition)
    warn(*(f"{TIMES[name]} is read as {read[name]}." for name in names))


def _changed_parameters(
    job: Job, given: Sequence[str], dropped: Sequence[str]
) -> list[dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = {
        parameter.name: {
            "name": parameter.name,
            "default": parameter.default,
            "required": parameter.required,
            "description": parameter.description,
        }
        for parameter in job.definition.parameters
    }
    for name in dropped:
        if kept.pop(name, None) is None:
            raise InvalidInput(
                f"The job declares no parameter {name!r:.60}.", field=f"parameters.{name:.60}"
            )
    for sent in parameters(given):
        old = kept.get(sent["name"], {})
        kept[sent["name"]] = {**sent, "description": old.get("description", "")}
    return list(kept.values())


def _tell(ctx: Context, done: str, saved: jobs.Saved, as_json: bool) -> None:
    job = saved.job
    warn(*saved.warnings)
    if jobs.same_name(ctx, job.name, but=job.id):
        warn(f"Another job is called {job.name!r:.80} too: name this one by its id.")
    if as_json:
        print_json(job_response(ctx, job, secret=saved.webhook_secret))
        return
    definition = job.definition
    click.echo(
        fields(
            {
                done: plain(definition.name),
                "id": job.id,
                "when": trigger_words(ctx, job),
                "next run": next_run(ctx, job),
                "who": definition.entity_id or definition.planning_mode.value,
                "address": webhook_url(ctx, job.webhook_path) if job.webhook_path else None,
                "secret": saved.webhook_secret,
                "": KEEP_SECRET if saved.webhook_secret else None,
            }
        )
    )
