"""Several things on one line, between commas; what is a JSON object may hold commas of its own."""

from __future__ import annotations

import json
import re

COMMA = re.compile(",")


def pieces(text: str, separator: re.Pattern[str] = COMMA) -> list[str]:
    """The things that a line lists, blanks around them and empty ones left out.

    Args:
        separator: what stands between two of them. An object that does not end is the rest.
    """
    found: list[str] = []
    at = 0
    while at < len(text):
        until = _end(text, at, separator)
        if piece := text[at:until].strip():
            found.append(piece)
        at = until + 1
    return found


def _end(text: str, at: int, separator: re.Pattern[str]) -> int:
    start = at + len(text[at:]) - len(text[at:].lstrip())
    if text[start : start + 1] == "{":
        try:
            _, start = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            return len(text)
    next_one = separator.search(text, start)
    return len(text) if next_one is None else next_one.start()
