"""What a job names and this home does not have: said, and not in the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobs_tui.agents import prompt
from jobs_tui.agents.missing import not_here
from jobs_tui.agents.shell import ShellRunner
from jobs_tui.models.enums import ExecutorType, PlanningMode, TriggerType
from jobs_tui.models.errors import NotFound
from jobs_tui.models.job import Definition

PLAIN = Definition(name="n", prompt_template="echo", trigger_type=TriggerType.MANUAL)
WORKFLOW = replace(
    PLAIN, planning_mode=PlanningMode.PREDEFINED_WORKFLOW, entity_type=None, entity_id=None
)


def test_a_plain_job_misses_nothing() -> None:
    assert not_here(PLAIN) == ()
    queue = replace(PLAIN, executor_type=ExecutorType.SPECIFIC_QUEUE, worker_queue_name="default")
    assert not_here(queue) == ()


def test_each_name_that_leads_nowhere_is_told() -> None:
    wanted = replace(
        PLAIN,
        executor_type=ExecutorType.SPECIFIC_QUEUE,
        worker_queue_name="gpu",
        execution_environment={
            "env_vars": {"A": "b"},
            "secrets": [f"S{n}" for n in range(12)],
            "integration_ids": ["i"],
            "mcp_servers": {},
        },
    )
    queue, secrets, integration = not_here(wanted)
    assert "'gpu'" in queue
    assert "'S9' and 2 more" in secrets
    assert "the integration 'i'" in integration
    place = replace(PLAIN, executor_type=ExecutorType.ENVIRONMENT, environment_name="prod")
    assert "environment 'prod'" in not_here(place)[0]


def test_a_workflow_without_steps_is_its_prompt_for_the_default_agent() -> None:
    assert isinstance(prompt.runner_of(WORKFLOW), ShellRunner)
    english = replace(WORKFLOW, prompt_template="Roll {{ x }} back, don't ask")
    assert prompt.template_variables(english) == ("x",)
    (advice,) = prompt.check_prompt(english)
    assert "will fail" in advice
    assert prompt.check_prompt(replace(WORKFLOW, prompt_template="echo {{ x }}")) == ()


@pytest.mark.parametrize(
    ("mode", "name", "words"),
    [
        (PlanningMode.ON_THE_FLY, None, "nothing in this home plans yet"),
        (PlanningMode.PREDEFINED_TEAM, "t", "the team 't'"),
        (PlanningMode.PREDEFINED_WORKFLOW, "w", "the workflow 'w'"),
    ],
)
def test_who_does_not_exist_is_said(mode: PlanningMode, name: str | None, words: str) -> None:
    with pytest.raises(NotFound) as caught:
        prompt.runner_of(replace(PLAIN, planning_mode=mode, entity_id=name))
    assert words in caught.value.message
