"""Looks at runs that wait for an environment or a person, again and again."""

from __future__ import annotations

import logging
from functools import partial

from jobs_tui.engine.environments import release_blocked
from jobs_tui.engine.parts import Parts
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.times import to_text
from jobs_tui.store import approvals

log = logging.getLogger("jobs_tui.engine")

LOOK_AT_WAITING = 5
"""Seconds between two looks."""


async def look_at_waiting(parts: Parts) -> int:
    """Runs whose environment is ready again go on; approvals that nobody gave are denied.

    Returns:
        How many may go on now; 0 when the store refuses, which is logged.
    """
    store, now = parts.store, parts.store.clock.now()
    try:
        released = await release_blocked(parts, parts.launcher)
        if store.row(approvals.OVERDUE, (to_text(now),)) is not None:
            released += await store.awrite(partial(approvals.expire, now=now))
    except JobsTuiError as error:
        log.error("what waits could not be looked at: %s", error.sentence())
        return 0
    return released
