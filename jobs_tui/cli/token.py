"""``jobs-tui token``: who may use the HTTP interface, and how far."""

from __future__ import annotations

import click

from jobs_tui.cli.output import at_second, fields, print_json, relative, table
from jobs_tui.cli.session import opened, warn
from jobs_tui.models.token import Scope
from jobs_tui.service import first_token, tokens
from jobs_tui.service.engine_state import engine_state

_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def token() -> None:
    """Tokens of the HTTP interface."""


@token.command()
@_json_option
def show(as_json: bool) -> None:
    """Print the token that the first engine of this home made.

    With JOBS_TUI_TOKEN in the environment it prints that one: an engine that is started with the
    variable accepts it in place of its own.
    """
    variable = first_token.from_environment()
    with opened() as ctx:
        text = variable or first_token.default_text(ctx)
        replaced = first_token.engine_has_its_own(ctx) and engine_state(ctx).running
    if as_json:
        name = tokens.DEFAULT if variable is None else tokens.VARIABLE
        print_json({"token": text, "name": name, "scope": str(Scope.ADMIN)})
    else:
        click.echo(text)
    if replaced and variable is None:
        warn(f"The engine was started with {tokens.VARIABLE} and takes that in place of this one.")


@token.command()
@click.option("--name", help="Who or what will use it; made up when left out.")
@click.option(
    "--scope",
    type=click.Choice([str(scope) for scope in Scope]),
    required=True,
    help="; ".join(f"{scope}: {scope.sentence}" for scope in Scope) + ".",
)
@click.option("--expires", help="For how long (12h, 30d, 8w) or until when (ISO); never.")
@_json_option
def create(name: str | None, scope: str, expires: str | None, as_json: bool) -> None:
    """Make a token and show it this once."""
    with opened() as ctx:
        made = tokens.create(ctx, scope, name=name, expires=expires)
        entry = tokens.entry(made.token, ctx.now())
    if as_json:
        print_json({**entry, "token": made.text})
        return
    limit = made.token.expires_at
    click.echo(
        fields(
            {
                "Created": made.token.name,
                "token": made.text,
                "scope": str(made.token.scope),
                "expires": "never" if limit is None else at_second(limit),
                "": "Keep it now: it is not shown again.",
            }
        )
    )


@token.command("list")
@_json_option
def list_tokens(as_json: bool) -> None:
    """List tokens, newest first; their texts are kept nowhere."""
    with opened() as ctx:
        found, now = tokens.listing(ctx), ctx.now()
    entries = [tokens.entry(one, now) for one in found]
    if as_json:
        print_json(entries)
    elif entries:
        rows = [
            [
                one.id[:12],
                one.name,
                str(one.scope),
                entry["status"],
                "never" if one.expires_at is None else relative(one.expires_at, now),
                "never" if one.last_used_at is None else relative(one.last_used_at, now),
            ]
            for one, entry in zip(found, entries, strict=True)
        ]
        heads = ("ID", "NAME", "SCOPE", "STATUS", "EXPIRES", "USED")
        click.echo(table(heads, rows, flexible=1))
    else:
        click.echo("No token yet: the first engine, or `jobs-tui token show`, makes one.", err=True)


@token.command()
@click.argument("ref", metavar="TOKEN")
@_json_option
def revoke(ref: str, as_json: bool) -> None:
    """Refuse a token from now on. TOKEN is its name, its id or the beginning of that."""
    with opened() as ctx:
        gone = tokens.revoke(ctx, ref)
        left = first_token.any_valid(ctx)
        entry = tokens.entry(gone, ctx.now())
    if as_json:
        print_json(entry)
    else:
        click.echo(f"Revoked {gone.name} ({gone.id}).")
    if not left:
        warn("No valid token is left: the HTTP interface lets nobody in.")
