"""Agents, teams, queues...: made, changed, removed; what is wrong is said and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.errors import InvalidInput, JobsTuiError, NotFound, Refused
from jobs_tui.models.resource import ResourceKind
from jobs_tui.models.validation import BadShape
from jobs_tui.service import audit, resources
from jobs_tui.service.context import Context
from jobs_tui.service.resource_answers import all_answers, find_answer
from tests.service.made import made

AGENT, TEAM, WORKFLOW = ResourceKind.AGENT, ResourceKind.TEAM, ResourceKind.WORKFLOW
QUEUE, ENVIRONMENT = ResourceKind.QUEUE, ResourceKind.ENVIRONMENT
INTEGRATION, POLICY = ResourceKind.INTEGRATION, ResourceKind.POLICY


def bot(ctx: Context, agent_id: str = "bot", **more: Any) -> None:
    resources.create(ctx, AGENT, {"id": agent_id, "kind": "shell", **more})


def test_an_agent_is_made_changed_and_removed(ctx: Context) -> None:
    bot(ctx, description="does things", capabilities=["backup"])
    assert ctx.directory.agent("bot").capabilities == ["backup"]
    resources.update(ctx, AGENT, "bot", {"description": None, "max_running": 2})
    found = find_answer(ctx, AGENT, "bot")
    assert (found["description"], found["max_running"], found["name"]) == ("", 2, "bot")
    assert found["capabilities"] == ["backup"]
    resources.delete(ctx, AGENT, "bot")
    with pytest.raises(NotFound):
        ctx.directory.agent("bot")
    done = [(one.action, one.subject) for one in audit.entries(ctx)]
    assert done == [("agent.delete", "bot"), ("agent.edit", "bot"), ("agent.create", "bot")]


def test_an_id_is_taken_once_and_built_in_ones_never(ctx: Context) -> None:
    bot(ctx)
    for taken in ("bot", "shell", "ops", "smart"):
        with pytest.raises(Refused, match=f"{taken}"):
            bot(ctx, taken)
    with pytest.raises(NotFound, match="built in"):
        resources.update(ctx, AGENT, "shell", {"description": "x"})


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        (AGENT, {"id": "a b", "kind": "shell"}, "id"),
        (AGENT, {"id": "", "kind": "shell"}, "id"),
        (AGENT, {"id": "x", "kind": "nonsense"}, "kind"),
        (AGENT, {"id": "x", "kind": "shell", "max_running": 0}, "max_running"),
        (AGENT, {"id": "x", "kind": "shell", "limits": {"cost": -1}}, "limits.cost"),
        (AGENT, {"id": "x", "kind": "shell", "api_key": "sk-secret"}, "api_key"),
        (AGENT, {"id": "x", "kind": "shell", "unheard": 1}, "unheard"),
        (AGENT, {"id": "x", "kind": "llm", "base_url": "file:///etc/passwd"}, "base_url"),
        (AGENT, {"id": "x", "kind": "llm", "base_url": "http://[::1"}, "base_url"),
        (
            AGENT,
            {"id": "x", "kind": "shell", "execution_environment": {"integration_ids": ["gone"]}},
            "integration_ids",
        ),
        (INTEGRATION, {"id": "x", "env_vars": {"A": "\x00"}}, "env_vars.A"),
        (INTEGRATION, {"id": "x", "env_vars": {"A=B": "c"}}, "env_vars.A=B.[key]"),
        (
            POLICY,
            {"id": "p", "engine": "opa", "url": "http://h/v1/data/x", "token": "eyJhb"},
            "token",
        ),
        (POLICY, {"id": "p", "module": "package p\ndeny := false", "token": "env:T"}, "token"),
        (TEAM, {"id": "t", "members": []}, "members"),
        (TEAM, {"id": "t", "members": [{"agent": "shell", "prompt": "echo `{{ x }}`"}]}, "members"),
        (WORKFLOW, {"id": "w", "steps": [{"name": "a", "prompt": "echo {{ x"}]}, "steps"),
        (TEAM, {"id": "t", "members": [{"agent": "nobody"}]}, "members.0.agent"),
        (TEAM, {"id": "t", "members": [{"agent": "shell"}], "strategy": "x"}, "strategy"),
        (TEAM, {"id": "t", "members": [{"agent": "shell"}], "strategy": "lead"}, "body"),
        (WORKFLOW, {"id": "w", "steps": []}, "steps"),
        (WORKFLOW, {"id": "w", "steps": [{"name": "a", "prompt": " "}]}, "steps.0.prompt"),
        (QUEUE, {"id": "q", "concurrency": 0}, "concurrency"),
        (ENVIRONMENT, {"id": "e", "integration_ids": ["nope"]}, "integration_ids"),
        (ENVIRONMENT, {"id": "e", "secrets": ["env:"]}, "secrets"),
        (INTEGRATION, {"id": "i", "secrets": ["9 8"]}, "secrets"),
        (POLICY, {"id": "p"}, "module"),
        (POLICY, {"id": "p", "engine": "opa", "url": "ftp://x"}, "url"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    ctx: Context, kind: ResourceKind, data: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        resources.create(ctx, kind, data)
    assert caught.value.field == field
    assert resources.listing(ctx, kind) == []
    assert audit.entries(ctx) == []


def test_steps_that_wait_for_each_other_are_refused_with_the_circle(ctx: Context) -> None:
    steps = [
        {"name": "a", "prompt": "x", "needs": ["c"]},
        {"name": "b", "prompt": "x", "needs": ["a"]},
        {"name": "c", "prompt": "x", "needs": ["b"]},
    ]
    with pytest.raises(BadShape, match="a -> c -> b -> a"):
        resources.create(ctx, WORKFLOW, {"id": "w", "steps": steps})
    steps[0]["needs"] = ["gone"]
    with pytest.raises(BadShape, match="needs gone, which does not exist"):
        resources.create(ctx, WORKFLOW, {"id": "w", "steps": steps})


def test_a_change_that_is_wrong_changes_nothing(ctx: Context) -> None:
    resources.create(ctx, QUEUE, {"id": "q", "concurrency": 3})
    for wrong in ({"concurrency": -1}, {"id": "other"}, {"nothing": 1}, {}):
        with pytest.raises(JobsTuiError):
            resources.update(ctx, QUEUE, "q", wrong)
    assert resources.get(ctx, QUEUE, "q").spec == {"id": "q", "concurrency": 3}


def test_what_is_used_is_not_removed_unless_one_insists(ctx: Context) -> None:
    bot(ctx)
    resources.create(ctx, TEAM, {"id": "crew", "members": [{"agent": "bot"}]})
    made(ctx, name="nightly", entity_id="bot")
    with pytest.raises(Refused, match=r"the job 'nightly', the team crew"):
        resources.delete(ctx, AGENT, "bot")
    assert find_answer(ctx, AGENT, "bot")["used_by"] == ["the job 'nightly'", "the team crew"]
    resources.delete(ctx, AGENT, "bot", force=True)
    (crew,) = all_answers(ctx, TEAM)
    assert crew["ready"] is False
    assert "no agent 'bot'" in crew["reason"]


def test_queues_that_nobody_made_are_shown_while_something_is_in_them(ctx: Context) -> None:
    from jobs_tui.service import starts

    job = made(ctx, executor_type="specific_queue", worker_queue_name="gpu")
    assert [one["id"] for one in all_answers(ctx, QUEUE)] == ["default"]
    starts.start(ctx, job.id)
    default, gpu = all_answers(ctx, QUEUE)
    assert (default["queued"], gpu["id"], gpu["queued"]) == (0, "gpu", 1)
    assert gpu["oldest_queued_at"] is not None
