"""A started process as the engine holds it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

from jobs_tui.agents.runner import Exit, LauncherDied, Leftovers


class LaunchedProcess:
    """A process of the launcher; see ``jobs_tui.agents.runner.Process``."""

    def __init__(self, send: Callable[..., None], number: int, stdout: int, stderr: int) -> None:
        loop = asyncio.get_running_loop()
        self.pid = 0
        self.stdout = stdout
        self.stderr = stderr
        self._send = send
        self._number = number
        self._open = True
        self._started: asyncio.Future[int] = loop.create_future()
        self._exit: asyncio.Future[Exit] = loop.create_future()
        self._ended: asyncio.Future[Leftovers] = loop.create_future()

    async def started(self) -> int:
        """The pid. Raises Refusal or LauncherDied."""
        return await asyncio.shield(self._started)

    async def exited(self) -> Exit:
        """See Process."""
        return self._exit.result() if self._exit.done() else await asyncio.shield(self._exit)

    async def ended(self) -> Leftovers:
        """See Process."""
        return self._ended.result() if self._ended.done() else await asyncio.shield(self._ended)

    def stop(self, grace: float) -> None:
        """See Process."""
        if not self._ended.done():
            self._send("stop", self._number, float(max(grace, 0.0)))

    def close(self) -> None:
        """See Process."""
        if self._open:
            self._open = False
            os.close(self.stdout)
            os.close(self.stderr)

    def on_pid(self, pid: int) -> None:
        """The launcher started it."""
        self.pid = pid
        self._started.set_result(pid)

    def on_exit(self, exit_: Exit) -> None:
        """The main process is gone."""
        self._exit.set_result(exit_)

    def on_ended(self, leftovers: Leftovers) -> None:
        """The tree is gone."""
        self._ended.set_result(leftovers)
        _fail(self._exit, LauncherDied("The process belongs to another user and goes on."))

    def fail(self, error: Exception) -> None:
        """Nothing more will be heard of it."""
        for future in (self._started, self._exit, self._ended):
            _fail(future, error)


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # not everybody waits for everything: that is no error
