"""A condition as a person types it: ``exit:0``, ``text:green``, or a goal in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from jobs_tui.models.errors import InvalidInput

FIELD: Final = "end_condition"


def typed_condition(text: str, place: str = FIELD) -> str | dict[str, Any]:
    """The short form that a text stands for; a text without a sign of one is the goal itself.

    ``exit:0``, ``text:green``, ``match:^ok``, ``json:$.state=done``, ``expr:results[0].exit_code
    == 0``, ``changed``, a JSON object.

    Args:
        place: named by an error: ``end_condition``, ``end_condition.any.0``.

    Raises:
        InvalidInput: ``exit:`` without a number, a sign with nothing behind it, or what begins
            like JSON and is none.
    """
    said = text.strip()
    if said.startswith("{"):
        return _json(said, place)
    if said.lower() == "changed":
        return {"changed": True}
    head, colon, rest = said.partition(":")
    reader = _READERS.get(head.lower())
    if not colon or reader is None:
        return said
    if not rest.strip():
        raise InvalidInput(
            f"{place}: nothing follows {said!r}.", "For example text:green.", field=place
        )
    return reader(rest.strip(), place)


def _json(text: str, place: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput(
            f"{place}: {text!r:.60} is not JSON.", 'For example {"exit_code": 0}.', field=place
        ) from None
    return dict(found)


def _exit_code(rest: str, place: str) -> dict[str, Any]:
    if not (rest.isascii() and rest.isdigit() and len(rest) < 10):
        raise InvalidInput(
            f"{place}: {rest!r:.40} is no exit code.", "For example exit:0.", field=place
        )
    return {"exit_code": int(rest)}


def _path(rest: str, _: str) -> dict[str, Any]:
    """``$.state=done``: the value is read as JSON where it is some, else as a text."""
    path, equals, value = _split(rest)
    if not equals:
        return {"json_path": path}
    try:
        return {"json_path": path, "equals": json.loads(value)}
    except (ValueError, RecursionError):
        return {"json_path": path, "equals": value}


def _split(rest: str) -> tuple[str, str, str]:
    """At the first ``=`` outside of brackets: a filter of the path may hold one."""
    depth = 0
    for index, char in enumerate(rest):
        depth += (char == "[") - (char == "]")
        if char == "=" and depth == 0:
            return rest[:index].strip(), "=", rest[index + 1 :].strip()
    return rest, "", ""


_READERS: Mapping[str, Callable[[str, str], dict[str, Any]]] = {
    "exit": _exit_code,
    "text": lambda rest, _: {"type": "text", "contains": rest},
    "match": lambda rest, _: {"type": "text", "matches": rest},
    "json": _path,
    "expr": lambda rest, _: {"expression": rest},
}
"""By what stands before the colon."""
