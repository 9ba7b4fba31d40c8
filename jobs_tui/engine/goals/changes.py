"""The difference between two answers, in bounded time and size."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from jobs_tui.guard.patterns import found

LONGEST = 20_000
"""Characters of a difference."""
CONTEXT = 3
"""Lines around a change that are shown."""
_MOST_LINES = 2_000
"""Lines that are compared one by one; the time of that grows with their square."""
_CUT = "[cut: the difference is longer]"


def without(text: str, ignored: Sequence[str]) -> list[str]:
    """The lines of a text but those in which one of the patterns is found."""
    lines = [line.rstrip() for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return [line for line in lines if not any(found(one, line) is not None for one in ignored)]


def difference(old: Sequence[str], new: Sequence[str]) -> str | None:
    """A unified diff without file names, or None when nothing has changed."""
    if list(old) == list(new):
        return None
    before = 0
    while before < min(len(old), len(new)) and old[before] == new[before]:
        before += 1
    after = 0
    most = min(len(old), len(new)) - before
    while after < most and old[-1 - after] == new[-1 - after]:
        after += 1
    gone, come = old[before : len(old) - after], new[before : len(new) - after]
    if max(len(gone), len(come)) > _MOST_LINES:
        lines = _coarse(before, gone, come)
    else:
        start = max(0, before - CONTEXT)
        lines = _fine(
            start,
            old[start : len(old) - after + min(after, CONTEXT)],
            new[start : len(new) - after + min(after, CONTEXT)],
        )
    return _joined(lines)


def _fine(start: int, old: Sequence[str], new: Sequence[str]) -> list[str]:
    matcher = difflib.SequenceMatcher(None, old, new)
    lines = []
    for group in matcher.get_grouped_opcodes(CONTEXT):
        first, last = group[0], group[-1]
        lines.append(
            f"@@ -{_span(start + first[1], last[2] - first[1])}"
            f" +{_span(start + first[3], last[4] - first[3])} @@"
        )
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                lines += [f" {line}" for line in old[old_from:old_to]]
                continue
            lines += [f"-{line}" for line in old[old_from:old_to]]
            lines += [f"+{line}" for line in new[new_from:new_to]]
    return lines


def _coarse(start: int, gone: Sequence[str], come: Sequence[str]) -> list[str]:
    """Everything old, then everything new; each gets half of the room."""
    lines = [f"@@ -{_span(start, len(gone))} +{_span(start, len(come))} @@"]
    for sign, part in (("-", gone), ("+", come)):
        room = LONGEST // 2 - 200
        for line in part:
            room -= len(line) + 2
            if room < 0:
                lines.append(f"{sign}{_CUT}")
                break
            lines.append(sign + line)
    return lines


def _span(start: int, count: int) -> str:
    """As diff writes it: lines from 1, and the line before where there are none."""
    if count == 1:
        return str(start + 1)
    return f"{start + 1 if count else start},{count}"


def _joined(lines: list[str]) -> str:
    text = "\n".join(lines)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - len(_CUT) - 1]}\n{_CUT}"
