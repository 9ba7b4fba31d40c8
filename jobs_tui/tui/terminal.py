"""The terminal may go away: by SIGHUP, or without a word (UX.md 6.3, hang-up test).

Stock Textual dies on the signal and takes an embedded engine with it; without the signal its
input thread reads end-of-file in a loop and its output thread dies, which blocks the screen for
ever. Here both lead to one call, and writes into nothing are harmless.
"""

from __future__ import annotations

import io
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TextIO, cast

POLL_MS = 500
"""Longest time that the watching thread sleeps; an end wakes it at once."""
NUDGE_SECONDS = 0.05
FOCUS_LOST = b"\x1b[O"
"""A message of a terminal that changes nothing."""
GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


class Output:
    """Standard error, which Textual draws on, with writes that never fail once it is gone."""

    def __init__(self, stream: TextIO, lost: Callable[[], None]) -> None:
        self._stream, self._lost = stream, lost

    def write(self, text: str) -> int:
        """Write, or drop it when nobody is there to read."""
        try:
            return self._stream.write(text)
        except (OSError, ValueError):
            self._lost()
            return len(text)

    def flush(self) -> None:
        """Flush, or drop it."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            self._lost()

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


class Terminal:
    """Watches the terminal of this process and calls ``lost`` once when it is gone.

    Args:
        lost: called from another thread, or from a signal handler in the main thread.
    """

    def __init__(self, lost: Callable[[], None]) -> None:
        self._call = lost
        self._fired = threading.Event()
        self._done = threading.Event()

    @property
    def gone(self) -> bool:
        """Whether it has gone away."""
        return self._fired.is_set()

    def fire(self) -> None:
        """It is gone: say so, once."""
        if not self._fired.is_set():
            self._fired.set()
            self._call()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch while the block runs. Only from the main thread."""
        thread = threading.Thread(target=self._watch, name="terminal", daemon=True)
        original = sys.__stderr__
        hangup = signal.signal(signal.SIGHUP, self._on_hangup)
        if original is not None:
            sys.__stderr__ = cast(io.TextIOWrapper, Output(original, self.fire))  # type: ignore[misc]
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            sys.__stderr__ = original  # type: ignore[misc]
            signal.signal(signal.SIGHUP, signal.SIG_IGN if self.gone else hangup)

    def _on_hangup(self, number: int, frame: FrameType | None) -> None:
        self.fire()

    def _watch(self) -> None:
        poll = select.poll()
        poll.register(0, 0)  # errors and hang-ups are reported whatever was asked for
        while not self._done.is_set():
            if any(event & GONE for _, event in poll.poll(POLL_MS)):
                nudge = silence_input()
                self.fire()
                # A reader that was told of the end may read only now, and would wait for ever.
                while not self._done.wait(NUDGE_SECONDS):
                    os.write(nudge, FOCUS_LOST)
                return


def silence_input() -> int:
    """Put a silent pipe in place of the input: reading an end of file spins.

    Returns:
        The pipe's writing end; it stays open for the rest of the process.
    """
    reader, writer = os.pipe()
    os.dup2(reader, 0)
    os.close(reader)
    return writer


_detached = threading.Event()


def detach() -> None:
    """Go on without a terminal: nothing this process says can fail or stop it any more."""
    silence_input()  # not the null device: a reader that was left behind would spin on it
    null = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(null, number)
    os.close(null)
    _detached.set()


def detached() -> bool:
    """Whether this process has gone on without its terminal."""
    return _detached.is_set()
