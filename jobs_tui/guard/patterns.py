"""Regular expressions of users, which cannot hang.

RE2 is used in place of Python's own ``re``: its time grows with the length of the text alone and
its memory is bounded, whatever the pattern is. With a pattern that goes back and forth
(``(a|aa)+$``) ``re`` takes longer than anybody lives, and cannot be interrupted; libraries that
can be given a time limit still use any amount of memory while they compile ``(a{1000}){1000}``.
The price: no look-around and no back-references; the message says so.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jobs_tui.models.errors import InvalidInput

LONGEST = 1_000
"""Characters of a pattern."""
_MEMORY = 8 << 20
"""Bytes that a compiled pattern and its matching may take."""


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    return re2.compile(pattern, options)


def check_pattern(pattern: str, field: str) -> None:
    """Find out whether a pattern can be used.

    Raises:
        InvalidInput: with what is wrong and ``field``.
    """
    import re2

    if len(pattern) > LONGEST:
        raise InvalidInput(
            f"{field}: the pattern has {len(pattern):,} characters; it may have {LONGEST:,}.",
            field=field,
        )
    try:
        _compiled(pattern)
    except (re2.error, UnicodeError) as error:
        reason = error.args[0] if error.args else "it is not valid"
        told = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise InvalidInput(
            f"{field}: the pattern is not valid: {told.rstrip('.')}.",
            "Write it as RE2 knows it: (?i) for any case, (?m) for ^ and $ at each line; "
            "look-around and back-references are not possible.",
            field=field,
        ) from None


def found(pattern: str, text: str) -> str | None:
    """The first place in ``text`` that a checked pattern matches, or None."""
    match = _compiled(pattern).search(text.encode("utf-8", "replace").decode("utf-8"))
    return None if match is None else str(match.group(0))
