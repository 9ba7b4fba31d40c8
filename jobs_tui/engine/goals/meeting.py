"""One condition looked at: does it hold, and in which words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs_tui.engine.goals.ended import Ended
from jobs_tui.guard.expressions import BadExpression, holds
from jobs_tui.guard.json_paths import TooMuchWork, same, values_at
from jobs_tui.guard.patterns import found
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.report import Report, read_report


@dataclass(frozen=True, slots=True)
class Met:
    """What was found; the reason begins in lower case and has no full stop."""

    met: bool
    reason: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """All that a condition may look at."""

    ended: Ended
    report: Report
    earlier: Sequence[Ended]
    runs: int
    state: dict[str, Any]
    changed: bool
    changes: int
    """Found so far, this run's included."""
    first: bool
    """There was nothing to compare with."""

    @property
    def completed(self) -> bool:
        """Whether the run ended well."""
        return self.ended.status is ExecutionStatus.COMPLETED


class _Result:
    """One of ``results`` as an expression sees it; JSON is read when it is asked for."""

    __slots__ = ("_body", "_json", "_read", "answer", "changed", "exit_code", "result", "status",
                 "verdict")  # fmt: skip

    def __init__(self, ended: Ended, report: Report | None = None, changed: bool = False) -> None:
        said = report or read_report(ended.text)
        self.status = str(ended.status)
        self.exit_code = ended.exit_code
        self.result = ended.result or ""
        self.answer = said.body
        self.verdict = said.verdict
        self.changed = changed or ended.changed
        self._json: Any = None
        self._read = False

    @property
    def json(self) -> Any:
        """The answer read as JSON; None when it is none."""
        if not self._read:
            self._json, _ = answered_json(self.answer)
            self._read = True
        return self._json


def look(condition: Mapping[str, Any], sight: Sight) -> Met:
    """Find out whether a condition holds after this run."""
    return _LOOKS[condition["type"]](condition, sight)


def answered_json(text: str) -> tuple[Any, bool]:
    """An answer that is JSON, or whose last line is; and whether it is any."""
    text = text.strip()
    for candidate in dict.fromkeys((text, text.rpartition("\n")[2])):
        try:
            return json.loads(candidate), True
        except (ValueError, RecursionError):
            continue
    return None, False


def _verdict(_: Mapping[str, Any], sight: Sight) -> Met:
    verdict = sight.report.verdict
    why = f": {sight.report.reason}" if sight.report.reason else ""
    if verdict == "done":
        if sight.completed:
            return Met(True, f"the agent says done{why}")
        return Met(False, f"the agent says done, but the run {_ended(sight)}")
    if verdict == "blocked":
        return Met(False, f"the agent is blocked{why}")
    if verdict == "not_done":
        return Met(False, f"the agent says not done{why}")
    if not sight.completed:
        return Met(False, f"the run {_ended(sight)}")
    return Met(
        False,
        "the agent gave no verdict",
        None if sight.report.problem else
        "The run gave no verdict: its last line has to be a JSON object such as "
        '{"verdict": "done", "reason": "..."}.',
    )  # fmt: skip


def _exit_code(condition: Mapping[str, Any], sight: Sight) -> Met:
    code, wanted = sight.ended.exit_code, condition["equals"]
    if code is None:
        return Met(False, f"there is no exit code ({_ended(sight)})")
    return Met(code == wanted, f"exit code {code}")


def _text(condition: Mapping[str, Any], sight: Sight) -> Met:
    if not sight.completed:
        return Met(False, f"the run {_ended(sight)}")
    contains = condition.get("contains")
    if contains is not None:
        met = contains in sight.report.body
        return Met(met, f"the answer {'contains' if met else 'does not contain'} '{contains}'")
    pattern = condition["matches"]
    place = found(pattern, sight.report.body)
    if place is None:
        return Met(False, f"the answer does not match {pattern}")
    return Met(True, f"the answer matches {pattern}: '{_short(place)}'")


def _json_path(condition: Mapping[str, Any], sight: Sight) -> Met:
    if not sight.completed:
        return Met(False, f"the run {_ended(sight)}")
    path = condition["path"]
    document, is_json = answered_json(sight.report.body)
    if not is_json:
        return Met(False, "the answer is not JSON", f"{path} was not looked at: the answer is not "
                   "JSON.")  # fmt: skip
    try:
        values = values_at(path, document)
    except (TooMuchWork, RecursionError):
        why = "the answer is too large or nested too deep for this path"
        return Met(False, why, f"{path} was not looked at: {why}.")
    if "equals" in condition:
        wanted = condition["equals"]
        met = any(same(value, wanted) for value in values)
        if met:
            return Met(True, f"{path} is {_as_json(wanted)}")
    else:
        true = [value for value in values if value is not None and value is not False]
        if true:
            return Met(True, f"{path} is {_as_json(true[0])}")
    if not values:
        return Met(False, f"{path} is not in the answer")
    return Met(False, f"{path} is {_as_json(values[0])}")


def _expression(condition: Mapping[str, Any], sight: Sight) -> Met:
    expression = condition["expression"]
    results = [_Result(sight.ended, sight.report, sight.changed), *map(_Result, sight.earlier)]
    try:
        met = holds(expression, {"results": results, "runs": sight.runs, "state": sight.state})
    except BadExpression as error:
        return Met(
            False,
            "the expression could not be worked out",
            f"The end condition {_short(expression)} could not be worked out: {error}. "
            f"There {'is 1 result' if len(results) == 1 else f'are {len(results)} results'} "
            "so far.",
        )
    return Met(met, f"this is {'true' if met else 'not true'}: {_short(expression)}")


def _changed(condition: Mapping[str, Any], sight: Sight) -> Met:
    if not sight.completed:
        return Met(False, f"the run {_ended(sight)}")
    times = condition["times"]
    if times == 1:
        if sight.changed:
            return Met(True, "the answer has changed")
        said = "first look, nothing to compare with" if sight.first else "the answer is the same"
        return Met(False, said)
    met = sight.changed and sight.changes >= times
    return Met(met, f"the answer has changed {sight.changes} of {times} times")


_LOOKS: Mapping[str, Callable[[Mapping[str, Any], Sight], Met]] = {
    "verdict": _verdict,
    "exit_code": _exit_code,
    "text": _text,
    "json_path": _json_path,
    "expression": _expression,
    "changed": _changed,
}


def _ended(sight: Sight) -> str:
    return str(sight.ended.status).replace("_", " ")


def _short(text: str, limit: int = 80) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def _as_json(value: Any) -> str:
    return _short(json.dumps(value, ensure_ascii=False))
