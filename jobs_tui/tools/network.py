"""Whether something is there: ports of a host, services of this machine."""

from __future__ import annotations

import asyncio
import shutil
from typing import Annotated

from pydantic import Field

from jobs_tui.tools.arguments import Host, Port, Seconds, ToolArguments
from jobs_tui.tools.reaching import UNKNOWN, cause
from jobs_tui.tools.tool import Tool, ToolContext, ToolFailed, ToolResult
from jobs_tui.tools.words import count, rows, short


class TcpPort(ToolArguments):
    """Which ports of which host."""

    host: Host = Field("127.0.0.1", description="name or address")
    ports: Annotated[list[Port], Field(min_length=1, max_length=100)] = Field(
        description="ports to try"
    )
    open: bool = Field(
        True, description="whether they should be open; else an open one is an alarm"
    )
    timeout: Seconds = Field(5.0, description="seconds until one gives up")


async def _tcp(arguments: TcpPort, context: ToolContext) -> ToolResult:
    found = await asyncio.gather(*(_try_port(arguments, port) for port in arguments.ports))
    alarms = tuple(
        f"Port {port} of {arguments.host} is {'closed' if problem else 'open'}"
        f"{f': {problem}' if problem else ''}."
        for port, problem in zip(arguments.ports, found, strict=True)
        if bool(problem) == arguments.open or problem.startswith(UNKNOWN)
    )
    lines = [
        (f"{arguments.host}:{port}", "open" if not problem else f"closed: {problem}")
        for port, problem in zip(arguments.ports, found, strict=True)
    ]
    opened = [port for port, problem in zip(arguments.ports, found, strict=True) if not problem]
    return ToolResult(
        text=rows(lines),
        summary=f"{len(opened)} of {count(len(found), 'port')} open on {arguments.host}",
        data={"host": arguments.host, "open": opened},
        alarms=alarms,
    )


async def _try_port(arguments: TcpPort, port: int) -> str:
    """Why it cannot be reached; empty when it can."""
    try:
        async with asyncio.timeout(arguments.timeout):
            _, writer = await asyncio.open_connection(arguments.host.strip("[]"), port)
    except TimeoutError:
        return f"no answer within {arguments.timeout:g} s"
    except OSError as error:
        return cause(error)
    writer.transport.abort()
    return ""


class ServiceStatus(ToolArguments):
    """Which systemd units."""

    services: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Za-z0-9:_.\\@-]{1,200}$")]],
        Field(min_length=1, max_length=50),
    ] = Field(description="names of systemd units: nginx, postgresql.service")
    user: bool = Field(False, description="units of the user instead of the system")


async def _service(arguments: ServiceStatus, context: ToolContext) -> ToolResult:
    if shutil.which("systemctl") is None:
        raise ToolFailed(
            "There is no systemd on this machine, so services cannot be asked about.",
            "Ask for a process or a port instead.",
        )
    scope = ["--user"] if arguments.user else []
    found = []
    for name in arguments.services:
        done = await context.processes.run(
            ["systemctl", *scope, "show", "--no-pager",
             "--property=Id,LoadState,ActiveState,SubState,Description,ActiveEnterTimestamp,NRestarts",
             "--", name],
            timeout=15,
        )  # fmt: skip
        if done.exit_code:
            said = done.stderr.strip().splitlines()
            raise ToolFailed(
                f"systemd does not answer: {short(said[0]).rstrip('.') if said else 'no reason'}."
            )
        pairs = (line.partition("=") for line in done.stdout.splitlines())
        found.append({key: value for key, _, value in pairs})
    alarms = tuple(
        f"The service {name} does not exist."
        if one.get("LoadState") == "not-found"
        else f"The service {name} is {one.get('ActiveState')} ({one.get('SubState')})."
        for name, one in zip(arguments.services, found, strict=True)
        if one.get("ActiveState") != "active"
    )
    lines = [
        (
            one.get("Id", name),
            f"{one.get('ActiveState')} ({one.get('SubState')})",
            one.get("ActiveEnterTimestamp") or "--",
            one.get("Description", ""),
        )
        for name, one in zip(arguments.services, found, strict=True)
    ]
    running = len(found) - len(alarms)
    return ToolResult(
        text=rows(lines),
        summary=short(alarms[0] if alarms else f"{count(running, 'service')} active"),
        data={"services": found},
        alarms=alarms,
    )


TCP_PORT = Tool(
    name="tcp_port",
    title="TCP port",
    description="Tries whether ports of a host can be reached.",
    arguments=TcpPort,
    run=_tcp,
    read_only=True,
    phrases=(
        "is port 5432 open on db1",
        "check that port 22 is reachable",
        "can we connect to host port 443",
        "check ports 80 and 443",
    ),
)
SERVICE_STATUS = Tool(
    name="service_status",
    title="Service status",
    description="Asks systemd whether services are active.",
    arguments=ServiceStatus,
    run=_service,
    read_only=True,
    phrases=(
        "is the service nginx running",
        "check that service ssh is active",
        "status of the postgresql service",
        "is the systemd unit active",
    ),
    needs=("systemctl",),
)
