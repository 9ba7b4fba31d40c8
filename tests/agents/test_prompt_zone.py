from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jobs_tui.agents.directory import EMPTY
from jobs_tui.agents.prompt import Start, built_ins, readable
from jobs_tui.models.enums import TriggerType
from jobs_tui.models.job import Definition


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc", "\x1b[2J", "x" * 300, None])
def test_a_zone_that_is_not_known_here_still_gives_a_date(name: str | None) -> None:
    definition = Definition("job", "echo {{ run_date }}", TriggerType.MANUAL, cron_timezone=name)
    start = Start("exec_1", datetime(2026, 8, 21, 14, tzinfo=UTC))
    assert readable(definition, start, {}, EMPTY) == "echo 2026-08-21"


@pytest.mark.parametrize(
    ("name", "day"), [("Pacific/Kiritimati", "2026-08-22"), ("Etc/GMT+12", "2026-08-21")]
)
def test_the_zone_decides_the_date_of_a_job_without_a_schedule(name: str, day: str) -> None:
    definition = Definition("job", "echo {{ run_date }}", TriggerType.MANUAL, cron_timezone=name)
    start = Start("exec_1", datetime(2026, 8, 21, 14, tzinfo=UTC))
    assert built_ins(definition, start)["run_date"] == day
