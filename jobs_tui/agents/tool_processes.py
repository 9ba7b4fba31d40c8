"""Programs that tools call, over the launcher: part of the run, bounded, nothing is left."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace

from jobs_tui.agents.processes import run_process
from jobs_tui.agents.runner import SpawnFailed, Task
from jobs_tui.tools.tool import Finished, ToolFailed


class LauncherProcesses:
    """See :class:`jobs_tui.tools.tool.Processes`.

    Args:
        task: of the run to which the programs belong.
    """

    def __init__(self, task: Task) -> None:
        self._task = task

    async def run(
        self,
        argv: Sequence[str],
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 60.0,
        limit: int = 1_000_000,
    ) -> Finished:
        """See Processes."""
        variables = {**self._task.env, **(env or {})}
        program = shutil.which(argv[0], path=variables.get("PATH"))
        if program is None:
            raise ToolFailed(f"{argv[0]} was not found on PATH.", "Install it.")
        kept = _Kept(limit)
        task = self._task if cwd is None else replace(self._task, working_directory=cwd)
        deadline = asyncio.timeout(timeout)
        try:
            async with deadline:
                ended = await run_process(task, kept, [program, *argv[1:]], variables)
        except TimeoutError:
            if not deadline.expired():
                raise
            raise ToolFailed(f"{argv[0]} took longer than {timeout:g} s and was ended.") from None
        except SpawnFailed as error:
            raise ToolFailed(error.message, error.hint) from None
        return Finished(ended.exit.code, kept.text("stdout"), kept.text("stderr"), kept.cut)


class _Kept:
    """The beginning of what a program says."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._streams = {"stdout": bytearray(), "stderr": bytearray()}
        self.cut = False

    def feed(self, stream: str, data: bytes, step: str = "") -> None:
        """See Output."""
        kept = self._streams[stream]
        room = self._limit - len(kept)
        kept += data[:room]
        self.cut = self.cut or len(data) > room

    def line(self, stream: str, text: str, step: str = "") -> None:
        """See Output: what the supervision says is no part of the answer."""

    async def ready(self) -> None:
        """See Output."""

    def text(self, stream: str) -> str:
        """One of the streams."""
        return self._streams[stream].decode("utf-8", "replace")
