"""The end condition of an ongoing job, as the fields of the form (issue 5, "until a goal").

The form shows one condition at a time; several, and shapes that it has no fields for, are JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs_tui.models.errors import InvalidInput

PLACE = "end_condition"
VERDICT, EXIT_CODE, TEXT, JSON_PATH, EXPRESSION, CHANGED, SEVERAL, LIMITS = (
    "verdict",
    "exit_code",
    "text",
    "json_path",
    "expression",
    "changed",
    "several",
    "limits",
)
KINDS = (
    (VERDICT, "it says it is done"),
    (EXIT_CODE, "exit code"),
    (TEXT, "text"),
    (JSON_PATH, "JSON path"),
    (EXPRESSION, "expression"),
    (CHANGED, "changed"),
    (SEVERAL, "several"),
    (LIMITS, "limits only"),
)
"""What an ongoing job may wait for, with the words of the form."""


@dataclass(slots=True)
class GoalDraft:
    """What stands in the fields of the end condition; texts as they were typed."""

    goal_kind: str = VERDICT
    goal: str = ""
    """What the agent is to reach, in words; empty: whatever the prompt says."""
    exit_code: str = "0"
    text: str = ""
    text_how: str = "contains"
    """``contains`` or ``matches`` (a regular expression)."""
    path: str = ""
    path_equals: str = ""
    """A JSON value, or a text; empty: the path has to lead to something."""
    expression: str = ""
    changes: str = "1"
    """How many changes of the answer are enough."""
    conditions: str = ""
    """The whole end condition as JSON."""

    def end_condition(self) -> dict[str, Any] | None:
        """The field ``end_condition`` of a job; None where only the limits end it.

        Raises:
            InvalidInput: field ``end_condition``.
        """
        if self.goal_kind == LIMITS:
            return None
        if self.goal_kind == SEVERAL:
            return _from_json(self.conditions)
        return {"any": [self._one()]}

    def _one(self) -> dict[str, Any]:
        found: dict[str, Any] = {"type": self.goal_kind}
        if self.goal_kind == VERDICT and self.goal.strip():
            found["goal"] = self.goal.strip()
        elif self.goal_kind == EXIT_CODE:
            found["equals"] = _whole(self.exit_code, "exit code", 0, 255)
        elif self.goal_kind == TEXT:
            _needed(self.text, "Write the text that the answer has to contain, such as merged.")
            found[self.text_how] = self.text
        elif self.goal_kind == JSON_PATH:
            _needed(self.path, "Write a path into the answer, such as $.state.")
            found["path"] = self.path.strip()
            if self.path_equals.strip():
                found["equals"] = value_of(self.path_equals.strip())
        elif self.goal_kind == EXPRESSION:
            _needed(self.expression, 'Write an expression, such as "done" in results[0].answer.')
            found["expression"] = self.expression.strip()
        elif self.goal_kind == CHANGED:
            found["times"] = _whole(self.changes, "number of changes", 1, 1_000_000)
        return found


def fields_of(condition: Mapping[str, Any] | None) -> dict[str, str]:
    """The fields of :class:`GoalDraft` that make this end condition again."""
    if condition is None:
        return {"goal_kind": LIMITS}
    ways = condition.get("any")
    if isinstance(ways, list) and len(ways) == 1 and isinstance(ways[0], Mapping):
        fields = _fields_of_one(ways[0])
        try:
            again = GoalDraft(**fields).end_condition()
        except InvalidInput:
            again = None
        if again == condition:
            return fields
    return {"goal_kind": SEVERAL, "conditions": json.dumps(condition, ensure_ascii=False)}


def _fields_of_one(one: Mapping[str, Any]) -> dict[str, str]:
    kind = str(one.get("type"))
    fields = {"goal_kind": kind}
    if kind == VERDICT:
        fields["goal"] = str(one.get("goal") or "")
    elif kind == EXIT_CODE:
        fields["exit_code"] = str(one.get("equals"))
    elif kind == TEXT:
        how = "matches" if "matches" in one else "contains"
        fields |= {"text_how": how, "text": str(one.get(how) or "")}
    elif kind == JSON_PATH:
        fields["path"] = str(one.get("path") or "")
        if "equals" in one:
            fields["path_equals"] = shown(one["equals"])
    elif kind == EXPRESSION:
        fields["expression"] = str(one.get("expression") or "")
    elif kind == CHANGED:
        fields["changes"] = str(one.get("times", 1))
    return fields


def value_of(text: str) -> Any:
    """A JSON value, else the text itself: ``true``, ``3``, ``merged``."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def shown(value: Any) -> str:
    """The text that :func:`value_of` reads back."""
    if isinstance(value, str) and value_of(value) == value and value.strip() == value and value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _from_json(text: str) -> dict[str, Any]:
    _needed(text, 'Write them as JSON: {"any": [{"type": "exit_code", "equals": 0}, ...]}.')
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, list):
        found = {"any": found}
    if not isinstance(found, dict):
        raise InvalidInput(
            "This is not a JSON object.",
            'Write {"any": [...]}; F1 lists the conditions.',
            field=PLACE,
        )
    return found


def _needed(text: str, sentence: str) -> None:
    if not text.strip():
        raise InvalidInput(sentence, field=PLACE)


def _whole(text: str, what: str, least: int, most: int) -> int:
    plain = text.strip()
    if plain.isascii() and plain.isdigit() and len(plain) < 8 and least <= int(plain) <= most:
        return int(plain)
    raise InvalidInput(
        f"The {what} is not a whole number from {least} to {most:,}.",
        f"For example {least}.",
        field=PLACE,
    )
