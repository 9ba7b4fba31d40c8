"""Reading the JSON of strangers: strict, and bounded before anything can go deep or wide.

``json.loads`` takes more than JSON is (NaN, infinite numbers, the last of two equal keys, lone
surrogates that no database can store) and gives up on deep nesting with a RecursionError.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from jobs_tui.models.errors import InvalidInput, JobsTuiError

DEEPEST = 64
"""Levels of lists and objects."""


class NotJson(JobsTuiError):
    """A body that is not JSON, or JSON that cannot be kept."""

    title = "Not JSON"
    exit_code = 2
    http_status = 400


class _Faulty(Exception):
    """What is wrong, as the end of a sentence about the text."""


def parse_object(body: bytes) -> dict[str, Any]:
    """The object in a body; an empty body is an empty object.

    Raises:
        NotJson: it is not JSON in UTF-8.
        InvalidInput: it is JSON and no object (field ``body``).
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotJson(f"The body is not UTF-8 (byte {error.start}).") from None
    if not text.strip():
        return {}
    value = parse(text)
    if not isinstance(value, dict):
        raise InvalidInput("The body is not a JSON object.", "Send {...}.", field="body")
    return value


def parse(text: str, what: str = "body") -> Any:
    """The value of a JSON text.

    Args:
        what: how errors call the text.

    Raises:
        NotJson: as said above.
    """
    try:
        return _parsed(text)
    except _Faulty as fault:
        raise NotJson(f"The {what} {fault}.") from None


def _parsed(text: str) -> Any:
    # Brackets inside strings count too, so this only says whether a closer look is needed.
    if text.count("[") + text.count("{") > DEEPEST and _depth(text) > DEEPEST:
        raise _Faulty(f"is nested deeper than {DEEPEST} levels")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _Faulty(f"is not valid JSON: {error.msg} ({where})") from None
    except ValueError:  # an integer of more digits than Python reads
        raise _Faulty("holds a number with too many digits") from None
    if "\\u" in text:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise _Faulty("holds half of a surrogate pair, which is no text") from None
    return value


def _depth(text: str) -> int:
    """How deep brackets are nested outside of strings."""
    depth = deepest = 0
    inside = skip = False
    for character in text:
        if skip:
            skip = False
        elif inside:
            skip = character == "\\"
            inside = character != '"'
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _number(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _Faulty(f"holds a number out of range ({text:.20})")
    return value


def _constant(text: str) -> NoReturn:
    raise _Faulty(f"holds {text}, which is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _Faulty(f"holds the key {twice!r:.60} twice in one object")
    return found


_DECODER = json.JSONDecoder(
    parse_float=_number, parse_constant=_constant, object_pairs_hook=_object
)
