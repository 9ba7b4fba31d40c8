"""The steps of a run as a tree: what follows from what, for every face that shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jobs_tui.models.execution import Step

DEEPEST = 8
"""Levels that are drawn; a longer chain goes on at the last one."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A step and its place in the tree."""

    step: Step
    lines: str
    """What is drawn before its name: two columns for each level."""


def tree(steps: Sequence[Step]) -> list[Branch]:
    """Each step once: under the member that asked for it, else under the last that it needs."""
    by_name = {step.name: step for step in steps}
    below: dict[str, list[Step]] = defaultdict(list)
    for step in sorted(steps, key=lambda one: one.position):
        below[_above(step, by_name)].append(step)
    return list(_branches(below, "", "", 0))


def _above(step: Step, by_name: dict[str, Step]) -> str:
    if step.parent in by_name:
        return step.parent
    needed = [by_name[name] for name in step.needs if name in by_name]
    return max(needed, key=lambda one: one.position).name if needed else ""


def _branches(below: dict[str, list[Step]], name: str, lines: str, level: int) -> Iterator[Branch]:
    children = below.get(name, [])
    for step in children:
        last = step is children[-1]
        if level == 0:
            yield Branch(step, "")
            yield from _branches(below, step.name, "", 1)
        else:
            yield Branch(step, lines + ("└ " if last else "├ "))
            deeper = lines if level == DEEPEST else lines + ("  " if last else "│ ")
            yield from _branches(below, step.name, deeper, min(level + 1, DEEPEST))
