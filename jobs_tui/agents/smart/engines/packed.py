"""Vectors as bytes, as they are kept, and how near many of them are to one."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from operator import mul

from jobs_tui.agents.smart.engines.semantic import has_numpy, one_thread


def packed(vector: Sequence[float]) -> bytes:
    """Four bytes a number."""
    return array("f", vector).tobytes()


def cosines(question: Sequence[float], kept: Sequence[bytes]) -> list[float]:
    """The cosine of each vector with that of the question; all are of length 1.

    With numpy 10,000 take some milliseconds, without it about a second.

    Args:
        kept: as :func:`packed` made them, as long as the question's.
    """
    if not kept:
        return []
    if has_numpy():
        with one_thread():
            import numpy as np

        table = np.frombuffer(b"".join(kept), np.float32).reshape(len(kept), -1)
        near: list[float] = (table @ np.asarray(question, np.float32)).tolist()
        return near
    return [sum(map(mul, question, _unpacked(one))) for one in kept]


def _unpacked(kept: bytes) -> array[float]:
    vector = array("f")
    vector.frombytes(kept)
    return vector
