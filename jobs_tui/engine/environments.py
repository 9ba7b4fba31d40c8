"""Keeps an eye on named environments: Ready or not, and what waits for them (DESIGN 8)."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from datetime import datetime, timedelta
from functools import partial

from jobs_tui.agents.directory import Directory, directory
from jobs_tui.agents.environments import check_problem, quick_problem, secrets_of
from jobs_tui.agents.runner import ProcessSpawner, Task
from jobs_tui.agents.surroundings import environment_of
from jobs_tui.agents.tool_processes import LauncherProcesses
from jobs_tui.engine.parts import Parts
from jobs_tui.models.config import job_config
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.surroundings import EnvironmentInput
from jobs_tui.models.times import from_text, to_text
from jobs_tui.store import holds, jobs, queue

log = logging.getLogger("jobs_tui.engine")

FRESH = timedelta(seconds=15)
"""For how long the answer of a check script holds."""


async def environment_problem(
    parts: Parts,
    environment: EnvironmentInput,
    known: Directory,
    spawner: ProcessSpawner | None,
    *,
    anew: bool = False,
) -> str:
    """Why an environment is not ready, in words; empty when it is. The answer is kept.

    Args:
        spawner: starts the check script; None while there is no launcher.
        anew: ask the check script even if its last answer is fresh.
    """
    problem = await asyncio.to_thread(quick_problem, environment, known, parts.secrets)
    if not problem and environment.check and environment.check.strip():
        kept = None if anew else _kept(parts, environment.id)
        if kept is not None:
            return kept
        if spawner is None:
            return "it cannot be checked now"
        try:
            entries = secrets_of(environment, known)
            secrets = await asyncio.to_thread(parts.secrets.resolve_entries, entries)
            env = {**environment.env_vars, **secrets}
            task = Task(
                f"check_{environment.id}", "", "", "", {}, spawner, env=env,
                working_directory=environment.working_directory,
            )  # fmt: skip
            problem = await check_problem(environment, env, LauncherProcesses(task))
        except JobsTuiError as error:
            problem = error.message
    now = parts.store.clock.now()
    await parts.store.awrite(partial(note, environment_id=environment.id, problem=problem, at=now))
    return problem


def note(connection: sqlite3.Connection, environment_id: str, problem: str, at: datetime) -> None:
    """Keep how an environment was found."""
    connection.execute(
        "insert or replace into environment_checks (environment_id, ready, reason, checked_at)"
        " values (?, ?, ?, ?)",
        (environment_id, not problem, problem, to_text(at)),
    )


def _kept(parts: Parts, environment_id: str) -> str | None:
    row = parts.store.row(
        "select reason, checked_at from environment_checks where environment_id = ?",
        (environment_id,),
    )
    if row is None or parts.store.clock.now() - from_text(row["checked_at"]) > FRESH:
        return None
    return str(row["reason"])


async def release_blocked(parts: Parts, spawner: ProcessSpawner | None) -> int:
    """Queue the runs whose environment has become ready; give up those that waited too long.

    Returns:
        How many were queued.
    """
    rows = holds.waiting(parts.store.jobs.reader(), ExecutionStatus.BLOCKED)
    if not rows:
        return 0
    known, now = directory(parts.store), parts.store.clock.now()
    found: dict[str, str] = {}
    released = 0
    for row in rows:
        definition = jobs.revision(parts.store.jobs.reader(), row["job_id"], row["revision"])
        environment = environment_of(definition, known)
        problem = ""
        if environment is not None:
            if environment.id not in found:
                found[environment.id] = await environment_problem(
                    parts, environment, known, spawner
                )
            problem = found[environment.id]
        if not problem:
            released += await parts.store.awrite(partial(holds.release, execution_id=row["id"]))
            continue
        window = job_config(definition.config).catchup_window
        since = from_text(row["blocked_at"] or row["created_at"])
        if (now - since).total_seconds() > window:
            reason = f"it was not ready within its catch-up window of {window:g} s: {problem}"
            await parts.store.awrite(
                partial(
                    queue.end_waiting,
                    execution_id=row["id"],
                    now=now,
                    status=ExecutionStatus.SKIPPED,
                    reason=reason,
                )
            )
    return released
