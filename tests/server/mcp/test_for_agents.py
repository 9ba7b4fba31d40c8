"""An agent that plans jobs within a run: what it may, how much, how deep."""

from __future__ import annotations

import re
from typing import Any

import pytest

from jobs_tui.agents.job_tools import JobToolFailed
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.resource import ResourceKind
from jobs_tui.server.mcp.for_agents import DEEPEST, MOST, RunJobTools
from jobs_tui.service import jobs, resources, runs, starts
from jobs_tui.service.audit import entries
from jobs_tui.service.context import Context
from tests.service.made import made

LATER: dict[str, Any] = {
    "title": "follow up",
    "job_type": "ONE_OFF",
    "trigger_config": {"run_at": "2026-08-24T09:00"},
    "instructions": "Ask whether there was a reply.",
}
AGENT = AgentInput(id="writer", kind="llm", model="m", base_url="http://127.0.0.1:9/v1")


@pytest.fixture
def agent(ctx: Context) -> AgentInput:
    """An agent of this home."""
    resources.create(ctx, ResourceKind.AGENT, AGENT.model_dump(exclude_unset=True))
    return AGENT


def run_of(ctx: Context, agent: AgentInput, job_id: str) -> RunJobTools:
    """The tools within a new run of a job."""
    execution = runs.get(ctx, starts.start(ctx, job_id).execution_id)
    return RunJobTools(ctx.store, execution, agent)


def job_of(answer: str) -> str:
    """The id in an answer."""
    found = re.search(r"job_[0-9a-f-]{36}", answer)
    assert found is not None
    return found[0]


async def test_what_it_plans_it_does_itself(ctx: Context, agent: AgentInput) -> None:
    tools = run_of(ctx, agent, made(ctx, entity_id="writer").id)
    job = jobs.get(ctx, job_of(await tools.call("job_create", LATER)))
    assert (job.definition.entity_id, job.definition.planning_mode) == (
        "writer",
        "predefined_agent",
    )
    [entry] = entries(ctx, subject=job.id)
    assert (entry.face, entry.origin) == ("agent", tools._execution)
    assert entry.actor == job.created_by == f"writer in {tools._execution}"


async def test_persons_say_who_does_it_and_where_results_go(
    ctx: Context, agent: AgentInput
) -> None:
    tools = run_of(ctx, agent, made(ctx, entity_id="writer").id)
    offered = {one.name: one for one in tools.offered()}
    assert len(offered) == 12
    for tool in ("job_create", "job_update"):
        assert not {"agent", "deliver_to"} & offered[tool].schema["properties"].keys()
    assert "wait_seconds" not in offered["job_run"].schema["properties"]
    assert offered["execution_list"].read_only
    assert not offered["job_create"].read_only
    for name, value in (("agent", "shell"), ("deliver_to", [{"type": "file", "path": "/x"}])):
        with pytest.raises(JobToolFailed, match=f"{name} cannot be given within a run"):
            await tools.call("job_create", {**LATER, name: value})
        with pytest.raises(JobToolFailed, match=f"{name} cannot be given within a run"):
            await tools.call("job_update", {"job_id": "x", name: value})
    with pytest.raises(JobToolFailed, match="run_at is missing"):
        await tools.call("job_create", {**LATER, "trigger_config": {}})
    assert len(jobs.listing(ctx)) == 1


async def test_jobs_of_others_are_looked_at_only(ctx: Context, agent: AgentInput) -> None:
    other = made(ctx, name="deploy")
    tools = run_of(ctx, agent, made(ctx, entity_id="writer").id)
    assert other.id in await tools.call("job_retrieval_by_keywords", {"query": "deploy"})
    run = starts.start(ctx, other.id).execution_id
    for name, sent in (
        ("job_update", {"job_id": other.id, "instructions": "rm -rf /"}),
        ("job_run", {"job_id": "deploy"}),
        ("job_cancel", {"job_id": other.id}),
        ("job_pause", {"job_id": other.id}),
        ("job_resume", {"job_id": other.id}),
        ("execution_cancel", {"execution_id": run}),
    ):
        with pytest.raises(JobToolFailed, match="not done by writer"):
            await tools.call(name, sent)
    assert jobs.get(ctx, other.id).definition.prompt_template == "echo done"
    assert runs.get(ctx, run).status.live


async def test_a_run_makes_few_jobs_and_starts_few_runs(ctx: Context, agent: AgentInput) -> None:
    own = made(ctx, entity_id="writer")
    tools = run_of(ctx, agent, own.id)
    for _ in range(MOST):
        await tools.call("job_create", LATER)
        await tools.call("job_run", {"job_id": own.id})
    for name, sent in (("job_create", LATER), ("job_run", {"job_id": own.id})):
        with pytest.raises(JobToolFailed, match=f"{MOST} (jobs|runs), which is all"):
            await tools.call(name, sent)
    again = RunJobTools(ctx.store, runs.get(ctx, tools._execution), agent)  # after an approval
    with pytest.raises(JobToolFailed, match="which is all"):
        await again.call("job_create", LATER)
    await run_of(ctx, agent, own.id).call("job_create", LATER)


async def test_planned_jobs_plan_so_deep_and_no_deeper(ctx: Context, agent: AgentInput) -> None:
    job_id = made(ctx, entity_id="writer").id
    for _ in range(DEEPEST):
        job_id = job_of(await run_of(ctx, agent, job_id).call("job_create", LATER))
    deepest = run_of(ctx, agent, job_id)
    for name, sent in (("job_create", LATER), ("job_run", {"job_id": job_id})):
        with pytest.raises(JobToolFailed, match="plans and starts no more"):
            await deepest.call(name, sent)
    await deepest.call("job_update", {"job_id": job_id, "status": "PAUSED"})


async def test_runs_that_are_started_from_runs_go_no_deeper(
    ctx: Context, agent: AgentInput
) -> None:
    own = made(ctx, entity_id="writer").id
    tools = run_of(ctx, agent, own)
    for _ in range(DEEPEST):
        await tools.call("job_run", {"job_id": own})
        tools = RunJobTools(ctx.store, runs.newest(ctx, own, 1)[0], agent)
    with pytest.raises(JobToolFailed, match="plans and starts no more"):
        await tools.call("job_run", {"job_id": own})
