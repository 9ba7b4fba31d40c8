"""Length-framed messages between engine and launcher; both are this program, so marshal will do.

A stream socket and not SEQPACKET: macOS lacks it, and a big environment does not fit a packet
(PROTOTYPES.md A).
"""

from __future__ import annotations

import marshal
import struct
from collections.abc import Iterator

FDS_PER_SPAWN = 2
"""Descriptors that travel with a spawn frame: the write ends for stdout and stderr."""

_LENGTH = struct.Struct("!I")


def pack(message: tuple[object, ...]) -> bytes:
    """A frame: four bytes of length, then the message of plain Python values."""
    body = marshal.dumps(message)  # type: ignore[arg-type]
    return _LENGTH.pack(len(body)) + body


class Unpacker:
    """Puts frames together from whatever pieces the socket gives."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[object, ...]]:
        """Add bytes; iterate over the messages that are complete now."""
        self._buffer += data
        start = 0
        try:
            while len(self._buffer) - start >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(self._buffer, start)
                end = start + _LENGTH.size + length
                if len(self._buffer) < end:
                    break
                message = marshal.loads(self._buffer[start + _LENGTH.size : end])
                start = end
                yield message
        finally:
            del self._buffer[:start]
