"""Reading a process's output while it runs, never faster than the output takes it (DESIGN 7)."""

from __future__ import annotations

import asyncio
import os
import re

from jobs_tui.agents.runner import RESULT_LIMIT, Output, Process

CHUNK = 65536
"""Bytes read at once: what a pipe holds."""

_TAIL = 4 * RESULT_LIMIT
"""Bytes kept of a line: enough for RESULT_LIMIT characters of any script."""


class LastLine:
    """The last line that is not blank, in constant memory."""

    def __init__(self) -> None:
        self._tail = b""
        self._gap = b""

    def feed(self, data: bytes) -> None:
        """More output."""
        body = data.rstrip()
        gap = data[len(body) :]
        if body:
            self._tail = (self._tail + self._gap + body)[-_TAIL:]
            self._gap = b""
        # Blank space only matters for what comes next: does the line go on, or begin anew?
        self._gap = b"\n" if b"\n" in self._gap + gap else (self._gap + gap)[-16:]

    def text(self) -> str | None:
        """The line, at most RESULT_LIMIT characters, or None when all was blank."""
        line = re.split(rb"[\r\n]", self._tail)[-1].strip()
        return line.decode("utf-8", "replace")[-RESULT_LIMIT:] or None


class LastBytes:
    """The end of an output, at most twice ``most`` bytes while it grows."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._pieces: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> None:
        """More output."""
        self._pieces.append(data)
        self._size += len(data)
        if self._size > 2 * self._most:
            kept = b"".join(self._pieces)[-self._most :]
            self._pieces, self._size = [kept], len(kept)

    def text(self) -> str:
        """The last ``most`` bytes as text."""
        return b"".join(self._pieces)[-self._most :].decode("utf-8", "replace")


class Reader:
    """Reads both streams of a process into an output, in two asyncio tasks.

    Args:
        keep: bytes of the end of stdout that are kept; 0: none.
    """

    def __init__(self, process: Process, output: Output, keep: int = 0) -> None:
        self._output = output
        self._loop = asyncio.get_running_loop()
        self._finishing = False
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self.last = {"stdout": LastLine(), "stderr": LastLine()}
        """Last line by stream."""
        self.kept = LastBytes(keep) if keep else None
        """The end of stdout, where it was asked for."""
        self.ended = asyncio.gather(
            self._pump("stdout", process.stdout), self._pump("stderr", process.stderr)
        )
        """Done when both streams are at their end."""

    async def finish(self) -> None:
        """Read what the pipes hold now and stop there, whoever may still hold their other ends."""
        self._finishing = True
        for readable in self._waiting.values():
            if not readable.done():
                readable.set_result(None)
        await asyncio.shield(self.ended)

    async def abandon(self) -> None:
        """Stop reading at once."""
        self.ended.cancel()
        await asyncio.gather(self.ended, return_exceptions=True)

    async def _pump(self, stream: str, fd: int) -> None:
        last = self.last[stream]
        kept = self.kept if stream == "stdout" else None
        while True:
            try:
                data = os.read(fd, CHUNK)
            except BlockingIOError:
                if self._finishing:
                    return
                await self._readable(fd)
                continue
            if not data:
                return
            last.feed(data)
            if kept is not None:
                kept.feed(data)
            self._output.feed(stream, data)
            await self._output.ready()
            await asyncio.sleep(0)  # a run that prints without end must not hold the loop

    async def _readable(self, fd: int) -> None:
        readable = self._waiting[fd] = self._loop.create_future()
        self._loop.add_reader(fd, _wake, readable)
        try:
            await readable
        finally:
            self._loop.remove_reader(fd)
            del self._waiting[fd]


def _wake(readable: asyncio.Future[None]) -> None:
    if not readable.done():
        readable.set_result(None)
