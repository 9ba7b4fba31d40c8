"""What the prompts inside a team or workflow ask of the job that it does."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.agents import prompt
from jobs_tui.agents.directory import Directory
from jobs_tui.agents.teams.prompts import referring
from jobs_tui.models.enums import EntityType, PlanningMode, TriggerType
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import Definition
from jobs_tui.models.team import TeamInput, WorkflowInput


def job(mode: PlanningMode, entity: EntityType, text: str = "Do {{ a }}") -> Definition:
    return Definition(
        "job", text, TriggerType.MANUAL, planning_mode=mode, entity_type=entity, entity_id="x"
    )


def workflow(*prompts: str, **more: Any) -> Directory:
    steps: list[dict[str, Any]] = []
    for number, text in enumerate(prompts, 1):
        needs = [steps[-1]["name"]] if steps else []
        steps.append({"name": f"s-{number}", "prompt": text, "needs": needs, **more})
    return Directory(workflows={"x": WorkflowInput.model_validate({"id": "x", "steps": steps})})


JOB = job(PlanningMode.PREDEFINED_WORKFLOW, EntityType.WORKFLOW)


def names(definition: Definition, directory: Directory) -> list[str]:
    return [one.name for one in prompt.declared_and_used(definition, directory)]


def test_variables_of_steps_are_variables_of_the_job() -> None:
    known = workflow(
        "echo {{ b }} {{ run_id }} {{ prompt }}",
        "echo {{ steps.s-1.result }} {{ c }} {{ previous }} {{ results['s-1'] }}",
    )
    assert names(JOB, known) == ["a", "b", "c"]
    assert prompt.check_prompt(JOB, known) == ()
    with pytest.raises(InvalidInput, match=r"b }}, {{ c }} have no value"):
        prompt.resolve(JOB, {"a": 1}, known)


def test_variables_of_members_are_variables_of_the_job() -> None:
    members = [{"agent": "m", "prompt": "{{ prompt }} {{ b }} {{ previous }}"}, {"agent": "n"}]
    known = Directory(teams={"x": TeamInput.model_validate({"id": "x", "members": members})})
    assert names(job(PlanningMode.PREDEFINED_TEAM, EntityType.TEAM), known) == ["a", "b"]


def test_a_step_is_read_as_its_agent_reads_it() -> None:
    known = workflow("echo ${#x} {% y %} {{ b }}", agent="shell")
    assert names(JOB, known) == ["a", "b"]
    with pytest.raises(InvalidInput, match=r"^Step s-1: "):
        names(JOB, workflow("{% y %} {{ b }}", agent="writer"))


def test_a_step_that_a_shell_cannot_run_safely_is_refused_with_its_name() -> None:
    with pytest.raises(InvalidInput, match=r"^Step s-1: .*command"):
        prompt.check_prompt(JOB, workflow("{{ b }}"))


def test_a_step_that_does_not_wait_for_what_it_speaks_of_is_refused() -> None:
    with pytest.raises(InvalidInput, match="speaks of the step s-2, for which it does not wait"):
        prompt.check_prompt(JOB, workflow("echo {{ steps.s-2.result }}", "true"))


def test_a_workflow_that_does_not_exist_yet_asks_for_nothing_more() -> None:
    assert names(JOB, Directory()) == ["a"]


def test_only_references_inside_braces_are_mended() -> None:
    text = (
        "steps.a-b.result {{ steps.a-b.result }} {{ mysteps.a-b.result }} {{ x.steps.a-b.result }}"
    )
    assert referring(text, ["a-b"]) == text.replace("{{ steps.a-b.result", '{{ steps["a-b"].result')
