"""The steps of a run as rows over its log: tree, state, who, how long, what it used (DESIGN 8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import BAD, ExecutionStatus
from jobs_tui.models.execution import Step
from jobs_tui.models.usage import Usage
from jobs_tui.service.step_tree import Branch
from jobs_tui.tui.spans import took
from jobs_tui.tui.theme import state_of
from jobs_tui.tui.widgets.virtual_list import Cell, Column, Row

NARROW, WIDE = (10, 16)
"""Columns of a line's step in the log at most."""
_STATE, _TOOK = Column("STATE", 6), Column("TOOK", 7, "right")
_USED = Column("USED", 22)


def columns(steps: Sequence[Step], *, wide: bool) -> list[Column]:
    """What fits: usage where models were used, else what came of each step."""
    name, agent = (Column("STEP", 28), Column("AGENT", 16)) if wide else (
        Column("STEP", 21), Column("AGENT", 11))  # fmt: skip
    said = Column("RESULT", 12, flex=True)
    if not any(not Usage.of(step.usage).nothing for step in steps):
        return [name, _STATE, agent, _TOOK, said]
    if wide:
        return [name, _STATE, agent, _TOOK, _USED, said]
    return [Column("STEP", 21, flex=True), _STATE, agent, _TOOK, _USED]


def row(branch: Branch, now: datetime, *, used: bool, wide: bool) -> Row:
    """One step.

    Args:
        used: with its usage, in place of its result when narrow.
    """
    step = branch.step
    state = state_of(step.status)
    cells: list[Cell] = [
        _name(branch),
        (state.label, state.style),
        (step.agent_id or "--", "$quiet"),
        took(_milliseconds(step, now)),
    ]
    if used:
        cells.append((_used(Usage.of(step.usage)), "$quiet"))
    if wide or not used:
        quiet = step.status not in BAD
        said = step.error_message or step.result or ""
        cells.append((said, "$quiet" if quiet else state.style.replace(" bold", "")))
    return Row(step.name, tuple(cells))


def rows(tree: Sequence[Branch], now: datetime, *, wide: bool) -> list[Row]:
    """All steps, in the order of the tree."""
    used = any(not Usage.of(branch.step.usage).nothing for branch in tree)
    return [row(branch, now, used=used, wide=wide) for branch in tree]


def prefix_width(steps: Sequence[Step], *, wide: bool) -> int:
    """Columns that tell a line's step in the log; 0 while there is only one."""
    if len(steps) < 2:
        return 0
    longest = max(Content(plain(step.name)).cell_length for step in steps)
    return min(longest, WIDE if wide else NARROW)


def at_work(steps: Sequence[Step]) -> str | None:
    """The step to look at: the last one that works or waits, else the first that failed."""
    live = (ExecutionStatus.RUNNING, ExecutionStatus.WAITING_FOR_INPUT)
    going = [step.name for step in steps if step.status in live]
    bad = [step.name for step in steps if step.status in BAD]
    return going[-1] if going else bad[0] if bad else None


def _name(branch: Branch) -> Content:
    step = branch.step
    name = plain(step.name)
    parts: list[str | tuple[str, str]] = [(branch.lines, "$quiet"), name]
    if len(step.needs) > 1:  # the tree shows one of them
        parts.append((f" < {plain(', '.join(step.needs))}", "$quiet"))
    elif step.role:
        parts.append((f" {plain(step.role)}", "$quiet"))
    return Content.assemble(*parts)


def _milliseconds(step: Step, now: datetime) -> float | None:
    if step.started_at is None:
        return None
    return ((step.completed_at or now) - step.started_at).total_seconds() * 1000


def _used(usage: Usage) -> str:
    return "" if usage.nothing else f"{usage.tokens:,} tok {usage.cost_words()}"
