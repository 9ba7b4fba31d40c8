"""Sums over the history of jobs, for reports."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from jobs_tui.models.times import to_text


def by_job(
    connection: sqlite3.Connection, since: datetime, until: datetime
) -> list[dict[str, Any]]:
    """What each job did in a time: runs by outcome and durations; most runs first."""
    rows = connection.execute(
        "select jobs.id, jobs.name, sum(e.status <> 'skipped') as runs,"
        " sum(e.status = 'completed') as completed,"
        " sum(e.status in ('failed', 'timed_out', 'lost')) as failed,"
        " sum(e.status = 'cancelled') as cancelled,"
        " sum(case when e.status = 'skipped' then e.count else 0 end) as skipped,"
        " avg(case when e.status = 'completed' then e.duration_ms end) as average_ms,"
        " max(e.duration_ms) as longest_ms"
        " from executions e join jobs on jobs.id = e.job_id"
        " where e.created_at >= ? and e.created_at < ?"
        " group by jobs.id order by runs desc, jobs.name",
        (to_text(since), to_text(until)),
    )
    return [dict(row) for row in rows]


def by_day(
    connection: sqlite3.Connection, since: datetime, until: datetime
) -> list[dict[str, Any]]:
    """Runs of each day of UTC, oldest first."""
    rows = connection.execute(
        "select substr(created_at, 1, 10) as day, count(*) as runs,"
        " sum(status = 'completed') as completed,"
        " sum(status in ('failed', 'timed_out', 'lost')) as failed"
        " from executions where created_at >= ? and created_at < ? and status <> 'skipped'"
        " group by day order by day",
        (to_text(since), to_text(until)),
    )
    return [dict(row) for row in rows]


def reasons(
    connection: sqlite3.Connection, since: datetime, until: datetime, limit: int
) -> list[dict[str, Any]]:
    """The most frequent reasons of failures."""
    rows = connection.execute(
        "select jobs.name, coalesce(e.error_message, e.status) as reason, count(*) as runs"
        " from executions e join jobs on jobs.id = e.job_id"
        " where e.created_at >= ? and e.created_at < ?"
        " and e.status in ('failed', 'timed_out', 'lost')"
        " group by jobs.id, reason order by runs desc, jobs.name limit ?",
        (to_text(since), to_text(until), limit),
    )
    return [dict(row) for row in rows]
