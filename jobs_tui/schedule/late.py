"""Catch-up policies: which of the occurrences that are too old for the grace still run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Late:
    """Occurrences that came due longer ago than the grace.

    Attributes:
        first: the oldest one.
        newest: the newest ones, newest first, never empty; counted up to a limit.
        window_start: older ones than this are never caught up.
        some_on_time: an occurrence on time starts in the same decision.
    """

    first: datetime
    newest: tuple[datetime, ...]
    window_start: datetime
    some_on_time: bool


@dataclass(frozen=True)
class Rest:
    """Late occurrences that do not run: how many, the oldest, the newest."""

    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class CatchUp:
    """The choice: what starts (oldest first), and why the rest does not."""

    starts: tuple[datetime, ...]
    rest: Rest | None
    reason: Literal["coalesced", "too-late"]


def catch_up_latest(late: Late) -> CatchUp:
    """``latest``: one run for all that was missed, the newest one if it is in the window.

    When an occurrence on time starts anyway, that run stands for the late ones too, so that a
    minute-wise job comes back with one run and not with two (S08).
    """
    newest = late.newest[0]
    if late.some_on_time:
        return CatchUp((), Rest(len(late.newest), late.first, newest), "coalesced")
    if newest < late.window_start:
        return CatchUp((), Rest(len(late.newest), late.first, newest), "too-late")
    if len(late.newest) == 1:
        return CatchUp((newest,), None, "coalesced")
    return CatchUp((newest,), Rest(len(late.newest) - 1, late.first, late.newest[1]), "coalesced")
