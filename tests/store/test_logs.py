"""Log chunks: reading by line number, at every border, before and after merging."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobs_tui.models.enums import Stream
from jobs_tui.models.times import to_text
from jobs_tui.store import logs
from jobs_tui.store.database import Store
from jobs_tui.store.logs import LETTERS, US, Chunk, LogReader
from tests.store.rows import AT

RUN = "exec_a"


def add(
    store: Store, first: int, count: int, *, run: str = RUN, second: float = 0.0, width: int = 0
) -> None:
    """A chunk of lines ``first`` ... that say their number, a millisecond apart."""
    text = "\n".join(
        f"{offset}{US}{LETTERS[Stream.STDOUT]}{US}{US}{first + offset}{'.' * width}"
        for offset in range(count)
    )
    chunk = Chunk(run, first, count, to_text(AT + timedelta(seconds=second)), text)
    store.logs.writer.write(lambda connection: logs.append(connection, chunk))


def merge(store: Store, run: str = RUN) -> None:
    store.logs.writer.write(lambda connection: logs.merge(connection, run))


def chunk_counts(store: Store, run: str = RUN) -> list[tuple[int, int]]:
    rows = store.logs.rows(
        "select first_line, line_count from chunks where execution_id = ? order by 1", (run,)
    )
    return [(row[0], row[1]) for row in rows]


@pytest.fixture
def reader(store: Store) -> LogReader:
    """Three chunks: 1-10, 11-12, 13-20; another run beside them."""
    add(store, 1, 10)
    add(store, 11, 2, second=1.0)
    add(store, 13, 8, second=2.0)
    add(store, 1, 500, run="exec_b")
    return LogReader(store.logs, RUN)


def numbers(found: list[logs.LogLine]) -> list[int]:
    assert all(line.text == str(line.number) for line in found)
    return [line.number for line in found]


@pytest.mark.parametrize(
    ("first", "count", "expected"),
    [
        (1, 5, range(1, 6)),
        (1, 10, range(1, 11)),
        (10, 1, [10]),
        (10, 2, [10, 11]),
        (11, 2, [11, 12]),
        (9, 6, range(9, 15)),
        (1, 20, range(1, 21)),
        (20, 1, [20]),
        (20, 9, [20]),
        (1, 1000, range(1, 21)),
        (21, 5, []),
        (0, 2, [1, 2]),
        (-5, 1, [1]),
        (5, 0, []),
    ],
)
def test_lines_at_every_border(
    reader: LogReader, first: int, count: int, expected: list[int]
) -> None:
    assert numbers(reader.lines(first, count)) == list(expected)


def test_the_end_of_a_log(reader: LogReader, store: Store) -> None:
    assert reader.last_line() == 20
    assert reader.extent().lines == 20
    assert LogReader(store.logs, "exec_none").last_line() == 0
    assert LogReader(store.logs, "exec_none").extent() == logs.Extent(0, 0)
    assert LogReader(store.logs, "exec_none").lines(1, 10) == []
    add(store, 21, 1)
    assert reader.last_line() == 21


def test_a_chunk_is_found_by_any_of_its_lines(reader: LogReader) -> None:
    for line in (13, 17, 20):
        assert numbers(reader.chunk_at(line)) == list(range(13, 21))
    assert reader.chunk_at(21) == []
    assert reader.chunk_at(0) == []


def test_chunks_from_the_middle(reader: LogReader) -> None:
    assert [numbers(chunk)[0] for chunk in reader.chunks(11)] == [11, 13]
    assert [numbers(chunk)[0] for chunk in reader.chunks()] == [1, 11, 13]
    assert [first for first, _ in reader.raw_chunks()] == [1, 11, 13]


def test_what_a_line_carries(store: Store) -> None:
    text = f"0{US}e{US}plan{US}häßlich\x1b[31m{US}tail\n1500{US}s{US}{US}"
    chunk = Chunk(RUN, 1, 2, to_text(AT), text)
    store.logs.writer.write(lambda connection: logs.append(connection, chunk))
    first, second = LogReader(store.logs, RUN).lines(1, 2)
    assert (first.stream, first.step, first.text) == (
        Stream.STDERR,
        "plan",
        f"häßlich\x1b[31m{US}tail",
    )
    assert first.at == AT
    assert (second.stream, second.text) == (Stream.SYSTEM, "")
    assert second.at == AT + timedelta(seconds=1.5)
    assert LogReader(store.logs, RUN).extent().size == len(text.encode())


def test_every_stream_has_a_letter() -> None:
    assert set(LETTERS) == set(Stream)
    assert len(set(LETTERS.values())) == len(LETTERS)


def test_merging_keeps_numbers_times_and_texts(reader: LogReader, store: Store) -> None:
    before = reader.lines(1, 100)
    merge(store)
    assert chunk_counts(store) == [(1, 20)]
    assert reader.lines(1, 100) == before
    assert chunk_counts(store, "exec_b") == [(1, 500)]
    merge(store)
    assert reader.lines(1, 100) == before


def test_merging_copes_with_a_clock_that_went_back(store: Store) -> None:
    add(store, 1, 2, second=10.0)
    add(store, 3, 2, second=5.0)
    before = LogReader(store.logs, RUN).lines(1, 10)
    merge(store)
    assert chunk_counts(store) == [(1, 4)]
    assert LogReader(store.logs, RUN).lines(1, 10) == before


def test_large_chunks_stay_and_merged_ones_do_not_grow_without_end(store: Store) -> None:
    add(store, 1, 1, width=10_000)
    add(store, 2, 1, width=logs.SMALL)  # large: stays as it is
    for line in range(3, 23):
        add(store, line, 1, width=10_000)
    before = LogReader(store.logs, RUN).lines(1, 100)
    merge(store)
    counts = chunk_counts(store)
    assert counts == [(1, 1), (2, 1), (3, 6), (9, 6), (15, 6), (21, 2)]
    assert LogReader(store.logs, RUN).lines(1, 100) == before


def test_a_hole_hides_nothing_and_moves_no_number(store: Store) -> None:
    add(store, 1, 3)
    add(store, 10, 3)
    add(store, 13, 2)
    reader = LogReader(store.logs, RUN)
    expected = [1, 2, 3, 10, 11, 12, 13, 14]
    for _ in range(2):
        assert numbers(reader.lines(1, 100)) == expected
        assert numbers(reader.lines(5, 2)) == [10, 11]
        assert [line for chunk in reader.chunks() for line in numbers(chunk)] == expected
        assert reader.chunk_at(5) == []
        assert reader.last_line() == 14
        merge(store)
    assert chunk_counts(store) == [(1, 3), (10, 5)]


def test_a_chunk_that_is_written_again_is_there_once(store: Store) -> None:
    add(store, 1, 2)
    add(store, 1, 2)
    assert numbers(LogReader(store.logs, RUN).lines(1, 10)) == [1, 2]


def test_text_that_is_no_unicode_is_stored_all_the_same(store: Store) -> None:
    chunk = Chunk(RUN, 1, 1, to_text(AT), f"0{US}o{US}{US}a\ud800b")
    store.logs.writer.write(lambda connection: logs.append(connection, chunk))
    assert LogReader(store.logs, RUN).lines(1, 1)[0].text == "a?b"
