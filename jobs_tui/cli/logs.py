"""``jobs-tui logs``: the lines of a run as they are, fast enough for a million of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from typing import BinaryIO

import click

from jobs_tui.cli.output import json_text
from jobs_tui.cli.session import opened
from jobs_tui.models.enums import Stream
from jobs_tui.models.execution import LogLine
from jobs_tui.models.times import to_text
from jobs_tui.service import runs
from jobs_tui.store.logs import LETTERS, US, LogReader

Written = Callable[[LogLine], str]


@click.command()
@click.argument("execution", metavar="EXECUTION")
@click.option(
    "--stream",
    "streams",
    multiple=True,
    type=click.Choice([str(stream) for stream in Stream]),
    help="Only lines of this stream; may be repeated.",
)
@click.option("-f", "--follow", is_flag=True, help="Go on until the run has ended.")
@click.option("-n", "--tail", type=click.IntRange(0), metavar="N", help="Only the last N lines.")
@click.option("--timestamps", is_flag=True, help="Begin each line with its time.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each line.")
def logs(
    execution: str,
    streams: Sequence[str],
    follow: bool,
    tail: int | None,
    timestamps: bool,
    as_json: bool,
) -> None:
    """Print the log of a run, all streams in the order in which they were read."""
    wanted = frozenset(Stream(name) for name in streams) or frozenset(Stream)
    written = _json_line if as_json else _stamped if timestamps else None
    with opened() as ctx:
        found = runs.find(ctx, execution)
        reader = runs.log(ctx, found.id)
        first = 1 if tail is None else first_of_tail(reader, wanted, tail)
        out = sys.stdout.buffer
        if not follow:
            if written is None and first == 1:
                _copy(reader, wanted, out)
            else:
                for lines in reader.chunks(first):
                    _write(out, [line for line in lines if line.number >= first], wanted, written)
            return
        from jobs_tui.cli.follow import batches

        for lines in batches(ctx, found.id, first):
            _write(out, lines, wanted, written)
            out.flush()


def first_of_tail(reader: LogReader, wanted: Collection[Stream], tail: int) -> int:
    """The number of the line with which the last ``tail`` lines of these streams begin."""
    last = reader.last_line()
    if len(wanted) == len(Stream) or tail == 0:
        return max(1, last - tail + 1)
    missing = tail
    letters = {LETTERS[stream] for stream in wanted}
    while (chunk := reader.raw_before(last + 1)) is not None:
        for offset, line in reversed(list(enumerate(chunk.text.split("\n")))):
            number = chunk.first_line + offset
            if number <= last and line.split(US, 2)[1] in letters:
                missing -= 1
                if missing == 0:
                    return number
        last = chunk.first_line - 1
    return 1


def _copy(reader: LogReader, wanted: Collection[Stream], out: BinaryIO) -> None:
    """All lines as text, straight from the stored form: no object for a line."""
    letters = {LETTERS[stream] for stream in wanted}
    everything = len(letters) == len(LETTERS)
    following = 1
    # By line number, not chunk by chunk: the chunks of a run that is just ending are joined.
    while (chunk := reader.raw_at(following)) is not None:
        lines = chunk.text.split("\n")[max(0, following - chunk.first_line) :]
        parts = [line.split(US, 3) for line in lines]
        kept = [part[3] for part in parts if everything or part[1] in letters]
        if kept:
            out.write(("\n".join(kept) + "\n").encode("utf-8", "replace"))
        following = chunk.first_line + chunk.line_count


def _write(
    out: BinaryIO, lines: list[LogLine], wanted: Collection[Stream], written: Written | None
) -> None:
    kept = [line for line in lines if line.stream in wanted]
    if kept:
        texts = [line.text if written is None else written(line) for line in kept]
        out.write(("\n".join(texts) + "\n").encode("utf-8", "replace"))


def _stamped(line: LogLine) -> str:
    return f"{to_text(line.at)} {line.text}"


def _json_line(line: LogLine) -> str:
    return json_text(
        {
            "number": line.number,
            "at": to_text(line.at),
            "stream": line.stream,
            "step": line.step,
            "text": line.text,
        },
        indent=None,
    )
