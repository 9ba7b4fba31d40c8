"""What to do about the occurrences that came due: start, or skip with a reason (SCHEDULING.md 5).

Pure: the caller passes the time and writes the answer and the new cursor in one transaction, so
each occurrence is decided exactly once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from jobs_tui.models.errors import InvalidInput
from jobs_tui.schedule.late import Late, catch_up_latest
from jobs_tui.schedule.timing import Timing, between, newest

COUNT_LIMIT = 1000
"""Occurrences are counted up to here; a skip with this count reads "1,000+" (SCHEDULING.md 6)."""

_TICK = 1e-6
"""Seconds just below what a datetime tells apart, so that the grace includes its end."""

SkipReason = Literal["overlap", "too-late", "coalesced", "paused", "max-runs", "dependency"]

NEVER_TOO_LATE = 1e12
"""Seconds: the window of an occurrence that is never lost silently (SCHEDULING.md 5, one-off)."""


@dataclass(frozen=True)
class Policy:
    """How a job treats its occurrences. Names and defaults: SCHEDULING.md 5.

    Attributes:
        overlap: what happens to a start while a run is queued or running.
        grace: seconds; an occurrence decided this late is on time.
        catchup: what happens to occurrences older than that.
        catchup_window: seconds; older occurrences are never caught up.
        max_parallel: with overlap ``allow``, at most this many runs are queued or running.

    Raises:
        InvalidInput: an unknown policy, a negative number, or ``max_parallel`` below 1.
    """

    overlap: str = "skip"
    grace: float = 60
    catchup: str = "latest"
    catchup_window: float = 86400
    max_parallel: int = 10

    def __post_init__(self) -> None:
        _known("overlap", self.overlap, tuple(OVERLAP_POLICIES))
        _known("catchup", self.catchup, tuple(CATCHUP_POLICIES))
        for name in ("grace", "catchup_window"):
            value = getattr(self, name)
            if not math.isfinite(value) or value < 0:
                raise InvalidInput(f"{name} must be 0 seconds or more, not {value}.", field=name)
        if self.max_parallel < 1:
            raise InvalidInput(
                f"max_parallel must be 1 or more, not {self.max_parallel}.", field="max_parallel"
            )


def _known(field: str, name: str, available: tuple[str, ...]) -> None:
    if name not in available:
        raise InvalidInput(
            f"The {field} policy {name!r} is not available.",
            f"Available: {', '.join(available)}.",
            field=field,
        )


@dataclass(frozen=True)
class Start:
    """An occurrence that starts now; ``catch_up`` when it is later than the grace."""

    nominal: datetime
    kind: Literal["scheduled", "catch_up"]


@dataclass(frozen=True)
class Skip:
    """Occurrences that do not start, as one record.

    Attributes:
        reason: why.
        count: how many, at most :data:`COUNT_LIMIT` (then there may be more).
        first, last: their oldest and newest nominal time (aware UTC).
    """

    reason: SkipReason
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Decision:
    """The answer for one job at one instant.

    Attributes:
        starts: oldest first.
        skips: one record per reason.
        cursor: everything up to here is decided now.
        next_due: the next occurrence after the cursor, None when there is none.
    """

    starts: tuple[Start, ...]
    skips: tuple[Skip, ...]
    cursor: datetime
    next_due: datetime | None


def _places_when_skipping(live: int, policy: Policy) -> int:
    """``skip``: one start, and only while nothing is queued or running."""
    return 0 if live > 0 else 1


def _places_when_allowing(live: int, policy: Policy) -> int:
    """``allow``: in parallel, up to ``max_parallel``."""
    return max(0, policy.max_parallel - live)


OVERLAP_POLICIES = {"skip": _places_when_skipping, "allow": _places_when_allowing}
"""Policy name to the number of starts it leaves room for, from (live runs, policy)."""

CATCHUP_POLICIES = {"latest": catch_up_latest}
"""Policy name to the choice among late occurrences, from a :class:`Late`."""


def decide(
    timing: Timing,
    cursor: datetime,
    now: datetime,
    policy: Policy,
    live: int,
    left: int | None = None,
) -> Decision:
    """Decide every occurrence after the cursor and up to now (SCHEDULING.md 5).

    Args:
        timing: the schedule.
        cursor: everything up to here was decided before (aware).
        now: the time of the decision (aware).
        policy: what the job wants.
        live: runs of the job that are queued or running.
        left: starts that its ``max_runs`` still allows; None: any number.
    """
    first = timing.next(cursor)
    if first is None or first > now:
        return _decision(timing, cursor, now, [], [])
    on_time_from = max(cursor, _earlier(now, policy.grace + _TICK))
    on_time = between(timing, on_time_from, now, COUNT_LIMIT)

    wanted: list[Start] = []
    skips: list[Skip] = []
    if first <= on_time_from:
        late_ones = newest(timing, cursor, on_time_from, COUNT_LIMIT)
        window_start = _earlier(now, policy.catchup_window)
        late = Late(first, tuple(late_ones), window_start, some_on_time=bool(on_time))
        chosen = CATCHUP_POLICIES[policy.catchup](late)
        wanted += [Start(nominal, "catch_up") for nominal in chosen.starts]
        if chosen.rest is not None:
            rest = chosen.rest
            skips.append(Skip(chosen.reason, rest.count, rest.first, rest.last))
    wanted += [Start(nominal, "scheduled") for nominal in on_time]

    places = OVERLAP_POLICIES[policy.overlap](live, policy)
    starts, refused = wanted[:places], wanted[places:]
    if left is not None and len(starts) > left:
        beyond, starts = starts[left:], starts[:left]
        skips.append(Skip("max-runs", len(beyond), beyond[0].nominal, beyond[-1].nominal))
    if refused:
        last = newest(timing, cursor, now, 1)
        skips.append(Skip("overlap", len(refused), refused[0].nominal, last[0]))
    return _decision(timing, cursor, now, starts, skips)


def decide_pause(timing: Timing, cursor: datetime, now: datetime) -> Decision:
    """At resume: the occurrences since the cursor become one ``paused`` record (S26).

    To catch up instead (``resume --catch-up``), call :func:`decide` with the old cursor.
    """
    first = timing.next(cursor)
    skips: list[Skip] = []
    if first is not None and first <= now:
        found = newest(timing, cursor, now, COUNT_LIMIT)
        skips.append(Skip("paused", len(found), first, found[0]))
    return _decision(timing, cursor, now, [], skips)


def _decision(
    timing: Timing, cursor: datetime, now: datetime, starts: list[Start], skips: list[Skip]
) -> Decision:
    # A clock that went back a little must not reopen what was decided (S13).
    reached = max(cursor, now)
    return Decision(tuple(starts), tuple(skips), reached, timing.next(reached))


def _earlier(moment: datetime, seconds: float) -> datetime:
    try:
        return moment - timedelta(seconds=seconds)
    except OverflowError:  # a window longer than the calendar has no limit
        return datetime.min.replace(tzinfo=moment.tzinfo)
