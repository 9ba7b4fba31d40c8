"""What an agent program prints, on its way to the log (AGENTS.md 3).

Both classes are outputs for ``run_process``: they stand between the process and the run's output.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from jobs_tui.agents.command.events.reading import Events, Line, beginning
from jobs_tui.agents.runner import ANSWER_LIMIT, Output

LINE_LIMIT = 8 * 1024 * 1024
"""Bytes of one event: a tool's whole output, or a picture, comes in one line."""
TAIL = 4096
"""Bytes that are kept of the end of what is not an event, to say why the program failed."""
_SHOWN = 2_000
"""Characters that are shown of a line that is too long to read."""


class Lines:
    """Cuts bytes into lines, in memory bounded by ``limit``.

    Args:
        limit: bytes of a line; of a longer one only the beginning is given.
        each: called with every line, without its end, and whether it was cut.
    """

    def __init__(self, limit: int, each: Callable[[bytes, bool], None]) -> None:
        self._limit = limit
        self._each = each
        self._held = bytearray()
        self._cutting = False

    def feed(self, data: bytes) -> None:
        """More bytes."""
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            self._hold(data[start:end])
            self._give()
            start = end + 1
        self._hold(data[start:])

    def end(self) -> None:
        """There is no more: the last line may have no end."""
        if self._held:
            self._give()

    def _hold(self, data: bytes) -> None:
        room = self._limit - len(self._held)
        self._held += data[:room]
        self._cutting = self._cutting or len(data) > room

    def _give(self) -> None:
        line, cutting = bytes(self._held), self._cutting
        self._held.clear()
        self._cutting = False
        self._each(line.removesuffix(b"\r"), cutting)


class EventsHeard:
    """JSON events on standard output become lines of the log; everything else stays as it is.

    Args:
        each: called after every event.
    """

    def __init__(self, output: Output, events: Events, each: Callable[[], None]) -> None:
        self._output = output
        self._events = events
        self._after = each
        self._lines = Lines(LINE_LIMIT, self._line)
        self.lines = 0
        """Lines of standard output so far."""
        self.tail = b""
        """The end of what was no event, standard error included."""

    def feed(self, stream: str, data: bytes, step: str = "") -> None:
        """See Output."""
        if stream == "stdout":
            self._lines.feed(data)
        else:
            self.tail = (self.tail + data)[-TAIL:]
            self._output.feed(stream, data, step)

    def line(self, stream: str, text: str, step: str = "") -> None:
        """See Output."""
        self._output.line(stream, text, step)

    async def ready(self) -> None:
        """See Output."""
        await self._output.ready()

    def end(self) -> None:
        """The program is gone."""
        self._lines.end()
        self._write(self._events.end())

    def _line(self, line: bytes, cut: bool) -> None:
        if not line.strip():
            return
        self.lines += 1
        if cut:
            shown = beginning(line[: 2 * _SHOWN].decode("utf-8", "replace"), _SHOWN)
            note = f"[an event of more than {LINE_LIMIT >> 20} MiB, not read]"
            self._output.line("stdout", f"{shown} {note}")
            return
        try:
            event = _event(line)
            lines = None if event is None else list(self._events.read(event))
        except RecursionError:  # nested beyond all reason
            lines = None
        if lines is None:
            self.tail = (self.tail + line + b"\n")[-TAIL:]
            self._output.line("stdout", line.decode("utf-8", "replace"))
            return
        self._write(lines)
        self._after()

    def _write(self, lines: Iterable[Line]) -> None:
        for stream, text in lines:
            self._output.line(stream, text)


class TextHeard:
    """Text on standard output goes to the log as it is, and is the answer.

    Args:
        failed_lines: see ``CommandTemplate.failed_lines``.
    """

    def __init__(self, output: Output, failed_lines: Sequence[str]) -> None:
        self._output = output
        self._failed = tuple(line.encode() for line in failed_lines)
        self._lines = Lines(TAIL, self._line)
        self._answer = b""
        self.tail = b""
        """The end of everything it printed."""
        self.failed = ""
        """The last line that says that it failed."""

    def feed(self, stream: str, data: bytes, step: str = "") -> None:
        """See Output."""
        self.tail = (self.tail + data)[-TAIL:]
        if stream == "stdout":
            self._answer = (self._answer + data)[-4 * ANSWER_LIMIT - 4 :]
            if self._failed:
                self._lines.feed(data)
        self._output.feed(stream, data, step)

    def line(self, stream: str, text: str, step: str = "") -> None:
        """See Output."""
        self._output.line(stream, text, step)

    async def ready(self) -> None:
        """See Output."""
        await self._output.ready()

    def end(self) -> None:
        """The program is gone."""
        self._lines.end()

    @property
    def answer(self) -> str:
        """The end of what it printed, in more than ANSWER_LIMIT characters if there are."""
        return self._answer.decode("utf-8", "replace").strip()

    def _line(self, line: bytes, cut: bool) -> None:
        if line.startswith(self._failed):
            self.failed = line.decode("utf-8", "replace").strip()


def _event(line: bytes) -> dict[str, Any] | None:
    if not line.lstrip().startswith(b"{"):
        return None
    try:
        event = json.loads(line)
    except ValueError:  # not JSON, or not UTF-8
        return None
    return event if isinstance(event, dict) else None
