"""Looking over a home and its machine: what is in order, what is not, what to do about it."""

from __future__ import annotations

import errno
import os
import platform
import shutil
import socket
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from jobs_tui import __version__
from jobs_tui.agents.directory import BUILT_IN
from jobs_tui.agents.registry import info
from jobs_tui.guard.secrets.resolver import Secrets
from jobs_tui.models.clock import Clock
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.schedule.zones import tzdata_version
from jobs_tui.service import secrets
from jobs_tui.service.context import Context, user_name
from jobs_tui.service.engine_state import EngineState, engine_state
from jobs_tui.store import secrets as rows
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from jobs_tui.store.settings import load_settings

State = Literal["ok", "note", "problem"]
LITTLE_SPACE = 500 * 1024**2
NO_SPACE = 50 * 1024**2
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    detail: str
    hint: str = ""

    def data(self) -> dict[str, Any]:
        """As ``doctor --json`` prints it."""
        return asdict(self)


def examine(home: Home, clock: Clock, marked: Mapping[int, str]) -> Iterator[Check]:
    """Look at everything, whatever is broken; nothing is changed but that a home is made.

    Args:
        marked: processes of this machine that carry an execution's mark: pid to execution id.
    """
    yield Check("version", "ok", f"jobs-tui {__version__}, Python {platform.python_version()}")
    yield Check("sqlite", "ok", sqlite3.sqlite_version)
    yield Check("time zones", "ok", tzdata_version())
    for agent in map(info, BUILT_IN.values()):
        if agent.ready:
            yield Check(f"agent {agent.id}", "ok", agent.name)
        else:
            yield Check(f"agent {agent.id}", "problem", agent.reason)
    yield _guarded("settings", lambda: _settings(home))
    try:
        store = Store(home, clock)
    except JobsTuiError as error:
        yield Check("home", "problem", error.message, error.hint)
        return
    try:
        yield from _permissions(home)
        yield _space(home)
        ctx = Context(store, user_name(), "cli")
        yield _guarded("secret key", lambda: _key(store))
        yield _guarded("database", lambda: _database(store))
        try:
            state = engine_state(ctx)
        except JobsTuiError:
            return  # the database has been named already
        yield _guarded("secrets", lambda: _secrets(ctx))
        yield _engine(state)
        yield _guarded("port", lambda: _port(home, state))
        yield _guarded("mcp port", lambda: _mcp_port(home, state))
        yield _guarded("processes", lambda: _strays(ctx, marked))
    finally:
        store.close()


