"""What agents are told of their job's goal."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.agents.telling import reports, told
from jobs_tui.models.end_condition import normalised
from jobs_tui.models.enums import Conversation, DeliverWhen, TriggerType
from jobs_tui.models.job import Definition


def job(**fields: Any) -> Definition:
    return Definition(**{"name": "j", "prompt_template": "go", "trigger_type": TriggerType.CRON}
                      | fields)  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, False),
        ({"trigger_type": TriggerType.ONGOING}, True),
        ({"watch": {"what": "answer"}}, True),
        ({"deliver_when": DeliverWhen.WORTH_REPORTING}, True),
        ({"conversation": Conversation.CONTINUE}, True),
        ({"prompt_template": "go on from {{ state.page }}"}, True),
        ({"prompt_template": "the state of things"}, False),
    ],
)
def test_who_reports(fields: dict[str, Any], expected: bool) -> None:
    assert reports(job(**fields)) is expected
    assert (told(job(**fields), {}, by_tool=False) is not None) is expected


def test_a_goal_and_the_state_are_told() -> None:
    definition = job(end_condition=normalised("the invoice is paid")[0])
    text = told(definition, {"paid": 2}, by_tool=False) or ""
    assert "the invoice is paid" in text
    assert '{"paid": 2}' in text
    assert '{"verdict": "not_done"' in text
    assert "report_outcome" not in text
    assert "report_outcome" in (told(definition, {}, by_tool=True) or "")
