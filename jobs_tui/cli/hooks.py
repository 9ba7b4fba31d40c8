"""``jobs-tui webhook``: where to send to, with which secret, and what has come in."""

from __future__ import annotations

import json
import shlex
from typing import Any

import click

from jobs_tui.agents import prompt as prompts
from jobs_tui.cli.output import at_second, fields, print_json, table
from jobs_tui.cli.session import opened
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.job import Job
from jobs_tui.service import hook_admin, jobs
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import engine_state, webhook_url

SHOWN = 50
_job_argument = click.argument("job_ref", metavar="JOB")
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def webhook() -> None:
    """Webhooks: addresses, secrets, deliveries."""


@webhook.command("list")
@_json_option
def list_hooks(as_json: bool) -> None:
    """List the jobs that have a webhook."""
    with opened() as ctx:
        found = [job for job in jobs.listing(ctx) if job.webhook_path]
        entries = [_entry(ctx, job) for job in found]
    if as_json:
        print_json(entries)
    elif entries:
        rows = [[e["id"][:12], e["name"], _armed(e), e["webhook_url"]] for e in entries]
        click.echo(table(("ID", "NAME", "STATUS", "ADDRESS"), rows, flexible=1))
    else:
        click.echo("No job has a webhook. `jobs-tui create --webhook` makes one.", err=True)


@webhook.command()
@_job_argument
@_json_option
def url(job_ref: str, as_json: bool) -> None:
    """Show the address of a job's webhook and a command that calls it."""
    with opened() as ctx:
        job = jobs.find(ctx, job_ref)
        hook_admin.require_hook(job)
        entry = _entry(ctx, job)
        sample = curl_sample(entry["webhook_url"], _example_values(job))
        state = engine_state(ctx)
    if as_json:
        print_json({**entry, "curl": sample})
        return
    click.echo(entry["webhook_url"])
    click.echo(f"\nSECRET=...   # shown at creation and by `jobs-tui webhook rotate`\n{sample}")
    if not state.running:
        click.echo("\nNothing listens there now: no engine is running.", err=True)
    elif state.hooks_problem:
        click.echo(f"\nNothing listens there now: {plain(state.hooks_problem)}", err=True)


@webhook.command()
@_job_argument
@_json_option
def rotate(job_ref: str, as_json: bool) -> None:
    """Make a new secret and show it this once; the old one is refused from now on."""
    with opened() as ctx:
        job = jobs.find(ctx, job_ref)
        secret = hook_admin.rotate_secret(ctx, job.id)
        entry = {**_entry(ctx, job), "webhook_secret": secret}
    if as_json:
        print_json(entry)
    else:
        note = "Keep it now: it is not shown again. Senders with the old one get 401."
        click.echo(fields({"Rotated": plain(job.name), "secret": secret, "": note}))


@webhook.command()
@_job_argument
@click.option("-n", "number", type=click.IntRange(1), default=SHOWN, show_default=True)
@_json_option
def deliveries(job_ref: str, number: int, as_json: bool) -> None:
    """List what has reached a job's webhook, accepted or refused, newest first."""
    with opened() as ctx:
        job = jobs.find_any(ctx, job_ref)
        hook_admin.require_hook(job)
        found = hook_admin.deliveries(ctx, job.id, limit=number)
    if as_json:
        print_json([hook_admin.delivery_entry(delivery) for delivery in found])
        return
    rows = [
        [
            at_second(delivery.received_at),
            str(delivery.status_code),
            delivery.remote,
            (delivery.execution_id or "--")[:13],
            delivery.reason or "accepted",
        ]
        for delivery in found
    ]
    click.echo(table(("RECEIVED", "CODE", "FROM", "EXECUTION", "REASON"), rows, flexible=4))


def curl_sample(address: str, parameters: dict[str, Any]) -> str:
    """A shell command that signs and sends a delivery; the secret comes from ``$SECRET``."""
    body = shlex.quote(json.dumps({"parameters": parameters}))
    return (
        f"BODY={body}\n"
        'SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d" " -f1)\n'
        'curl -sS -H "X-Webhook-Signature: sha256=$SIGNATURE" -H "Content-Type: application/json"'
        f' -d "$BODY" {shlex.quote(address)}'
    )


def _entry(ctx: Context, job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "name": job.name,
        "enabled": job.enabled,
        "trigger_type": str(job.definition.trigger_type),
        "webhook_url": webhook_url(ctx, job.webhook_path or ""),
    }


def _armed(entry: dict[str, Any]) -> str:
    if entry["trigger_type"] != "webhook":
        return f"off: now {entry['trigger_type']}"
    return "on" if entry["enabled"] else "paused"


def _example_values(job: Job) -> dict[str, Any]:
    return {
        parameter.name: "..." if parameter.default is None else parameter.default
        for parameter in prompts.declared_and_used(job.definition)
    }
