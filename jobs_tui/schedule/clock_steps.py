"""What a backward step of the wall clock does to a job's cursor (SCHEDULING.md 5, "Clock.")."""

from __future__ import annotations

from datetime import datetime

SMALL_STEP = 60.0
"""Seconds; up to here nothing repeats, the cursor alone sees to it (S13)."""
CORRECTION = 3 * 3600.0
"""Seconds; above this the old time was wrong, and every job follows the new one (S15)."""


def opens_new_epoch(step_seconds: float) -> bool:
    """Whether a backward step needs ``clock_epoch`` + 1, so that a repeated time is a new row.

    Args:
        step_seconds: how far the clock went back, positive.
    """
    return step_seconds > SMALL_STEP


def after_backward_step(
    is_wildcard: bool, cursor: datetime, now: datetime, step_seconds: float
) -> datetime:
    """The cursor of a job after the clock went back.

    Args:
        is_wildcard: the job follows the clock: a wildcard cron expression, or an interval.
        cursor: the job's cursor before (aware).
        now: the new, earlier time (aware).
        step_seconds: how far the clock went back, positive.
    """
    if step_seconds > CORRECTION:
        return now
    if step_seconds > SMALL_STEP and is_wildcard:
        # Never forward: what was still open before the step stays open.
        return min(cursor, now)
    return cursor
