"""Who would do a job, and a dry run, in lines of plain text: the same in commands and on screens.

Untrusted text in it is not yet cleaned for a terminal.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from jobs_tui.agents.doer import DoerKind
from jobs_tui.agents.smart.ranking import BEST, Ranked, Selection
from jobs_tui.models.team import Strategy
from jobs_tui.service.dry_run import Whole
from jobs_tui.service.preview_who import Command, Part, Who

_HOW = {
    Strategy.SEQUENTIAL: "one after the other",
    Strategy.PARALLEL: "all at once",
    Strategy.LEAD: "the first one leads",
}


def smart_words(found: Selection) -> str:
    """``Smart would pick backup-bot (0.91), then sre (0.40)``; says when its lead is unclear."""
    first = next((one for one in found.ranked if one.id == found.chosen), None)
    if first is None:
        return "Smart finds nobody who is ready"
    picked = f"Smart would pick {_scored(first)}"
    second = next((one for one in found.best if one.id != first.id), None)
    if not found.unclear:
        return f"{picked}, then {_scored(second)}" if second is not None else picked
    if second is None or first.fit < 0.01:
        return f"{picked}, but it is unclear whether that fits"
    return f"{picked}, but its lead over {_scored(second)} is unclear"


def _scored(one: Ranked) -> str:
    return f"{one.id} ({one.score:.2f})"


def ranking_lines(found: Selection, most: int = BEST) -> list[str]:
    """The first of the ranking, one a line: score, sign, id and why."""
    shown = found.ranked[:most]
    width = max((len(one.id) for one in shown), default=0)
    return [
        f"{one.score:.2f} {'+' if one.ready else '!'} {one.id:<{width}}  {one.reason}"
        for one in shown
    ]


def who_words(who: Who) -> str:
    """Who would do it, in one line."""
    if who.smart is not None:
        return smart_words(who.smart)
    count = len(who.parts)
    if who.strategy is not None:
        return f"team {who.id}: {count} member{'s' * (count != 1)}, {_HOW[who.strategy]}"
    if who.kind is DoerKind.WORKFLOW and count:
        return f"workflow {who.id}: {count} step{'s' * (count != 1)}"
    about = who.agent.description if who.agent is not None else ""
    return f"{who.kind} {who.id}{f': {about}' if about else ''}"


def part_lines(parts: Sequence[Part]) -> list[str]:
    """Members or steps, one a line: sign, who, what it is, and why it cannot work."""
    rows = [_part(part) for part in parts]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    return [
        f"{'!' if part.problem else '+'} {first:<{widths[0]}}  {second:<{widths[1]}}  "
        f"{part.problem or rest}".rstrip()
        for part, (first, second, rest) in zip(parts, rows, strict=True)
    ]


def _part(part: Part) -> tuple[str, str, str]:
    after = f"after {', '.join(part.needs)}" if part.needs else ""
    return part.name or part.agent_id, part.agent_id if part.name else "", after


def who_lines(who: Who) -> list[str]:
    """Who would do it, with members, steps or ranking below."""
    lines = [who_words(who)]
    if who.smart is not None:
        lines += [f"  {line}" for line in ranking_lines(who.smart)]
    lines += [f"  {line}" for line in part_lines(who.parts)]
    return [*lines, *([who.note] if who.note else [])]


def command_line(command: Command) -> str:
    """The command line as it would be typed."""
    return shlex.join(command.argv)


def dry_run_lines(found: Whole) -> list[str]:
    """All of a dry run but the prompt: who, command lines, checks, warnings."""
    lines = ["WHO", *(f"  {line}" for line in who_lines(found.who))]
    for command in found.commands:
        lines += ["", f"COMMAND of {command.agent_id}", f"  {command_line(command)}"]
        lines.append(f"  in {command.directory.rstrip('/') or '/'}")
    if found.deliver_to:
        which = found.definition.deliver_when.sentence
        lines += ["", f"RESULTS would be delivered ({which}) to"]
        lines += [f"  {line}" for line in found.deliver_to]
    lines += ["", "CHECKS"]
    lines += [f"  {'+' if one.ok else '!'} {one.name:<12} {one.message}" for one in found.checks]
    said = {one.message for one in found.checks}
    lines += [f"  ! {'warning':<12} {text}" for text in found.warnings if text not in said]
    return lines
