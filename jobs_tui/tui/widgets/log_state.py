"""What is to be said about a log on the screen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogState:
    """What the status rows say about a view; equal when there is nothing new to say."""

    follow: bool
    new_lines: int
    wrap: bool
    colours: bool
    time: str
    cursor: int
    lines: int
    size: int
    percent: int
    errors: int
    warnings: int
    counting: bool
    """The counts have not come to the end of the log yet."""
    query: str
    exact: bool
    filtered: bool
    hit: int
    """Which match the cursor is on, from 1; 0 when on none."""
    hits: int
    finding: bool
    """The matches have not all been counted yet."""
    marks: tuple[int, ...]
    step: str
    """The one step whose lines are shown; empty: all are."""
    step_lines: int
    """Its lines, as far as they are counted."""
