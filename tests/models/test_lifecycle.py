"""All pairs of statuses of a job: what may follow what."""

from __future__ import annotations

from itertools import product

import pytest

from jobs_tui.models.enums import JobStatus
from jobs_tui.models.lifecycle import TRANSITIONS, allowed

ALLOWED = {
    "pending": "active in_progress blocked paused completed failed cancelled archived",
    "active": "pending in_progress blocked paused completed failed cancelled archived",
    "in_progress": "pending active blocked paused completed failed cancelled archived",
    "blocked": "pending active in_progress paused completed failed cancelled archived",
    "paused": "pending active in_progress blocked completed failed cancelled archived",
    "failed": "pending active in_progress blocked completed cancelled archived",
    "completed": "archived",
    "cancelled": "archived",
    "archived": "pending active in_progress blocked paused completed failed cancelled",
}


@pytest.mark.parametrize(("old", "new"), list(product(JobStatus, JobStatus)))
def test_every_pair(old: JobStatus, new: JobStatus) -> None:
    assert allowed(old, new) == (str(new) in ALLOWED[str(old)].split())


def test_every_status_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(JobStatus)
