"""The part of the pane of a run that says where its result went."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.result_delivery import OutboxStatus
from jobs_tui.service.outbox import Sent
from jobs_tui.service.run_detail import RunDetail
from jobs_tui.tui.screens.run_sections import fit, title, wrapped
from jobs_tui.tui.spans import until

_STYLES = {
    OutboxStatus.DELIVERED: ("+ delivered", "$state-ok"),
    OutboxStatus.WAITING: (". waiting  ", "$state-run"),
    OutboxStatus.FAILED: ("x failed   ", "$state-bad"),
    OutboxStatus.SKIPPED: ("- skipped  ", "$quiet"),
}


def delivered(detail: RunDetail, now: datetime, width: int) -> list[Content]:
    """Each target: what became of it, where it is, and why; empty when there are none."""
    if detail.undelivered:
        lines = wrapped(plain(detail.undelivered), width - 2, 3)
        return [Content(""), title("RESULT"), *(Content(f"  {line}") for line in lines)]
    if not detail.deliveries:
        return []
    found = [Content(""), title("RESULT WENT TO")]
    for one in detail.deliveries:
        label, style = _STYLES[one.delivery.status]
        first, *more = wrapped(plain(one.to), width - len(label) - 1, 3) or [""]
        found.append(fit([(label, style), f" {first}"], width))
        found += [Content(f"{'':{len(label) + 1}}{line}") for line in more]
        found += [
            Content.styled(f"  {line}", "$quiet")
            for text in (_said(one, now), _again(one))
            for line in wrapped(plain(text), width - 2, 3)
        ]
    return found


def _again(one: Sent) -> str:
    """What tries a failed one again."""
    if one.delivery.status is not OutboxStatus.FAILED:
        return ""
    return f"jobs-tui outbox retry {one.delivery.id[:12]}"


def _said(one: Sent, now: datetime) -> str:
    delivery = one.delivery
    if delivery.status is OutboxStatus.WAITING and delivery.next_at is not None and one.outcome:
        return f"{one.outcome} Again {until(delivery.next_at, now)}."
    return one.outcome
