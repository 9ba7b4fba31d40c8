"""Whether services run: asked of systemd, and found out by other signs where there is none."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from jobs_tui.tools.arguments import ToolArguments
from jobs_tui.tools.tool import Tool, ToolContext, ToolFailed, ToolResult
from jobs_tui.tools.words import count, rows, short

INIT = Path("/etc/init.d")
PID_FILES = ("/run/{name}.pid", "/run/{name}/{name}.pid", "/run/{name}/pid", "/run/{name}d.pid")
PATIENCE = 15.0
"""Seconds for one answer."""
_NO_SYSTEMD = ("not been booted with systemd", "failed to connect to bus", "host is down")
"""What systemctl says where it is installed and systemd does not run, such as in a container."""
_STOPPED = frozenset({1, 2, 3})
"""Exit codes of ``status``: dead, dead, not running (LSB 3.1, Init Script Actions)."""


class ServiceStatus(ToolArguments):
    """Which services."""

    services: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Za-z0-9:_.\\@-]{1,200}$")]],
        Field(min_length=1, max_length=50),
    ] = Field(description="names of systemd units or services: nginx, postgresql.service")
    user: bool = Field(False, description="units of the user instead of the system")


async def _services(arguments: ServiceStatus, context: ToolContext) -> ToolResult:
    found = await _by_systemd(arguments, context)
    if found is None:
        found = [await _by_signs(name, context) for name in arguments.services]
    alarms = tuple(one["alarm"] for one in found if one["alarm"])
    running = len(found) - len(alarms)
    return ToolResult(
        text=rows([(one["name"], one["state"], one["since"], one["about"]) for one in found]),
        summary=short(alarms[0] if alarms else f"{count(running, 'service')} active"),
        data={"services": found},
        alarms=alarms,
    )


async def _by_systemd(
    arguments: ServiceStatus, context: ToolContext
) -> list[dict[str, Any]] | None:
    """What systemd says; None where it does not run."""
    if shutil.which("systemctl") is None:
        return None
    scope = ["--user"] if arguments.user else []
    found = []
    for name in arguments.services:
        done = await context.processes.run(
            ["systemctl", *scope, "show", "--no-pager",
             "--property=Id,LoadState,ActiveState,SubState,Description,ActiveEnterTimestamp",
             "--", name],
            timeout=PATIENCE,
        )  # fmt: skip
        if done.exit_code:
            said = " ".join(done.stderr.split())
            if any(words in said.lower() for words in _NO_SYSTEMD):
                return None
            raise ToolFailed(
                f"systemd does not answer: {short(said).rstrip('.') if said else 'no reason'}."
            )
        pairs = (line.partition("=") for line in done.stdout.splitlines())
        found.append(_unit(name, {key: value for key, _, value in pairs}))
    return found


def _unit(name: str, told: dict[str, str]) -> dict[str, Any]:
    state = f"{told.get('ActiveState')} ({told.get('SubState')})"
    alarm = f"The service {name} is {state}."
    if told.get("LoadState") == "not-found":
        alarm = f"The service {name} does not exist."
    return {
        "name": told.get("Id") or name,
        "state": state,
        "since": told.get("ActiveEnterTimestamp") or "--",
        "about": told.get("Description", ""),
        "alarm": "" if told.get("ActiveState") == "active" else alarm,
    }


async def _by_signs(name: str, context: ToolContext) -> dict[str, Any]:
    """What can be found out without systemd: its init script, its pid file, its processes."""
    plain = name.removesuffix(".service")
    signs = []
    script = INIT / plain
    state = ""
    if os.access(script, os.X_OK):
        done = await context.processes.run([str(script), "status"], timeout=PATIENCE)
        said = "running" if not done.exit_code else "stopped" if done.exit_code in _STOPPED else ""
        state = said
        signs.append(f"{script} says {said or f'exit {done.exit_code}'}")
    file, pid = await asyncio.to_thread(_pid_file, plain)
    if file and not state:
        state = "running" if pid else "stopped"
    if file:
        signs.append(f"{file}: " + (f"process {pid}" if pid else "its process is gone"))
    pids = await asyncio.to_thread(_pids, plain)
    if pids and not state:
        state = "running"
    if pids:
        some = ", ".join(map(str, pids[:5])) + (", ..." if len(pids) > 5 else "")
        signs.append(f"{count(len(pids), 'process', 'processes')} of that name: {some}")
    about = "; ".join(["no systemd here", *signs])
    alarm = ""
    if state != "running":
        alarm = f"The service {name} is {state}: {about}."
        if not state:
            alarm = (
                f"Nothing of a service {name} can be found: there is no systemd here, no"
                f" {script}, no pid file in /run and no process of that name."
            )
            about = "no systemd here"
    return {
        "name": name, "state": state or "not found", "since": "--", "about": about, "alarm": alarm
    }  # fmt: skip


def _pid_file(name: str) -> tuple[str, int | None]:
    """The pid file of a service, and its process if that lives; an empty name: there is none."""
    import psutil

    for pattern in PID_FILES:
        path = pattern.format(name=name)
        try:
            pid = int(Path(path).read_text("ascii").split()[0])
        except FileNotFoundError:
            continue
        except (OSError, ValueError, IndexError):
            continue  # not ours to read, or no pid file after all
        return path, pid if pid > 0 and psutil.pid_exists(pid) else None
    return "", None


def _pids(name: str) -> list[int]:
    """Processes that are called so; daemons often add a ``d``, or say more after a colon."""
    import psutil

    wanted = {name, f"{name}d"}
    found = []
    for process in psutil.process_iter():
        try:
            with process.oneshot():
                command = process.cmdline()
                first = command[0] if command else ""
                names = {process.name(), os.path.basename(first), first.partition(":")[0]}
                if names & wanted and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process.pid)
        except psutil.Error:
            continue
    return sorted(found)


SERVICE_STATUS = Tool(
    name="service_status",
    title="Service status",
    description="Tells whether services run: by systemd, else by /etc/init.d, pid files and names"
    " of processes.",
    arguments=ServiceStatus,
    run=_services,
    read_only=True,
    phrases=(
        "is the service nginx running",
        "check that service ssh is active",
        "status of the postgresql service",
        "is the systemd unit active",
    ),
)