def _guarded(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except JobsTuiError as error:
        return Check(name, "problem", error.message, error.hint)


def _settings(home: Home) -> Check:
    load_settings(home)
    place = str(home.config_file)
    return Check("settings", "ok", place if home.config_file.exists() else f"defaults; no {place}")


def _permissions(home: Home) -> Iterator[Check]:
    yield _private("home", home.data, 0o700)
    for path in (home.jobs_db, home.logs_db, home.token_file):
        if path.exists():
            yield _private(path.name, path, 0o600)


def _private(name: str, path: Path, mode: int) -> Check:
    found = path.stat()
    bits = stat.S_IMODE(found.st_mode)
    if found.st_uid != os.geteuid():
        return Check(name, "problem", f"{path} belongs to another user", "Change its owner.")
    if bits & 0o077:
        hint = f"chmod {mode:o} {path}"
        return Check(name, "problem", f"{path} is open to others ({bits:o})", hint)
    return Check(name, "ok", f"{path} ({bits:o})")


def _key(store: Store) -> Check:
    ring = Secrets(store).ring
    if (given := ring.given()) is not None:
        ring.keys(make=False)
        return Check("secret key", "ok", f"from {given}")
    if not ring.file.exists() and not ring.next_file.exists():
        if not any(row.sealed is not None for row in rows.listing(store.jobs.reader())):
            return Check("secret key", "ok", f"none yet; {ring.file} is made with the first secret")
        hint = "Put it back from a backup, or set each secret again with `jobs-tui secret set`."
        return Check("secret key", "problem", f"{ring.file} is gone: no sealed secret opens", hint)
    for path in (ring.file, ring.next_file):
        if path.exists() and (looked := _private("secret key", path, 0o600)).state != "ok":
            return looked
    ring.keys(make=False)
    if ring.next_file.exists():
        hint = "Run `jobs-tui secret rotate-key` again: it goes on where it was interrupted."
        return Check("secret key", "note", "a change of the key was not finished", hint)
    return _private("secret key", ring.file, 0o600)


def _secrets(ctx: Context) -> Check:
    found = secrets.listing(ctx)
    wrong = [info for info in found if info.problem]
    if not wrong:
        return Check("secrets", "ok", f"{len(found)} kept, all can be had")
    first = wrong[0]
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    return Check(
        "secrets",
        "problem",
        f"{first.row.name} cannot be had: {first.problem.removesuffix('.')}{more}",
        "`jobs-tui secret list` shows all of them.",
    )


def _space(home: Home) -> Check:
    free = shutil.disk_usage(home.data).free
    text = f"{free / 1024**3:.1f} GiB free on the disk of {home.data}"
    if free < NO_SPACE:
        return Check("disk", "problem", text, "Free some space: without it nothing is recorded.")
    return Check("disk", "note" if free < LITTLE_SPACE else "ok", text)


def _database(store: Store) -> Check:
    wrong = store.check()
    if wrong:
        hint = "Stop the engine and restore the file from a backup."
        return Check("database", "problem", "; ".join(wrong[:3]), hint)
    row = store.row("select (select count(*) from jobs), (select count(*) from executions)")
    assert row is not None
    return Check("database", "ok", f"sound, {row[0]} jobs and {row[1]} runs")


def _engine(state: EngineState) -> Check:
    if not state.running:
        return Check("engine", "note", "not running", "`jobs-tui` or `jobs-tui serve` starts one.")
    text = f"pid {state.pid} on {state.host} ({state.mode}, version {state.version})"
    if state.version != __version__:
        hint = "Restart it: `jobs-tui stop`, then start it again."
        return Check("engine", "note", f"{text}, but this is {__version__}", hint)
    return Check("engine", "ok", text)


def _port(home: Home, state: EngineState) -> Check:
    hint = "Set JOBS_TUI_PORT to a free one."
    if state.running:
        if state.hooks_problem:
            return Check("port", "problem", state.hooks_problem, hint)
        return Check("port", "ok", f"listening on {state.address}")
    settings = load_settings(home)
    return _free("port", settings.host, settings.port, hint)


def _mcp_port(home: Home, state: EngineState) -> Check:
    hint = "Set JOBS_TUI_MCP_PORT to a free one."
    if state.running:
        if state.mcp_problem:
            return Check("mcp port", "problem", state.mcp_problem, hint)
        return Check("mcp port", "ok", f"MCP at {state.mcp_url}")
    settings = load_settings(home)
    return _free("mcp port", settings.host, settings.mcp_port, hint)


def _free(name: str, host: str, port: int, hint: str) -> Check:
    place = f"{host}:{port}"
    try:
        with socket.create_server((host, port)):
            return Check(name, "ok", f"{place} is free")
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return Check(name, "problem", f"{place} is taken by another program", hint)
        reason = error.strerror or str(error)
        return Check(name, "problem", f"{place}: {reason}", "Set JOBS_TUI_HOST.")


def _strays(ctx: Context, marked: Mapping[int, str]) -> Check:
    ours = {
        row["id"]: row["status"]
        for execution_id in set(marked.values())
        for row in ctx.store.rows("select id, status from executions where id = ?", (execution_id,))
    }
    strays = [pid for pid, run in marked.items() if run in ours and ours[run] != "running"]
    if strays:
        pids = ", ".join(map(str, sorted(strays)[:10]))
        text = f"{len(strays)} processes of ended runs are still there (pid {pids})"
        return Check("processes", "note", text, "They were kept in the background, or end them.")
    going = sum(ours.get(run) == "running" for run in marked.values())
    return Check("processes", "ok", f"{going} of runs that go on, none left behind")
