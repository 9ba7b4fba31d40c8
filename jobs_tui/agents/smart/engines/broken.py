"""What an engine raises that cannot answer."""

from __future__ import annotations

from jobs_tui.models.errors import JobsTuiError


class EngineBroken(JobsTuiError):
    """It is not installed, not reachable, or gave no sensible answer."""

    title = "Smart selection"
    http_status = 503
