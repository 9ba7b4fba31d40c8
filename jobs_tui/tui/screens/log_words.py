"""The rows around a log in words: find row, status row, one line in full."""

from __future__ import annotations

import json
from datetime import UTC

from textual.content import Content

from jobs_tui.models.execution import Execution, LogLine
from jobs_tui.tui.screens.run_words import number, size
from jobs_tui.tui.spans import took
from jobs_tui.tui.widgets.log_state import LogState
from jobs_tui.tui.widgets.log_text import shown

Part = Content | str | tuple[str, str]
JSON_LIMIT = 200_000
"""Characters of a line that are looked at as JSON."""
STEP = 24
"""Columns of a step's name in a wide status row."""
SHOWN_LIMIT = 20_000
"""Characters of a line in the side pane."""


def find_row(state: LogState, *, wide: bool) -> Content:
    """``match 1 of 12   n next  N previous  & only matches``."""
    if not state.query:
        return Content.styled("enter: back to the log   esc: clear", "$quiet")
    more = "+" if state.finding else ""
    if not state.hits and not state.finding:
        count = Content.styled("no match", "$state-warn")
    elif state.hit:
        count = Content(f"match {number(state.hit)} of {number(state.hits)}{more}")
    else:
        count = Content(f"{number(state.hits)}{more} match{'es' if state.hits != 1 else ''}")
    only = "all lines" if state.filtered else "only matches"
    around = " (2 lines around)" if wide and not state.filtered else ""
    parts: list[Part] = [
        count,
        ("   n", "$key bold"),
        (" next  ", "$quiet"),
        ("N", "$key bold"),
        (" prev  " if not wide else " previous  ", "$quiet"),
        ("&", "$key bold"),
        (f" {only}{around}", "$quiet"),
    ]
    if wide:
        parts.append(("   Aa" if state.exact else "   aa", "$quiet"))
    return Content.assemble(*parts)


def status_row(state: LogState, run: Execution, *, wide: bool) -> tuple[Content, Content]:
    """Following and options on the left, size and place on the right."""
    if state.follow:
        live = run.status.live
        following: list[Part] = [("FOLLOW", "$state-run bold") if live else ("END", "bold")]
    elif state.new_lines:
        word = "line" if state.new_lines == 1 else "lines"
        following = [
            ("FOLLOW off: ", "$state-warn"),
            (f"{number(state.new_lines)} new {word} below", "$state-warn bold"),
            ", ",
            ("f", "$key bold"),
            " resumes",
        ]
    else:
        following = [("FOLLOW off", "$quiet")]
    plus = "+" if state.counting else ""
    gap = "    " if wide else "   "
    counts: list[Part] = [
        gap,
        (f"{number(state.errors)}{plus} err", "$state-bad" if state.errors else "$quiet"),
        gap,
        (f"{number(state.warnings)}{plus} warn", "$state-warn" if state.warnings else "$quiet"),
    ]
    options: list[Part] = []
    if wide or state.wrap:
        options.append((f"{gap}wrap {'on' if state.wrap else 'off'}", "$quiet"))
    options.append((f"{gap}{'time ' if wide else ''}{state.time}", "$quiet"))
    if not state.colours:
        options.append((f"{gap}no colours", "$quiet"))
    only: list[Part] = []
    if state.step:
        only = [gap, ("step ", "$quiet"), Content(shown(state.step).text).truncate(
            STEP if wide else STEP // 2, ellipsis=True).stylize("$mark bold")]  # fmt: skip
    left = Content.assemble(" ", *following, *only, *counts, *options)
    place = f"{state.percent}%" if state.follow else f"line {number(state.cursor)}"
    stored = run.log_bytes if run.log_bytes is not None else state.size
    right = f"{number(state.lines)} line{'' if state.lines == 1 else 's'}"
    if state.step:
        right = f"{number(state.step_lines)} of {right}"
    elif wide or (state.follow and state.lines < 1_000_000):
        right += f"{gap}{size(stored)}"
    return left, Content(f"{right}{gap}{place} ")


def pretty(text: str) -> str | None:
    """The JSON in a line, in order and indented, with what stands before it; None without any."""
    for start in sorted(place for place in (text.find("{"), text.find("[")) if place >= 0):
        try:
            found, end = json.JSONDecoder().raw_decode(text[start : start + JSON_LIMIT])
        except (ValueError, RecursionError):
            continue
        if isinstance(found, list) and not any(isinstance(part, dict | list) for part in found):
            continue  # ``[3]`` and the like is hardly ever meant as JSON
        if not found:
            continue
        rest = text[start + end :].strip()
        parts = [text[:start].strip(), json.dumps(found, ensure_ascii=False, indent=2), rest]
        return "\n".join(part for part in parts if part)
    return None


def line_text(line: LogLine, run: Execution) -> str:
    """One line in full, for a dialog."""
    text = shown(line.text).text
    return f"{_facts(line, run)}\n\n{pretty(text) or text}"


def line_pane(line: LogLine | None, state: LogState, run: Execution) -> Content:
    """The cursor's line in the side pane, and the marks."""
    if line is None:
        return Content.styled("No line.", "$quiet")
    text = shown(line.text).text
    body = "\n".join(shown(part).text for part in (pretty(text) or text).split("\n"))
    if len(body) > SHOWN_LIMIT:
        body = f"{body[:SHOWN_LIMIT]}\n... {number(len(body) - SHOWN_LIMIT)} more characters"
    parts: list[Part] = [
        (f"LINE {number(line.number)}\n", "bold"),
        (f"{_facts(line, run)}\n\n", "$quiet"),
        body,
        ("\n\ny", "$key bold"),
        (" copies the line   ", "$quiet"),
        ("enter", "$key bold"),
        (" closes this", "$quiet"),
    ]
    if state.marks:
        numbers = ", ".join(number(mark) for mark in state.marks[:50])
        parts += [("\n\nMARKS  ", "bold"), ("'", "$key bold"), (" jumps\n", "$quiet"), numbers]
    return Content.assemble(*parts)


def _facts(line: LogLine, run: Execution) -> str:
    at = line.at.astimezone(UTC)
    since = ""
    if run.started_at is not None:
        since = f", +{took(max(0.0, (line.at - run.started_at).total_seconds()) * 1000)}"
    step = f", step {shown(line.step).text}" if line.step else ""
    stamp = f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} UTC"
    return f"{stamp}\n{line.stream}{since}{step}"
