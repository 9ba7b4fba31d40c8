"""Homes of tests are made in a millisecond: nobody pulls the plug on them.

A new database is a copy of one that the real migrations made, and no commit waits for the disk.
The tests of processes, of the migrations and of the connections themselves have the real ones.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from jobs_tui.store import connection, migrations, writer

Steps = Sequence[tuple[str, str]]


@contextmanager
def quick_stores(place: Path) -> Iterator[None]:
    """Stores that are opened within the block are quick.

    Args:
        place: a directory for the databases that are copied.
    """
    real = migrations.ensure
    made: dict[int, Path] = {}

    def ensure(path: Path, steps: Steps) -> None:
        ours = steps is migrations.JOBS or steps is migrations.LOGS
        if ours and not path.exists():
            if id(steps) not in made:
                template = place / path.name
                real(template, steps)
                made[id(steps)] = template
            shutil.copy(made[id(steps)], path)
        real(path, steps)

    def connect(path: Path, *, synchronous: str, create: bool = False) -> sqlite3.Connection:
        return connection.connect(path, synchronous="OFF", create=create)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "ensure", ensure)
        patch.setattr(writer, "connect", connect)
        yield
