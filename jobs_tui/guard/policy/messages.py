"""What the values of ``deny``, ``ask`` and ``allow`` mean, whoever evaluated them."""

from __future__ import annotations

import json
from typing import Any

from jobs_tui.guard.policy.answer import NoAnswer
from jobs_tui.guard.terminal_text import plain

MOST_MESSAGES = 20
LONGEST_MESSAGE = 500


def messages(rule: str, value: Any) -> tuple[str, ...] | None:
    """The reasons that a ``deny`` or ``ask`` gives; anything but false and empty is one.

    Returns:
        None when it does not hold, an empty tuple when it is just true.

    Raises:
        NoAnswer: it is a number or null.
    """
    if value is False:
        return None
    if value is True:
        return ()
    if isinstance(value, str):
        return (one_line(value),)
    if isinstance(value, list):
        found = [one_line(item) for item in value]
    elif isinstance(value, dict):  # sets of Rego v0, and rules such as deny[reason] := true
        found = [one_line(key) for key, said in value.items() if said is not False]
    else:
        raise NoAnswer(f"{rule} is neither a set of texts nor true or false")
    return tuple(dict.fromkeys(sorted(found)[:MOST_MESSAGES])) if found else None


def one_line(value: Any) -> str:
    """A message without line ends and escapes; what is no text is shown as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return plain(" ".join(text.split())[:LONGEST_MESSAGE])
