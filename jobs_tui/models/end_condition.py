"""When an ongoing job has reached its goal: the shapes of ``end_condition`` and ``watch``.

The normal form is ``{"any": [condition, ...]}``: one that holds is enough. A caller may also send
one condition alone, a short form of it (``{"exit_code": 0}``, ``exit:0``), or a plain text, the
goal that the agent itself judges. Patterns, paths and expressions are compiled in
``guard.end_conditions``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StrictStr,
    ValidationError,
    model_validator,
)

from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.short_conditions import KINDS, written_out
from jobs_tui.models.typed_conditions import FIELD
from jobs_tui.models.validation import first_finding

MOST = 20
"""Conditions of one job."""
LONGEST_GOAL = 4_000
"""Characters of a goal."""
LONGEST_RULE = 1_000
"""Characters of a text, a pattern, a path, an expression, or a value as JSON."""


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a number is wanted, not true or false")
    return value


def _filled(value: object) -> object:
    if isinstance(value, str) and not value.strip():
        raise ValueError("it is blank")
    return value


def _small(value: object) -> object:
    if len(json.dumps(value, ensure_ascii=False)) > LONGEST_RULE:
        raise ValueError(f"it is longer than {LONGEST_RULE:,} characters")
    return value


Whole = Annotated[int, BeforeValidator(_number), Field(strict=True)]
Rule = Annotated[StrictStr, BeforeValidator(_filled), Field(max_length=LONGEST_RULE)]


class _Condition(BaseModel):
    model_config = ConfigDict(extra="forbid")


class VerdictCondition(_Condition):
    """The agent says that it is done."""

    type: Literal["verdict"] = "verdict"
    goal: Annotated[StrictStr, BeforeValidator(_filled), Field(max_length=LONGEST_GOAL)] | None = (
        None
    )


class ExitCodeCondition(_Condition):
    """The run ended with this exit code, also when that counts as a failure."""

    type: Literal["exit_code"] = "exit_code"
    equals: Annotated[Whole, Field(ge=0, le=255)] = 0


class TextCondition(_Condition):
    """The answer contains a text, or matches a regular expression."""

    type: Literal["text"] = "text"
    contains: Rule | None = None
    matches: Rule | None = None

    @model_validator(mode="after")
    def _one(self) -> TextCondition:
        if (self.contains is None) == (self.matches is None):
            raise ValueError("give one of contains and matches")
        return self


class JsonPathCondition(_Condition):
    """A path into the answer, which is JSON, finds a value."""

    type: Literal["json_path"] = "json_path"
    path: Rule
    equals: Annotated[JsonValue, BeforeValidator(_small)] = None
    """Without it: any value but null and false."""


class ExpressionCondition(_Condition):
    """An expression over the last results is true."""

    type: Literal["expression"] = "expression"
    expression: Rule


class ChangedCondition(_Condition):
    """The answer has changed this often."""

    type: Literal["changed"] = "changed"
    times: Annotated[Whole, Field(ge=1, le=1_000_000)] = 1


class Watch(BaseModel):
    """What of a run is compared with the run before."""

    model_config = ConfigDict(extra="forbid")

    what: Literal["answer"] = "answer"
    ignore: Annotated[list[Rule], Field(max_length=MOST)] = []
    """Regular expressions: lines in which one of them is found are left out."""


_MODELS: Mapping[str, type[_Condition]] = {
    "verdict": VerdictCondition,
    "exit_code": ExitCodeCondition,
    "text": TextCondition,
    "json_path": JsonPathCondition,
    "expression": ExpressionCondition,
    "changed": ChangedCondition,
}
Normal = tuple[dict[str, Any] | None, int | None, str | None]
"""``end_condition``, ``max_runs`` and ``end_at``, each None when nothing was said of it."""


def normalised(value: str | Mapping[str, Any]) -> Normal:
    """The normal form of what a caller sent; ``max_runs`` and ``end_at`` are fields of their own.

    Raises:
        InvalidInput: ``field`` names the place within ``end_condition``.
    """
    listed, moved = written_out(value)
    found: list[dict[str, Any]] = []
    for condition, place in listed:
        made = _made(condition, place)
        if made not in found:
            found.append(made)
    if len(found) > MOST:
        raise InvalidInput(
            f"end_condition has {len(found)} conditions; it may have {MOST}.",
            "Join some of them in one expression.",
            field=FIELD,
        )
    return ({"any": found} if found else None), moved.get("max_runs"), moved.get("end_at")


def normalised_watch(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The normal form of ``watch``; ``ignore`` may have been one text.

    Raises:
        InvalidInput: ``field`` names the place within ``watch``.
    """
    if value is None:
        return None
    sent = dict(value)
    if isinstance(sent.get("ignore"), str):
        sent["ignore"] = [sent["ignore"]]
    try:
        watch = Watch.model_validate(sent)
    except ValidationError as error:
        raise _wrong(error, "watch") from None
    made: dict[str, Any] = {"what": watch.what}
    if watch.ignore:
        made["ignore"] = watch.ignore
    return made


