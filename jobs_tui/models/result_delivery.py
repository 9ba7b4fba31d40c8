"""One result on its way to one target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs_tui.models.enums import Described


class OutboxStatus(Described):
    """What has become of the delivery of a result."""

    WAITING = "waiting", "is sent at its time, and again after a failure"
    DELIVERED = "delivered", "has arrived"
    FAILED = "failed", "is not tried any more, for the reason that is kept"
    SKIPPED = "skipped", "was given up by someone"


@dataclass(frozen=True, slots=True)
class ResultDelivery:
    """One row of ``result_deliveries``. Times are aware UTC datetimes."""

    id: str
    """The same at each try: receivers tell a repeat by it."""
    execution_id: str
    job_id: str
    position: int
    """Of the target within ``deliver_to``."""
    target: dict[str, Any]
    """As in the definition: secrets by reference."""
    status: OutboxStatus
    attempts: int
    created_at: datetime
    next_at: datetime | None
    """When it is tried next; None when it is not."""
    error: str | None
    """Why the last try failed."""
    delivered_at: datetime | None
    where: str | None
    """What the target said, or where it was put: ``HTTP 200``, a path, the run that was started."""
