"""``jobs-tui outbox``: results on their way to where their jobs want them."""

from __future__ import annotations

import sys

import click

from jobs_tui.cli.output import at_second, print_json, table
from jobs_tui.cli.session import NO_ENGINE, opened, warn
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.result_delivery import OutboxStatus
from jobs_tui.service import jobs
from jobs_tui.service import outbox as use_cases
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import engine_state

SHOWN = 50
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_delivery = click.argument("delivery", metavar="DELIVERY")


@click.group()
def outbox() -> None:
    """Results on their way: list, retry, skip, test.

    A job names where its results go with `create --deliver-to` and `edit --deliver-to`.
    """


@outbox.command("list")
@click.argument("job_ref", metavar="[JOB]", required=False)
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice([str(one) for one in OutboxStatus]),
    help="Only these; may be repeated.",
)
@click.option("-n", "number", type=click.IntRange(1), default=SHOWN, show_default=True)
@_json_option
def list_outbox(job_ref: str | None, statuses: tuple[str, ...], number: int, as_json: bool) -> None:
    """List where results went, of a job or of all, newest first."""
    with opened() as ctx:
        job_id = None if job_ref is None else jobs.find_any(ctx, job_ref).id
        wanted = [OutboxStatus(one) for one in statuses]
        total, found = use_cases.listing(ctx, job_id=job_id, statuses=wanted, limit=number)
    if as_json:
        print_json([use_cases.entry(one) for one in found])
        return
    if not found:
        click.echo("Nothing was delivered. `--deliver-to` of `create` says where to.", err=True)
        return
    rows = [
        [
            at_second(one.delivery.created_at),
            str(one.delivery.status),
            str(one.delivery.attempts),
            one.to,
            one.delivery.execution_id[:13],
            one.delivery.id[:12],
            one.outcome,
        ]
        for one in found
    ]
    heads = ("MADE", "STATUS", "TRIES", "TO", "EXECUTION", "ID", "OUTCOME")
    click.echo(table(heads, rows, flexible=6))
    if total > number:
        warn(f"{total - number} older ones are not shown; -n {total} shows.")


@outbox.command()
@_delivery
@_json_option
def retry(delivery: str, as_json: bool) -> None:
    """Try a delivery again now, one that failed or was skipped too."""
    with opened() as ctx:
        found = use_cases.retry(ctx, use_cases.find(ctx, delivery).delivery.id)
        _tell(ctx, found, as_json, "is tried again now")


@outbox.command()
@_delivery
@_json_option
def skip(delivery: str, as_json: bool) -> None:
    """Give a delivery up."""
    with opened() as ctx:
        found = use_cases.skip(ctx, use_cases.find(ctx, delivery).delivery.id)
        _tell(ctx, found, as_json, "is not tried any more")


@outbox.command()
@click.argument("job_ref", metavar="JOB")
@_json_option
def test(job_ref: str, as_json: bool) -> None:
    """Send a made-up result to where a job delivers; starts no job and replaces no file.

    Exits 1 when one of them does not arrive.
    """
    from jobs_tui.cli.outbox_trial import try_targets

    with opened() as ctx:
        tried = try_targets(ctx, jobs.find(ctx, job_ref))
    if as_json:
        print_json([{"to": one.to, "ok": one.ok, "message": one.message} for one in tried])
    elif not tried:
        click.echo("The job delivers nowhere: `jobs-tui edit --deliver-to`.", err=True)
    for one in () if as_json else tried:
        click.echo(f"{'+' if one.ok else '!'} {plain(one.to)}: {plain(one.message)}")
    if not all(one.ok for one in tried):
        sys.exit(1)


def _tell(ctx: Context, found: use_cases.Sent, as_json: bool, done: str) -> None:
    if as_json:
        print_json(use_cases.entry(found))
    else:
        click.echo(f"The delivery to {plain(found.to)} {done}.")
    if found.delivery.status is OutboxStatus.WAITING and not engine_state(ctx).running:
        warn(f"{NO_ENGINE} The delivery waits until then.")
