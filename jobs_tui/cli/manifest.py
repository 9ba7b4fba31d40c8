"""``jobs-tui apply`` and ``export``: a home as one file."""

from __future__ import annotations

from dataclasses import asdict

import click

from jobs_tui.cli.groups.fields import parse_yaml, read_text
from jobs_tui.cli.output import print_json
from jobs_tui.cli.session import opened, warn
from jobs_tui.guard.terminal_text import plain


@click.command()
@click.option(
    "-f", "--file", "path", required=True, metavar="FILE", help="YAML or JSON; - is stdin."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def apply(path: str, dry_run: bool, as_json: bool) -> None:
    """Create or change agents, teams, jobs... so that they are as a file says.

    What the file does not name stays. Nothing is written when anything in it is wrong. A job is
    known by its name, everything else by its id.
    """
    from jobs_tui.service import manifest

    document = parse_yaml(read_text(path), path)
    with opened() as ctx:
        done = manifest.apply(ctx, document, dry_run=dry_run)
    if as_json:
        print_json([asdict(one) for one in done])
    else:
        would = "would be " if dry_run else ""
        for one in done:
            click.echo(f"{one.kind} {plain(one.id)} {would}{one.action}")
            if one.webhook_secret:
                click.echo(f"  secret, shown this once: {one.webhook_secret}")
    for one in done:
        warn(*(f"{one.kind} {one.id}: {text}" for text in one.warnings))


@click.command()
@click.argument("sections", nargs=-1, metavar="[SECTION]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of YAML.")
def export(sections: tuple[str, ...], as_json: bool) -> None:
    """Print agents, teams, jobs... as a file that `apply` takes; all sections without a name.

    Values of secrets are never part of it.
    """
    from jobs_tui.service import manifest
    from jobs_tui.service.yaml_text import as_yaml

    for name in sections:
        if name not in manifest.SECTIONS:
            raise click.UsageError(
                f"There is no section {name!r:.60}: use {', '.join(manifest.SECTIONS)}"
            )
    with opened() as ctx:
        document = manifest.export(ctx, sections or manifest.SECTIONS)
    if as_json:
        print_json(document)
    else:
        click.echo(as_yaml(document), nl=False)
