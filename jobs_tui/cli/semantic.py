"""``jobs-tui semantic``: the small model with which Smart understands what a task means."""

from __future__ import annotations

import shlex

import click

from jobs_tui.cli.output import fields, print_json


@click.group()
def semantic() -> None:
    """The small model with which Smart ranks by meaning, and search finds."""


@semantic.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> None:
    """Say whether the model is installed. Exit code 1 when it cannot be used."""
    from jobs_tui.service.semantic import state

    found = state()
    if as_json:
        print_json(
            {
                "ready": found.ready,
                "numpy": found.numpy,
                "model": None if found.model is None else str(found.model),
                "genuine": found.genuine,
            }
        )
    else:
        click.echo(
            fields(
                {
                    "ready": "yes" if found.ready else "no: `jobs-tui semantic setup`",
                    "numpy": "installed" if found.numpy else "missing",
                    "model": "missing" if found.model is None else str(found.model),
                    "weights": None
                    if found.model is None
                    else "as published"
                    if found.genuine
                    else "not those that were published",
                }
            )
        )
    ctx.exit(0 if found.ready else 1)


@semantic.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def setup(yes: bool) -> None:
    """Install the model (88 MB) and numpy (71 MB) for the Python that runs jobs-tui.

    Shows the commands and asks before it runs them. Nothing else is installed.
    """
    from jobs_tui.service.semantic import install, install_commands

    commands = install_commands()
    for command in commands:
        click.echo(shlex.join(command))
    if commands and not yes:
        click.confirm("Run this now?", abort=True, err=True)
    found = install(commands)
    click.echo(f"Smart ranks by meaning now; the model is in {found.model}.")


@semantic.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def index(as_json: bool) -> None:
    """Read all jobs for their meaning now, so that the next search need not.

    A search reads what is new by itself; this is for a home with thousands of jobs.
    """
    from jobs_tui.cli.session import opened, warn
    from jobs_tui.service.meaning import read_all

    with opened() as ctx:
        done = read_all(ctx)
    if done.note:
        warn(done.note)
    if as_json:
        print_json({"engine": done.engine, "read": done.read, "note": done.note or None})
    else:
        click.echo(fields({"read now": str(done.read), "engine": done.engine}))
