"""The last line, however the output is cut."""

from __future__ import annotations

import pytest

from jobs_tui.agents.reading import LastBytes, LastLine
from jobs_tui.agents.runner import RESULT_LIMIT


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", None),
        (" \n\n", None),
        ("one", "one"),
        ("one\ntwo\n", "two"),
        ("one\n\n \n", "one"),
        ("one\n  two words  \n\t\n", "two words"),
        ("10 %\r20 %\r", "20 %"),
        ("a\n" + "\n" * 9000, "a"),
        ("é" * 9000, "é" * RESULT_LIMIT),
        ("x\n" * 5000 + "last", "last"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 7, 65536])
def test_last_line(text: str, line: str | None, size: int) -> None:
    data = text.encode()
    last = LastLine()
    for start in range(0, len(data), size):
        last.feed(data[start : start + size])
    assert last.text() == line


def test_the_end_of_an_output_is_kept_in_bounded_memory() -> None:
    kept = LastBytes(10)
    for number in range(1000):
        kept.feed(b"%04d" % number)
        assert kept._size <= 20
    assert kept.text() == "9709980999"
    short = LastBytes(10)
    short.feed("grün".encode())
    assert short.text() == "grün"