def conditions(condition: Mapping[str, Any] | None) -> tuple[dict[str, Any], ...]:
    """The conditions of a normal form."""
    return tuple((condition or {}).get("any", ()))


def goals(condition: Mapping[str, Any] | None) -> tuple[str, ...] | None:
    """The goals that the agent is to judge; None when its verdict is not asked for."""
    asked = [one for one in conditions(condition) if one["type"] == "verdict"]
    return tuple(one["goal"] for one in asked if one.get("goal")) if asked else None


def watches(condition: Mapping[str, Any] | None, watch: Mapping[str, Any] | None) -> bool:
    """Whether answers are compared: asked for, or needed by a condition."""
    return watch is not None or any(one["type"] == "changed" for one in conditions(condition))


def words(condition: Mapping[str, Any] | None) -> str:
    """A normal form as a person says it: ``until exit code 0 or the answer changes``."""
    said = [_words(one) for one in conditions(condition)]
    return f"until {' or '.join(said)}" if said else ""


def _words(one: Mapping[str, Any]) -> str:
    kind = one["type"]
    if kind == "verdict":
        goal = " ".join((one.get("goal") or "").split())
        return f"the agent says done: {goal}" if goal else "the agent says done"
    if kind == "exit_code":
        return f"exit code {one['equals']}"
    if kind == "text":
        if one.get("contains") is not None:
            return f"the answer contains '{one['contains']}'"
        return f"the answer matches {one['matches']}"
    if kind == "json_path":
        if "equals" in one:
            return f"{one['path']} is {json.dumps(one['equals'], ensure_ascii=False)}"
        return f"{one['path']} is found"
    if kind == "expression":
        return f"this is true: {one['expression']}"
    times = one["times"]
    return "the answer changes" if times == 1 else f"the answer has changed {times} times"


def _made(condition: dict[str, Any], place: str) -> dict[str, Any]:
    kind = condition["type"]
    model = _MODELS.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise InvalidInput(
            f"{place}.type: there is no condition {kind!r:.60}.",
            f"There are {', '.join(KINDS)}.",
            field=f"{place}.type",
        )
    try:
        checked = model.model_validate(condition)
    except ValidationError as error:
        raise _wrong(error, place) from None
    made = checked.model_dump(mode="json")
    if kind == "json_path":
        # null is a value that can be asked for, so a default would not tell them apart.
        return (
            made if "equals" in checked.model_fields_set else {"type": kind, "path": made["path"]}
        )
    return {name: value for name, value in made.items() if value is not None}


def _wrong(error: ValidationError, place: str) -> InvalidInput:
    inner, text = first_finding(error)
    field = f"{place}.{inner}" if inner else place
    return InvalidInput(f"{field}: {text}.", field=field)
