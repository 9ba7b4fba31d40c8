"""Workflows: steps in the order of their needs, and what becomes of those behind a failure."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jobs_tui.agents.runner import LauncherDied, Result, ToolCall
from jobs_tui.agents.teams.workflow import WorkflowRunner
from jobs_tui.models.team import WorkflowInput
from tests.agents.teams.scripted import Ask, Lines, ScriptedCrew, failing, task_for

WAITS = Result("waiting_for_input", ask=(ToolCall("1", "t", {}, False),), state="{}")


def step(name: str, *needs: str, prompt: str = "do", agent: str = "a", **more: Any) -> Any:
    return {"name": name, "needs": list(needs), "prompt": prompt, "agent": agent, **more}


async def run(
    crew: ScriptedCrew, *steps: Any, prompt: str = "The job", most: int = 4, **values: object
) -> Result:
    made = WorkflowInput.model_validate({"id": "w", "steps": list(steps), "max_parallel": most})
    return await WorkflowRunner(made).run(task_for(crew, prompt, **values), Lines())


def diamond(**left: Any) -> tuple[Any, ...]:
    return (
        step("begin"),
        step("left", "begin", **left),
        step("right", "begin"),
        step("end", "left", "right"),
    )


async def test_steps_begin_when_what_they_need_has_ended() -> None:
    crew = ScriptedCrew()
    result = await run(crew, *reversed(diamond()))
    assert [ask.step for ask in crew.asked] in (
        ["begin", "right", "left", "end"],
        ["begin", "left", "right", "end"],
    )
    assert crew.most_at_work == 2
    assert (result.status, result.text) == ("completed", "answer of end")
    assert (crew.planned[0].name, crew.planned[0].needs) == ("end", ("left", "right"))


async def test_no_more_steps_at_once_than_are_allowed() -> None:
    crew = ScriptedCrew()
    await run(crew, *(step(f"s{n}") for n in range(9)), most=3)
    assert crew.most_at_work == 3
    assert len(crew.asked) == 9


async def test_prompts_see_the_job_and_the_results_before() -> None:
    crew = ScriptedCrew({"one": "first\nlast", "two.b": failing("bad")})
    await run(
        crew,
        step("one", prompt="{{ prompt }} for {{ who }}"),
        step("two.b", tolerate_failure=True),
        step(
            "three",
            "one",
            "two.b",
            prompt="{{ steps.one.result }}|{{ steps.two.b.status }}|{{ steps.two.b.error }}|"
            "{{ results['one'] }}|{{ previous }}",
        ),
        who="me",
    )
    prompts = crew.prompts()
    assert prompts["one"] == "The job for me"
    assert prompts["three"] == "first\nlast|failed|bad|first\nlast|first\nlast"


@pytest.mark.parametrize("name", ["build-app", "copy", "items", "a.b-c", "2nd", "get", "x:y"])
async def test_a_step_of_any_name_can_be_spoken_of(name: str) -> None:
    crew = ScriptedCrew({name: "text"})
    result = await run(
        crew,
        step(name),
        step("words", name, prompt=f"{{{{ steps.{name}.result }}}} {{{{ results.{name} }}}}"),
        step("script", name, agent="shell", prompt=f'echo "{{{{ steps.{name}.result }}}}" steps.x'),
    )
    assert result.status == "completed"
    assert crew.prompts()["words"] == "text text"
    assert crew.prompts()["script"] == 'echo "text" steps.x'


async def test_of_two_names_the_longer_one_is_meant() -> None:
    crew = ScriptedCrew({"a": "short", "a-b": "long"})
    prompt = "{{ steps.a-b.result }} {{ steps.a.result }}"
    await run(crew, step("a"), step("a-b"), step("c", "a", "a-b", prompt=prompt))
    assert crew.prompts()["c"] == "long short"


async def test_an_answer_is_a_value_in_words_and_in_scripts() -> None:
    evil = "{{ prompt }} $(id) '; rm -rf /"
    crew = ScriptedCrew({"one": evil})
    await run(
        crew,
        step("one"),
        step("two", "one", prompt="say {{ steps.one.result }}"),
        step("three", "one", agent="shell", prompt="echo {{ steps.one.result }}"),
    )
    assert crew.prompts()["two"] == f"say {evil}"
    assert crew.prompts()["three"] == f"echo {evil}"
    third = next(ask for ask in crew.asked if ask.step == "three")
    assert evil not in third.template


async def test_one_failing_branch_of_a_diamond() -> None:
    crew = ScriptedCrew({"left": failing("exit 3")})
    result = await run(crew, *diamond())
    assert sorted(ask.step for ask in crew.asked) == ["begin", "left", "right"]
    assert crew.skipped == {"end": "left failed"}
    assert result.status == "failed"
    assert result.error_message == "Failed: left: exit 3; skipped: end"


async def test_a_tolerated_failure_does_not_stop_what_needs_it() -> None:
    crew = ScriptedCrew({"left": failing()})
    result = await run(crew, *diamond(tolerate_failure=True))
    assert (result.status, result.text) == ("completed", "answer of end")
    assert crew.skipped == {}


async def test_what_is_skipped_takes_everything_behind_it_along() -> None:
    crew = ScriptedCrew({"a": failing()})
    await run(
        crew,
        step("d", "c"),
        step("c", "b", tolerate_failure=True),
        step("b", "a"),
        step("a"),
        step("other"),
    )
    assert crew.skipped == {"b": "a failed", "c": "b was skipped", "d": "c was skipped"}
    assert {ask.step for ask in crew.asked} == {"a", "other"}


async def test_when_nothing_at_all_was_done_the_run_has_failed() -> None:
    result = await run(ScriptedCrew({"a": failing("no")}), step("a", tolerate_failure=True))
    assert (result.status, result.error_message) == ("failed", "Failed: a: no")


async def test_answers_of_several_last_steps_have_headings() -> None:
    result = await run(ScriptedCrew(), step("a"), step("b", "a"), step("c", "a"))
    assert result.text == "## b\n\nanswer of b\n\n## c\n\nanswer of c"
    assert result.usage["cost"] == "0.75"


async def test_a_step_that_waits_lets_the_others_end_and_begins_none() -> None:
    crew = ScriptedCrew({"a": WAITS})
    result = await run(crew, step("a"), step("b"), step("c", "b"), step("d", "a"))
    assert (result.status, result.ask, result.state) == ("waiting_for_input", WAITS.ask, "{}")
    assert [ask.step for ask in crew.asked] == ["a", "b"]
    assert crew.skipped == {}


async def test_the_step_carries_its_timeout_and_its_agent() -> None:
    crew = ScriptedCrew()
    await run(crew, step("a", agent="smart", timeout=9.0))
    assert (crew.asked[0].agent, crew.asked[0].timeout) == ("smart", 9.0)
    assert crew.planned[0].agent_id is None


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("{{ steps.b.result }}", "step b, for which it does not wait"),
        ("{{ steps['zz'].result }}", "a step zz, which does not exist"),
        ("{{ results.gone }}", "a step gone, which does not exist"),
        ("{% if %}", "Step c"),
    ],
)
async def test_a_prompt_that_cannot_work_fails_before_any_step_begins(
    prompt: str, said: str
) -> None:
    crew = ScriptedCrew()
    result = await run(crew, step("a"), step("b"), step("c", "a", prompt=prompt))
    assert result.status == "failed"
    assert said in (result.error_message or "")
    assert crew.asked == []


async def test_a_step_sees_what_its_needs_needed_and_nothing_else() -> None:
    crew = ScriptedCrew({"c": lambda ask: ",".join(sorted(ask.values["steps"]))})
    result = await run(crew, step("a"), step("b", "a"), step("x"), step("c", "b"))
    assert "## c\n\na,b" in result.text


async def test_a_dead_launcher_ends_the_steps_at_work() -> None:
    ended = asyncio.Event()

    async def patient(ask: Ask) -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return ""

    async def broken(ask: Ask) -> str:
        raise LauncherDied("gone")

    with pytest.raises(LauncherDied):
        await run(ScriptedCrew({"a": patient, "b": broken}), step("a"), step("b"))
    assert ended.is_set()
