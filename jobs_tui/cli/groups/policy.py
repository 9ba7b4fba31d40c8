"""``jobs-tui policy``."""

from __future__ import annotations

import click

from jobs_tui.cli.groups.check import check_policy
from jobs_tui.cli.groups.group import group_of
from jobs_tui.cli.output import print_json, table
from jobs_tui.cli.session import opened
from jobs_tui.models.resource import ResourceKind

policy: click.Group = group_of(ResourceKind.POLICY)
policy.add_command(check_policy)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


@policy.command()
@click.argument("name", required=False)
@_json_option
def examples(name: str | None, as_json: bool) -> None:
    """List the policies that come with jobs-tui; with a NAME, print that Rego module."""
    from jobs_tui.service import policies

    found = policies.examples() if name is None else [policies.example(name)]
    if as_json:
        keys = ("id", "title", "description", "module")
        print_json([{key: getattr(one, key) for key in keys} for one in found])
    elif name is not None:
        click.echo(found[0].module, nl=False)
    else:
        rows = [[one.id, one.description] for one in found]
        click.echo(table(("NAME", "WHAT IT DOES"), rows, flexible=1))


@policy.command()
@click.argument("ref", metavar="POLICY")
@click.option(
    "--input",
    "question",
    metavar="JSON",
    required=True,
    help="The question; @FILE reads a file, - standard input.",
)
@_json_option
def test(ref: str, question: str, as_json: bool) -> None:
    """Ask a policy a question, without anything coming of it.

    POLICY is the id of one, also of one that is off, the path of a Rego file, or an example's name.
    Exits 0 whatever it says.
    """
    from jobs_tui.service import policies

    asked = policies.read_question(_text(question))
    with opened() as ctx:
        tried = policies.try_policy(ctx, ref, asked)
    if as_json:
        print_json(tried.entry())
    else:
        click.echo(f"{tried.decision}: {tried.reason}" if tried.reason else tried.decision)


def _text(given: str) -> str:
    if given != "-" and not given.startswith("@"):
        return given
    from jobs_tui.models.errors import InvalidInput

    try:
        with click.open_file(given.removeprefix("@"), encoding="utf-8") as file:
            return str(file.read())
    except UnicodeDecodeError:
        raise InvalidInput("The question is not UTF-8.", field="input") from None
    except OSError as error:
        raise InvalidInput(f"{given[1:]!r:.200} cannot be read: {error.strerror}.") from None
