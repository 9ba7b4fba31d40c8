"""``jobs-tui doctor``."""

from __future__ import annotations

import click

from jobs_tui.cli.output import print_json
from jobs_tui.cli.session import clock
from jobs_tui.engine.launcher import procs
from jobs_tui.guard.terminal_text import plain
from jobs_tui.service.doctor import examine
from jobs_tui.store.home import find_home

SIGNS = {"ok": "+", "note": "!", "problem": "x"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Check home, database, time zones, agents, engine, port and processes.

    Exits 1 when something is wrong.
    """
    marked = {pid: mark for pid in procs.all_pids() if (mark := procs.mark(pid)) is not None}
    checks = list(examine(find_home(), clock(), marked))
    healthy = all(check.state != "problem" for check in checks)
    if as_json:
        print_json({"ok": healthy, "checks": [check.data() for check in checks]})
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            line = f"{SIGNS[check.state]} {check.name:<{width}}  {check.detail.removesuffix('.')}"
            click.echo(plain(f"{line}. {check.hint}" if check.hint else line))
        click.echo("Everything is in order." if healthy else "Something is wrong: see x above.")
    click.get_current_context().exit(0 if healthy else 1)
