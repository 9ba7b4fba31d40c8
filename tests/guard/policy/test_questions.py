"""What policies are told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from jobs_tui.guard.policy.questions import job_question, tool_question
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.enums import TriggerType
from jobs_tui.models.job import Definition

NOW = datetime(2026, 8, 21, 23, 2, 11, tzinfo=UTC)  # a Friday; in Tokyo it is Saturday
JOB = Definition(
    name="nightly",
    prompt_template="echo {{ x }}",
    trigger_type=TriggerType.CRON,
    cron_timezone="Asia/Tokyo",
    tags=("db",),
    config={"timeout": 60},
    execution_environment={
        "env_vars": {"STAGE": "hunter22"},
        "secrets": ["TOKEN", "KEY=cmd:pass show hunter22"],
        "integration_ids": ["pager"],
        "mcp_servers": {"files": {"command": "files", "env": {"PASSWORD": "hunter22"}}},
    },
)
AGENT = AgentInput(id="dba", kind="llm", capabilities=["sql"], model="m", api_key="env:HUNTER22")


def about(definition: Definition = JOB, **more: Any) -> dict[str, Any]:
    return job_question("create", definition, now=NOW, user="ada", face="cli", **more)


def test_a_job_that_is_to_be_created() -> None:
    assert about(agent=AGENT) == {
        "action": "create",
        "job": {
            "id": None,
            "name": "nightly",
            "tags": ["db"],
            "trigger_type": "cron",
            "prompt": "echo {{ x }}",
            "planning_mode": "predefined_agent",
            "entity_type": "agent",
            "entity_id": "shell",
            "executor_type": "auto",
            "worker_queue_name": None,
            "environment_name": None,
            "config": {"timeout": 60},
            "execution_environment": {
                "env_vars": ["STAGE"],
                "secrets": ["KEY", "TOKEN"],
                "integration_ids": ["pager"],
                "mcp_servers": ["files"],
            },
        },
        "agent": {"id": "dba", "kind": "llm", "capabilities": ["sql"], "model": "m"},
        "trigger": {"type": "cron", "kind": None, "requested_by": None},
        "user": {"name": "ada", "face": "cli"},
        "now": {
            "iso": "2026-08-21T23:02:11.000Z",
            "zone": "Asia/Tokyo",
            "weekday": "Saturday",
            "hour": 8,
            "minute": 2,
            "time": "08:02",
        },
        "run": None,
    }


def test_no_value_that_may_be_secret_is_in_it() -> None:
    assert "hunter22" not in json.dumps(about(agent=AGENT)).lower()


def test_a_zone_that_is_not_here_is_told_in_utc() -> None:
    now = about(replace(JOB, cron_timezone="Nowhere/None"))["now"]
    assert (now["zone"], now["weekday"], now["hour"]) == ("UTC", "Friday", 23)


def test_a_tool_is_asked_about_with_its_run() -> None:
    question = tool_question(about(), "disk_usage", {"path": "/"}, read_only=True)
    assert question == {
        **about(),
        "action": "tool",
        "step": "",
        "tool": {"name": "disk_usage", "arguments": {"path": "/"}, "read_only": True},
    }
