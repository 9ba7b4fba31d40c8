"""What a job names and this home does not have: said, and not in the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobs_tui.agents import prompt
from jobs_tui.agents.directory import EMPTY, Directory
from jobs_tui.agents.doer import doer_of
from jobs_tui.agents.missing import not_here, queue_of
from jobs_tui.agents.runner import SHELL
from jobs_tui.models.enums import ExecutorType, PlanningMode, TriggerType
from jobs_tui.models.errors import NotFound
from jobs_tui.models.job import Definition
from jobs_tui.models.surroundings import QueueInput

PLAIN = Definition(name="n", prompt_template="echo", trigger_type=TriggerType.MANUAL)
WORKFLOW = replace(
    PLAIN, planning_mode=PlanningMode.PREDEFINED_WORKFLOW, entity_type=None, entity_id=None
)


def test_a_plain_job_misses_nothing() -> None:
    assert not_here(PLAIN, EMPTY) == ()
    queue = replace(PLAIN, executor_type=ExecutorType.SPECIFIC_QUEUE, worker_queue_name="default")
    assert not_here(queue, EMPTY) == ()


def test_each_name_that_leads_nowhere_is_told() -> None:
    wanted = replace(PLAIN, executor_type=ExecutorType.SPECIFIC_QUEUE, worker_queue_name="gpu")
    (queue,) = not_here(wanted, EMPTY)
    assert "'gpu'" in queue
    made = Directory(queues={"gpu": QueueInput(id="gpu")})
    assert not_here(wanted, made) == ()
    place = replace(PLAIN, executor_type=ExecutorType.ENVIRONMENT, environment_name="prod")
    assert "environment 'prod'" in not_here(place, EMPTY)[0]


def test_a_workflow_without_steps_is_its_prompt_for_the_default_agent() -> None:
    assert doer_of(WORKFLOW, EMPTY).agent == SHELL
    english = replace(WORKFLOW, prompt_template="Roll {{ x }} back, don't ask")
    assert prompt.template_variables(english, EMPTY) == ("x",)
    (advice,) = prompt.check_prompt(english, EMPTY)
    assert "will fail" in advice
    assert prompt.check_prompt(replace(WORKFLOW, prompt_template="echo {{ x }}"), EMPTY) == ()


@pytest.mark.parametrize(
    ("mode", "name", "words"),
    [
        (PlanningMode.PREDEFINED_TEAM, "t", "the team 't'"),
        (PlanningMode.PREDEFINED_WORKFLOW, "w", "the workflow 'w'"),
    ],
)
def test_who_does_not_exist_is_said(mode: PlanningMode, name: str | None, words: str) -> None:
    with pytest.raises(NotFound) as caught:
        doer_of(replace(PLAIN, planning_mode=mode, entity_id=name), EMPTY)
    assert words in caught.value.message


def test_a_run_waits_in_the_queue_that_its_job_names() -> None:
    assert queue_of(PLAIN) == "default"
    gpu = replace(PLAIN, executor_type=ExecutorType.SPECIFIC_QUEUE, worker_queue_name="gpu")
    assert queue_of(gpu) == "gpu"
    prod = replace(PLAIN, executor_type=ExecutorType.ENVIRONMENT, environment_name="prod")
    assert queue_of(prod) == "env:prod"
