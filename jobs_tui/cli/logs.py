"""``jobs-tui logs``: the lines of a run as they are, fast enough for a million of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import BinaryIO

import click

from jobs_tui.cli.output import json_text
from jobs_tui.cli.session import opened
from jobs_tui.cli.step_names import StepNames
from jobs_tui.models.enums import Stream
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.execution import Execution, LogLine
from jobs_tui.models.times import to_text
from jobs_tui.service import runs
from jobs_tui.service.context import Context
from jobs_tui.service.log_pages import Wanted, line_fields
from jobs_tui.store.logs import STREAMS, US, LogReader

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
@click.option("--step", metavar="NAME", help="Only lines of this step of a team or workflow.")
@click.option("-f", "--follow", is_flag=True, help="Go on until the run has ended.")
@click.option("-n", "--tail", type=click.IntRange(0), metavar="N", help="Only the last N lines.")
@click.option("--timestamps", is_flag=True, help="Begin each line with its time.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each line.")
def logs(
    execution: str,
    streams: Sequence[str],
    step: str | None,
    follow: bool,
    tail: int | None,
    timestamps: bool,
    as_json: bool,
) -> None:
    """Print the log of a run, all streams in the order in which they were read.

    Where a run has several steps, each line of one begins with its name.
    """
    wanted = Wanted(frozenset(Stream(name) for name in streams), step)
    with opened() as ctx:
        found = runs.find(ctx, execution)
        reader = runs.log(ctx, found.id)
        first = 1 if tail is None else first_of_tail(reader, wanted, tail)
        names = None if step is not None else StepNames(ctx, found.id)
        written = _json_line if as_json else _Texts(names, timestamps)
        out = sys.stdout.buffer
        any_line = False
        if follow:
            from jobs_tui.cli.follow import batches

            for lines in batches(ctx, found.id, first):
                if names is not None:
                    names.look()
                any_line |= _write(out, lines, wanted, written)
                out.flush()
        elif as_json or timestamps or first > 1:
            for lines in reader.chunks(first):
                fresh = [line for line in lines if line.number >= first]
                any_line |= _write(out, fresh, wanted, written)
        else:
            any_line = _copy(reader, wanted, names, out)
        if step is not None and not any_line:
            _refuse_unknown(ctx, found, step)


def _refuse_unknown(ctx: Context, execution: Execution, step: str) -> None:
    """A name that no step has is a typing mistake. Raises InvalidInput."""
    names = [one.name for one in runs.steps(ctx, execution.id)]
    if step not in names:
        raise InvalidInput(
            f"Run #{execution.number} of {execution.job_name!r:.80} has no step {step!r:.80}.",
            f"Its steps: {', '.join(names[:20])}." if names else "It has no steps.",
        )


def first_of_tail(reader: LogReader, wanted: Wanted, tail: int) -> int:
    """The number of the line with which the last ``tail`` lines that are wanted begin."""
    last = reader.last_line()
    if wanted.everything or tail == 0:
        return max(1, last - tail + 1)
    missing = tail
    while (chunk := reader.raw_before(last + 1)) is not None:
        for offset, line in reversed(list(enumerate(chunk.text.split("\n")))):
            number = chunk.first_line + offset
            _, letter, step, _ = line.split(US, 3)
            if number <= last and wanted.keeps(STREAMS[letter], step):
                missing -= 1
                if missing == 0:
                    return number
        last = chunk.first_line - 1
    return 1


def _copy(reader: LogReader, wanted: Wanted, names: StepNames | None, out: BinaryIO) -> bool:
    """All lines as text, straight from the stored form: no object for a line."""
    plain = names is None or not names.several
    following, any_line = 1, False
    # By line number, not chunk by chunk: the chunks of a run that is just ending are joined.
    while (chunk := reader.raw_at(following)) is not None:
        lines = chunk.text.split("\n")[max(0, following - chunk.first_line) :]
        parts = [line.split(US, 3) for line in lines]
        if not wanted.everything:
            parts = [part for part in parts if wanted.keeps(STREAMS[part[1]], part[2])]
        if plain or names is None:
            kept = [part[3] for part in parts]
        else:
            kept = [names.before(part[2]) + part[3] for part in parts]
        if kept:
            any_line = True
            out.write(("\n".join(kept) + "\n").encode("utf-8", "replace"))
        following = chunk.first_line + chunk.line_count
    return any_line


def _write(out: BinaryIO, lines: list[LogLine], wanted: Wanted, written: Written) -> bool:
    kept = [line for line in lines if wanted.keeps(line.stream, line.step)]
    if kept:
        texts = [written(line) for line in kept]
        out.write(("\n".join(texts) + "\n").encode("utf-8", "replace"))
    return bool(kept)


class _Texts:
    """A line as a person reads it."""

    def __init__(self, names: StepNames | None, timestamps: bool) -> None:
        self._names = names
        self._timestamps = timestamps

    def __call__(self, line: LogLine) -> str:
        """Time and step before its text, as wanted."""
        time = f"{to_text(line.at)} " if self._timestamps else ""
        step = "" if self._names is None else self._names.before(line.step)
        return f"{time}{step}{line.text}"


def _json_line(line: LogLine) -> str:
    return json_text(line_fields(line), indent=None)
