"""When a job of a definition fires next: apart from the checks, which need all that agents are."""

from __future__ import annotations

from datetime import datetime

from jobs_tui.models.job import Definition
from jobs_tui.schedule.cron import parse_cron
from jobs_tui.schedule.next_fires import next_fire
from jobs_tui.schedule.zones import zone


def first_due(definition: Definition, after: datetime) -> datetime | None:
    """When a job of this definition fires next, None without a schedule."""
    if definition.schedule is None:
        return None
    return next_fire(
        parse_cron(definition.schedule), zone(definition.cron_timezone or "UTC"), after
    )
