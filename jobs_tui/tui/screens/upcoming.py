"""The next 24 hours: starts grouped by hour, those at the same minute marked (UX.md 5.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.service.dashboard import Upcoming
from jobs_tui.tui.spans import bars, long_span
from jobs_tui.tui.widgets.virtual_list import Column, Row

COLUMNS = (
    Column("HOUR", 6),
    Column("AT", 8),
    Column("IN", 7),
    Column("JOB", 18, flex=True),
    Column("AT THE SAME TIME", 26),
)
LISTED = 12
"""Starts in the side pane."""


def rows(starts: Sequence[Upcoming], now: datetime) -> list[Row]:
    """One line per start; the hour stands on the first of its group."""
    at_minute: dict[datetime, list[str]] = {}
    for start in starts:
        at_minute.setdefault(_minute(start.at), []).append(start.job_name)
    found: list[Row] = []
    hour = ""
    for start in starts:
        group = f"{start.at:%H} h" if start.at.date() == now.date() else f"{start.at:%a %H}"
        others = [name for name in at_minute[_minute(start.at)] if name != start.job_name]
        note = ""
        if others:
            more = f" and {len(others) - 1} more" if len(others) > 1 else ""
            note = f"! {plain(others[0])}{more}"
        found.append(
            Row(
                (start.job_id, start.at),
                (
                    (group if group != hour else "", "$title bold"),
                    f"{start.at:%H:%M}",
                    (_until(start.at, now), "$quiet"),
                    plain(start.job_name),
                    (note, "$state-warn"),
                ),
            )
        )
        hour = group
    return found


def pane(starts: Sequence[Upcoming], now: datetime, width: int) -> Content:
    """The next starts, and how many there are in each hour."""
    lines = [Content.styled("UPCOMING 24 H", "$quiet")]
    if not starts:
        lines.append(Content.styled("nothing is scheduled", "$quiet"))
        return Content("\n").join(lines)
    for start in starts[:LISTED]:
        name = Content(plain(start.job_name)).truncate(width - 19, ellipsis=True, pad=True)
        lines.append(
            Content.assemble(
                f"{start.at:%H:%M}  ", name, (f"  in {_until(start.at, now)}", "$quiet")
            )
        )
    if len(starts) > LISTED:
        lines.append(Content.styled(f"and {len(starts) - LISTED} more: tab shows all", "$quiet"))
    per_hour = Counter(int((start.at - now).total_seconds() // 3600) for start in starts)
    counts: list[float | None] = [float(per_hour[hour]) for hour in range(24)]
    top = max(per_hour.values())
    lines += [
        Content(""),
        Content.styled("STARTS PER HOUR FROM NOW", "$quiet"),
        Content.styled(
            "".join(
                " " if not count else bar for count, bar in zip(counts, bars(counts), strict=True)
            ),
            "$state-run",
        ),
        Content.styled(f"now{'in 24 h':>21}   at most {top}", "$quiet"),
    ]
    return Content("\n").join(lines)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _until(moment: datetime, now: datetime) -> str:
    return long_span((moment - now).total_seconds())
