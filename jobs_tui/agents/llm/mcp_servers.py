"""The MCP servers of a run: started together, ended with it, their tools offered to the model."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fastmcp.client.transports import ClientTransport, SSETransport, StreamableHttpTransport
from mcp import MCPError
from mcp_types import CONNECTION_CLOSED
from pydantic_ai.exceptions import ApprovalRequired, ModelRetry
from pydantic_ai.exceptions import ToolFailed as Told
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.toolsets import AbstractToolset, ToolsetTool, WrapperToolset

from jobs_tui.agents.llm import endpoints
from jobs_tui.agents.llm.guard import CallGuard, Context
from jobs_tui.agents.llm.mcp_process import ProcessTransport, Program, ServerProcess
from jobs_tui.agents.llm.toolbox import TOLD
from jobs_tui.agents.llm.transcript import cut
from jobs_tui.agents.llm.trouble import cause_of
from jobs_tui.agents.runner import LauncherDied, Output, SpawnFailed, Task
from jobs_tui.models.errors import JobsTuiError

CONNECT = 30.0
"""Seconds until a server must have told its tools: ``npx`` may have to fetch it first."""
LEAVE = 2.0
"""Seconds that a session, and then a server, may take to end by itself."""
HURRY = 0.3
"""The same when the run is cancelled."""
LONGEST_NAME = 64
"""Characters of a tool's name that all providers accept."""


class ServerFailed(JobsTuiError):
    """An MCP server could not be started or reached, or has died."""

    title = "MCP server"
    retry = True
    """Whether it may be there the next time."""


class Server:
    """One server of a run."""

    def __init__(self, name: str, config: Mapping[str, Any], task: Task, output: Output) -> None:
        self.name = name
        self._config = config
        self._task = task
        self._output = output
        self._process: ServerProcess | None = None
        self._stop = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.toolset: MCPToolset[None] | None = None

    async def start(self) -> None:
        """Return when its tools are known.

        Raises:
            ServerFailed: it has no tools for us, and why.
            LauncherDied: nothing can be started any more.
        """
        try:
            transport = await self._transport()
        except SpawnFailed as error:
            refused = self.failed(f"cannot be started: {error.sentence()}")
            refused.retry = False
            raise refused from error
        self.toolset = MCPToolset(
            transport,
            id=self.name,
            init_timeout=CONNECT,
            read_timeout=self._task.timeout,
            tool_error_behavior="failed",
        )
        # A session must be left by the task that entered it.
        self._keeper = asyncio.create_task(self._keep(self.toolset))
        exited: set[asyncio.Future[Any]] = {self._process.exited} if self._process else set()
        await asyncio.wait(
            {self._ready, *exited}, timeout=CONNECT, return_when=asyncio.FIRST_COMPLETED
        )
        if self._process is not None and not self._is_ready():
            await self._process.is_gone()
        if self.died():
            raise self.failed(f"has ended{self._how()}.")
        if not self._ready.done():
            raise self.failed(f"did not answer within {CONNECT:g} seconds.")
        try:
            self._ready.result()
            if self._process is not None:
                self._process.connected()
        except Exception as error:  # whatever the libraries raise is why it cannot be used
            if self._process is None:
                raise self.failed(f"cannot be reached: {cause_of(error)}.") from error
            raise self.failed(f"does not talk as it should: {cause_of(error)}.") from error

    def _is_ready(self) -> bool:
        return self._ready.done() and self._ready.exception() is None

    async def _transport(self) -> ClientTransport:
        config = self._config
        url, command = config.get("url"), config.get("command")
        kind = str(config.get("type") or config.get("transport") or _kind(url, command)).lower()
        if kind == "stdio" and command:
            program = Program(
                command,
                config.get("args") or (),
                config.get("env") or {},
                config.get("cwd") or self._task.directory(),
            )
            self._process = await ServerProcess.start(self._task, self.name, program, self._output)
            return ProcessTransport(self._process)
        if kind == "sse" and url:
            return SSETransport(url=url, headers=config.get("headers"))
        if kind in ("http", "streamable-http", "streamable_http", "streamablehttp") and url:
            return StreamableHttpTransport(url=url, headers=config.get("headers"))
        wrong = self.failed(
            "is not described well: give command (and args), or url, and a type of stdio, http or "
            "sse."
        )
        wrong.retry = False
        raise wrong

    async def _keep(self, toolset: MCPToolset[None]) -> None:
        try:
            async with toolset:
                tools = await toolset.list_tools()
                self._output.line("system", f"[mcp {self.name}] connected: {len(tools)} tools")
                self._ready.set_result(None)
                await self._stop.wait()
        except Exception as error:
            if not self._ready.done():
                self._ready.set_exception(error)
            # Else it is on its way out: what it says while leaving changes nothing.

    def died(self) -> bool:
        """Whether its process has ended. Raises LauncherDied."""
        return (
            self._process is not None
            and self._process.exited.done()
            and self._process.exited.result() is not None
        )

    async def is_gone(self, error: ModelRetry) -> bool:
        """Whether the error of a call means that there will be no more answers."""
        if self._process is not None and await self._process.is_gone():
            return True
        cause = error.__cause__
        return isinstance(cause, MCPError) and cause.code == CONNECTION_CLOSED

    def failed(self, what: str) -> ServerFailed:
        """The error that names it."""
        url, command = self._config.get("url"), self._config.get("command")
        where = endpoints.shown(url) if url else command or "nowhere"
        return ServerFailed(f"The MCP server {self.name} ({where}) {what}")

    def _how(self) -> str:
        if self._process is None:
            return ""
        words = self._process.last_words()
        return f": {words.rstrip('.')}" if words else " without a word"

    def trouble(self, error: Exception) -> ServerFailed:
        """The error of a server that failed in the middle of a run."""
        if self.died():
            return self.failed(f"has ended{self._how()}.")
        return self.failed(f"cannot be used any more: {cause_of(error)}.")

    async def close(self, hurry: bool) -> None:
        """End the session and the process; nothing of either is left."""
        patience = HURRY if hurry else LEAVE
        self._stop.set()
        if self._process is not None and hurry:
            self._process.hang_up()  # which ends the session as well
        if self._keeper is not None:
            if self._ready.done():
                await asyncio.wait({self._keeper}, timeout=patience)
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._ready.done() and not self._ready.cancelled():
            self._ready.exception()  # told already, or of no interest any more
        if self._process is not None:
            grace = min(self._task.stop_timeout, patience)
            await self._process.stop(grace, leave=0.0 if hurry else patience)

    def hasten(self) -> None:
        """Wait no longer: it is being closed, and the run is cancelled meanwhile."""
        if self._keeper is not None:
            self._keeper.cancel()
        if self._process is not None:
            self._process.kill()


