"""A run in words: how it came to be, what became of it, why it was not started."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import ExecutionStatus, Kind, TriggerType
from jobs_tui.models.execution import Execution
from jobs_tui.tui.spans import took
from jobs_tui.tui.theme import State, state_of

_BY = {
    Kind.CATCH_UP: "late",
    Kind.WEBHOOK: "hook",
    Kind.MANUAL: "manual",
    Kind.API: "api",
    Kind.RERUN: "rerun",
    Kind.CHAIN: "chain",
}
_TIMER = {
    TriggerType.CRON: "cron",
    TriggerType.ONE_OFF: "once",
    TriggerType.RECURRING: "every",
    TriggerType.ONGOING: "goal",
}
_REASONS = {
    "overlap": "previous still running",
    "too-late": "engine was down, too late to make up",
    "coalesced": "engine was down, one run made up for it",
    "paused": "job was paused",
}
_TIME = {
    "scheduled": "by its schedule",
    "catch_up": "by its schedule, late",
    "webhook": "by a delivery",
    "manual": "by hand",
    "api": "by a program",
    "rerun": "again",
    "chain": "after a run of another job",
}
VERDICTS = {
    "done": ("done", "$state-ok"),
    "not_done": ("not done", "$state-wait"),
    "blocked": ("blocked", "$state-warn"),
}
"""What an agent says of the goal: words and style."""


def made_by(run: Execution) -> str:
    """Why it was made, at most 6 characters: ``cron``, ``once``, ``hook``, ``chain``."""
    return _BY.get(run.kind) or _TIMER.get(run.trigger_type, "timer")


def verdict(run: Execution) -> tuple[str, str] | None:
    """What its agent said of the goal, with the reason, and a style; None: nothing."""
    if run.verdict is None:
        return None
    words, style = VERDICTS.get(run.verdict, (run.verdict, ""))
    return (f"{words}: {plain(run.verdict_reason)}" if run.verdict_reason else words), style


def state(run: Execution) -> State:
    """Sign, word and style."""
    return state_of(run.status, run.reason)


def reason(run: Execution) -> str:
    """Why it was not started, with how many occurrences it stands for: ``... x3``."""
    words = _REASONS.get(run.reason or "", plain(run.reason or ""))
    return f"{words} x{run.count}" if run.count > 1 else words


def outcome(run: Execution) -> str:
    """What became of it, in one line."""
    if run.status is ExecutionStatus.SKIPPED:
        return reason(run)
    if run.status is ExecutionStatus.RUNNING:
        return "cancel asked" if run.cancel_requested_at else _attempt(run)
    if run.status.live:
        return plain(run.reason or run.status.sentence)
    said = plain(run.error_message or run.result or "")
    if run.exit_code and not run.error_message:  # an error says by itself what there is to say
        return f"exit {run.exit_code}: {said}" if said else f"exit {run.exit_code}"
    return said


def _attempt(run: Execution) -> str:
    return f"attempt {run.attempt} of {run.max_attempts}" if run.attempt > 1 else ""


def by(run: Execution) -> str:
    """Who or what started it, as part of a sentence."""
    words = _TIME[run.kind]
    if run.kind in (Kind.MANUAL, Kind.API, Kind.RERUN) and run.requested_by:
        return f"{words} ({plain(run.requested_by)})"
    return words


def duration(run: Execution, now: datetime) -> str:
    """How long it took, or takes already."""
    if run.status is ExecutionStatus.RUNNING and run.started_at is not None:
        return took(max(0.0, (now - run.started_at).total_seconds()) * 1000)
    return took(run.duration_ms)


def when(moment: datetime, now: datetime, zone: tzinfo, *, seconds: bool = True) -> str:
    """At most 15 characters: ``today 13:56:00``, ``Sat 22 Aug 02:00``, ``2025-11-01 02:00``."""
    there, here = moment.astimezone(zone), now.astimezone(zone)
    if there.date() == here.date():
        return f"today {there:%H:%M:%S}" if seconds else f"today {there:%H:%M}"
    if there.year == here.year:
        return f"{there:%a} {there.day:2d} {there:%b} {there:%H:%M}"
    return f"{there:%Y-%m-%d %H:%M}"


def parameters(run: Execution) -> str:
    """``replica=eu-2 max_lag=30``, on one line."""
    return " ".join(f"{plain(name)}={value(given)}" for name, given in run.parameters.items())


def value(given: Any) -> str:
    """A parameter's value on one line."""
    return plain(given if isinstance(given, str) else repr(given))


def progress(share: float, width: int) -> Content:
    """``[####......] 29%`` over its usual time; past it, the bar is full and says so."""
    full = min(width, int(share * width))
    words = f" {share:.0%}" if share <= 1 else " longer than usual"
    style = "$state-run" if share <= 1 else "$state-warn"
    return Content.assemble(
        ("[", "$quiet"),
        ("#" * full, style),
        ("." * (width - full), "$quiet"),
        ("]", "$quiet"),
        (words, style),
    )


def size(count: int) -> str:
    """``9 KB``, ``1.2 MB``."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.0f} KB"
    unit, divisor = ("MB", 1e6) if count < 1_000_000_000 else ("GB", 1e9)
    return f"{count / divisor:.1f} {unit}"


def number(count: int) -> str:
    """``1,000,000``."""
    return f"{count:,}"
