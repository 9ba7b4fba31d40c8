"""What a check of a job looks at beyond the job itself."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from jobs_tui.service.context import Context


@dataclass(frozen=True, slots=True)
class Around:
    """The time, and the other jobs of the home."""

    now: datetime
    connection: sqlite3.Connection | None = None
    """To look other jobs up; None: there are none."""
    job_id: str | None = None
    """The job that is checked; None for one that is not there yet."""
    to_come: frozenset[str] = frozenset()
    """Names of jobs that the same document is about to make."""


def around(
    ctx: Context, job_id: str | None = None, connection: sqlite3.Connection | None = None
) -> Around:
    """For a caller; ``connection`` when a transaction is under way."""
    return Around(ctx.now(), connection or ctx.store.jobs.reader(), job_id)
