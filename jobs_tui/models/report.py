"""What a run says of itself: a last line that is a JSON object with verdict, report and state.

``{"verdict": "not_done", "reason": "2 of 5 paid", "worth_reporting": false, "state": {"paid": 2}}``
Any agent can print it. An object with any other key is just an answer in JSON.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

VERDICTS: Final = ("done", "not_done", "blocked")
LARGEST_STATE: Final = 16 * 1024
"""Bytes of a state document as JSON."""
LONGEST_REASON: Final = 1_000
"""Characters of a reason that are kept."""

_KEYS = frozenset(("verdict", "reason", "worth_reporting", "state"))
_LONGEST_LINE = 2 * LARGEST_STATE + 20_000
"""Characters; a longer last line is no report."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was said, and the answer without it."""

    body: str
    verdict: str | None = None
    reason: str | None = None
    worth_reporting: bool | None = None
    state: dict[str, Any] | None = None
    problem: str | None = None
    """What of it cannot be used."""


def read_report(answer: str) -> Report:
    """Take the report off the end of an answer; the body is the rest, without line ends behind."""
    kept = answer.rstrip()
    head, _, last = kept.rpartition("\n")
    line = last.strip()
    if line.startswith("```") and head:  # models like to fence what is JSON
        head, _, inner = head.rpartition("\n")
        line = inner.strip()
        opening, _, fence = head.rstrip().rpartition("\n")
        if fence.strip() in ("```", "```json"):
            head = opening
    said = _object(line)
    if said is None:
        return Report(answer.rstrip("\n"))
    problems = []
    verdict = said.get("verdict")
    if verdict is not None and verdict not in VERDICTS:
        problems.append(f"its verdict {_short(verdict)} is none of {', '.join(VERDICTS)}")
        verdict = None
    worth = said.get("worth_reporting")
    if worth is not None and not isinstance(worth, bool):
        problems.append(f"its worth_reporting {_short(worth)} is neither true nor false")
        worth = None
    state = said.get("state")
    if state is not None and (wrong := state_problem(state)):
        problems.append(wrong)
        state = None
    reason = said.get("reason")
    told = None if reason is None else (reason if isinstance(reason, str) else _short(reason))
    return Report(
        head.rstrip(),
        verdict,
        told[:LONGEST_REASON] if told and told.strip() else None,
        worth,
        state,
        f"The run said something that cannot be used: {'; '.join(problems)}." if problems else None,
    )


def state_problem(state: Any) -> str:
    """Why a value cannot be kept as the state of a job; empty when it can."""
    if not isinstance(state, dict):
        return "its state is not a JSON object"
    size = len(json.dumps(state, ensure_ascii=False).encode("utf-8", "replace"))
    if size > LARGEST_STATE:
        return f"its state has {size:,} bytes, and {LARGEST_STATE:,} are kept of a job"
    return ""


def report_line(
    verdict: str | None, reason: str | None, worth_reporting: bool | None, state: Any
) -> str:
    """The line that :func:`read_report` reads; what is None is left out."""
    said = {
        "verdict": verdict,
        "reason": reason,
        "worth_reporting": worth_reporting,
        "state": state,
    }
    return json.dumps({k: v for k, v in said.items() if v is not None}, ensure_ascii=False)


def _object(line: str) -> dict[str, Any] | None:
    if not (line.startswith("{") and line.endswith("}")) or len(line) > _LONGEST_LINE:
        return None
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or not said.keys() <= _KEYS or said.keys() <= {"reason"}:
        return None
    if said.keys() <= {"state", "reason"} and not isinstance(said.get("state"), dict):
        return None  # {"state": "open"} is what many an API answers
    return said


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
