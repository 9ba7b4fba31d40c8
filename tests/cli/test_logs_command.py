"""``jobs-tui logs``: raw lines, tails, streams, following."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

import pytest

from jobs_tui.cli import follow
from jobs_tui.models.enums import ExecutionStatus, Stream
from jobs_tui.models.times import to_text
from jobs_tui.service import starts
from jobs_tui.service.context import Context
from jobs_tui.store.logs import LETTERS, US, Chunk, append, merge
from jobs_tui.store.steps import StepRow
from tests.cli.command import Command
from tests.service.made import claimed, ended, made, with_steps

AT = datetime(2026, 8, 21, 14, 2, 11, tzinfo=UTC)


def stored(
    ctx: Context, execution_id: str, first: int, *lines: tuple[Stream, str], step: str = ""
) -> None:
    """A chunk with these lines, a millisecond apart."""
    text = "\n".join(
        US.join((str(delta), LETTERS[stream], step, line))
        for delta, (stream, line) in enumerate(lines)
    )
    chunk = Chunk(execution_id, first, len(lines), to_text(AT), text)
    ctx.store.logs.writer.write(lambda connection: append(connection, chunk))


@pytest.fixture
def run(ctx: Context) -> str:
    """A run that ended, with five lines in two chunks."""
    execution_id = starts.start(ctx, made(ctx).id).execution_id
    stored(ctx, execution_id, 1, (Stream.STDOUT, "one"), (Stream.STDERR, "two"))
    stored(
        ctx, execution_id, 3, (Stream.STDOUT, ""), (Stream.STDOUT, "vier ü"), (Stream.SYSTEM, "5")
    )
    ended(ctx, execution_id, log_lines=5)
    return execution_id


class TestLines:
    def test_all_streams_as_they_are(self, jt: Command, run: str) -> None:
        assert jt.ok("logs", run).out == "one\ntwo\n\nvier ü\n5\n"
        assert jt.ok("logs", run[:18]).out == "one\ntwo\n\nvier ü\n5\n"

    @pytest.mark.parametrize(
        ("streams", "expected"),
        [
            (["stderr"], "two\n"),
            (["stdout"], "one\n\nvier ü\n"),
            (["stderr", "system"], "two\n5\n"),
            (["agent"], ""),
        ],
    )
    def test_only_some(self, jt: Command, run: str, streams: list[str], expected: str) -> None:
        chosen = [word for stream in streams for word in ("--stream", stream)]
        assert jt.ok("logs", run, *chosen).out == expected
        assert jt.ok("logs", run, *chosen, "-f").out == expected

    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (["-n", "2"], "vier ü\n5\n"),
            (["-n", "3"], "\nvier ü\n5\n"),
            (["-n", "99"], "one\ntwo\n\nvier ü\n5\n"),
            (["-n", "0"], ""),
            (["-n", "2", "--stream", "stdout"], "\nvier ü\n"),
            (["-n", "3", "--stream", "stdout"], "one\n\nvier ü\n"),
            (["-n", "1", "--stream", "stderr"], "two\n"),
            (["-n", "9", "--stream", "stderr"], "two\n"),
            (["-n", "1", "--stream", "agent"], ""),
        ],
    )
    def test_the_tail(self, jt: Command, run: str, arguments: list[str], expected: str) -> None:
        assert jt.ok("logs", run, *arguments).out == expected

    def test_timestamps_and_json(self, jt: Command, run: str) -> None:
        stamped = jt.ok("logs", run, "--timestamps").lines
        assert stamped[1] == "2026-08-21T14:02:11.001Z two"
        line = jt.ok("logs", run, "--json", "-n", "2").lines[0]
        assert line == (
            '{"number": 4, "at": "2026-08-21T14:02:11.001Z", "stream": "stdout", "step": "",'
            ' "text": "vier ü"}'
        )

    def test_a_run_without_lines(self, jt: Command, ctx: Context) -> None:
        execution_id = starts.start(ctx, made(ctx).id).execution_id
        for arguments in ([], ["-n", "5"], ["-n", "5", "--stream", "stdout"]):
            assert jt.ok("logs", execution_id, *arguments).out == ""

    def test_over_a_hole(self, jt: Command, ctx: Context) -> None:
        execution_id = starts.start(ctx, made(ctx).id).execution_id
        stored(ctx, execution_id, 1, (Stream.STDOUT, "a"))
        stored(ctx, execution_id, 900, (Stream.STDOUT, "b"))
        ended(ctx, execution_id, log_lines=900)
        assert jt.ok("logs", execution_id).out == "a\nb\n"
        assert jt.ok("logs", execution_id, "-f").out == "a\nb\n"
        assert jt.ok("logs", execution_id, "-n", "2", "--stream", "stdout").out == "a\nb\n"

    def test_bad_input(self, jt: Command, run: str) -> None:
        assert "no run" in jt.refused("logs", "exec_0000")
        assert "--stream" in jt.refused("logs", run, "--stream", "stdlog")
        assert "-n" in jt.refused("logs", run, "-n", "-1")

    def test_a_thousand_chunks(self, jt: Command, ctx: Context) -> None:
        execution_id = starts.start(ctx, made(ctx).id).execution_id
        for number in range(1000):
            lines = [(Stream.STDOUT, f"{number} {line}") for line in range(20)]
            stored(ctx, execution_id, number * 20 + 1, *lines)
        ctx.store.logs.writer.write(lambda connection: merge(connection, execution_id))
        ended(ctx, execution_id, log_lines=20_000)
        found = jt.ok("logs", execution_id).lines
        assert found == [f"{number} {line}" for number in range(1000) for line in range(20)]


class TestSteps:
    @pytest.fixture
    def team(self, ctx: Context) -> str:
        """A run of two steps that has ended."""
        execution_id = starts.start(ctx, made(ctx).id).execution_id
        done = ExecutionStatus.COMPLETED
        with_steps(ctx, execution_id, StepRow("a", 0, done), StepRow("long", 1, done))
        stored(ctx, execution_id, 1, (Stream.SYSTEM, "smart chose x"))
        stored(ctx, execution_id, 2, (Stream.STDOUT, "one"), step="a")
        stored(ctx, execution_id, 3, (Stream.STDOUT, "two"), (Stream.STDERR, "3"), step="long")
        ended(ctx, execution_id, log_lines=4)
        return execution_id

    @pytest.mark.parametrize("how", [[], ["-f"], ["-n", "9"]])
    def test_each_line_begins_with_its_step(self, jt: Command, team: str, how: list[str]) -> None:
        assert jt.ok("logs", team, *how).lines == [
            "smart chose x",
            "a    | one",
            "long | two",
            "long | 3",
        ]
        stamped = jt.ok("logs", team, *how, "--timestamps").lines
        assert stamped[1] == "2026-08-21T14:02:11.000Z a    | one"

    @pytest.mark.parametrize("how", [[], ["-f"], ["-n", "2"]])
    def test_one_of_them(self, jt: Command, team: str, how: list[str]) -> None:
        assert jt.ok("logs", team, "--step", "long", *how).lines == ["two", "3"]
        only = jt.ok("logs", team, "--step", "long", "--stream", "stderr", *how)
        assert only.lines == ["3"]

    def test_one_that_is_none(self, jt: Command, team: str, run: str) -> None:
        said = jt.refused("logs", team, "--step", "lon")
        assert "has no step 'lon'. Its steps: a, long." in said
        assert "has no steps" in jt.refused("logs", run, "--step", "a")

    def test_a_run_of_one_step_is_read_as_it_is(self, jt: Command, ctx: Context) -> None:
        execution_id = starts.start(ctx, made(ctx).id).execution_id
        with_steps(ctx, execution_id, StepRow("a", 0, ExecutionStatus.COMPLETED))
        stored(ctx, execution_id, 1, (Stream.STDOUT, "one"), step="a")
        assert jt.ok("logs", execution_id).out == "one\n"


class TestBatches:
    """Following, with the pauses taken out."""

    @pytest.fixture(autouse=True)
    def _no_pause(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(follow.time, "sleep", lambda seconds: None)

    def texts(self, batches: Iterator[list[follow.LogLine]]) -> list[str]:
        return [line.text for lines in batches for line in lines]

    def test_lines_that_come_while_it_follows(self, ctx: Context) -> None:
        execution_id = starts.start(ctx, made(ctx).id).execution_id
        stored(ctx, execution_id, 1, (Stream.STDOUT, "1"))
        steps = iter(range(10))

        def look() -> None:
            step = next(steps)
            if step == 1:
                stored(ctx, execution_id, 2, (Stream.STDOUT, "2"), (Stream.STDOUT, "3"))
            if step == 2:  # its end: the chunks are joined, the last line is still on its way
                ctx.store.logs.writer.write(lambda connection: merge(connection, execution_id))
                ended(ctx, execution_id, log_lines=4)
            if step == 4:
                stored(ctx, execution_id, 4, (Stream.STDOUT, "4"))

        assert self.texts(follow.batches(ctx, execution_id, look=look)) == ["1", "2", "3", "4"]

    def test_lines_that_never_come_are_not_waited_for_for_ever(self, ctx: Context) -> None:
        execution_id = starts.start(ctx, made(ctx).id).execution_id
        stored(ctx, execution_id, 1, (Stream.STDOUT, "1"))
        ended(ctx, execution_id, log_lines=99)
        assert self.texts(follow.batches(ctx, execution_id)) == ["1"]

    def test_a_running_one_goes_on(self, ctx: Context) -> None:
        execution_id = starts.start(ctx, made(ctx).id).execution_id
        claimed(ctx, execution_id)
        number = iter(range(1, 100))
        batches = follow.batches(
            ctx,
            execution_id,
            look=lambda: stored(ctx, execution_id, next(number), (Stream.STDOUT, "x")),
        )
        assert self.texts(islice(batches, 50)) == ["x"] * 50
