"""When an ongoing job has reached its goal: the shapes of ``end_condition`` and ``watch``.

The normal form is ``{"any": [condition, ...]}``: one that holds is enough. A caller may also send
one condition alone, a short form of it (``{"exit_code": 0}``), or a plain text, the goal that the
agent itself judges. Patterns, paths and expressions are compiled in ``guard.end_conditions``.
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
from jobs_tui.models.validation import first_finding

FIELD = "end_condition"
MOST = 20
"""Conditions of one job."""
LONGEST_GOAL = 4_000
"""Characters of a goal."""
LONGEST_RULE = 1_000
"""Characters of a text, a pattern, a path, an expression, or a value as JSON."""

_SHORT = 'Say when it ends, for example "the invoice is paid" or {"exit_code": 0}.'


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


_KINDS: Mapping[str, type[_Condition]] = {
    "verdict": VerdictCondition,
    "exit_code": ExitCodeCondition,
    "text": TextCondition,
    "json_path": JsonPathCondition,
    "expression": ExpressionCondition,
    "changed": ChangedCondition,
}
_EXTRAS = {"goal", "equals", "contains", "matches", "path", "times"}
_MOVED = ("max_runs", "end_at")

Normal = tuple[dict[str, Any] | None, int | None, str | None]
"""``end_condition``, ``max_runs`` and ``end_at``, each None when nothing was said of it."""


def normalised(value: str | Mapping[str, Any]) -> Normal:
    """The normal form of what a caller sent; ``max_runs`` and ``end_at`` are fields of their own.

    Raises:
        InvalidInput: ``field`` names the place within ``end_condition``.
    """
    found: list[dict[str, Any]] = []
    moved: dict[str, Any] = {}
    for place, sent in _listed(value):
        for condition, where in _expanded(sent, place, moved):
            made = _made(condition, where)
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


def _listed(value: str | Mapping[str, Any]) -> list[tuple[str, Any]]:
    if isinstance(value, str):
        return [(FIELD, value)]
    if not isinstance(value, Mapping):
        raise InvalidInput("end_condition: a text or an object is wanted.", _SHORT, field=FIELD)
    if "any" not in value:
        return [(FIELD, value)]
    rest = sorted(value.keys() - {"any", *_MOVED})
    if rest:
        raise InvalidInput(
            f"end_condition has {rest[0]!r:.60} beside any.",
            "Put every condition into the list any.",
            field=FIELD,
        )
    listed = value["any"]
    if not isinstance(listed, (list, tuple)) or not listed:
        raise InvalidInput(
            "end_condition.any: a list of conditions is wanted.", _SHORT, field=f"{FIELD}.any"
        )
    beside = [(FIELD, {name: value[name]}) for name in _MOVED if name in value]
    return beside + [(f"{FIELD}.any.{number}", one) for number, one in enumerate(listed)]


def _expanded(sent: Any, place: str, moved: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """The conditions in one item, each with its type; what moves elsewhere is put into moved."""
    if isinstance(sent, str):
        if not sent.strip():
            raise InvalidInput(f"{place} is blank.", _SHORT, field=place)
        return [({"type": "verdict", "goal": sent.strip()}, place)]
    if not isinstance(sent, Mapping):
        raise InvalidInput(f"{place}: a text or an object is wanted.", _SHORT, field=place)
    given = dict(sent)
    for name in _MOVED:
        if name in given and name in moved:
            raise InvalidInput(f"{place}: {name} is given twice.", "Give it once.", field=place)
        if name in given:
            moved[name] = _moved(name, given.pop(name), place)
    if not given:
        if not sent:
            raise InvalidInput(f"{place} is empty.", _SHORT, field=place)
        return []
    if "type" in given:
        return [(given, place)]
    return _short_forms(given, place)


def _moved(name: str, value: Any, place: str) -> Any:
    field = f"{place}.{name}"
    if name == "max_runs":
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InvalidInput(f"{field}: a whole number from 1 is wanted.", field=field)
    elif not isinstance(value, str) or not value.strip():
        raise InvalidInput(
            f"{field}: a time is wanted, as 2026-12-24T18:00:00Z or tomorrow 9am.", field=field
        )
    return value


def _short_forms(given: dict[str, Any], place: str) -> list[tuple[dict[str, Any], str]]:
    extras = {name: given.pop(name) for name in _EXTRAS & given.keys()}
    if not given:
        if extras.keys() <= {"contains", "matches"}:
            return [({"type": "text", **extras}, place)]
        if extras.keys() == {"goal"}:
            return [({"type": "verdict", **extras}, place)]
    unknown = sorted(given.keys() - _KINDS.keys())
    if unknown or not given:
        raise InvalidInput(
            f"{place}: there is no condition {(unknown or sorted(extras))[0]!r:.60}.",
            f"There are {', '.join(_KINDS)}, max_runs and end_at.",
            field=place,
        )
    if extras and len(given) > 1:
        raise InvalidInput(
            f"{place}: it is not clear what {sorted(extras)[0]} belongs to.",
            'Write the conditions apart: {"any": [..., ...]}.',
            field=place,
        )
    return [({**_short(kind, value, place), **extras}, place) for kind, value in given.items()]


def _short(kind: str, value: Any, place: str) -> dict[str, Any]:
    """``{"exit_code": 0}`` and its like, written out."""
    made: dict[str, Any] = {"type": kind}
    flag = kind in ("verdict", "changed")
    if flag and value is True:
        return made
    if flag and value is False:
        raise InvalidInput(
            f"{place}.{kind} is false: that ends nothing.", "Leave it out.", field=f"{place}.{kind}"
        )
    main = {
        "verdict": "goal",
        "exit_code": "equals",
        "text": "contains",
        "json_path": "path",
        "expression": "expression",
        "changed": "times",
    }[kind]
    if isinstance(value, Mapping):
        return {**value, **made}
    made[main] = value
    return made


def _made(condition: dict[str, Any], place: str) -> dict[str, Any]:
    kind = condition["type"]
    model = _KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise InvalidInput(
            f"{place}.type: there is no condition {kind!r:.60}.",
            f"There are {', '.join(_KINDS)}.",
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
