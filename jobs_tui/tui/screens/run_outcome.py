"""What a run says of the goal of its job, and how its answer differs from the one before."""

from __future__ import annotations

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.execution import Execution
from jobs_tui.tui.screens import run_words
from jobs_tui.tui.screens.run_sections import fit, row, title, wrapped

LINES = 60
"""Lines of a difference that are shown."""


def told(run: Execution, width: int) -> list[Content]:
    """Its verdict with the reason, the goal, whether it is worth reporting, what went wrong."""
    found: list[Content] = []
    if (said := run_words.verdict(run)) is not None:
        found += _rows("verdict", said[0], width, said[1])
    if run.goal and (run.verdict_reason or "\n") not in run.goal:  # else it says the same
        found += _rows("goal", plain(run.goal), width)
    if run.problem:
        found += _rows("problem", plain(run.problem), width, "$state-warn")
    if run.worth_reporting is not None:
        words = "worth it" if run.worth_reporting else "nothing worth it"
        found.append(row("reporting", words, width))
    return found


def change(run: Execution, width: int) -> list[Content]:
    """The difference: sign and colour; whatever is in it is plain text."""
    if not run.change:
        return []
    lines = run.change.splitlines()
    shown = [line for line in lines if not line.startswith(("--- ", "+++ "))]
    found = [Content(""), title("CHANGED SINCE THE LAST RUN")]
    found += [fit([(plain(line), _style(line))], width) for line in shown[:LINES]]
    if len(shown) > LINES:
        found.append(title(f"and {len(shown) - LINES:,} lines more: `jobs-tui show {run.id}`"))
    return found


def _style(line: str) -> str:
    if line.startswith("+"):
        return "$state-ok"
    if line.startswith("-"):
        return "$state-bad"
    return "$title" if line.startswith("@@") else "$quiet"


def _rows(label: str, text: str, width: int, style: str = "") -> list[Content]:
    first, *more = wrapped(text, width - 12, 3) or [""]
    lines = [row(label, first, width, style)]
    return [*lines, *(row("", line, width, style) for line in more)]
