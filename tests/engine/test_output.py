"""What becomes of a run's bytes on their way to the store."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from jobs_tui.engine import output as output_module
from jobs_tui.engine.output import UNSTORED_LIMIT, LogOutput
from jobs_tui.guard.masking import Masker
from jobs_tui.models.errors import StoreError
from jobs_tui.models.execution import LogLine
from jobs_tui.store.database import Store
from jobs_tui.store.logs import LogReader
from tests.fakes import FakeClock


def output_of(store: Store, **changes: Any) -> LogOutput:
    """An output with wide limits."""
    options: dict[str, Any] = {
        "masker": Masker([]),
        "first_line": 1,
        "line_limit": 65_536,
        "run_limit": 10**9,
    }
    return LogOutput(store.logs, store.clock, "exec_1", **(options | changes))


def stored(store: Store) -> list[LogLine]:
    """All lines in the store."""
    return LogReader(store.logs, "exec_1").lines(1, 10_000_000)


async def test_lines_cut_anywhere_come_back_whole(store: Store) -> None:
    output = output_of(store)
    text = "één\nzwei drei\n\nvier fünf\nend"
    for byte in text.encode():
        output.feed("stdout", bytes([byte]))
    await output.close()
    assert [line.text for line in stored(store)] == text.split("\n")
    assert output.lines == 5


async def test_times_are_those_of_arrival(store: Store, clock: FakeClock) -> None:
    output = output_of(store)
    first = clock.now()
    output.feed("stdout", b"one\n")
    clock.advance(1.5)
    output.feed("stderr", b"two\n")
    await output.close()
    one, two = stored(store)
    assert (one.stream, two.stream) == ("stdout", "stderr")
    assert (two.at - one.at).total_seconds() == 1.5
    assert abs((one.at - first).total_seconds()) < 0.001


async def test_a_line_over_the_limit_is_cut_with_a_marker(store: Store) -> None:
    output = output_of(store, line_limit=300)
    for _ in range(10):
        output.feed("stdout", b"x" * 100)
    output.feed("stdout", b"x\nnext\n" + b"y" * 301 + b"\nlast\n")
    await output.close()
    assert [line.text for line in stored(store)] == [
        "x" * 300 + " [line cut after 300 characters]",
        "next",
        "y" * 300 + " [line cut after 300 characters]",
        "last",
    ]


async def test_a_log_over_the_limit_ends_with_a_marker(store: Store) -> None:
    output = output_of(store, run_limit=1000)
    for _ in range(50):
        output.feed("stdout", b"z" * 99 + b"\n")
    await output.close()
    lines = stored(store)
    assert lines[-1].text == "log cut here: it reached the limit of 1000 bytes"
    assert lines[-1].stream == "system"
    assert 5 < len(lines) < 12


async def test_small_chunks_are_joined_at_the_end(store: Store, clock: FakeClock) -> None:
    output = output_of(store)
    for number in range(40):
        output.feed("stdout", f"line {number}\n".encode())
        output._flush()
        clock.advance(1)
    await output.close()
    row = store.logs.row("select count(*) from chunks")
    assert row is not None
    assert row[0] == 1
    lines = stored(store)
    assert [line.text for line in lines] == [f"line {number}" for number in range(40)]
    assert (lines[39].at - lines[0].at).total_seconds() == 39


async def test_a_run_that_prints_too_fast_is_made_to_wait(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = output_of(store)
    await output.ready()
    line = b"w" * 1023 + b"\n"
    for _ in range(UNSTORED_LIMIT // 1024 + 200):
        output.feed("stdout", line)
    assert not output._room.is_set()
    await output.ready()
    await output.close()
    assert output.lines == UNSTORED_LIMIT // 1024 + 200


async def test_control_sequences_and_separators_never_reach_the_store(store: Store) -> None:
    output = output_of(store)
    output.feed("stdout", b"a\x1f\x00b\x1b[2J\x1b]8;;http://x\x07c\rd\n\xff\xfe\n")
    await output.close()
    assert [line.text for line in stored(store)] == ["dbc", "��"]


async def test_a_log_that_cannot_be_stored_says_so(store: Store) -> None:
    output = output_of(store)
    store.logs.writer.write(lambda c: c.execute("pragma max_page_count = 1"))
    output.feed("stdout", b"\n".join(b"%d" % n * 500 for n in range(2000)) + b"\n")
    output._flush()
    await output.close()
    assert output.lost_lines >= 2000


async def test_what_a_full_disk_refuses_is_counted_and_complains_nowhere(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise StoreError("There is no space left on the disk.")

    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, said: complaints.append(said))
    monkeypatch.setattr(output_module, "append", refuse)
    output = output_of(store)
    output.feed("stdout", b"one\ntwo\n")
    await output.close()
    gc.collect()
    assert output.lost_lines >= 2
    assert complaints == []


async def test_what_rows_keep_shows_no_secret_and_no_half_of_one(store: Store) -> None:
    output = output_of(store, masker=Masker(["first\tpart\nsecond-part", "hunter22secret"]))
    assert output.row_text("no: first\tpart\nsecond-part!", 100) == "no: ***!"
    assert output.row_text("no: hunter\u200b22sec\x1b]0;x\x07ret", 100) == "no: ***"
    cut = ("x" * 480 + " hunter22secret")[:490]
    assert output.row_text(cut, 1000) == "x" * 480 + " ***"
    assert output.row_text("he said hunter", 100) == "he said hunter"
    assert output.row_text(None, 100) is None
