"""Builds the command group of a kind: create, list, show, edit, delete."""

from __future__ import annotations

from typing import Any

import click

from jobs_tui.cli.groups.fields import merged, read_mapping, set_fields
from jobs_tui.cli.groups.kinds import KINDS, Kind
from jobs_tui.cli.output import fields, print_json, table
from jobs_tui.cli.session import opened, warn
from jobs_tui.models.resource import ResourceKind

_JSON = click.Option(["--json", "as_json"], is_flag=True, help="Print it as JSON.")


def group_of(kind: ResourceKind) -> click.Group:
    """The group ``jobs-tui KIND``, to which a module of its own may add commands."""
    how = KINDS[kind]
    group = click.Group(str(kind), help=how.about)
    for command in (_create(how), _list(how), _show(how), _edit(how), _delete(how)):
        group.add_command(command)
    return group


def _definition(how: Kind, options: dict[str, Any]) -> dict[str, Any]:
    """Fields from a file, the options over them, --set over all."""
    found = read_mapping(options["file"]) if options["file"] is not None else {}
    return merged(merged(found, how.read(options)), set_fields(options["set"]))


def _options(how: Kind) -> list[click.Parameter]:
    found: list[click.Parameter] = [
        *how.options,
        click.Option(["--file"], metavar="FILE", help=how.file),
        click.Option(
            ["--set"],
            multiple=True,
            metavar="FIELD=VALUE",
            help="Any field by its name, limits.cost=0.5; repeatable.",
        ),
    ]
    if "enabled" in _fields(how.kind):
        on_off = ["--enable/--disable", "enabled"]
        found.append(click.Option(on_off, default=None, help="Use it, or do not."))
    return [*found, _JSON]


def _fields(kind: ResourceKind) -> set[str]:
    from jobs_tui.agents.directory import MODELS

    return set(MODELS[kind].model_fields)


def _create(how: Kind) -> click.Command:
    def create(ref: str | None, resource_id: str | None, as_json: bool, **options: Any) -> None:
        from jobs_tui.service import resources
        from jobs_tui.service.resource_answers import answer
        from jobs_tui.service.resource_checks import warnings_of

        data = _definition(how, options)
        if ref is not None and resource_id is not None and ref != resource_id:
            raise click.UsageError(f"The id is given twice: {ref} and {resource_id}")
        chosen = ref or resource_id or data.get("id")
        if chosen is None:
            raise click.UsageError(f"Say how it is to be called: jobs-tui {how.kind} create ID")
        data["id"] = chosen
        if options.get("enabled") is not None:
            data["enabled"] = options["enabled"]
        with opened() as ctx:
            made = resources.create(ctx, how.kind, data)
            shown = answer(ctx, made)
            notes = warnings_of(ctx, how.kind, made.spec)
        if as_json:
            print_json(shown)
        else:
            click.echo(f"Created the {how.kind} {made.id}.")
        warn(*notes)

    return click.Command(
        "create",
        callback=create,
        help=f"Create {_a(how)}.",
        params=[
            click.Argument(["ref"], metavar="[ID]", required=False),
            click.Option(
                ["--id", "resource_id"], metavar="ID", help="The id, if not given before."
            ),
            *_options(how),
        ],
    )


def _list(how: Kind) -> click.Command:
    def list_all(as_json: bool) -> None:
        from jobs_tui.service.resource_answers import all_answers

        with opened() as ctx:
            found = all_answers(ctx, how.kind)
        if as_json:
            print_json(found)
        elif found:
            click.echo(table(how.heads, [how.row(one) for one in found], flexible=how.flexible))
        else:
            click.echo(
                f"There is no {how.kind} yet: `jobs-tui {how.kind} create` makes one.", err=True
            )

    return click.Command("list", callback=list_all, help=f"List {how.kind.plural}.", params=[_JSON])


def _show(how: Kind) -> click.Command:
    def show(ref: str, as_json: bool) -> None:
        from jobs_tui.service.resource_answers import find_answer

        with opened() as ctx:
            shown = find_answer(ctx, how.kind, ref)
        if as_json:
            print_json(shown)
        else:
            click.echo(fields({name: _words(value) for name, value in shown.items()}))

    return click.Command(
        "show",
        callback=show,
        help=f"Show {_a(how)}.",
        params=[click.Argument(["ref"], metavar="ID"), _JSON],
    )


def _edit(how: Kind) -> click.Command:
    def edit(ref: str, as_json: bool, **options: Any) -> None:
        from jobs_tui.service import resources
        from jobs_tui.service.resource_answers import answer

        changes = _definition(how, options)
        if options.get("enabled") is not None:
            changes["enabled"] = options["enabled"]
        if not changes:
            raise click.UsageError("Say what to change")
        with opened() as ctx:
            shown = answer(ctx, resources.update(ctx, how.kind, ref, changes))
        if as_json:
            print_json(shown)
        else:
            click.echo(f"Changed the {how.kind} {ref}.")

    return click.Command(
        "edit",
        callback=edit,
        help=f"Change fields of {_a(how)}; lists are replaced.",
        params=[click.Argument(["ref"], metavar="ID"), *_options(how)],
    )


def _delete(how: Kind) -> click.Command:
    def delete(ref: str, force: bool, as_json: bool) -> None:
        from jobs_tui.service import resources
        from jobs_tui.service.resource_answers import answer

        with opened() as ctx:
            gone = answer(ctx, resources.delete(ctx, how.kind, ref, force=force))
        if as_json:
            print_json(gone)
        else:
            click.echo(f"Deleted the {how.kind} {ref}.")

    return click.Command(
        "delete",
        callback=delete,
        help=f"Delete {_a(how)}.",
        params=[
            click.Argument(["ref"], metavar="ID"),
            click.Option(["--force"], is_flag=True, help="Also when something uses it."),
            _JSON,
        ],
    )


def _a(how: Kind) -> str:
    word = str(how.kind)
    return f"an {word}" if word[0] in "aeio" else f"a {word}"


def _words(value: Any) -> str | None:
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        lines = (f"{name}: {_words(one)}" for name, one in value.items() if _words(one))
        return "\n".join(lines) or None
    if isinstance(value, list):
        return "\n".join(_one(one) for one in value)
    return str(value)


def _one(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={_words(one)}" for name, one in value.items() if _words(one))
    return str(value)
