"""A dry run: everything that a start would meet, and nothing written, run or given away."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from jobs_tui.agents.doer import DoerKind
from jobs_tui.guard.policy.engine import PolicyEngine
from jobs_tui.models.enums import Decision
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import policy_gate, preview_checks, resources, secrets
from jobs_tui.service.context import Context
from jobs_tui.service.dry_run import Whole, answer, of_fields, of_job
from jobs_tui.service.preview_words import dry_run_lines, smart_words
from jobs_tui.store import spending
from tests.service.made import count, job_fields, made

VALUE = "tr0ub4dor&3"


def make(ctx: Context, what: ResourceKind, /, **spec: Any) -> None:
    """Something of the home."""
    resources.create(ctx, what, spec)


def checks(found: Whole, name: str) -> list[tuple[bool, str]]:
    """The lines of one name."""
    return [(one.ok, one.message) for one in found.checks if one.name == name]


@pytest.fixture
def bots(ctx: Context) -> Context:
    """Two agents that can work, one without its key, one whose program is not installed."""
    make(ctx, ResourceKind.AGENT, id="dba", kind="shell", capabilities=["database backup"])
    make(ctx, ResourceKind.AGENT, id="clerk", kind="shell", description="Writes reports.")
    make(
        ctx,
        ResourceKind.AGENT,
        id="writer",
        kind="llm",
        model="m",
        base_url="http://127.0.0.1:9/v1",
        api_key="env:JT_NO_SUCH_KEY",
        description="Writes weekly reports about sales.",
    )
    make(
        ctx,
        ResourceKind.AGENT,
        id="coder",
        kind="command",
        command={"argv": ["/nowhere/coder", ["--model", "{model}"], "-p", "{prompt_file}"]},
        args=["--quiet"],
        model="big",
    )
    return ctx


def test_smart_says_whom_it_would_pick_and_why(bots: Context) -> None:
    found = of_fields(
        bots,
        job_fields(planning_mode="on_the_fly", entity_id=None, prompt_template="Database backup"),
    )
    assert found.who.kind is DoerKind.SMART
    assert found.who.agents[0].id == "dba"
    said = answer(found)
    assert said["smart"]["chosen"] == "dba"
    assert said["smart"]["ranked"][0]["reason"] == "words: database, backup"
    assert (said["agent"], said["who"]["kind"]) == (None, "smart")
    assert smart_words(found.who.smart).startswith("Smart would pick dba (")  # type: ignore[arg-type]
    assert checks(found, "agent") == [(True, "dba fits best (words: database, backup).")]


def test_smart_passes_over_an_agent_whose_key_cannot_be_had(bots: Context) -> None:
    task = "Write the weekly report about sales"
    fields = job_fields(planning_mode="on_the_fly", entity_id=None, prompt_template=task)
    found = of_fields(bots, fields)
    assert found.who.smart is not None
    assert found.who.smart.chosen == "clerk"
    assert "writer fits better but is not ready: The variable JT_NO_SUCH_KEY" in (
        found.who.smart.reason
    )


def test_an_unclear_lead_is_said_with_who_decides(bots: Context) -> None:
    make(bots, ResourceKind.AGENT, id="dba2", kind="shell", capabilities=["database backup"])
    fields = job_fields(
        planning_mode="on_the_fly", entity_id=None, prompt_template="Database backup"
    )
    found = of_fields(bots, fields)
    assert found.who.smart is not None
    assert found.who.smart.unclear
    assert smart_words(found.who.smart).endswith("is unclear")
    assert found.who.note == ""
    bots.store.home.config_file.write_text('chooser_agent = "writer"\n')
    assert of_fields(bots, fields).who.note.startswith("At the start writer is asked to choose")
    bots.store.home.config_file.write_text('planner_agent = "writer"\n')
    assert "writer proposes steps" in of_fields(bots, fields).who.note


def test_a_team_and_a_workflow_are_told_with_members_and_steps(bots: Context) -> None:
    make(
        bots,
        ResourceKind.TEAM,
        id="trio",
        members=[{"agent": "dba", "role": "dumps"}, {"agent": "coder"}],
    )
    found = of_fields(
        bots, job_fields(planning_mode="predefined_team", entity_id="trio", prompt_template="x")
    )
    lines = dry_run_lines(found)
    assert lines[1] == "  team trio: 2 members, one after the other"
    assert lines[2].split() == ["+", "dumps", "dba"]
    assert lines[3].startswith("    ! coder")
    assert checks(found, "agent")[0][0] is False
    steps = [
        {"name": "build", "agent": "dba", "prompt": "make"},
        {"name": "ship", "agent": "smart", "prompt": "ship", "needs": ["build"]},
    ]
    make(bots, ResourceKind.WORKFLOW, id="release", steps=steps)
    found = of_fields(
        bots,
        job_fields(planning_mode="predefined_workflow", entity_id="release", prompt_template="x"),
    )
    parts = answer(found)["who"]["parts"]
    assert [(one["name"], one["agent"], one["needs"]) for one in parts] == [
        ("build", "dba", []),
        ("ship", "smart", ["build"]),
    ]
    assert checks(found, "agent") == [(True, "Every agent of the workflow is ready.")]


def test_the_command_line_of_a_program_holds_neither_prompt_nor_secret(bots: Context) -> None:
    secrets.put(bots, "PG_URL", value=VALUE)
    found = of_fields(
        bots,
        job_fields(
            entity_id="coder",
            prompt_template="say {{ word }}",
            execution_environment={"secrets": ["PG_URL", "GONE"]},
        ),
    )
    (command,) = answer(found)["commands"]
    assert command["argv"] == ["/nowhere/coder", "--model", "big", "-p", "{prompt_file}", "--quiet"]
    assert checks(found, "secret") == [
        (True, "PG_URL: can be had."),
        (False, "GONE: There is no secret 'GONE'. Set it with `jobs-tui secret set GONE`."),
    ]
    assert found.prompt == "say <word>"
    assert answer(found)["prompt"] is None
    assert checks(found, "parameters") == [(False, "A start has to bring: word.")]
    assert VALUE not in json.dumps(answer(found)) + "\n".join(dry_run_lines(found))


def test_environment_queue_and_budget_are_looked_at(bots: Context) -> None:
    make(bots, ResourceKind.ENVIRONMENT, id="prod", required_tools=["jt-no-such-tool"])
    make(bots, ResourceKind.QUEUE, id="night", paused=True)
    there = of_fields(bots, job_fields(executor_type="environment", environment_name="prod"))
    problem = "The environment prod is not ready: jt-no-such-tool was not found on PATH."
    assert checks(there, "environment") == [(False, problem)]
    gone = of_fields(bots, job_fields(executor_type="environment", environment_name="moon"))
    words = "There is no environment 'moon' here: it runs on this machine."
    assert checks(gone, "environment") == [(True, words)]
    assert "\n".join(dry_run_lines(gone)).count(words) == 1
    queued = of_fields(bots, job_fields(executor_type="specific_queue", worker_queue_name="night"))
    words = "It would wait in the queue night: the queue night is paused."
    assert checks(queued, "queue") == [(False, words)]
    job = made(bots, config={"budget": {"cost_per_day": "2", "tokens_per_month": 100}})

    def spend(connection: sqlite3.Connection) -> None:
        usage = {"input_tokens": 100, "output_tokens": 0, "cost": str(Decimal("0.5"))}
        spending.record(connection, "exec_1", job.id, None, bots.now(), usage)

    bots.store.write(spend)
    assert checks(of_job(bots, job, {}), "budget") == [
        (True, "The budget of the job: $1.50 of $2.00 is left today."),
        (False, "The budget of the job is exhausted: 100 of 100 tokens this month."),
    ]


def test_policies_are_asked_as_a_start_by_hand_would_be(
    bots: Context, monkeypatch: pytest.MonkeyPatch, engine: PolicyEngine
) -> None:
    rules = (
        'deny contains "no rm" if { input.action == "run"; contains(input.job.prompt, "rm -r") }\n'
        'ask contains "a person looks" if input.trigger.kind == "manual"'
    )
    make(bots, ResourceKind.POLICY, id="p", module=f"package p\n{rules}\n")
    fine = of_fields(bots, job_fields(prompt_template="ls {{ what }}", parameters=[]))
    assert fine.policy is not None
    assert fine.policy.decision is Decision.ASK
    ((ok, words),) = checks(fine, "policy")
    assert not ok
    assert words.startswith("A person would have to approve it")
    assert "a person looks" in words
    bad = of_fields(bots, job_fields(prompt_template="{{ x }}", entity_id="ops") | {
        "values": {"x": "rm -r /"},
    })  # fmt: skip
    assert answer(bad)["policy"]["decision"] == "deny"
    assert checks(bad, "policy")[0][1].startswith("Denied: policy p denies this: no rm")


def test_what_a_policy_would_not_let_be_created_is_said(
    bots: Context, engine: PolicyEngine
) -> None:
    rules = 'deny contains "not by hand" if input.action == "create"'
    make(bots, ResourceKind.POLICY, id="p", module=f"package p\n{rules}\n")
    found = of_fields(bots, job_fields())
    assert checks(found, "definition")[0][0] is False
    assert checks(found, "policy") == [(True, "The policies allow it.")]


def test_nothing_is_written_and_what_is_wrong_is_refused(bots: Context) -> None:
    before = count(bots, "audit")
    of_fields(bots, job_fields())
    assert (count(bots, "jobs"), count(bots, "audit")) == (0, before)
    with pytest.raises(InvalidInput, match="is not closed by"):
        of_fields(bots, job_fields(prompt_template="echo {{ x"))
    gone = of_fields(bots, job_fields(entity_id="nobody"))
    assert answer(gone)["agent_ready"] is False
    assert "nobody" in checks(gone, "agent")[0][1]
    missing = of_fields(bots, job_fields(execution_environment={"integration_ids": ["pg"]}))
    assert checks(missing, "integration")[0][1].startswith("There is no integration 'pg'.")


@pytest.fixture(scope="module")
def engine() -> Iterator[PolicyEngine]:
    """One that ends with these tests, in place of that of the process."""
    with pytest.MonkeyPatch.context() as patch:
        found = PolicyEngine()
        for module in (policy_gate, preview_checks):
            patch.setattr(module, "policy_engine", lambda: found)
        yield found
        found.close()
