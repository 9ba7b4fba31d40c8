"""``jobs-tui search``: jobs by their words, or by what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from jobs_tui.cli.output import print_json, table
from jobs_tui.cli.session import opened, warn

if TYPE_CHECKING:
    from jobs_tui.agents.smart.engines.choosing import EngineName

_ENGINES = ("auto", "lexical", "semantic", "endpoint")


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--semantic", is_flag=True, help="By what it means, not by its words alone.")
@click.option(
    "--engine",
    type=click.Choice(_ENGINES),
    help="By meaning with this engine and no other, whatever the settings say.",
)
@click.option("--archived", is_flag=True, help="Among deleted jobs instead.")
@click.option(
    "-n", "--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="At most N."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def search(
    query: tuple[str, ...],
    semantic: bool,
    engine: str | None,
    archived: bool,
    limit: int,
    as_json: bool,
) -> None:
    """Find jobs, the best first.

    QUERY is in plain words; write it after `--`. Nothing in it is syntax. Without --semantic the
    jobs are found that have its words in name, description, tags, prompt or latest results: all of
    them, or some when no job has all. With --semantic jobs that say the same in other words are
    found too; the answer names the engine that served and says why a better one did not.
    """
    from jobs_tui.service import search as service

    text = " ".join(query)
    with opened() as ctx:
        if semantic or engine is not None:
            wanted = cast("EngineName | None", engine)
            found = service.by_meaning(ctx, text, limit, engine=wanted, archived=archived)
        else:
            found = service.by_keywords(ctx, text, limit, archived=archived)
    if found.note:
        warn(found.note)
    if as_json:
        print_json(found.to_json())
        return
    if not found.hits:
        hint = "" if found.mode == "semantic" else " --semantic looks for other words as well."
        click.echo(f"No job matches.{hint}", err=True)
        return
    rows = [[hit.job.id, f"{hit.score:.2f}", hit.job.name, hit.why] for hit in found.hits]
    click.echo(table(("ID", "SCORE", "NAME", "WHY"), rows, flexible=3))
    if found.total > len(found.hits):
        click.echo(f"{found.total - len(found.hits)} more: -n {found.total} shows them.", err=True)
