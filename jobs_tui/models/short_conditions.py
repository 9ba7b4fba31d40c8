"""The short forms in which callers say when a job has reached its goal, written out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.typed_conditions import FIELD, typed_condition

KINDS: Final = ("verdict", "exit_code", "text", "json_path", "expression", "changed")
"""Types of conditions."""

_EXTRAS = {"goal", "equals", "contains", "matches", "path", "times"}
_MOVED = ("max_runs", "end_at")
_SHORT = 'Say when it ends, for example "the invoice is paid" or {"exit_code": 0}.'


def written_out(
    value: str | Mapping[str, Any],
) -> tuple[list[tuple[dict[str, Any], str]], dict[str, Any]]:
    """Every condition with its type and its place, not yet checked; what moves into other fields.

    Raises:
        InvalidInput: ``field`` names the place.
    """
    found: list[tuple[dict[str, Any], str]] = []
    moved: dict[str, Any] = {}
    for place, sent in _listed(value):
        found += _expanded(sent, place, moved)
    return found, moved


def _listed(value: str | Mapping[str, Any]) -> list[tuple[str, Any]]:
    if isinstance(value, str):
        value = typed_condition(value)
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
        sent = typed_condition(sent, place)
        if isinstance(sent, str):
            return [({"type": "verdict", "goal": sent}, place)]
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
    unknown = sorted(given.keys() - set(KINDS))
    if unknown or not given:
        raise InvalidInput(
            f"{place}: there is no condition {(unknown or sorted(extras))[0]!r:.60}.",
            f"There are {', '.join(KINDS)}, max_runs and end_at.",
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
