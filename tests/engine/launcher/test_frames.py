"""Frames survive every way in which a stream may be cut."""

from __future__ import annotations

import pytest

from jobs_tui.engine.launcher.frames import Unpacker, pack

MESSAGES: list[tuple[object, ...]] = [
    ("spawn", 1, "exec_a", ["a", "é\udcff"], {"A": None, "B": "x" * 70_000}, "/"),
    ("stop", 1, 0.5),
    ("ack", ""),
]


@pytest.mark.parametrize("size", [1, 3, 4, 5, 4096, 10**6])
def test_any_pieces_give_the_same_messages(size: int) -> None:
    stream = b"".join(map(pack, MESSAGES))
    unpacker = Unpacker()
    got = []
    for start in range(0, len(stream), size):
        got += unpacker.feed(stream[start : start + size])
    assert got == MESSAGES
