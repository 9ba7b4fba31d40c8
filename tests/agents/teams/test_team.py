"""Teams: who is asked what, in which order, and what becomes of failures and questions."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jobs_tui.agents.directory import Directory
from jobs_tui.agents.runner import LauncherDied, Result, ToolCall
from jobs_tui.agents.teams.team import TeamRunner
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.team import TeamInput
from tests.agents.teams.scripted import Ask, Lines, ScriptedCrew, failing, task_for

AGENTS = Directory(
    agents={
        "a": AgentInput(id="a", description="Reads."),
        "b": AgentInput(id="b", description="Checks."),
        "c": AgentInput(id="c", description="Writes."),
        "shell-x": AgentInput(id="shell-x", kind="shell"),
        "o": AgentInput(id="o", kind="ops"),
    }
)
WAITS = Result(
    "waiting_for_input",
    ask=(ToolCall("1", "shell_command", {"command": "rm x"}, False),),
    ask_reason="a policy asks",
    state="{}",
    usage={"requests": 2},
)


def team(strategy: str, *members: Any, **more: Any) -> TeamInput:
    made = [{"agent": one} if isinstance(one, str) else one for one in members]
    return TeamInput.model_validate({"id": "t", "members": made, "strategy": strategy, **more})


async def run(crew: ScriptedCrew, of: TeamInput, prompt: str = "Do it", **values: object) -> Result:
    return await TeamRunner(of, AGENTS).run(task_for(crew, prompt, **values), Lines())


async def test_each_member_sees_the_answers_before_it() -> None:
    crew = ScriptedCrew({"a": "alpha", "b": "beta", "c": "gamma"})
    roles = [{"agent": "a", "role": "reader"}, "b", "c"]
    result = await run(crew, team("sequential", *roles), "Look at {{ what }}", what="logs")
    prompts = crew.prompts()
    assert list(prompts) == ["a", "b", "c"]
    assert prompts["a"] == "Look at logs"
    assert "alpha" in prompts["b"]
    assert "## a (reader)\n\nalpha" in prompts["c"]
    assert "## b\n\nbeta" in prompts["c"]
    assert (result.status, result.text) == ("completed", "gamma")
    assert crew.asked[0].system_prompt == "Your role in the team t: reader."
    assert crew.most_at_work == 1


async def test_usage_is_added_up_and_an_unknown_cost_stays_unknown() -> None:
    known = await run(ScriptedCrew(), team("sequential", "a", "b"))
    assert known.usage == {"requests": 2, "input_tokens": 20, "model": "m", "cost": "0.50"}
    free = Result("completed", answer="x", usage={"requests": 1, "cost": None})
    unknown = await run(ScriptedCrew({"b": free}), team("parallel", "a", "b"))
    assert unknown.usage["cost"] is None
    shell = Result("completed", answer="x", usage={"cpu_user_seconds": 1.5})
    mixed = await run(ScriptedCrew({"b": shell}), team("parallel", "a", "b"))
    assert mixed.usage["cost"] == "0.25"
    assert mixed.usage["cpu_user_seconds"] == 1.5


async def test_what_an_agent_answers_is_never_a_template() -> None:
    crew = ScriptedCrew({"a": "{{ secret }} {% raw %} {{ previous }}"})
    result = await run(crew, team("sequential", "a", "b"), secret="hidden")
    assert "{{ secret }} {% raw %} {{ previous }}" in crew.prompts()["b"]
    assert "hidden" not in crew.prompts()["b"]
    assert result.status == "completed"


async def test_an_answer_reaches_a_script_only_as_a_value() -> None:
    crew = ScriptedCrew({"a": "$(touch /tmp/x); `id`"})
    scripted = {"agent": "shell-x", "prompt": 'printf %s "{{ previous }}" > {{ results["a"] }}'}
    await run(crew, team("sequential", "a", scripted))
    template, values = crew.asked[1].template, crew.asked[1].values
    assert template == scripted["prompt"]
    assert values["previous"] == "$(touch /tmp/x); `id`"


async def test_nothing_is_put_behind_a_script_or_a_request_in_fixed_words() -> None:
    crew = ScriptedCrew()
    await run(crew, team("sequential", "a", "shell-x", "o"), "df -h")
    assert (crew.prompts()["shell-x"], crew.prompts()["o"]) == ("df -h", "df -h")


async def test_a_failed_member_ends_the_run_and_is_named() -> None:
    crew = ScriptedCrew({"b": failing("no key")})
    result = await run(crew, team("sequential", "a", "b", "c"))
    assert result.status == "failed"
    assert result.error_message == "Failed: b: no key"
    assert crew.skipped == {"c": "b failed"}


async def test_a_tolerated_failure_lets_the_others_go_on() -> None:
    crew = ScriptedCrew({"a": failing(), "b": Result("timed_out"), "c": "gamma"})
    result = await run(crew, team("sequential", "a", "b", "c", tolerate_failures=True))
    assert (result.status, result.text) == ("completed", "gamma")
    assert crew.prompts()["c"] == "Do it"


async def test_when_all_fail_tolerance_does_not_help() -> None:
    crew = ScriptedCrew({"a": failing("one", retry=False), "b": failing("two", retry=False)})
    result = await run(crew, team("parallel", "a", "b", tolerate_failures=True))
    assert (result.status, result.retry) == ("failed", False)
    assert result.error_message == "Failed: a: one; b: two"


async def test_all_at_once_and_every_answer_under_its_heading() -> None:
    crew = ScriptedCrew({"a": "alpha", "a-2": "again", "b": "beta"})
    result = await run(crew, team("parallel", {"agent": "a", "role": "x"}, "a", "b"))
    assert crew.most_at_work == 3
    assert result.text == "## a (x)\n\nalpha\n\n## a-2\n\nagain\n\n## b\n\nbeta"
    assert [one.name for one in crew.planned] == ["a", "a-2", "b"]


async def test_the_same_agent_twice_never_takes_the_name_of_another() -> None:
    crew = ScriptedCrew()
    await run(crew, team("parallel", "a", "a", "a-2"))
    assert sorted(ask.step for ask in crew.asked) == ["a", "a-2", "a-3"]
    assert next(ask.step for ask in crew.asked if ask.agent == "a-2") == "a-2"


@pytest.mark.parametrize("strategy", ["sequential", "parallel"])
async def test_a_member_that_waits_makes_the_run_wait(strategy: str) -> None:
    crew = ScriptedCrew({"a": WAITS})
    result = await run(crew, team(strategy, "a", "b"))
    assert (result.status, result.ask, result.state) == ("waiting_for_input", WAITS.ask, "{}")
    assert [ask.step for ask in crew.asked] == (["a"] if strategy == "sequential" else ["a", "b"])
    assert crew.skipped == {}


async def test_when_the_launcher_dies_the_others_have_ended_before_it_is_said() -> None:
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
        await run(ScriptedCrew({"a": patient, "b": broken}), team("parallel", "a", "b"))
    assert ended.is_set()


async def test_a_cancelled_team_ends_when_its_members_have_ended() -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def patient(ask: Ask) -> str:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.set()
        return ""

    work = asyncio.ensure_future(run(ScriptedCrew({"a": patient}), team("parallel", "a", "b")))
    await began.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert ended.is_set()


async def test_the_leader_gives_tasks_and_each_is_a_step_below_it() -> None:
    async def lead(ask: Ask) -> str:
        first = await ask.delegates[0].call("check {{ x }}")
        second = await ask.delegates[1].call("write")
        return f"{first.text} and {second.text}"

    crew = ScriptedCrew({"a": lead})
    members = [{"agent": "a", "role": "boss"}, {"agent": "b", "role": "checker"}, "c"]
    result = await run(crew, team("lead", *members))
    lead_ask, check, write = crew.asked
    assert [one.name for one in lead_ask.delegates] == ["b", "c"]
    assert lead_ask.delegates[0].description == "checker. Checks"
    assert "You lead this team" in (lead_ask.system_prompt or "")
    assert (check.prompt, write.prompt) == ("check {{ x }}", "write")
    assert check.step.startswith("b:")
    assert [(one.name, one.parent) for one in crew.planned] == [
        ("a", ""), (check.step, "a"), (write.step, "a"),
    ]  # fmt: skip
    assert result.text == f"answer of {check.step} and answer of {write.step}"
    assert result.usage["requests"] == 3


async def test_a_task_that_is_given_again_after_an_approval_finds_its_step() -> None:
    names: list[list[str]] = []
    for tasks in (["one", "two"], ["two"]):

        async def lead(ask: Ask, tasks: list[str] = tasks) -> str:
            for told in tasks:
                await ask.delegates[0].call(told)
            return "done"

        crew = ScriptedCrew({"a": lead})
        await run(crew, team("lead", "a", "b"))
        names.append([ask.step for ask in crew.asked[1:]])
    assert names[0][1] == names[1][0]
    assert names[0][0] != names[0][1]


async def test_what_a_led_member_waits_for_the_run_waits_for() -> None:
    async def lead(ask: Ask) -> Result:
        answer = await ask.delegates[0].call("rm")
        return Result("waiting_for_input", ask=answer.ask, state="leader's", usage={"requests": 1})

    def member(ask: Ask) -> Result:
        return WAITS

    class Everyone(dict[str, Any]):
        def get(self, step: str, default: Any = None) -> Any:
            return lead if step == "a" else member

    result = await run(ScriptedCrew(Everyone()), team("lead", "a", "b"))
    assert (result.status, result.state, result.ask) == (
        "waiting_for_input", "leader's", WAITS.ask,
    )  # fmt: skip
    assert result.usage["requests"] == 3


async def test_a_led_shell_gets_its_task_as_a_value_or_refuses() -> None:
    async def lead(ask: Ask) -> str:
        return str((await ask.delegates[0].call("rm -rf /")).error_message)

    result = await run(ScriptedCrew({"a": lead}), team("lead", "a", "shell-x"))
    assert "command" in result.text


async def test_a_leader_that_fails_fails_the_run() -> None:
    result = await run(ScriptedCrew({"a": failing("no key")}), team("lead", "a", "b"))
    assert (result.status, result.error_message) == ("failed", "The leader failed. a: no key")


async def test_a_prompt_that_cannot_be_filled_in_is_a_sentence() -> None:
    result = await run(ScriptedCrew(), team("sequential", "a"), "Do {{ nothing }}")
    assert result.status == "failed"
    assert "nothing" in (result.error_message or "")
