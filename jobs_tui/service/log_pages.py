"""Parts of a log as answers: by line number, by stream, bounded in what is read for one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from jobs_tui.models.execution import LogLine
from jobs_tui.models.times import to_text
from jobs_tui.service import runs
from jobs_tui.service.context import Context

MOST_READ = 100_000
"""Lines that one page looks through for those of the wanted streams."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of a log."""

    lines: list[LogLine]
    next_line: int | None
    """Where the next page begins; None when the log holds no more by now."""
    last_line: int
    """Number of the newest line there is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines of a log are wanted."""

    streams: Collection[str] = ()
    """Only lines of these; empty for all."""
    step: str | None = None
    """Only lines of this step, and of what is done within it."""

    @property
    def everything(self) -> bool:
        """Whether no line is left out."""
        return not self.streams and self.step is None

    def keeps(self, stream: str, step: str) -> bool:
        """Whether a line of this stream and step is wanted."""
        if self.streams and stream not in self.streams:
            return False
        return self.step is None or step == self.step or step.startswith(f"{self.step}/")


ALL = Wanted()


def page(ctx: Context, execution_id: str, *, first: int, limit: int, wanted: Wanted = ALL) -> Page:
    """Up to ``limit`` lines from number ``first`` on."""
    reader = runs.log(ctx, execution_id)
    last = reader.last_line()
    found: list[LogLine] = []
    read = 0
    for chunk in reader.chunks(first):
        for line in chunk:
            if line.number < first or not wanted.keeps(line.stream, line.step):
                continue
            if len(found) == limit:
                return Page(found, line.number, last)
            found.append(line)
        read += len(chunk)
        if read >= MOST_READ and chunk[-1].number < last:
            return Page(found, chunk[-1].number + 1, last)
    return Page(found, None, max(last, found[-1].number if found else 0))


def texts(
    ctx: Context,
    execution_id: str,
    *,
    first: int,
    limit: int | None,
    wanted: Wanted = ALL,
) -> Iterator[str]:
    """The text of the lines, a chunk of the log at a time; each line ends with a newline."""
    left = limit
    for chunk in runs.log(ctx, execution_id).chunks(first):
        lines = [
            line.text
            for line in chunk
            if line.number >= first and wanted.keeps(line.stream, line.step)
        ]
        if left is not None:
            lines = lines[:left]
            left -= len(lines)
        if lines:
            yield "\n".join(lines) + "\n"
        if left == 0:
            return


def line_fields(line: LogLine) -> dict[str, object]:
    """A line as answers and event streams print it."""
    return {
        "number": line.number,
        "at": to_text(line.at),
        "stream": line.stream,
        "step": line.step,
        "text": line.text,
    }
