"""``jobs-tui webhook``: where to send to, with which secret, and what has come in."""

from __future__ import annotations

import sys
from typing import Any

import click

from jobs_tui.cli import definition
from jobs_tui.cli.output import at_second, fields, json_text, print_json, table
from jobs_tui.cli.session import NO_ENGINE, opened
from jobs_tui.guard.standard_webhooks import shown_secret
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import HookStyle, Verdict
from jobs_tui.models.job import Job
from jobs_tui.models.times import to_text
from jobs_tui.service import hook_admin, hook_samples, hook_trial, jobs, replays
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import engine_state, webhook_url
from jobs_tui.service.hook_samples import curl_sample

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
@click.option(
    "--style",
    type=click.Choice([str(style) for style in HookStyle]),
    help="Show the command of this kind of sender; one that the job accepts.",
)
@_json_option
def url(job_ref: str, style: str | None, as_json: bool) -> None:
    """Show the address of a job's webhook and a command that calls it."""
    with opened() as ctx:
        job = jobs.find(ctx, job_ref)
        entry = {**_entry(ctx, job), **hook_admin.hook_entry(ctx, job)}
        if style is not None:
            values = hook_samples.example_values(job.definition, ctx.directory)
            entry["curl"] = curl_sample(
                entry["webhook_url"], values, HookStyle(style), entry["events"]
            )
        state = engine_state(ctx)
    if as_json:
        print_json(entry)
        return
    click.echo(entry["webhook_url"])
    click.echo("\nSECRET=...   # shown at creation and by `jobs-tui webhook rotate`")
    click.echo(entry["curl"])
    if style == HookStyle.STANDARD:
        click.echo("\nThe secret as such senders want it:")
        click.echo('echo "whsec_$(printf %s "$SECRET" | openssl base64 -A)"')
    if not state.running:
        click.echo("\nNothing listens there now: no engine is running.", err=True)
    elif state.hooks_problem:
        click.echo(f"\nNothing listens there now: {plain(state.hooks_problem)}", err=True)


@webhook.command()
@_job_argument
@click.option(
    "--overlap",
    type=click.FloatRange(0, hook_admin.LONGEST_OVERLAP),
    default=hook_admin.OVERLAP,
    show_default=True,
    help="Seconds that the old secret stays good; 0 refuses it at once.",
)
@_json_option
def rotate(job_ref: str, overlap: float, as_json: bool) -> None:
    """Make a new secret and show it this once; the old one stays good for a day."""
    with opened() as ctx:
        job = jobs.find(ctx, job_ref)
        made = hook_admin.rotate_secret(ctx, job.id, overlap)
        entry = {
            **_entry(ctx, job),
            "webhook_secret": made.secret,
            "standard_secret": shown_secret(made.secret),
            "previous_secret_until": to_text(made.previous_until),
        }
    if as_json:
        print_json(entry)
        return
    until = f"Senders with the old one get 401 from {at_second(made.previous_until)} on."
    if not overlap:
        until = "Senders with the old one get 401 from now on."
    shown = {
        "Rotated": plain(job.name),
        "secret": made.secret,
        "as whsec": f"{entry['standard_secret']} (for Standard Webhooks senders)",
        "": f"Keep it now: it is not shown again. {until}",
    }
    click.echo(fields(shown))


