"""What is wrong, as the specification's clients read it: ``{"detail": ...}``."""

from __future__ import annotations

from typing import Any

from jobs_tui.models.errors import InvalidInput, JobsTuiError
from jobs_tui.models.validation import BadShape

KEY = "Idempotency-Key"
TRY_AGAIN = 2
"""Seconds that a caller is asked to wait while the store cannot be used."""


class Unprocessable(Exception):
    """A request that does not have the shape it should: 422.

    Args:
        place: where, from ``body``, ``query``, ``path`` or ``header`` on.
    """

    def __init__(self, place: tuple[str | int, ...], text: str, kind: str = "value_error") -> None:
        super().__init__(text)
        self.detail = [{"loc": list(place), "msg": text, "type": kind}]


def detail_of(error: JobsTuiError, part: str) -> str | list[dict[str, Any]]:
    """The ``detail`` of an error: a sentence, or for 422 the list of what is wrong, and where.

    Args:
        part: the part of the request that a field of the error belongs to.
    """
    if not isinstance(error, InvalidInput):
        return error.sentence()
    if isinstance(error, BadShape):
        return [
            {"loc": [part, *finding.place], "msg": finding.text, "type": finding.kind}
            for finding in error.findings
        ]
    place = [] if error.field in (None, part) else str(error.field).split(".")
    if error.field == KEY:
        part = "header"
    return [{"loc": [part, *place], "msg": error.sentence(), "type": "value_error"}]


def of_start(error: InvalidInput) -> InvalidInput:
    """The error of a start with its place in what the starter sent.

    A job's own fields were checked when it was saved: of those, the values are the cause.
    """
    field = error.field or "parameters"
    if field == KEY:
        return error
    if field == "config" or field.startswith("config."):
        error.field = f"config_override{field[len('config') :]}"
    elif not field.startswith(("parameters", "config_override", "body")):
        error.field = "parameters"
    return error
