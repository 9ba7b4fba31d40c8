"""A model that plans its own follow-up from within a run, and a chat whose jobs a model does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from tests.e2e.home import LiveHome, wait_for
from tests.fake_openai import FakeOpenAI

pytestmark = pytest.mark.e2e
FOLLOW_UP: dict[str, Any] = {
    "title": "follow up",
    "job_type": "ONE_OFF",
    "trigger_config": {"run_at": "in 3 days"},
    "instructions": "SAY Has there been a reply?",
}


def agent_of(home: LiveHome, fake: FakeOpenAI, *more: str) -> None:
    """A model of this home that does what its prompt says."""
    home.command(
        "agent", "create", "writer", "--model", "fake-1", "--base-url", fake.base_url,
        "--description", "writes, reminds, reads pages", *more,
    )  # fmt: skip


@pytest.mark.parametrize("allowed", [True, False])
def test_a_model_plans_its_follow_up_when_it_may(home: LiveHome, allowed: bool) -> None:
    with FakeOpenAI() as fake:
        agent_of(home, fake, *(("--set", "job_tools=true") if allowed else ()))
        prompt = f"CALL job_create {json.dumps(FOLLOW_UP)}\nSAY Sent."
        home.create("send the proposal", prompt, "--agent", "writer")
        done = home.command("run", "send the proposal", "--follow", status=None)
        made = [job for job in home.json("list") if job["name"] == "follow up"]
    if not allowed:
        assert made == []
        return
    assert done.status == 0, done
    [job] = made
    assert (job["trigger_type"], job["entity_id"]) == ("one_off", "writer")
    assert job["next_execution_at"]
    assert job["created_by"].startswith("writer in exec_")


async def test_requests_of_a_chat_become_jobs_that_a_model_does(home: LiveHome) -> None:
    argv = home.argv("mcp")
    program = StdioServerParameters(command=argv[0], args=argv[1:], env=home.env)
    with FakeOpenAI() as fake:
        agent_of(home, fake)
        home.serve()
        async with Client(program) as client:

            async def made(**sent: Any) -> dict[str, Any]:
                found = await client.call_tool("job_create", sent)
                assert not found.is_error, found.content
                return dict(found.structured_content)

            monday = await made(
                title="Invoices",
                job_type="SCHEDULED",
                trigger_config={"cron_schedule": "0 9 * * 1", "cron_timezone": "Europe/Berlin"},
                instructions="SAY Remember the pending invoices.",
            )
            assert "Smart would pick writer" in monday["job"]["who"]
            assert monday["warnings"] == []
            watch = await made(
                title="Pricing page",
                job_type="RECURRING",
                trigger_config={"interval_seconds": "1h"},
                watch=True,
                instructions="SAY The price is 40.",
            )
            assert watch["job"]["trigger_config"]["interval_seconds"] == 3600
            daily = await made(
                title="Ask until paid",
                job_type="ONGOING",
                trigger_config={"interval_seconds": "1d", "end_condition": "the invoice is paid"},
                instructions="SAY Not paid yet.",
            )
            assert daily["job"]["job_type"] == "ONGOING"
            later = await made(
                title="Follow up",
                job_type="ONE_OFF",
                trigger_config={"run_at": "in 3 days"},
                instructions="SAY Was there a reply?",
            )
            assert len(later["job"]["next_runs"]) == 1
            report = await made(
                title="Research",
                job_type="ONE_OFF",
                trigger_config={"run_at": "now"},
                instructions="SAY The report is ready.",
            )
            run = await client.call_tool(
                "job_run", {"job_id": monday["job"]["job_id"], "wait_seconds": 30}
            )
            assert run.structured_content["answer"] == "Remember the pending invoices."
        job_id = report["job"]["job_id"]
        ended = wait_for(
            "the report",
            lambda: (job := home.json("show", job_id))["status"] == "completed" and job,
        )
    [entry] = ended["execution_history"]
    assert (entry["status"], entry["result"]) == ("completed", "The report is ready.")