@webhook.command("set")
@_job_argument
@click.option(
    "--style",
    "styles",
    multiple=True,
    type=click.Choice([str(style) for style in HookStyle]),
    help="Accept this way of signing and no other; may be repeated.",
)
@click.option(
    "--event",
    "events",
    multiple=True,
    metavar="EVENT",
    help="Start for this event of GitHub or GitLab and no other; may be repeated.",
)
@click.option(
    "--map",
    "places",
    multiple=True,
    metavar="NAME=PLACE",
    help="Take a variable from a place such as payload.ref; may be repeated.",
)
@click.option("--reset", is_flag=True, help="Forget first what was set before.")
@_json_option
def set_hook(
    job_ref: str,
    styles: tuple[str, ...],
    events: tuple[str, ...],
    places: tuple[str, ...],
    reset: bool,
    as_json: bool,
) -> None:
    """Say who may start a job by its webhook, by which events, and where values are found."""
    changes: dict[str, Any] = {}
    if styles:
        changes["styles"] = list(styles)
    if events:
        changes["events"] = list(events)
    if not (changes or places or reset):
        raise click.UsageError("nothing to set was given: name --style, --event, --map or --reset")
    with opened() as ctx:
        job = jobs.find(ctx, job_ref)
        hook_admin.require_hook(job)
        config = dict(job.definition.config)
        before = config.pop("webhook", None) or {}
        kept = {} if reset else before
        if places:
            changes["mapping"] = {**(kept.get("mapping") or {}), **definition.values(places)}
        if kept or changes:
            config["webhook"] = {**kept, **changes}
        saved = jobs.edit(ctx, job.id, {"config": config})
        entry = hook_admin.hook_entry(ctx, saved.job)
    if as_json:
        print_json(entry)
        return
    mapping = ", ".join(f"{name}={place}" for name, place in entry["mapping"].items())
    shown = {
        "Set": plain(job.name),
        "styles": ", ".join(entry["styles"]),
        "events": "all" if entry["events"] is None else ", ".join(entry["events"]) or "none",
        "mapping": plain(mapping) or "none",
    }
    click.echo(fields(shown))


@webhook.command()
@_job_argument
@click.option("-n", "number", type=click.IntRange(1), default=SHOWN, show_default=True)
@click.option(
    "--verdict",
    "verdicts",
    multiple=True,
    type=click.Choice([str(verdict) for verdict in Verdict]),
    help="Only these; can be given several times.",
)
@_json_option
def deliveries(job_ref: str, number: int, verdicts: tuple[str, ...], as_json: bool) -> None:
    """List what has reached a job's webhook, accepted or refused, newest first."""
    with opened() as ctx:
        job = jobs.find_any(ctx, job_ref)
        hook_admin.require_hook(job)
        wanted = [Verdict(verdict) for verdict in verdicts]
        found = hook_admin.deliveries(ctx, job.id, limit=number, verdicts=wanted)
    if as_json:
        print_json([hook_admin.delivery_entry(delivery) for delivery in found])
        return
    rows = [
        [
            at_second(delivery.received_at),
            str(delivery.status_code),
            delivery.remote,
            (delivery.execution_id or "--")[:13],
            delivery.id[:12],
            delivery.reason or "accepted",
        ]
        for delivery in found
    ]
    click.echo(table(("RECEIVED", "CODE", "FROM", "EXECUTION", "ID", "REASON"), rows, flexible=5))


@webhook.command()
@click.argument("delivery_ref", metavar="DELIVERY")
@click.option("--unverified", is_flag=True, help="Run one whose sender never proved itself too.")
@_json_option
def replay(delivery_ref: str, unverified: bool, as_json: bool) -> None:
    """Run the stored body of a delivery again, under a new id."""
    with opened() as ctx:
        found = hook_admin.find_delivery(ctx, delivery_ref)
        done = replays.replay(ctx, found.id, unverified=unverified)
        running = engine_state(ctx).running
    if as_json:
        print_json(done.entry())
        return
    click.echo(f"{plain(done.answer['message'])} It is {done.delivery_id}.")
    if done.started and not running:
        click.echo(NO_ENGINE, err=True)


@webhook.command()
@_job_argument
@click.option("-p", "--param", "values", multiple=True, metavar="NAME=VALUE", help="A value.")
@click.option(
    "--style",
    type=click.Choice([str(style) for style in HookStyle]),
    help="How to sign; one that the job accepts.",
)
@_json_option
def test(job_ref: str, values: tuple[str, ...], style: str | None, as_json: bool) -> None:
    """Send a signed delivery to the running engine; it starts the job.

    Exits 1 when the engine refuses it.
    """
    with opened() as ctx:
        job = jobs.find(ctx, job_ref)
        given = definition.values(values)
        tested = hook_trial.send_test(ctx, job.id, given, HookStyle(style) if style else None)
    if as_json:
        print_json({"status_code": tested.status_code, "style": tested.style, **tested.answer})
    else:
        said = tested.answer.get("message") or json_text(tested.answer.get("detail"), indent=None)
        click.echo(f"{tested.status_code} ({tested.style}): {plain(str(said))}")
    if tested.status_code != 200:
        sys.exit(1)


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
