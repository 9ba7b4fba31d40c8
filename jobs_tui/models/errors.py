"""Errors as part of the product: a title, a message and a hint, the same in every face.

Source: DESIGN.md 2.6. The CLI maps ``exit_code``, the HTTP face ``http_status``; the TUI shows
``title``, ``message`` and ``hint`` in one dialog.
"""

from __future__ import annotations


class JobsTuiError(Exception):
    """Something went wrong that the user can understand and act on.

    Args:
        message: one sentence: what is wrong and where.
        hint: what to do about it, one sentence, may be empty.
        field: the input field the message is about (``cron_schedule``, ``name``...), or None.
    """

    title = "Error"
    exit_code = 1
    http_status = 500

    def __init__(self, message: str, hint: str = "", *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field

    def sentence(self) -> str:
        """Message and hint on one line, as the CLI prints them."""
        return f"{self.message} {self.hint}".strip()


class InvalidInput(JobsTuiError):
    """Bad input: nothing was written."""

    title = "Not valid"
    exit_code = 2
    http_status = 422


class NotFound(JobsTuiError):
    """The thing that was named does not exist."""

    title = "Not found"
    exit_code = 2
    http_status = 404


class Refused(JobsTuiError):
    """The input is fine, but the state of things does not allow it now."""

    title = "Refused"
    exit_code = 2
    http_status = 400


class WrongStatus(Refused):
    """What is asked for cannot follow from the status that something has."""

    http_status = 409


class Unauthorised(JobsTuiError):
    """A signature or token is missing or wrong."""

    title = "Not authorised"
    exit_code = 2
    http_status = 401


class Forbidden(JobsTuiError):
    """Who asks is known, and may not."""

    title = "Not allowed"
    exit_code = 2
    http_status = 403


class StoreError(JobsTuiError):
    """The home or its database cannot be used: full, read-only, corrupt, newer or locked."""

    title = "Storage"
    exit_code = 1
    http_status = 503


class EngineBusy(JobsTuiError):
    """Another engine holds this home (DESIGN 2.2)."""

    title = "Engine already running"
    exit_code = 1
    http_status = 409
