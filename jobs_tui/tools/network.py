"""Whether ports of a host can be reached."""

from __future__ import annotations

import asyncio
from typing import Annotated

from pydantic import Field

from jobs_tui.tools.arguments import Host, Port, Seconds, ToolArguments
from jobs_tui.tools.reaching import UNKNOWN, cause
from jobs_tui.tools.tool import Tool, ToolContext, ToolResult
from jobs_tui.tools.words import count, rows


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
