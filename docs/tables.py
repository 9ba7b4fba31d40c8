"""Writes the tables of commands, settings, keys and routes into the documents (``make docs``).

Everything between ``<!-- begin NAME -->`` and ``<!-- end NAME -->`` is made here from the program
itself; ``tests/docs`` fails when a document says something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from aiohttp import web

from jobs_tui.cli.main import ENTRIES, cli
from jobs_tui.models.resource import ResourceKind
from jobs_tui.server.api.routing import ROUTES, Route
from jobs_tui.server.app import build_app
from jobs_tui.server.mcp.arguments import TriggerConfig
from jobs_tui.server.mcp.schemas import schema_of
from jobs_tui.server.mcp.tools import TOOLS as MCP_TOOLS
from jobs_tui.server.openapi import COMMON, TAGS, document
from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from jobs_tui.store.settings import Settings
from jobs_tui.tools.registry import tools
from jobs_tui.tui.actions import key_table

ROOT = Path(__file__).parent.parent
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
_BLOCK = re.compile(r"<!-- begin (\w+) -->\n.*?<!-- end \1 -->", re.DOTALL)


def commands(
    group: click.Group = cli, path: str = "jobs-tui"
) -> Iterator[tuple[str, click.Command, click.Context]]:
    """(``jobs-tui cron next``, command, its context) for every command, groups left out."""
    # A command keeps the help option that it made first, and tests run it after this.
    parent = click.Context(group, info_name=path, **cli.context_settings)
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        assert command is not None
        full = f"{path} {name}"
        if isinstance(command, click.Group):
            yield from commands(command, full)
        else:
            yield full, command, click.Context(command, info_name=full, **cli.context_settings)


def options(command: click.Command) -> list[click.Option]:
    """The options of a command, ``--help`` left out."""
    return [one for one in command.params if isinstance(one, click.Option)]


def command_table() -> str:
    """Every command with its options and what it is for."""
    rows = ["| Command | Options | |", "|---|---|---|"]
    for path, command, context in commands():
        arguments = " ".join(
            one.make_metavar(context) for one in command.params if isinstance(one, click.Argument)
        )
        names = " ".join(
            f"`{'/'.join([*one.opts, *one.secondary_opts])}`" for one in options(command)
        )
        top = path.removeprefix("jobs-tui ")
        text = ENTRIES[top].help if top in ENTRIES else command.get_short_help_str(200)
        rows.append(f"| `{_cell(f'{top} {arguments}'.rstrip())}` | {names} | {_cell(text)} |")
    return "\n".join(rows)


def command_reference() -> str:
    """Every command with its help text and every option explained."""
    parts = []
    for path, command, context in commands():
        usage = " ".join((path, *command.collect_usage_pieces(context)))
        text = [" ".join(part.split()) for part in (command.help or "").split("\n\n")]
        parts += [f"## {path}", f"`{usage}`", *text]
        records = [one.get_help_record(context) for one in options(command)]
        if rows := [
            f"| `{_cell(names)}` | {_cell(text)} |" for names, text in filter(None, records)
        ]:
            parts.append("\n".join(("| Option | Meaning |", "|---|---|", *rows)))
    return "\n\n".join(parts)


def settings_table() -> str:
    """Every setting with its variable, default and meaning."""
    rows = ["| Setting | Variable | Default | Meaning |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "empty" if field.default in ("", ()) else f"`{field.default}`"
        meaning = _cell(field.description or "")
        rows.append(f"| `{name}` | `JOBS_TUI_{name.upper()}` | {default} | {meaning} |")
    return "\n".join(rows)


def routes() -> list[Route]:
    """What the server answers to, in the order of its description."""

    @web.middleware
    async def unused(request: web.Request, handler: Any) -> Any:
        return await handler(request)

    async def untried(ctx: Context, kind: ResourceKind, resource_id: str) -> dict[str, Any]:
        return {}

    with TemporaryDirectory() as home:
        store = Store(Home(Path(home), Path(home) / "config.toml"))
        try:
            ctx = Context(store, "docs", "api")
            app = build_app(ctx, Settings(), dict, lambda: None, unused, untried)
        finally:
            store.close()
    return app[ROUTES]


def route_tables() -> str:
    """Every route by family, with the scope that its token needs and the codes of its own."""
    found, parts = routes(), []
    families = [tag["name"] for tag in document(found)["tags"]]
    for family in families:
        rows = ["| Request | Token | Codes | |", "|---|---|---|---|"]
        for route in found:
            if route.tag == family:
                scope = "" if route.scope == "none" else f"`{route.scope}`"
                codes = ", ".join(str(status) for status in sorted(route.responses))
                request = f"`{route.method} {route.path}`"
                rows.append(f"| {request} | {scope} | {codes} | {_cell(route.summary)} |")
        title = family[0].upper() + family[1:].replace("-", " ")
        parts.append("\n".join((f"### {title}", "", TAGS[family], "", *rows)))
    return "\n\n".join(parts)


def tool_table() -> str:
    """Every tool with its arguments."""
    rows = ["| Tool | For | Changes things | What it does | Arguments |", "|---|---|---|---|---|"]
    for tool in tools():
        who = "`llm`" if tool.for_models else "`ops`, `llm`"
        arguments = ", ".join(f"`{name}`" for name in tool.arguments.model_fields)
        changes = "" if tool.read_only else "yes"
        rows.append(
            f"| `{tool.name}` | {who} | {changes} | {_cell(tool.description)} | {arguments} |"
        )
    return "\n".join(rows)


def mcp_tables() -> str:
    """Every tool for assistants: what it does, what it takes, which token it needs."""
    parts: list[str] = []
    for tool in MCP_TOOLS:
        schema = schema_of(tool.arguments)
        needed = set(schema.get("required", ()))
        parts += [f"### `{tool.name}`", "", f"{tool.description} (scope `{tool.scope}`)", ""]
        parts += ["| Argument | |", "|---|---|"]
        for name, field in schema["properties"].items():
            must = " Required." if name in needed else ""
            parts.append(f"| `{name}` | {_cell(field['description'])}{must} |")
        parts.append("")
    parts += ["### `trigger_config`", "", "| Key | |", "|---|---|"]
    for name, field in schema_of(TriggerConfig)["properties"].items():
        parts.append(f"| `{name}` | {_cell(field['description'])} |")
    return "\n".join(parts)


def common_codes() -> str:
    """What is answered before or beside a handler."""
    rows = [f"| {status} | {_cell(words)} |" for status, (words, _) in sorted(COMMON.items())]
    return "\n".join(("| Code | Meaning |", "|---|---|", *rows))


BLOCKS: dict[str, Callable[[], str]] = {
    "commands": command_table,
    "reference": command_reference,
    "settings": settings_table,
    "keys": key_table,
    "routes": route_tables,
    "codes": common_codes,
    "tools": tool_table,
    "mcp_tools": mcp_tables,
}


def written(text: str) -> str:
    """A document with its tables as they should be."""

    def block(found: re.Match[str]) -> str:
        name = found[1]
        return f"<!-- begin {name} -->\n{BLOCKS[name]()}\n<!-- end {name} -->"

    return _BLOCK.sub(block, text)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write every document."""
    for path in DOCUMENTS:
        text = path.read_text("utf-8")
        if (new := written(text)) != text:
            path.write_text(new, "utf-8")
            click.echo(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
