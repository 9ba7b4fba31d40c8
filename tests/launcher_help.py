"""What tests with real processes share: tokens to find them by, and waiting for conditions."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable
from pathlib import Path

from jobs_tui.engine.launcher import procs

BASH = "/bin/bash"
_numbers = itertools.count(1)


def token() -> str:
    """A number of seconds to sleep that no other process of this machine has as an argument."""
    return f"3600.{os.getpid()}{next(_numbers):04}"


def alive(tok: str) -> list[int]:
    """Processes that have the token in their command line and are no zombies."""
    found = []
    for pid in procs.all_pids():
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if tok.encode() in line and (stat := procs.stat(pid)) and not stat.dead():
            found.append(pid)
    return found


async def until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    """Wait until the condition holds."""

    async def look() -> None:
        while not condition():  # noqa: ASYNC110  what we wait for happens outside this process
            await asyncio.sleep(0.005)

    await asyncio.wait_for(look(), seconds)


async def read_all(fd: int) -> bytes:
    """Everything up to the end of a non-blocking pipe."""
    parts = []

    async def look() -> None:
        while True:
            try:
                data = os.read(fd, 65536)
            except BlockingIOError:
                await asyncio.sleep(0.005)
                continue
            if not data:
                return
            parts.append(data)

    await asyncio.wait_for(look(), 15)
    return b"".join(parts)
