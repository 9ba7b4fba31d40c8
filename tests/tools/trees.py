"""Files of a size and an age, for the tests of tools that look at trees."""

from __future__ import annotations

import os
from pathlib import Path


def put(path: Path, size: int = 10, age_days: float = 0, now: float = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    if now:
        os.utime(path, (now - age_days * 86_400,) * 2)
    return path
