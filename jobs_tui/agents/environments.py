"""Whether a named environment is Ready, and if not, why (DESIGN 8)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

from jobs_tui.agents.directory import Directory
from jobs_tui.guard.secrets.entries import parse_entry
from jobs_tui.guard.secrets.resolver import Secrets
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.surroundings import EnvironmentInput
from jobs_tui.tools.tool import Processes

LONGEST_REASON = 300


def quick_problem(environment: EnvironmentInput, directory: Directory, secrets: Secrets) -> str:
    """What is missing, without running anything; empty when nothing is.

    Looks at the working directory, required tools, integrations and secrets.
    """
    place = environment.working_directory
    if place is not None:
        path = os.path.join(os.path.expanduser("~"), os.path.expanduser(place))
        if not os.path.isdir(path):
            return f"the directory {path} does not exist"
    paths = environment.env_vars.get("PATH")
    for tool in environment.required_tools:
        if shutil.which(tool, path=paths) is None:
            return f"{tool} was not found on PATH"
    for integration_id in environment.integration_ids:
        if integration_id not in directory.integrations:
            return f"there is no integration {integration_id!r:.80}"
    for entry in secrets_of(environment, directory):
        try:
            problem = secrets.problem(parse_entry(entry).reference)
        except JobsTuiError as error:
            problem = error.message
        if problem:
            return problem
    return ""


def secrets_of(environment: EnvironmentInput, directory: Directory) -> list[str]:
    """The secrets that it gives, those of its integrations included."""
    entries = [
        entry
        for integration_id in environment.integration_ids
        if integration_id in directory.integrations
        for entry in directory.integrations[integration_id].secrets
    ]
    return entries + environment.secrets


async def check_problem(
    environment: EnvironmentInput, env: Mapping[str, str], processes: Processes
) -> str:
    """What the environment's own check script says; empty when it exits 0 or there is none.

    Args:
        env: the environment's variables and secrets.
    """
    if environment.check is None or not environment.check.strip():
        return ""
    try:
        done = await processes.run(
            ["bash", "--noprofile", "--norc", "-c", environment.check],
            env=env,
            timeout=environment.check_timeout,
            limit=64_000,
        )
    except JobsTuiError as error:
        return error.message
    if done.exit_code == 0:
        return ""
    said = [line for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
    last = plain(said[-1])[:LONGEST_REASON] if said else "it said nothing"
    return f"its check failed (exit {done.exit_code}): {last}"
