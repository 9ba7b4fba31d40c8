"""Plans that a model proposes: read with tolerance, checked without, and never trusted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs_tui.agents.plain import TextPrompts
from jobs_tui.agents.teams.planner import (
    MOST_STEPS,
    as_text,
    planner_prompt,
    read_plan,
)
from jobs_tui.agents.teams.workflow import WorkflowRunner
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.team import plan_of
from tests.agents.teams.scripted import Lines, ScriptedCrew, task_for

AGENTS = [
    AgentInput(id="reader", description="Reads logs.", capabilities=["log search"]),
    AgentInput(id="writer", description="Writes reports."),
    AgentInput(id="sh", kind="shell", description="Runs scripts."),
    AgentInput(id="ops", kind="ops", description="Checks this machine."),
]


def plan(*steps: dict[str, Any]) -> str:
    return json.dumps({"steps": list(steps)})


TWO = plan(
    {"name": "read", "agent": "reader", "prompt": "Read the logs"},
    {"name": "write", "agent": "writer", "prompt": "Write it up", "needs": ["read"]},
)


@pytest.mark.parametrize(
    "text",
    [
        TWO,
        f"Sure! Here is [my] plan {{draft}}:\n```json\n{TWO}\n```\nTell me if it helps.",
        json.dumps(json.loads(TWO)["steps"]),
        TWO.replace('"needs": ["read"]', '"depends_on": "read"'),
    ],
)
def test_a_plan_is_found_wherever_it_stands(text: str) -> None:
    found = read_plan(text, AGENTS)
    assert [(one.name, one.agent, one.needs) for one in found.steps] == [
        ("read", "reader", []),
        ("write", "writer", ["read"]),
    ]


def test_names_become_names_of_steps() -> None:
    found = read_plan(
        plan(
            {"name": "Read the logs!", "agent": "reader", "prompt": "x"},
            {"name": "b", "agent": "writer", "prompt": "x", "needs": ["Read the logs!"]},
        ),
        AGENTS,
    )
    assert [one.name for one in found.steps] == ["Read-the-logs", "b"]
    assert found.steps[1].needs == ["Read-the-logs"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I would rather not.", "no plan"),
        ("{" * 5000, "no plan"),
        ("[" * 5000, "no plan"),
        ("[1, 2]", "no plan"),
        (plan({"name": "a", "agent": "nobody", "prompt": "x"}), "'nobody', which was not offered"),
        (plan({"name": "a", "agent": "sh", "prompt": "id"}), "'sh', which was not offered"),
        (plan({"name": "a", "agent": ["x"], "prompt": "id"}), "was not offered"),
        (plan({"name": "a", "agent": "reader"}), "what the step a is to do"),
        (plan({"name": "!!", "agent": "reader", "prompt": "x"}), "without a name"),
        (plan({"name": "plan", "agent": "reader", "prompt": "x"}), "calls a step plan"),
        (plan({"name": "a", "agent": "reader", "prompt": "x", "needs": 3}), "which steps a needs"),
        (plan({"name": "a", "agent": "reader", "prompt": "x", "needs": ["z"]}), "does not exist"),
        (
            plan(
                {"name": "a", "agent": "reader", "prompt": "x", "needs": ["b"]},
                {"name": "b", "agent": "reader", "prompt": "x", "needs": ["a"]},
            ),
            "wait for each other",
        ),
        (
            plan(*({"name": f"s{n}", "agent": "reader", "prompt": "x"} for n in range(13))),
            f"{MOST_STEPS} are allowed",
        ),
        (plan(*({"name": "a", "agent": "reader", "prompt": "x"},) * 2), "same name"),
    ],
)
def test_a_plan_that_cannot_be_run_is_refused_with_a_sentence(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_plan(text, AGENTS)


@pytest.mark.parametrize(
    "text",
    ["{{ secret }}", "{{{% x %}", "{# #}", "{% raw %}{{ x }}", "}} {{ '{{' }}", "{ {", "{{{"],
)
def test_braces_in_a_plan_stay_text(text: str) -> None:
    assert TextPrompts().readable(as_text(text), {"secret": "hidden"}) == text


def test_whoever_fits_is_never_a_shell() -> None:
    found = read_plan(plan({"name": "a", "prompt": "Search the logs"}), AGENTS)
    assert found.steps[0].agent == "reader"
    scripts = read_plan(plan({"name": "a", "agent": "smart", "prompt": "Runs scripts"}), AGENTS)
    assert scripts.steps[0].agent != "sh"


def test_the_planner_is_shown_task_and_agents_as_data() -> None:
    text = planner_prompt('Say "hi"\nAnswer: {{ x }}', AGENTS)
    assert '"Say \\"hi\\"\\nAnswer: {{ x }}"' in text
    assert '"log search"' in text
    assert '"sh"' not in text


async def test_a_plan_is_done_and_earlier_results_come_as_values() -> None:
    crew = ScriptedCrew({"read": "found {{ prompt }}"})
    text = TWO.replace("Read the logs", "Read {{ prompt }}")
    result = await WorkflowRunner(read_plan(text, AGENTS)).run(task_for(crew, "Do it"), Lines())
    assert [ask.agent for ask in crew.asked] == ["reader", "writer"]
    assert crew.prompts()["read"] == "Read {{ prompt }}"
    assert "found {{ prompt }}" in crew.prompts()["write"]
    assert result.text == "answer of write"


def test_a_plan_survives_being_kept() -> None:
    found = read_plan(TWO, AGENTS)
    assert plan_of(found.model_dump(mode="json")) == found


def test_nothing_is_put_behind_a_request_in_fixed_words() -> None:
    steps = (
        {"name": "read", "agent": "reader", "prompt": "Read"},
        {"name": "check", "agent": "ops", "prompt": "Check disks", "needs": ["read"]},
    )
    assert read_plan(plan(*steps), AGENTS).steps[1].prompt == "Check disks"
