"""Chunks read as they are stored: by line, over holes, backwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs_tui.store import migrations
from jobs_tui.store.database import Database
from jobs_tui.store.logs import US, Chunk, LogReader, append

AT = "2026-08-21T14:00:00.000Z"


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[LogReader]:
    path = tmp_path / "logs.db"
    migrations.ensure(path, migrations.LOGS)
    database = Database(path, synchronous="OFF")
    for first, count in ((1, 3), (4, 2), (10, 1)):
        text = "\n".join(f"0{US}o{US}{US}line {first + i}" for i in range(count))
        chunk = Chunk("exec_1", first, count, AT, text)
        database.writer.write(lambda c, chunk=chunk: append(c, chunk))
    yield LogReader(database, "exec_1")
    database.close()


@pytest.mark.parametrize(
    ("line", "first"), [(1, 1), (3, 1), (4, 4), (5, 4), (6, 10), (9, 10), (10, 10), (11, None)]
)
def test_the_chunk_of_a_line_or_the_next_one(
    reader: LogReader, line: int, first: int | None
) -> None:
    chunk = reader.raw_at(line)
    assert (chunk.first_line if chunk else None) == first


def test_backwards(reader: LogReader) -> None:
    seen = []
    line = 100
    while chunk := reader.raw_before(line):
        seen.append((chunk.first_line, chunk.last_line))
        line = chunk.first_line
    assert seen == [(10, 10), (4, 5), (1, 3)]


def test_text_is_as_stored(reader: LogReader) -> None:
    chunk = reader.raw_at(10)
    assert chunk is not None
    assert chunk.text == f"0{US}o{US}{US}line 10"
    assert chunk.first_at == AT
