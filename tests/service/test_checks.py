"""What a draft of a job is told before anything is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from jobs_tui.agents.directory import EMPTY
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.enums import EntityType, PlanningMode, TriggerType
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job_input import JobCreate, JobPatch, validated
from jobs_tui.service.around import Around
from jobs_tui.service.checks import check
from jobs_tui.service.due import first_due
from tests.service.made import job_fields

AFTER = datetime(2026, 8, 21, 14, 2, 11, tzinfo=UTC)


def draft(**more: Any) -> Any:
    return check(validated(JobCreate, job_fields(**more)), EMPTY, Around(AFTER))


def test_defaults() -> None:
    definition = draft().definition
    assert definition.planning_mode is PlanningMode.PREDEFINED_AGENT
    assert definition.entity_type is EntityType.AGENT
    assert (definition.cron_timezone, definition.cron_schedule) == ("UTC", None)
    assert draft(cron_timezone=None).definition.cron_timezone == "UTC"


def test_a_schedule_is_kept_with_any_trigger_and_followed_by_cron_alone() -> None:
    by_hand = draft(cron_schedule="0 9 * * *").definition
    assert (by_hand.cron_schedule, by_hand.schedule) == ("0 9 * * *", None)
    assert first_due(by_hand, AFTER).next_due_at is None
    by_cron = draft(trigger_type="cron", cron_schedule="0 9 * * *").definition
    assert (by_cron.cron_schedule, by_cron.schedule) == ("0 9 * * *", "0 9 * * *")
    with pytest.raises(InvalidInput, match="never fires"):
        draft(cron_schedule="0 0 31 2 *")


def test_surprising_schedules_and_missing_agents_are_warned_about() -> None:
    odd = draft(trigger_type="cron", cron_schedule="0 0 13 * 5")
    assert any("day" in warning for warning in odd.warnings)
    nobody = draft(entity_id="nobody")
    assert any("nobody" in warning for warning in nobody.warnings)
    assert draft().warnings == ()


def test_a_budget_that_cannot_be_kept_is_warned_about() -> None:
    """A model of unknown price would fail every run of a job with a budget of money."""
    local = {"id": "bot", "model": "m", "base_url": "http://127.0.0.1:9/v1"}
    known = replace(EMPTY, agents={"bot": AgentInput.model_validate(local)})
    fields = job_fields(entity_id="bot", config={"budget": {"cost_per_day": "1"}})
    (said,) = check(validated(JobCreate, fields), known, Around(AFTER)).warnings
    assert "what the model m costs is not known. Set price of the agent" in said
    priced = {**local, "price": {"input": "0", "output": "0"}}
    known = replace(EMPTY, agents={"bot": AgentInput.model_validate(priced)})
    assert check(validated(JobCreate, fields), known, Around(AFTER)).warnings == ()


def test_a_workflow_needs_no_entity_and_a_team_does() -> None:
    assert draft(planning_mode="predefined_workflow", entity_id=None).definition.entity_id is None
    assert draft(planning_mode="on_the_fly", entity_id=None).definition.entity_type is None
    with pytest.raises(InvalidInput) as caught:
        draft(planning_mode="predefined_team", entity_id=None)
    assert caught.value.field == "entity_id"


def test_required_follows_from_the_default_unless_it_is_said() -> None:
    parameters = [
        {"name": "a"},
        {"name": "b", "default": ""},
        {"name": "c", "required": False},
        {"name": "d", "default": 1, "required": True},
    ]
    found = draft(parameters=parameters).definition.parameters
    assert [parameter.required for parameter in found] == [True, False, False, True]


def test_what_a_patch_leaves_out_stays() -> None:
    base = draft(
        trigger_type="cron",
        cron_schedule="0 9 * * *",
        tags=["a"],
        parameters=[{"name": "who", "default": "me", "description": "d"}],
        prompt_template="echo {{ who }}",
        config={"timeout": 5},
    ).definition
    same = check(validated(JobPatch, {"description": "new"}), EMPTY, Around(AFTER), base).definition
    assert same.description == "new"
    assert same.parameters == base.parameters
    assert (same.tags, same.config, same.cron_schedule) == (("a",), {"timeout": 5}, "0 9 * * *")
    cleared = check(
        validated(JobPatch, {"tags": [], "cron_timezone": None}), EMPTY, Around(AFTER), base
    ).definition
    assert (cleared.tags, cleared.cron_timezone) == ((), "UTC")


def test_when_it_is_due_first() -> None:
    assert first_due(draft().definition, AFTER).next_due_at is None
    daily = draft(trigger_type="cron", cron_schedule="0 9 * * *").definition
    assert daily.trigger_type is TriggerType.CRON
    assert first_due(daily, AFTER).next_due_at == datetime(2026, 8, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("missing", ["name", "trigger_type", "prompt_template"])
def test_a_missing_field_is_named(missing: str) -> None:
    fields = job_fields()
    del fields[missing]
    with pytest.raises(InvalidInput) as caught:
        check(validated(JobCreate, fields), EMPTY, Around(AFTER))
    assert caught.value.field == missing
    assert missing in caught.value.message
