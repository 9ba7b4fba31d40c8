"""Tools by which a model plans jobs: offered when there are any, asked about, told when refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from jobs_tui.agents.job_tools import JobToolFailed, JobToolOffer
from tests.agents.llm.scene import Heard, Rules, run, task
from tests.fake_openai import FakeOpenAI

SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}}}


class Planner:
    """Remembers what was asked of it."""

    def __init__(self, refusal: str = "") -> None:
        self.refusal = refusal
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def offered(self) -> Sequence[JobToolOffer]:
        """See JobTools."""
        return [JobToolOffer("job_create", "Creates a job.", SCHEMA, read_only=False)]

    async def call(self, name: str, arguments: Mapping[str, Any]) -> str:
        """See JobTools."""
        if self.refusal:
            raise JobToolFailed(self.refusal)
        self.calls.append((name, dict(arguments)))
        return "Created the job."


CREATE = 'CALL job_create {"title": "later"}\nSAY Planned.'


async def test_a_model_plans_a_job(fake: FakeOpenAI, heard: Heard) -> None:
    planner, gate = Planner(), Rules()
    got = await run(replace(task(fake, CREATE, gate=gate), job_tools=planner), heard)
    assert got.status == "completed"
    assert planner.calls == [("job_create", {"title": "later"})]
    assert heard.of("tool_result") == ["Created the job."]
    [call] = gate.seen
    assert (call.tool, call.read_only) == ("job_create", False)


async def test_none_are_offered_where_there_are_none(fake: FakeOpenAI) -> None:
    await run(task(fake, "SAY hello"))
    assert "tools" not in fake.requests[0]


async def test_a_refusal_is_told_and_a_policy_stands_before_it(
    fake: FakeOpenAI, heard: Heard
) -> None:
    await run(replace(task(fake, CREATE), job_tools=Planner("5 jobs are enough.")), heard)
    assert "5 jobs are enough." in str(heard.of("tool_result"))
    planner = Planner()
    denied = replace(task(fake, CREATE, gate=Rules(job_create="deny")), job_tools=planner)
    assert (await run(denied)).status == "completed"
    asked = replace(task(fake, CREATE, gate=Rules(job_create="ask")), job_tools=planner)
    assert (await run(asked)).status == "waiting_for_input"
    assert planner.calls == []
