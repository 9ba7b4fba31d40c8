"""Values as text, the same in prompts, shell variables and history (DESIGN 9)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from datetime import date, datetime


def value_text(value: object) -> str:
    """A value as the text that a prompt or a command gets.

    Text as it is; numbers and truth values as in JSON (``true``); None is empty; lists and
    mappings are compact JSON; times are ISO 8601.

    Raises:
        TypeError: the value is none of these (a function, say).
    """
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (Mapping, list, tuple, Set)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_inner)
    raise TypeError(f"a {type(value).__name__} has no text")


def _inner(value: object) -> object:
    """What JSON does not know of itself inside a list or mapping."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Set):
        return sorted(value, key=str)
    return value_text(value)
