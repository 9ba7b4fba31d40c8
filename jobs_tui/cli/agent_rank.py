"""``jobs-tui agent rank``: which agent Smart would give a task to, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from jobs_tui.cli.output import print_json, table
from jobs_tui.cli.session import opened, warn

if TYPE_CHECKING:
    from jobs_tui.agents.smart.engines.choosing import EngineName

_ENGINES = ("auto", "lexical", "semantic", "endpoint")


@click.command()
@click.argument("prompt", nargs=-1, required=True)
@click.option("-n", "--limit", type=click.IntRange(min=1), help="Show the first N only.")
@click.option(
    "--engine",
    type=click.Choice(_ENGINES),
    help="Rank with this engine and no other, whatever the settings say.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rank(prompt: tuple[str, ...], limit: int | None, engine: str | None, as_json: bool) -> None:
    """Rank the agents for a task, the best first.

    PROMPT is the task in plain words; write it after `--`. The score goes from 0 to 1; agents that
    are not ready come last, with the reason.
    """
    from jobs_tui.service.smart import ranking

    with opened() as ctx:
        found = ranking(ctx, " ".join(prompt), cast("EngineName | None", engine))
    if found.note:
        warn(found.note)
    shown = found.ranked[:limit]
    if as_json:
        print_json([{**one.to_json(), "engine": found.engine} for one in shown])
        return
    if not shown:
        click.echo("No agent can be chosen: make one with `jobs-tui agent create`.", err=True)
        return
    rows = [[one.id, f"{one.score:.2f}", "yes" if one.ready else "no", one.reason] for one in shown]
    click.echo(table(("AGENT", "SCORE", "READY", "WHY"), rows, flexible=3))
    if not found.clear:
        click.echo("The lead is unclear.", err=True)
