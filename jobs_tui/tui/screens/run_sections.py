"""Parts of the pane of a run: who does it, what it asks, its steps, plan and Smart's choice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.approval import Approval
from jobs_tui.models.enums import BAD
from jobs_tui.service.run_detail import Choice, RunDetail
from jobs_tui.service.step_tree import Branch
from jobs_tui.tui.spans import until
from jobs_tui.tui.theme import state_of

Part = Content | str | tuple[str, str]
STEPS, RANKED, CALL = 30, 5, 12
"""Steps, candidates of Smart and lines of a call that are shown."""


def row(label: str, text: str, width: int, style: str = "") -> Content:
    """A label and a text that is fit for the screen, on one line."""
    name = Content(label).truncate(11, ellipsis=True, pad=True)
    return fit([name.stylize("$quiet"), " ", (text, style) if style else text], width)


def title(text: str) -> Content:
    """The head of a section."""
    return Content.styled(text, "$quiet")


def fit(parts: Sequence[Part], width: int) -> Content:
    """One line of at most ``width`` columns."""
    return Content.assemble(*parts).truncate(max(1, width), ellipsis=True)


def wrapped(text: str, width: int, most: int) -> list[str]:
    """Up to ``most`` lines of at most ``width`` columns; the last one says when more was left."""
    found: list[str] = []
    rest = Content(text)
    while rest.cell_length and len(found) < most:
        if len(found) == most - 1:
            return [*found, rest.truncate(max(1, width), ellipsis=True).plain]
        line = _first(rest.plain, max(2, width))
        found.append(line.rstrip())
        rest = Content(rest.plain[len(line) :].lstrip())
    return found


def _first(text: str, width: int) -> str:
    end, used = 0, 0
    for character in text:
        used += Content(character).cell_length
        if used > width:
            break
        end += 1
    if end < len(text) and (space := text.rfind(" ", 0, end + 1)) > 0:
        return text[:space]
    return text[: max(1, end)]


def doer(detail: RunDetail, width: int) -> list[Content]:
    """Agent, queue, and what it used of models."""
    run, found = detail.execution, list[Content]()
    if run.agent_id is not None:
        found.append(row("agent", plain(run.agent_id), width))
    if run.queue != "default":
        found.append(row("queue", plain(run.queue), width))
    usage = detail.usage
    if not usage.nothing:
        found.append(row("cost", usage.cost_words().removeprefix("cost "), width))
        if usage.tokens:
            tokens = f"{usage.input_tokens:,} in, {usage.output_tokens:,} out"
            found.append(row("tokens", tokens, width))
        calls = f"{usage.requests:,}, tool calls {usage.tool_calls:,}"
        found.append(row("requests", calls, width))
        if usage.model:
            found.append(row("model", plain(usage.model), width))
    return found


def asked(approvals: Sequence[Approval], now: datetime, width: int, first: str) -> list[Content]:
    """What a person is asked: the exact calls, and the key to answer.

    Args:
        first: what has to be done before the key: ``esc, then ``.
    """
    found: list[Content] = []
    for one in approvals:
        who = f" by {plain(one.agent_id)}" if one.agent_id else ""
        what = "MAY IT START?" if one.whole_run else f"MAY IT CALL {plain(one.tool)}{who}?"
        found += [Content(""), fit([(what, "$state-warn bold")], width)]
        found += _call(one, width)
        if one.reason:
            found.append(row("because", plain(one.reason), width))
        found.append(
            fit(
                [
                    (first, "$quiet"),
                    ("a", "$key bold"),
                    f" answers; denied {until(one.expires_at, now)}",
                ],
                width,
            )
        )
    return found


def _call(one: Approval, width: int) -> list[Content]:
    if one.whole_run:
        text = str(one.arguments.get("prompt", ""))
    else:
        text = json.dumps(one.arguments, ensure_ascii=False, indent=2)
    lines = text.split("\n")
    found = [
        Content(f"  {part}")
        for line in lines[:CALL]
        for part in (wrapped(plain(line), width - 2, 4) or [""])
    ]
    if len(lines) > CALL:
        found.append(title(f"  and {len(lines) - CALL} lines more: a shows all"))
    return found


def steps(tree: Sequence[Branch], width: int, *, planned: bool) -> list[Content]:
    """The tree of its steps."""
    if not tree:
        return []
    done = sum(not branch.step.status.live for branch in tree)
    name = "PLAN" if planned else "STEPS"
    found = [Content(""), title(f"{name}  {done} of {len(tree)} done")]
    for branch in tree[:STEPS]:
        step, state = branch.step, state_of(branch.step.status)
        parts: list[Part] = [
            (f"{state.label} ", state.style),
            (branch.lines, "$quiet"),
            plain(step.name),
        ]
        if step.agent_id and step.agent_id != step.name:
            parts.append((f" {plain(step.agent_id)}", "$quiet"))
        if step.status in BAD and step.error_message:
            parts.append((f"  {plain(step.error_message)}", "$state-bad"))
        found.append(fit(parts, width))
    if len(tree) > STEPS:
        found.append(title(f"and {len(tree) - STEPS} more: the log shows all"))
    return found


def choice(smart: Choice | None, width: int) -> list[Content]:
    """Whom Smart chose and why, and who else was near."""
    if smart is None:
        return []
    sure = "  unclear" if smart.unclear else ""
    found = [
        Content(""),
        fit([("SMART  ", "$quiet"), plain(smart.chosen or "nobody"), (sure, "$state-warn")], width),
    ]
    found += [Content(f"  {line}") for line in wrapped(plain(smart.reason), width - 2, 3)]
    for one in smart.ranked[:RANKED]:
        here = one.id == smart.chosen
        found.append(
            fit(
                [
                    (f"{one.score:6.2f} ", "bold" if here else "$quiet"),
                    (f"{plain(one.id)}  ", "bold" if here else ""),
                    (plain(one.reason), "$quiet" if one.ready else "$state-warn"),
                ],
                width,
            )
        )
    return found
