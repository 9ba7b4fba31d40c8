"""What can be wrong with a secret."""

from __future__ import annotations

from jobs_tui.models.errors import JobsTuiError


class SecretMissing(JobsTuiError):
    """A secret cannot be had; the message names it and never shows anything of its value."""

    title = "Secret missing"
    exit_code = 2
    http_status = 400


class KeyProblem(JobsTuiError):
    """The key that seals secrets cannot be used."""

    title = "Key of the secrets"
    exit_code = 1
    http_status = 503
