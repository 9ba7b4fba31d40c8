"""Jobs with a goal whose agent is a model, end to end."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from jobs_tui.models.enums import JobStatus
from jobs_tui.models.job import Job
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import jobs, resources, secrets
from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from tests.engine.goals.goal_scene import Scene
from tests.fake_openai import FakeOpenAI, Turn


@pytest.fixture
def model(ctx: Context) -> Iterator[FakeOpenAI]:
    """A model that is told what to say, and the agent that asks it."""
    with FakeOpenAI(Turn("Hm.")) as fake:
        agent = {"id": "bot", "kind": "llm", "model": "fake-1", "base_url": fake.base_url}
        resources.create(ctx, ResourceKind.AGENT, agent)
        yield fake


def report(number: int, **said: object) -> Turn:
    """The model calls the tool."""
    return Turn("", [(f"call_{number}", "report_outcome", json.dumps(said))])


async def test_a_goal_that_the_agent_judges(scene: Scene, model: FakeOpenAI) -> None:
    job = scene.ongoing("Look at the invoices.", entity_id="bot", end_condition="all are paid")
    model.turns = [
        report(1, verdict="not_done", reason="1 of 2", state={"paid": 1}),
        Turn("One is paid."),
    ]
    run = await scene.step(job)
    assert (run.result, run.verdict, run.verdict_reason) == ("One is paid.", "not_done", "1 of 2")
    told = model.requests[0]["messages"][0]
    assert told["role"] == "system"
    assert "all are paid" in told["content"]
    model.requests.clear()
    model.turns = [report(2, verdict="done", reason="2 of 2"), Turn("Both are paid.")]
    await scene.step(job)
    assert '{"paid": 1}' in model.requests[0]["messages"][0]["content"]
    assert scene.now(job).status is JobStatus.COMPLETED
    assert scene.now(job).status_reason == "run #2: The agent says done: 2 of 2."


def roles(model: FakeOpenAI) -> list[str]:
    return [one["role"] for one in model.requests[-1]["messages"] if one["role"] != "system"]


async def conversing(scene: Scene, model: FakeOpenAI, secret: str = "") -> Job:
    job = scene.ongoing(
        f"Go on {secret}",
        entity_id="bot",
        end_condition={"max_runs": 9},
        conversation="continue",
        execution_environment={"env_vars": {"API_TOKEN": secret}} if secret else None,
    )
    model.turns = [Turn("One.")]
    await scene.step(job)
    model.turns = [Turn("Two.")]
    await scene.step(job)
    assert roles(model) == ["user", "assistant", "user"]
    return job


async def test_a_conversation_goes_on_until_it_is_forgotten(
    scene: Scene, ctx: Context, model: FakeOpenAI
) -> None:
    job = await conversing(scene, model)
    jobs.edit(ctx, job.id, {"conversation": "new"})
    assert ctx.store.row("select 1 from conversations") is None
    await scene.step(job)
    assert roles(model) == ["user"]
    assert ctx.store.row("select 1 from conversations") is None


async def test_a_conversation_with_secrets_is_sealed(
    scene: Scene, ctx: Context, store: Store, model: FakeOpenAI
) -> None:
    job = await conversing(scene, model, "hunter2-hunter2")
    kept = store.rows("select messages from conversations")
    assert [row[0].startswith("sealed:") for row in kept] == [True]
    secrets.rotate_key(ctx)
    assert store.rows("select messages from conversations") != kept
    await scene.step(job)
    assert roles(model) == ["user", "assistant"] * 2 + ["user"]