class Servers:
    """All servers of a run, as a context manager that gives their toolsets.

    Args:
        taken: names of tools that are there already.
    """

    def __init__(self, task: Task, output: Output, guard: CallGuard, taken: set[str]) -> None:
        self._servers = [
            Server(name, config, task, output)
            for name, config in task.mcp_servers.items()
            if not config.get("disabled")
        ]
        self._output = output
        self._guard = guard
        self._taken = taken

    async def __aenter__(self) -> list[AbstractToolset[None]]:
        """Raises ServerFailed of the first that fails, LauncherDied; none is left then."""
        for server in self._servers:
            self._output.line("system", f"[mcp {server.name}] connecting")
        starting = [asyncio.ensure_future(server.start()) for server in self._servers]
        try:
            await asyncio.gather(*starting)
        except BaseException as error:
            for one in starting:
                one.cancel()
            await asyncio.gather(*starting, return_exceptions=True)
            await self._close(hurry=isinstance(error, asyncio.CancelledError))
            raise
        prefixes = _prefixes([server.name for server in self._servers])
        return [
            Guarded(server.toolset, server, prefix, self._guard, self._taken)
            for server, prefix in zip(self._servers, prefixes, strict=True)
            if server.toolset is not None
        ]

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        await self._close(hurry=kind is not None and not issubclass(kind, Exception))

    async def _close(self, hurry: bool) -> None:
        """To the end, however often it is cancelled meanwhile."""
        closing = asyncio.gather(*(server.close(hurry) for server in self._servers))
        cancelled = False
        while not closing.done():
            try:
                await asyncio.shield(closing)
            except asyncio.CancelledError:
                cancelled = True
                for server in self._servers:
                    server.hasten()
        closing.result()
        if cancelled:
            raise asyncio.CancelledError


@dataclass
class Guarded(WrapperToolset[None]):
    """Tools of a server under names that are unique and that every provider accepts."""

    server: Server
    prefix: str
    guard: CallGuard
    taken: set[str]
    names: dict[str, str] = field(default_factory=dict)
    """By the server's own name of a tool."""

    async def get_tools(self, ctx: Context) -> dict[str, ToolsetTool[None]]:
        """See AbstractToolset."""
        found = await super().get_tools(ctx)
        return {
            (name := self._name(own)): replace(
                tool, toolset=self, tool_def=replace(tool.tool_def, name=name)
            )
            for own, tool in found.items()
        }

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: Context, tool: ToolsetTool[None]
    ) -> Any:
        """See AbstractToolset; asks first. Raises ServerFailed when the server is no more."""
        notes = (tool.tool_def.metadata or {}).get("annotations") or {}
        await self.guard.check(ctx, name, tool_args, read_only=notes.get("readOnlyHint") is True)
        own = next(own for own, given in self.names.items() if given == name)
        inner = replace(tool, tool_def=replace(tool.tool_def, name=own))
        try:
            result = await self.wrapped.call_tool(
                own, tool_args, replace(ctx, tool_name=own), inner
            )
        except (ApprovalRequired, Told):
            raise
        except ModelRetry as error:
            if await self.server.is_gone(error):
                raise self.server.trouble(error) from error
            raise
        except LauncherDied:
            raise
        except Exception as error:  # the connection broke, in whatever way the libraries say it
            raise self.server.trouble(error) from error
        return cut(result, TOLD) if isinstance(result, str) else result

    def _name(self, own: str) -> str:
        if own not in self.names:
            wanted = f"{self.prefix}_{_plain(own)}"
            self.names[own] = _unique(wanted, self.taken)
            self.taken.add(self.names[own])
        return self.names[own]


def _kind(url: str | None, command: str | None) -> str:
    if command:
        return "stdio"
    return "sse" if url and url.rstrip("/").endswith("/sse") else "http"


def _prefixes(names: list[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        found.append(_unique(_plain(name) or "mcp", set(found)))
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)


def _unique(wanted: str, taken: set[str]) -> str:
    found, number = wanted[:LONGEST_NAME], 1
    while found in taken:
        number += 1
        found = f"{wanted[: LONGEST_NAME - len(str(number)) - 1]}_{number}"
    return found
