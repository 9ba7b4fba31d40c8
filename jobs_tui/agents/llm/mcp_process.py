"""An MCP server over stdio as a process of the run (DESIGN 7).

Started by the launcher like everything that a run starts: it carries the run's mark, and nothing
of its tree is left when the run ends, or when the engine does. The launcher gives no stdin, so the
server reads a named pipe.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from fastmcp.client.transports.base import ClientTransport, SessionKwargs, TransportOptions
from mcp import ClientSession
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from jobs_tui.agents.llm.pipes import lines, write
from jobs_tui.agents.runner import Output, Process, SpawnFailed, Task

INHERITED = (
    *("HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"),
    *("LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ"),
)
"""What a server gets of the engine's environment; the rest is none of its business."""
LONGEST_MESSAGE = 64 * 1024 * 1024
"""Bytes of one message of a server."""
LONGEST_LINE = 4096
"""Bytes of one line of what it says on stderr."""
LEAVE = 1.0
"""Seconds for what must be over at once: the last of a stream whose writer is gone."""

# The shell is gone when the server runs: only the redirection is its own.
_FROM_PIPE = 'exec 0<"$0" && exec "$@"'


class _Pipe:
    """A named pipe that only this user can open, with both its ends."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="jobs-tui-mcp-")
        self.path = os.path.join(self._directory.name, "stdin")
        os.mkfifo(self.path, 0o600)
        # Until the server has opened it, somebody must: or there would be nothing to write to.
        self._reading = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        self.writing = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)

    def opened(self) -> None:
        """The server reads it: its name and our own reading end are of no use any more."""
        if self._reading >= 0:
            os.close(self._reading)
            self._reading = -1
            self._directory.cleanup()

    def close(self) -> None:
        """The server reads to the end of what was written; harmless when repeated."""
        if self.writing >= 0:
            os.close(self.writing)
            self.writing = -1
        self.opened()


Sent = MemoryObjectSendStream[SessionMessage | Exception]
ToSend = MemoryObjectReceiveStream[SessionMessage]


@dataclass(frozen=True, slots=True)
class Program:
    """What is started: ``command`` is looked for on the PATH that it will have."""

    command: str
    args: Sequence[str]
    env: Mapping[str, str]
    """Its own, added to the run's."""
    cwd: str


class ServerProcess:
    """A running server. Made by :meth:`start`."""

    def __init__(self, name: str, process: Process, pipe: _Pipe, output: Output) -> None:
        self._name = name
        self._process = process
        self._pipe = pipe
        self._output = output
        self._last_words = ""
        self._said_all = False
        self._heard = asyncio.ensure_future(self._listen())
        self.exited = asyncio.ensure_future(process.exited())

    @classmethod
    async def start(cls, task: Task, name: str, program: Program, output: Output) -> ServerProcess:
        """Start it.

        Raises:
            SpawnFailed: with a sentence.
            LauncherDied: nothing can be started any more.
        """
        given = {**task.env, **program.env}
        command = _found(program, given.get("PATH") or os.environ.get("PATH"))
        if command is None:
            raise SpawnFailed(f"{program.command} was not found on PATH.")
        withheld = {key: None for key in os.environ if key not in INHERITED}
        pipe = _Pipe()
        try:
            argv = ["/bin/sh", "-c", _FROM_PIPE, pipe.path, command, *program.args]
            env = {**withheld, **given}
            process = await task.spawner.spawn(task.execution_id, argv, env, program.cwd)
        except BaseException:
            pipe.close()
            raise
        return cls(name, process, pipe, output)

    def last_words(self) -> str:
        """The last line of its stderr."""
        return self._last_words

    async def is_gone(self) -> bool:
        """Whether it has ended or closed its stdout; its last words are known then.

        Of the end of its streams and of its own we hear in any order, within a moment.
        """
        if self._said_all or self.exited.done():
            await asyncio.wait({self.exited, self._heard}, timeout=LEAVE)
        return self._said_all or self.exited.done()

    async def _listen(self) -> None:
        async for line in lines(self._process.stderr, LONGEST_LINE):
            if line.strip():
                self._last_words = line.strip()
                self._output.line("system", f"[mcp {self._name}] {line}")
                await self._output.ready()

    async def receive(self, sent: Sent) -> None:
        """Pass on what the server says until it says no more."""
        async with sent:
            async for line in lines(self._process.stdout, LONGEST_MESSAGE):
                if not line.strip():
                    continue
                try:
                    message = jsonrpc_message_adapter.validate_json(line, by_name=False)
                except ValueError:
                    told = line[:LONGEST_LINE]
                    self._output.line("system", f"[mcp {self._name}] not a message: {told}")
                    continue
                try:
                    await sent.send(SessionMessage(message))
                except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                    return  # nobody listens any more
            self._said_all = True

    async def cut_off(self, receiving: asyncio.Future[None]) -> None:
        """End ``receiving`` when the server has gone, whoever may still hold its pipe."""
        await asyncio.wait({self.exited})
        await asyncio.wait({receiving}, timeout=LEAVE)
        receiving.cancel()

    async def send(self, to_send: ToSend) -> None:
        """Tell the server what it is told."""
        async with to_send:
            async for one in to_send:
                text = one.message.model_dump_json(by_alias=True, exclude_unset=True)
                try:
                    await write(self._pipe.writing, text.encode() + b"\n")
                except OSError:
                    return  # it is gone, which its exit tells

    def connected(self) -> None:
        """It has answered: nothing of its start need stay."""
        self._pipe.opened()

    def hang_up(self) -> None:
        """Close its stdin, which tells a server to leave."""
        self._pipe.close()

    def kill(self) -> None:
        """Wait for it no longer."""
        self._process.stop(0.0)

    async def stop(self, grace: float, leave: float = 0.0) -> None:
        """End it with all that it started.

        Args:
            grace: seconds between TERM and KILL.
            leave: seconds to leave by itself, now that its stdin is closed.
        """
        self.hang_up()
        try:
            if leave:
                await asyncio.wait({self.exited}, timeout=leave)
            self._process.stop(grace)
            await self._process.ended()
            # What it said last is in the pipe; who else may hold the pipe is gone by now.
            await asyncio.wait({self._heard}, timeout=LEAVE)
        finally:
            for job in (self._heard, self.exited):
                job.cancel()
            await asyncio.gather(self._heard, self.exited, return_exceptions=True)
            self._process.close()


class ProcessTransport(ClientTransport):
    """Carries a session over the pipes of a server that was started already."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server

    @contextlib.asynccontextmanager
    async def connect_session(
        self,
        *,
        transport_options: TransportOptions | None = None,
        **session_kwargs: Unpack[SessionKwargs],
    ) -> AsyncIterator[ClientSession]:
        """See ClientTransport."""
        options = transport_options or TransportOptions()
        heard, hears = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        tells, told = anyio.create_memory_object_stream[SessionMessage](0)
        jobs = [
            asyncio.ensure_future(self._server.receive(heard)),
            asyncio.ensure_future(self._server.send(told)),
        ]
        jobs.append(asyncio.ensure_future(self._server.cut_off(jobs[0])))
        kwargs: dict[str, Any] = dict(session_kwargs)
        try:
            async with options.session_class(hears, tells, **kwargs) as session:
                yield session
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            for stream in (heard, hears, tells, told):
                stream.close()


def _found(program: Program, path: str | None) -> str | None:
    command = os.path.expanduser(program.command)
    if os.path.dirname(command):
        command = os.path.join(program.cwd, command)
    return shutil.which(command, path=path)
