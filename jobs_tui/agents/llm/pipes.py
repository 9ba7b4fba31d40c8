"""Reading and writing non-blocking descriptors in the event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

CHUNK = 65536
"""Bytes read at once: what a pipe holds."""


async def lines(fd: int, longest: int) -> AsyncIterator[str]:
    """Lines until the other end is closed; one over ``longest`` bytes comes in pieces."""
    held = b""
    while data := await _read(fd):
        *whole, held = (held + data).split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace")
        if len(held) > longest:
            yield held.decode("utf-8", "replace")
            held = b""
    if held:
        yield held.decode("utf-8", "replace")


async def _read(fd: int) -> bytes:
    while True:
        try:
            return os.read(fd, CHUNK)
        except BlockingIOError:
            await _until_ready(fd, reading=True)


async def write(fd: int, data: bytes) -> None:
    """Write all of it. Raises OSError when nobody reads any more."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(fd, view) :]
        except BlockingIOError:
            await _until_ready(fd, reading=False)


async def _until_ready(fd: int, *, reading: bool) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    (loop.add_reader if reading else loop.add_writer)(fd, wake)
    try:
        await ready
    finally:
        (loop.remove_reader if reading else loop.remove_writer)(fd)
