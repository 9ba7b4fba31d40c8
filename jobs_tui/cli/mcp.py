"""``jobs-tui mcp``: the tools for assistants, over standard input and output."""

from __future__ import annotations

import logging

import click

from jobs_tui.cli.session import opened


@click.command()
def mcp() -> None:
    """Serve the job tools to an assistant that starts this command (Model Context Protocol).

    Works without an engine; the answers say then that nothing starts by itself. Ends when the
    assistant closes its end.
    """
    from jobs_tui.server.mcp.stdio import serve

    # Standard output carries the protocol alone; warnings go where the client keeps them.
    logging.basicConfig(level=logging.WARNING, format="jobs-tui: %(levelname)s %(message)s")
    with opened() as ctx:
        serve(ctx.store)
