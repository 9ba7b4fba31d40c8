"""Totals that are kept by the database itself, in the commit that changes them (``schema``).

They outlive what they count: history and deliveries go after a while (``engine/retention``), a
total only ever grows, until its job is removed for good.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

DURATION_EDGES_MS = (
    100,
    500,
    1_000,
    5_000,
    15_000,
    60_000,
    300_000,
    900_000,
    3_600_000,
    14_400_000,
    86_400_000,
)
LAG_EDGES_MS = (
    10,
    50,
    100,
    250,
    500,
    1_000,
    5_000,
    15_000,
    60_000,
    600_000,
    3_600_000,
    86_400_000,
)
"""Upper edges of the buckets, in milliseconds, as the triggers of the schema have them."""
BEYOND = -1
"""The bucket of what is above every edge."""
NOT_RUN = 0
"""The bucket of runs that ended without having started."""


@dataclass(slots=True)
class Spread:
    """Values by bucket, for one histogram."""

    counts: dict[int, int] = field(default_factory=dict)
    """How many values by the upper edge of their bucket in milliseconds, or :data:`BEYOND`."""
    sum_ms: int = 0

    def add(self, bucket: int, count: int, sum_ms: int) -> None:
        """Count more of them."""
        self.counts[bucket] = self.counts.get(bucket, 0) + count
        self.sum_ms += sum_ms

    def cumulative(self, edges: Sequence[int]) -> list[tuple[int, int]]:
        """(edge, how many values up to it), :data:`BEYOND` with all of them as the last."""
        found, total = [], 0
        for edge in (*edges, BEYOND):
            total += self.counts.get(edge, 0)
            found.append((edge, total))
        return found


@dataclass(frozen=True, slots=True)
class RunTotal:
    """Ended runs of one job with one status, as one bucket has them."""

    job_id: str
    status: str
    bucket: int
    runs: int
    duration_ms: int
    log_lines: int


def runs(connection: sqlite3.Connection) -> list[RunTotal]:
    """All totals of runs, at most a few dozen rows a job."""
    rows = connection.execute(
        "select job_id, status, bucket, runs, duration_ms, log_lines from run_totals"
    )
    return [RunTotal(*row) for row in rows]


def lags(connection: sqlite3.Connection) -> Mapping[str, Spread]:
    """From the nominal time of an occurrence to the start of its process, by kind of start."""
    found: dict[str, Spread] = {}
    for kind, bucket, count, lag_ms in connection.execute(
        "select kind, bucket, runs, lag_ms from lag_totals order by kind"
    ):
        found.setdefault(kind, Spread()).add(bucket, count, lag_ms)
    return found


def deliveries(connection: sqlite3.Connection) -> Mapping[str, int]:
    """How many requests reached webhooks, by verdict."""
    return dict(
        connection.execute(
            "select verdict, deliveries from delivery_totals order by verdict"
        ).fetchall()
    )
