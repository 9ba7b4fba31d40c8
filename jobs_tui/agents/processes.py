"""One process from spawn to the last byte: shared by every runner that starts processes.

The rule (PROTOTYPES.md A): the main process's exit decides status and finish time. Then output is
read for at most ``drain`` seconds more; what is left of the tree after that is ended, and the log
says so.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs_tui.agents.reading import Reader
from jobs_tui.agents.runner import Exit, Leftovers, Output, Process, Task
from jobs_tui.guard.withheld import WITHHELD

_FIRST = asyncio.FIRST_COMPLETED

_SETTLE = 0.1
"""Seconds a background process may take to leave by itself after the output has ended."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended and the last it said."""

    exit: Exit
    last_stdout: str | None
    last_stderr: str | None
    stdout: str | None = None
    """The end of its stdout, where it was asked for."""


async def run_process(
    task: Task,
    output: Output,
    argv: Sequence[str],
    env: Mapping[str, str | None],
    stdin: bytes | None = None,
    *,
    keep: int = 0,
) -> Ended:
    """Start ``argv`` for ``task``, feed its output, and see to it that nothing of it is left.

    When cancelled, the tree gets ``task.stop_timeout`` seconds between TERM and KILL, output is
    read meanwhile, and CancelledError is raised when all of it is gone. Cancelled once more, it
    is killed at once. ``env`` is the difference to the engine's environment; what is ``WITHHELD``
    the process gets only when ``env`` sets it. ``keep``: bytes of the end of stdout to give back.

    Raises:
        SpawnFailed: nothing ran.
        LauncherDied: unknown what became of it.
    """
    directory = task.directory()
    given = {**dict.fromkeys(WITHHELD), **env}
    process = await task.spawner.spawn(task.execution_id, argv, given, directory, stdin)
    reader = Reader(process, output, keep)
    try:
        exit_ = await _supervise(process, reader, task, output)
    except BaseException:  # cancelled, or the output failed: either way nothing may be left
        await _end(process, reader, task.stop_timeout)
        raise
    finally:
        await reader.abandon()
        process.close()
    whole = None if reader.kept is None else reader.kept.text()
    return Ended(exit_, reader.last["stdout"].text(), reader.last["stderr"].text(), whole)


def exit_words(code: int) -> str:
    """How a process ended: ``exit 3``, ``killed by SIGKILL``; ``code`` as in ``Exit``."""
    if code >= 0:
        return f"exit {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def used(exit_: Exit) -> dict[str, object]:
    """``Result.usage`` of a process."""
    return {
        "cpu_user_seconds": exit_.user_seconds,
        "cpu_system_seconds": exit_.system_seconds,
        "max_rss_bytes": exit_.max_rss_bytes,
    }


async def _supervise(process: Process, reader: Reader, task: Task, output: Output) -> Exit:
    exit_ = await _exit(process, reader)
    tree = asyncio.ensure_future(process.ended())
    either: set[asyncio.Future[Any]] = {tree, reader.ended}
    try:
        await asyncio.sleep(0)  # as a rule the tree is gone by now
        if not tree.done():
            await asyncio.wait(either, timeout=task.drain, return_when=_FIRST)
        if not tree.done() and reader.ended.done():
            await asyncio.wait({tree}, timeout=_SETTLE)
        if not tree.done():
            process.stop(task.stop_timeout)
        leftovers = await tree
    finally:
        tree.cancel()
    _tell(leftovers, output)
    await reader.finish()
    return exit_


async def _exit(process: Process, reader: Reader) -> Exit:
    """The main process's exit; raises at once what the output raises."""
    main = asyncio.ensure_future(process.exited())
    either: set[asyncio.Future[Any]] = {main, reader.ended}
    try:
        await asyncio.wait(either, return_when=_FIRST)
        if not main.done():
            await reader.ended  # at its end already: closed by the process, or failed
        return await main
    finally:
        main.cancel()


async def _end(process: Process, reader: Reader, grace: float) -> None:
    """End the tree although this task is being cancelled, perhaps more than once."""
    process.stop(grace)
    tree = asyncio.ensure_future(process.ended())
    while not tree.done():
        try:
            await asyncio.wait({tree})
        except asyncio.CancelledError:
            process.stop(0.0)
    if tree.exception() is None and not reader.ended.done():
        await reader.finish()


def _tell(leftovers: Leftovers, output: Output) -> None:
    if leftovers.count:
        output.line("system", f"ended {_processes(leftovers.count, 'background process')}")
    if leftovers.untouchable:
        what = _processes(leftovers.untouchable, "process")
        output.line("system", f"left {what} of another user running: not allowed to end them")


def _processes(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}es"
