"""What a run gets: layers of variables, secrets and servers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from jobs_tui.agents.directory import EMPTY, Directory
from jobs_tui.agents.surroundings import filled_servers, surroundings_of
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.enums import ExecutorType, TriggerType
from jobs_tui.models.errors import NotFound
from jobs_tui.models.job import Definition
from jobs_tui.models.surroundings import EnvironmentInput, IntegrationInput

PLAIN = Definition(name="n", prompt_template="echo", trigger_type=TriggerType.MANUAL)


def test_later_layers_win_and_all_secrets_are_there_once() -> None:
    agent = AgentInput.model_validate(
        {
            "id": "bot",
            "kind": "shell",
            "working_directory": "/agent",
            "execution_environment": {
                "env_vars": {"A": "agent", "B": "agent"},
                "secrets": ["S1"],
                "mcp_servers": {"fs": {"command": "old"}},
            },
        }
    )
    known = Directory(
        environments={
            "prod": EnvironmentInput(
                id="prod",
                env_vars={"B": "prod", "C": "prod"},
                secrets=["S1", "S2"],
                integration_ids=["pg"],
                working_directory="/prod",
            )
        },
        integrations={"pg": IntegrationInput(id="pg", env_vars={"C": "pg"}, secrets=["PW=env:X"])},
    )
    job = replace(
        PLAIN,
        executor_type=ExecutorType.ENVIRONMENT,
        environment_name="prod",
        execution_environment={"env_vars": {"C": "job"}, "mcp_servers": {"fs": {"url": "u"}}},
    )
    found = surroundings_of(job, known, agent, None)
    assert found.env_vars == {"A": "agent", "B": "prod", "C": "job"}
    assert found.secrets == ("S1", "PW=env:X", "S2")
    assert found.mcp_servers == {"fs": {"url": "u"}}
    assert found.working_directory == "/prod"
    assert surroundings_of(job, known, agent, "/job").working_directory == "/job"
    assert surroundings_of(PLAIN, known, agent, None).working_directory == "/agent"


def test_an_integration_that_does_not_exist_is_named() -> None:
    job = replace(PLAIN, execution_environment={"integration_ids": ["nope"]})
    with pytest.raises(NotFound, match="no integration 'nope'"):
        surroundings_of(job, EMPTY, None, None)


def test_servers_are_filled_in_from_what_the_run_has() -> None:
    servers: dict[str, dict[str, Any]] = {
        "a": {"command": "x", "args": ["--key=${KEY}", "${NO:-fallback}"], "env": {"K": "${KEY}"}},
        "off": {"command": "${MISSING}", "disabled": True},
    }
    assert filled_servers(servers, {"KEY": "k"}) == {
        "a": {"command": "x", "args": ["--key=k", "fallback"], "env": {"K": "k"}}
    }
    with pytest.raises(NotFound, match=r"'b' asks for \$\{MISSING\}"):
        filled_servers({"b": {"url": "http://${MISSING}/"}}, {})
