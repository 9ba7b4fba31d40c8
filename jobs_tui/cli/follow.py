"""Staying with a run until it has ended: its lines as they come, its end as an exit status."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import BinaryIO

import click

from jobs_tui.cli.output import duration
from jobs_tui.cli.session import forget_stdout, warn
from jobs_tui.cli.shown import outcome, status_words
from jobs_tui.cli.step_names import StepNames
from jobs_tui.cli.telling import Telling, tell_end
from jobs_tui.models.enums import ExecutionStatus, Stream
from jobs_tui.models.errors import Refused
from jobs_tui.models.execution import Execution, LogLine
from jobs_tui.service import runs
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import engine_state

POLL = 0.1
"""Seconds between looks at log and run."""
LATE_LINES = 20
"""Looks that lines may take to be stored after the end of their run."""
PATIENCE = 3.0
"""Seconds without an engine before we do its work for this run."""
EXIT_STATUS = {
    ExecutionStatus.COMPLETED: 0,
    ExecutionStatus.TIMED_OUT: 124,
    ExecutionStatus.CANCELLED: 130,
}
"""Everything else is 1 (DESIGN 10)."""
LEFT_AT_ONCE = 130
TO_STDERR = frozenset({Stream.STDERR, Stream.SYSTEM})


def batches(
    ctx: Context, execution_id: str, first: int = 1, look: Callable[[], None] = lambda: None
) -> Iterator[list[LogLine]]:
    """Lines from number ``first`` on as they are stored, until the run has ended.

    Args:
        look: called between two looks at the log.
    """
    reader, late = runs.log(ctx, execution_id), LATE_LINES
    while True:
        execution = runs.get(ctx, execution_id)  # before its lines: then none of them is missed
        for chunk in reader.chunks(first):
            fresh = [line for line in chunk if line.number >= first]
            first = chunk[-1].number + 1
            yield fresh
        if not execution.status.live:
            late -= 1
            if first > (execution.log_lines or 0) or late == 0:
                return
        look()
        time.sleep(POLL)


def stay(ctx: Context, execution_id: str, *, all_to_stderr: bool = False) -> int:
    """Print the log of a run until its end, and be its engine where there is none.

    Ctrl-C cancels the run and waits for its end; a second one leaves at once.

    Args:
        all_to_stderr: standard output is for the answer alone.

    Returns:
        0 completed, 124 timed out, 130 cancelled, 1 otherwise.
    """
    carrier = _Carrier(ctx, execution_id)
    telling, names = Telling(ctx, execution_id), StepNames(ctx, execution_id)
    out, err = sys.stdout.buffer, sys.stderr.buffer
    sinks = _Sinks(err if all_to_stderr else out, err, names)

    def look() -> None:
        carrier.look()
        telling.look(carried=carrier.hosting)

    with _signals(carrier.interrupt):
        for lines in batches(ctx, execution_id, look=look):
            try:
                sinks.write(lines)
            except BrokenPipeError:
                if not carrier.took_over:
                    raise  # the run goes on in its engine
                forget_stdout()
                sinks = _Sinks(None, None, names)
        carrier.wait()
    ended = runs.get(ctx, execution_id)
    for line in tell_end(ctx, execution_id):
        click.echo(line, err=True)
    warn(_farewell(ended))
    return EXIT_STATUS.get(ended.status, 1)


class _Carrier:
    """Sees to it that the run is carried by someone: an engine, or a thread of this process."""

    def __init__(self, ctx: Context, execution_id: str) -> None:
        self._ctx = ctx
        self._id = execution_id
        self._interrupted = 0
        self._cancelled = False
        self._thread: threading.Thread | None = None
        self._problem: BaseException | None = None
        self._looked_at: float | None = None
        # No engine at the start: there is nothing to wait for.
        self._alone_since: float | None = None
        self._patience = 0.0

    @property
    def hosting(self) -> bool:
        """Whether the run is carried by this process."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def took_over(self) -> bool:
        """Whether the run is or was carried by this process."""
        return self._thread is not None

    def interrupt(self) -> None:
        """From a signal handler."""
        self._interrupted += 1
        if self._interrupted > 1:
            os._exit(LEFT_AT_ONCE)  # the launcher ends what runs here; an engine has the request

    def look(self) -> None:
        """Pass on a Ctrl-C, and take the run over when nobody has it."""
        if self._interrupted and not self._cancelled:
            self._cancelled = True
            with suppress(Refused):  # it ended meanwhile
                runs.cancel(self._ctx, self._id)
            warn("Cancelling the run; Ctrl-C again leaves at once.")
        if self.hosting:
            return
        if self._problem is not None:
            raise self._problem
        now = self._ctx.store.clock.monotonic()
        if self._looked_at is not None and now - self._looked_at < 5 * POLL:
            return
        self._looked_at = now
        if engine_state(self._ctx).running:
            self._alone_since, self._patience = None, PATIENCE
            return
        if self._alone_since is None:
            self._alone_since = now
        if now - self._alone_since >= self._patience:
            self._take_over()

    def wait(self) -> None:
        """Until what this process carries has been put away."""
        if self._thread is not None:
            self._thread.join()
        if self._problem is not None:
            raise self._problem

    def _take_over(self) -> None:
        from jobs_tui.engine.recovery import sweep

        # What a dead engine left is decided first: this run may be lost, or wait behind a lost one.
        store = self._ctx.store
        asyncio.run(sweep(store, "", store.clock.now()))
        if runs.get(self._ctx, self._id).status is ExecutionStatus.QUEUED:
            self._thread = threading.Thread(target=self._host, name="host", daemon=True)
            self._thread.start()

    def _host(self) -> None:
        try:
            from jobs_tui.host import run_alone

            run_alone(self._ctx.store, self._id)
        except BaseException as error:  # it belongs to the thread that waits
            self._problem = error


class _Sinks:
    """Where lines go by their stream; None swallows them."""

    def __init__(self, out: BinaryIO | None, err: BinaryIO | None, names: StepNames) -> None:
        self._out = out
        self._err = err
        self._names = names

    def write(self, lines: list[LogLine]) -> None:
        """Write neighbours that go the same way at once, in their order."""
        self._names.look()
        for line in lines:
            sink = self._err if line.stream in TO_STDERR else self._out
            if sink is not None:
                text = f"{self._names.before(line.step)}{line.text}\n"
                sink.write(text.encode("utf-8", "replace"))
        for sink in (self._out, self._err):
            if sink is not None:
                sink.flush()


@contextmanager
def _signals(interrupt: Callable[[], None]) -> Iterator[None]:
    """Let INT, TERM and HUP ask for the run's end; what was ignored stays ignored (nohup)."""

    def handler(number: int, frame: FrameType | None) -> None:
        interrupt()

    before = {}
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _farewell(execution: Execution) -> str:
    took = ""
    if execution.duration_ms:
        took = f" after {duration(execution.duration_ms / 1000)}"
    text = f"Run #{execution.number} of {execution.job_name!r:.80} {status_words(execution.status)}"
    if execution.status is ExecutionStatus.COMPLETED:
        return f"{text}{took}."
    what = outcome(execution)
    return f"{text}{took}: {what}" if what else f"{text}{took}."
