"""``agent check``, ``environment check``, ``policy check``: try out now whether they can work."""

from __future__ import annotations

from typing import Any

import click

from jobs_tui.cli.output import print_json
from jobs_tui.cli.session import opened
from jobs_tui.models.resource import ResourceKind


@click.command("check")
@click.argument("ref", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
def check_agent(click_ctx: click.Context, ref: str, as_json: bool) -> None:
    """Try out whether an agent can work: its program, its endpoint, its secrets.

    Exits 1 when it cannot.
    """
    from jobs_tui.host import try_out

    with opened() as ctx:
        found = try_out(ctx, ResourceKind.AGENT, ref)
    _tell(click_ctx, found, as_json)


@click.command("check")
@click.argument("ref", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
def check_environment(click_ctx: click.Context, ref: str, as_json: bool) -> None:
    """Look now whether an environment is ready: directory, tools, secrets, its check script.

    Exits 1 when it is not.
    """
    from jobs_tui.host import try_out

    with opened() as ctx:
        found = try_out(ctx, ResourceKind.ENVIRONMENT, ref)
    _tell(click_ctx, found, as_json)


@click.command("check")
@click.argument("ref", metavar="POLICY")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
def check_policy(click_ctx: click.Context, ref: str, as_json: bool) -> None:
    """Check whether a policy can decide: it compiles, its own tests hold, it answers.

    POLICY is the id of one, also of one that is off, the path of a Rego file, or an example's name.
    Exits 1 when it cannot; the message says the line or the function that is wrong.
    """
    from jobs_tui.service import policies

    with opened() as ctx:
        found = policies.check(ctx, ref)
    _tell(click_ctx, found, as_json)


def _tell(click_ctx: click.Context, found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        state = "ready" if found["ready"] else "not ready"
        click.echo(f"{found['id']}: {state}: {found['message']}")
    click_ctx.exit(0 if found["ready"] else 1)
