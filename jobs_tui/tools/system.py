"""How this machine does: processor, memory, load, disks, processes."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated, Any, Literal

from pydantic import Field

from jobs_tui.tools.arguments import PathText, Percent, ToolArguments
from jobs_tui.tools.tool import Tool, ToolContext, ToolFailed, ToolResult
from jobs_tui.tools.words import count, rows, size, span

SAMPLE = 1.0
"""Seconds over which the processor is looked at."""
_PSEUDO = {"squashfs", "overlay", "tmpfs", "devtmpfs", "ramfs", "iso9660", "autofs"}


Threshold = Literal[
    "cpu_percent", "memory_percent", "swap_percent", "disk_percent", "load_per_core"
]
Reached = Annotated[list[Threshold], Field(max_length=5)]


def _crossed(name: Threshold, value: float, limit: float, reached: list[Threshold]) -> str:
    """How a value stands to its limit when that is an alarm; else empty."""
    if name in reached:
        return f"at or above {limit:g}" if value >= limit else ""
    return f"above {limit:g}" if value > limit else ""


class SystemHealth(ToolArguments):
    """Thresholds; without one, only what is nearly full is an alarm."""

    cpu_percent: Percent | None = Field(None, description="alarm when the processor is busier")
    memory_percent: Percent | None = Field(None, description="alarm when more memory is used")
    swap_percent: Percent | None = Field(None, description="alarm when more swap is used")
    disk_percent: Percent | None = Field(None, description="alarm when a file system is fuller")
    load_per_core: Annotated[float, Field(ge=0, le=1000)] | None = Field(
        None, description="alarm when the load of 5 minutes, per core, is higher"
    )
    reached: Reached = Field([], description="thresholds that are an alarm when just reached, too")


async def _health(arguments: SystemHealth, context: ToolContext) -> ToolResult:
    import psutil

    psutil.cpu_percent(None)
    await asyncio.sleep(SAMPLE)
    cpu = psutil.cpu_percent(None)
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    cores = psutil.cpu_count() or 1
    load = os.getloadavg()
    disks = await asyncio.to_thread(_disks, None)
    up = context.store.clock.now().timestamp() - psutil.boot_time()
    alarms = []
    watched: tuple[tuple[Threshold, str, float], ...] = (
        ("cpu_percent", "CPU", cpu),
        ("memory_percent", "Memory", memory.percent),
        ("swap_percent", "Swap", swap.percent),
    )
    for name, title, value in watched:
        limit = getattr(arguments, name)
        if limit is not None and (how := _crossed(name, value, limit, arguments.reached)):
            alarms.append(f"{title} is at {value:.0f} %, {how} %.")
    per_core, most = load[1] / cores, arguments.load_per_core
    if most is not None and (how := _crossed("load_per_core", per_core, most, arguments.reached)):
        alarms.append(f"Load per core is {per_core:.2f}, {how}.")
    full = 95.0 if arguments.disk_percent is None else arguments.disk_percent
    alarms += [
        f"{disk['mount']} is {disk['percent']:.0f} % full, {how} %."
        for disk in disks
        if (how := _crossed("disk_percent", disk["percent"], full, arguments.reached))
    ]
    lines = [
        ("CPU", f"{cpu:.0f} %", count(cores, "core")),
        ("Memory", f"{memory.percent:.0f} %", f"{size(memory.used)} of {size(memory.total)}"),
        ("Swap", f"{swap.percent:.0f} %", f"{size(swap.used)} of {size(swap.total)}"),
        ("Load", f"{load[0]:.2f}", f"5 min {load[1]:.2f}, 15 min {load[2]:.2f}"),
        ("Up", span(up), ""),
        *(
            (
                f"Disk {disk['mount']}",
                f"{disk['percent']:.0f} %",
                f"{size(disk['free'])} free of {size(disk['total'])}",
            )
            for disk in disks
        ),
    ]
    worst = max((disk["percent"] for disk in disks), default=0.0)
    state = "healthy" if not alarms else count(len(alarms), "alarm")
    return ToolResult(
        text=rows(lines, right=(1,)),
        summary=f"{state}: CPU {cpu:.0f} %, memory {memory.percent:.0f} %, load {load[0]:.2f},"
        f" fullest disk {worst:.0f} %",
        data={
            "cpu_percent": cpu,
            "memory_percent": memory.percent,
            "memory_available": memory.available,
            "swap_percent": swap.percent,
            "load": list(load),
            "cores": cores,
            "uptime_seconds": round(up),
            "disks": disks,
        },
        alarms=tuple(alarms),
    )


def _disks(only: str | None) -> list[dict[str, Any]]:
    """Real file systems, fullest first; of bind mounts one. Or the one that holds a path."""
    import psutil

    found: dict[str, dict[str, Any]] = {}
    mounts = (
        [("", only)]
        if only is not None
        else [
            (one.device, one.mountpoint)
            for one in sorted(psutil.disk_partitions(all=False), key=lambda p: len(p.mountpoint))
            if one.fstype not in _PSEUDO
        ]
    )
    if not mounts:
        mounts = [("", "/")]  # a container: its root is an overlay
    for device, mount in mounts:
        try:
            if not os.path.isdir(mount):
                continue
            usage = psutil.disk_usage(mount)
            inodes = os.statvfs(mount)
        except OSError:  # not ours to look at, or gone this moment
            continue
        key = device or mount
        if key not in found and usage.total:
            taken = inodes.f_files - inodes.f_ffree
            found[key] = {
                "mount": mount,
                "total": usage.total,
                "used": usage.used,
                "free": usage.free,
                "percent": usage.percent,
                "inodes_percent": round(100 * taken / inodes.f_files, 1) if inodes.f_files else 0.0,
            }
    return sorted(found.values(), key=lambda disk: -disk["percent"])


class DiskSpace(ToolArguments):
    """Which file systems, and when it is an alarm."""

    path: PathText | None = Field(None, description="only the file system that holds this path")
    disk_percent: Percent = Field(90.0, description="alarm when a file system is fuller")
    free_bytes: Annotated[int, Field(ge=0)] | None = Field(
        None, description="alarm when fewer bytes are free"
    )
    reached: Reached = Field([], description="thresholds that are an alarm when just reached, too")


async def _space(arguments: DiskSpace, context: ToolContext) -> ToolResult:
    only = None if arguments.path is None else context.path(arguments.path)
    if only is not None and not os.path.exists(only):
        raise ToolFailed(f"{only} does not exist.")
    disks = await asyncio.to_thread(_disks, only)
    if not disks:
        raise ToolFailed("No file system can be looked at.")
    alarms = []
    for disk in disks:
        full, reached = arguments.disk_percent, arguments.reached
        if how := _crossed("disk_percent", disk["percent"], full, reached):
            alarms.append(f"{disk['mount']} is {disk['percent']:.0f} % full, {how} %.")
        elif arguments.free_bytes is not None and disk["free"] < arguments.free_bytes:
            alarms.append(
                f"{disk['mount']} has {size(disk['free'])} free, less than"
                f" {size(arguments.free_bytes)}."
            )
        if _crossed("disk_percent", disk["inodes_percent"], full, reached):
            alarms.append(f"{disk['mount']} has used {disk['inodes_percent']:.0f} % of its inodes.")
    table = [("MOUNT", "USED", "OF", "FREE", "FULL", "INODES")] + [
        (
            disk["mount"],
            size(disk["used"]),
            size(disk["total"]),
            size(disk["free"]),
            f"{disk['percent']:.0f} %",
            f"{disk['inodes_percent']:.0f} %",
        )
        for disk in disks
    ]
    first = disks[0]
    return ToolResult(
        text=rows(table, right=(1, 2, 3, 4, 5)),
        summary=f"{count(len(alarms), 'alarm') if alarms else 'enough room'}: fullest is"
        f" {first['mount']} with {first['percent']:.0f} %, {size(first['free'])} free",
        data={"disks": disks},
        alarms=tuple(alarms),
    )


class Processes(ToolArguments):
    """Which processes, and in which order."""

    name: str | None = Field(
        None, min_length=1, max_length=200, description="only those with this in name or command"
    )
    sort: Literal["cpu", "memory"] = Field("cpu", description="what the first ones use most of")
    limit: Annotated[int, Field(ge=1, le=100)] = Field(10, description="how many to list")
    must_run: bool = Field(False, description="alarm when no process has that name")


async def _processes(arguments: Processes, context: ToolContext) -> ToolResult:
    import psutil

    known = {}
    for process in psutil.process_iter():
        try:
            process.cpu_percent(None)
            known[process.pid] = process
        except psutil.Error:
            continue
    await asyncio.sleep(SAMPLE)
    found = await asyncio.to_thread(_look_at, list(known.values()), arguments.name)
    found.sort(key=lambda one: -(one["cpu_percent" if arguments.sort == "cpu" else "memory"]))
    alarms: tuple[str, ...] = ()
    if arguments.must_run and arguments.name is not None and not found:
        alarms = (f"No process is called {arguments.name!r}.",)
    table = [("PID", "USER", "CPU", "MEMORY", "UP", "COMMAND")] + [
        (
            str(one["pid"]),
            one["user"],
            f"{one['cpu_percent']:.0f} %",
            size(one["memory"]),
            span(max(0.0, context.store.clock.now().timestamp() - one["started"])),
            one["command"][:80],
        )
        for one in found[: arguments.limit]
    ]
    what = "processes" if arguments.name is None else f"processes like {arguments.name!r}"
    first = f"; first is {found[0]['name']} ({found[0]['pid']})" if found else ""
    return ToolResult(
        text=rows(table, right=(0, 2, 3)) if found else f"no {what}",
        summary=f"{len(found)} {what}{first}",
        data={"count": len(found), "processes": found[: arguments.limit]},
        alarms=alarms,
    )


def _look_at(processes: list[Any], name: str | None) -> list[dict[str, Any]]:
    import psutil

    wanted = None if name is None else name.casefold()
    found = []
    for process in processes:
        try:
            with process.oneshot():
                called = process.name()
                command = " ".join(process.cmdline()) or f"[{called}]"
                if process.pid == os.getpid() and wanted is not None:
                    continue
                if wanted is not None and wanted not in f"{called} {command}".casefold():
                    continue
                found.append(
                    {
                        "pid": process.pid,
                        "name": called,
                        "user": process.username(),
                        "cpu_percent": process.cpu_percent(None),
                        "memory": process.memory_info().rss,
                        "started": process.create_time(),
                        "command": command[:300],
                    }
                )
        except psutil.Error:  # it has just ended, or is not ours to look at
            continue
    return found


SYSTEM_HEALTH = Tool(
    name="system_health",
    title="System health",
    description="Looks at processor, memory, swap, load and disks of this machine. Alarms where a"
    " threshold is crossed.",
    arguments=SystemHealth,
    run=_health,
    read_only=True,
    phrases=(
        "check system health",
        "is the server healthy",
        "health check of this machine",
        "alert if cpu is above 80 percent",
        "check cpu memory and load",
        "how busy is the processor",
        "watch memory usage",
        "check the load average",
    ),
)
DISK_SPACE = Tool(
    name="disk_space",
    title="Disk space",
    description="Shows how full the file systems are. Alarms above a limit.",
    arguments=DiskSpace,
    run=_space,
    read_only=True,
    phrases=(
        "check disk space",
        "how much disk space is free",
        "are the disks full",
        "alert when a disk is over 90 percent full",
        "check free space on /var",
        "warn if less than 10 GB are free",
    ),
)
PROCESSES = Tool(
    name="processes",
    title="Processes",
    description="Lists processes by processor or memory use, or those of a name.",
    arguments=Processes,
    run=_processes,
    read_only=True,
    phrases=(
        "top processes by memory",
        "which processes use the most cpu",
        "list running processes",
        "is the process nginx running",
        "show the top 5 processes",
    ),
)
