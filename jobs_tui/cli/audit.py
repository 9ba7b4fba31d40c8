"""``jobs-tui audit``: who changed what."""

from __future__ import annotations

import click

from jobs_tui.cli.output import at_second, print_json, table
from jobs_tui.cli.session import opened
from jobs_tui.service.audit import entries

SHOWN = 50


@click.command()
@click.option("--subject", help="Only changes of the job, execution or token with this id.")
@click.option("-n", "number", type=click.IntRange(1), default=SHOWN, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def audit(subject: str | None, number: int, as_json: bool) -> None:
    """List changes, newest first: who, through which face, what, from where."""
    with opened() as ctx:
        found = entries(ctx, subject=subject, limit=number)
    if as_json:
        print_json([entry.data() for entry in found])
        return
    if not found:
        click.echo("Nothing was changed yet.", err=True)
        return
    rows = [
        [
            at_second(entry.at),
            entry.actor,
            entry.face,
            entry.origin or "--",
            entry.action,
            entry.subject[:13],
            entry.detail or "",
        ]
        for entry in found
    ]
    click.echo(table(("AT", "WHO", "FACE", "FROM", "WHAT", "OF", "DETAIL"), rows, flexible=6))
