"""Times as the store and the answers write them: UTC ISO-8601 text with milliseconds (DESIGN 5)."""

from __future__ import annotations

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """``2026-11-21T02:43:11.120Z`` for an aware datetime; sorts as text.

    Raises:
        ValueError: the datetime is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("a naive datetime cannot be stored")
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def from_text(text: str) -> datetime:
    """The aware UTC datetime behind text written by :func:`to_text`."""
    return datetime.fromisoformat(text).astimezone(UTC)


def maybe_from_text(text: str | None) -> datetime | None:
    """As :func:`from_text`, None for None."""
    return None if text is None else from_text(text)


def maybe_to_text(moment: datetime | None) -> str | None:
    """As :func:`to_text`, None for None."""
    return None if moment is None else to_text(moment)
