"""``jobs-tui secret``: values come from standard input or a hidden prompt, never as arguments."""

from __future__ import annotations

import sys

import click

from jobs_tui.cli.output import fields, print_json, table
from jobs_tui.cli.session import opened, warn
from jobs_tui.models.errors import InvalidInput


@click.group()
def secret() -> None:
    """Secrets: passwords and keys that runs get as variables."""


@secret.command("set")
@click.argument("name", metavar="NAME")
@click.option("--from", "reference", metavar="REFERENCE", help="Where it is: env:X, file:P, cmd:C.")
@click.option("--description", metavar="TEXT", help="What it is for.")
@click.option("--json", "as_json", is_flag=True, help="Print what is known of it as JSON.")
def set_secret(name: str, reference: str | None, description: str | None, as_json: bool) -> None:
    """Keep a secret under a name; an earlier value of that name is replaced.

    The value is read from standard input, or asked for twice when that is a terminal.
    """
    from jobs_tui.service import secrets

    value = None if reference is not None else _read_value()
    with opened() as ctx:
        info = secrets.put(ctx, name, value=value, reference=reference, description=description)
    if as_json:
        print_json(info.answer())
    else:
        click.echo(f"The secret {name} is set.")
    if info.problem:
        warn(info.problem)


def _read_value() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Value", hide_input=True, confirmation_prompt=True, err=True))
    try:
        raw = sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput("The value is not UTF-8 text.", field="value") from None
    # `echo secret | jobs-tui secret set X` means the word, not the word and a line end.
    return raw.removesuffix("\n").removesuffix("\r")


@secret.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def list_secrets(as_json: bool) -> None:
    """List secrets by name; values are never shown."""
    from jobs_tui.service import secrets

    with opened() as ctx:
        found = [info.answer() for info in secrets.listing(ctx)]
    if as_json:
        print_json(found)
    elif found:
        lines = [
            [
                one["name"],
                one["reference"] or "sealed here",
                "ready" if one["ready"] else f"missing: {one['reason']}",
                ", ".join(one["used_by"]) or "--",
            ]
            for one in found
        ]
        click.echo(table(("NAME", "WHERE", "STATE", "USED BY"), lines, flexible=3))
    else:
        click.echo("There is no secret yet: `jobs-tui secret set NAME` keeps one.", err=True)


@secret.command()
@click.argument("name", metavar="NAME")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
def check(click_ctx: click.Context, name: str, as_json: bool) -> None:
    """Try whether a secret can be had now; its value is not shown. Exits 1 when it cannot."""
    from jobs_tui.guard.secrets.resolver import Secrets
    from jobs_tui.models.errors import JobsTuiError
    from jobs_tui.service import secrets

    with opened() as ctx:
        info = secrets.get(ctx, name)
        try:
            Secrets(ctx.store).resolve(name)
        except JobsTuiError as error:
            problem = error.sentence()
        else:
            problem = ""
    shown = {**info.answer(), "ready": not problem, "reason": problem or None}
    if as_json:
        print_json(shown)
    else:
        state = problem or "it can be had"
        used = ", ".join(info.used_by) or "nothing"
        click.echo(fields({name: state, "where": info.row.reference or "sealed here",
                           "used by": used}))  # fmt: skip
    click_ctx.exit(1 if problem else 0)


@secret.command()
@click.argument("name", metavar="NAME")
@click.option("--force", is_flag=True, help="Also when something uses it.")
def delete(name: str, force: bool) -> None:
    """Delete a secret."""
    from jobs_tui.service import secrets

    with opened() as ctx:
        secrets.delete(ctx, name, force=force)
    click.echo(f"Deleted the secret {name}.")


@secret.command("rotate-key")
def rotate_key() -> None:
    """Make a new key and seal every secret with it; the old key is of no use afterwards."""
    from jobs_tui.service import secrets

    with opened() as ctx:
        changed = secrets.rotate_key(ctx)
    click.echo(f"{changed} secret{'' if changed == 1 else 's'} sealed with a new key.")
