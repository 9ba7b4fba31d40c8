"""Commands that only read load little, so that they start fast (issue: well under half a second).

What is loaded is asserted, not how long it takes.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from jobs_tui.service import starts
from jobs_tui.service.context import Context
from tests.service.made import cron_job

HEAVY = (
    "textual",
    "rich",
    "aiohttp",
    "apscheduler",
    "pydantic_settings",
    "jinja2",
    "sqlite_utils",
    "platformdirs",
    "jobs_tui.tui",
    "jobs_tui.engine",
    "jobs_tui.server",
    "jobs_tui.host",
)
PROBE = """
import sys
from jobs_tui.cli.main import run
try:
    run(sys.argv[1:])
finally:
    print("LOADED", *sorted(sys.modules), file=sys.stderr)
"""


def loaded(*arguments: str) -> set[str]:
    """The modules that a command has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ},
        check=False,
    )
    assert done.returncode in (0, 3), done.stderr
    return set(done.stderr.rpartition("LOADED")[2].split())


@pytest.mark.parametrize(
    "command", ["list", "list --json", "show nightly", "history nightly", "logs RUN", "status"]
)
def test_reading_a_home(ctx: Context, command: str) -> None:
    run = starts.start(ctx, cron_job(ctx).id)
    found = loaded(*command.replace("RUN", run.execution_id).split())
    assert "sqlite3" in found
    assert found.isdisjoint(HEAVY)


@pytest.mark.parametrize("command", [["cron", "next", "@daily"], ["--help"], ["--version"]])
def test_what_needs_no_home_loads_no_database(command: list[str]) -> None:
    found = loaded(*command)
    assert found.isdisjoint({*HEAVY, "sqlite3", "pydantic", "asyncio"})
