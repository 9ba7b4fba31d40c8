"""Deliveries and webhooks as rows of lists (UX.md 5.7)."""

from __future__ import annotations

from datetime import datetime

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import HookStyle, Verdict
from jobs_tui.service import hook_overview
from jobs_tui.service.hook_overview import DeliveryLine, HookLine
from jobs_tui.tui.screens.run_rows import short_when
from jobs_tui.tui.widgets.virtual_list import Column, Row

DELIVERIES = (
    Column("TIME", 9),
    Column("HOOK", 16),
    Column("FROM", 13),
    Column("STATE", 14),
    Column("RUN", 5),
    Column("NOTE", 10, flex=True),
)
HOOKS = (
    Column("HOOK", 18, flex=True),
    Column("ADDRESS", 16),
    Column("STATE", 7),
    Column("TODAY", 6, "right"),
    Column("REFUSED", 7, "right"),
    Column("SIGNED", 12),
)
FILTERS: dict[str, tuple[Verdict, ...]] = {
    "all": (),
    "accepted": (Verdict.ACCEPTED,),
    "refused": hook_overview.TURNED_AWAY,
    "repeat": (Verdict.DUPLICATE,),
    "ignored": (Verdict.IGNORED,),
}
"""What ``f`` goes through."""
_NOTES = {
    Verdict.DUPLICATE: "same id",
    Verdict.IGNORED: "its event",
    Verdict.LIMITED: "rate limit",
}
_REFUSALS = {
    401: "bad sign",
    404: "no hook",
    413: "too long",
    422: "bad values",
}
"""At most ten characters each."""
_STATES = {
    Verdict.ACCEPTED: ("+", "accepted", "$state-ok"),
    Verdict.DUPLICATE: ("=", "repeat", "$state-idle"),
    Verdict.IGNORED: ("~", "ignored", "$state-idle"),
    Verdict.REFUSED: ("x", "refused", "$state-bad bold"),
    Verdict.LIMITED: ("x", "too many", "$state-bad bold"),
}
_STYLES = {
    HookStyle.GENERIC: "HMAC",
    HookStyle.GITHUB: "GitHub",
    HookStyle.GITLAB: "GitLab",
    HookStyle.STANDARD: "Standard",
}


def next_filter(name: str) -> str:
    """The filter after this one."""
    names = list(FILTERS)
    return names[(names.index(name) + 1) % len(names)]


def state(verdict: Verdict, code: int) -> tuple[str, str]:
    """``x 401 refused`` and its style, at most 14 characters."""
    sign, word, style = _STATES[verdict]
    return f"{sign} {code} {word}", style


def styles(chosen: tuple[HookStyle, ...]) -> str:
    """Which signatures a webhook takes, in a word or two."""
    return "any" if len(chosen) == len(HookStyle) else "/".join(_STYLES[one] for one in chosen)


def delivery_row(line: DeliveryLine, now: datetime) -> Row:
    """One request that reached the listener."""
    label, style = state(line.verdict, line.status_code)
    bad = line.verdict in hook_overview.TURNED_AWAY
    return Row(
        line.id,
        (
            short_when(line.received_at, now),
            _hook_cell(line),
            plain(line.remote),
            (label, style),
            f"#{line.run_number}" if line.run_number is not None else ("--", "$quiet"),
            (_note(line), "" if bad else "$quiet"),
        ),
    )


def _hook_cell(line: DeliveryLine) -> tuple[str, str]:
    if line.job_name is not None:
        return line.job_name, "$quiet" if line.deleted else ""
    return (f"? /{line.path}" if line.job_id is None else "(removed job)"), "$state-warn"


def _note(line: DeliveryLine) -> str:
    """The reason in a word or two; the sentence stands below or beside the list."""
    if line.replay_of is not None:
        return "replay"
    if line.verdict in _NOTES:
        return _NOTES[line.verdict]
    if line.verdict is Verdict.REFUSED:
        return _REFUSALS.get(line.status_code) or plain(line.reason)
    return "run purged" if line.execution_id is not None and line.run_number is None else ""


def hook_row(line: HookLine) -> Row:
    """One webhook."""
    refused = (str(line.refused_today), "$state-bad bold") if line.refused_today else ("", "")
    return Row(
        line.job.id,
        (
            plain(line.job.name),
            (f"/webhooks/{line.path}", "$quiet"),
            hook_state(line),
            str(line.today),
            refused,
            (styles(line.styles), "$quiet"),
        ),
    )


def hook_state(line: HookLine) -> tuple[str, str]:
    """Whether a delivery would start the job, and the style of that."""
    if line.armed:
        return "on", "$state-ok"
    return ("paused" if not line.job.enabled else "off"), "$state-warn"
