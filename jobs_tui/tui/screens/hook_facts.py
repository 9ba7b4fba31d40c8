"""The first row of the hooks screen: where it listens, and what came today (UX.md 5.7)."""

from __future__ import annotations

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import Verdict
from jobs_tui.service.engine_state import EngineState
from jobs_tui.service.hook_overview import HookOverview
from jobs_tui.tui.base import WIDE
from jobs_tui.tui.widgets.frame import spread


def line(seen: HookOverview, days_kept: int, engine: EngineState | None, width: int) -> Content:
    """``listening 127.0.0.1:7802   3 hooks   today 18: 15 ok, 2 refused, 1 repeat``."""
    wide, count = width >= WIDE, len(seen.hooks)
    numbers: list[Content | str | tuple[str, str]] = [
        f"{count} hook{'' if count == 1 else 's'}   today {seen.today_total:,}"
    ]
    said = [
        (seen.today.get(Verdict.ACCEPTED, 0), "ok", "$state-ok"),
        (seen.refused_today, "refused", "$state-bad"),
        (seen.today.get(Verdict.DUPLICATE, 0), "repeat", ""),
        (seen.today.get(Verdict.IGNORED, 0) if wide else 0, "ignored", ""),
    ]
    for place, (number, word, style) in enumerate(part for part in said if part[0]):
        numbers += [", " if place else ": ", (f"{number:,} {word}", style)]
    left = Content.assemble(" ", listening(engine), "   ", *numbers)
    if not wide:
        return left
    return spread(left, Content.styled(f"kept {days_kept} days ", "$quiet"), width)


def listening(engine: EngineState | None) -> Content:
    """Where deliveries can be sent to, or why nowhere."""
    if engine is None or not engine.running:
        return Content.styled("not listening: no engine runs", "$state-warn")
    if engine.address is None or engine.hooks_problem:
        why = plain(engine.hooks_problem or "the engine is starting").removesuffix(".")
        return Content.styled(f"not listening: {why}", "$state-warn")
    return Content(f"listening {plain(engine.address)}")
