"""What a run gets besides its prompt: variables, secrets, servers, a place to work (DESIGN 8).

Layers, later ones win: the agent, the named environment, integrations, the job itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jobs_tui.agents.directory import Directory
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.enums import ExecutorType
from jobs_tui.models.errors import NotFound
from jobs_tui.models.job import Definition
from jobs_tui.models.surroundings import EnvironmentInput

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All layers together, secrets still by reference."""

    env_vars: Mapping[str, str]
    secrets: tuple[str, ...]
    """Entries as :func:`jobs_tui.guard.secrets.entries.parse_entry` reads them."""
    mcp_servers: Mapping[str, Mapping[str, Any]]
    working_directory: str | None


def environment_of(definition: Definition, directory: Directory) -> EnvironmentInput | None:
    """The named environment in which a job runs; None without one that exists."""
    if definition.executor_type is not ExecutorType.ENVIRONMENT:
        return None
    return directory.environments.get(definition.environment_name or "")


def surroundings_of(
    definition: Definition,
    directory: Directory,
    agent: AgentInput | None,
    working_directory: str | None,
) -> Surroundings:
    """What a run of a job by an agent gets.

    Args:
        working_directory: the job's own.

    Raises:
        NotFound: an integration that does not exist.
    """
    layers: list[Mapping[str, Any]] = []
    environment = environment_of(definition, directory)
    if agent is not None:
        layers.append(agent.execution_environment.model_dump())
    if environment is not None:
        layers.append(environment.model_dump())
    if definition.execution_environment:
        layers.append(definition.execution_environment)
    env_vars: dict[str, str] = {}
    secrets: list[str] = []
    servers: dict[str, Mapping[str, Any]] = {}
    for layer in layers:
        for integration_id in layer.get("integration_ids") or ():
            integration = directory.integrations.get(integration_id)
            if integration is None:
                raise NotFound(
                    f"There is no integration {integration_id!r:.80}.",
                    "Create it with `jobs-tui integration create`, or take it out of the job.",
                    field="execution_environment.integration_ids",
                )
            env_vars.update(integration.env_vars)
            secrets += integration.secrets
        env_vars.update(layer.get("env_vars") or {})
        secrets += layer.get("secrets") or ()
        servers.update(layer.get("mcp_servers") or {})
    place = working_directory
    if place is None and environment is not None:
        place = environment.working_directory
    if place is None and agent is not None:
        place = agent.working_directory
    return Surroundings(env_vars, tuple(dict.fromkeys(secrets)), servers, place)


def filled_servers(
    servers: Mapping[str, Mapping[str, Any]], values: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """MCP servers with ``${NAME}`` and ``${NAME:-default}`` filled in from a run's variables.

    Raises:
        NotFound: a variable that the run does not have, and that has no default.
    """
    return {
        name: {key: _filled(value, values, name) for key, value in server.items()}
        for name, server in servers.items()
        if not server.get("disabled")
    }


def _filled(value: Any, values: Mapping[str, str], server: str) -> Any:
    if isinstance(value, str):

        def replace(found: re.Match[str]) -> str:
            known = values.get(found[1], found[2])
            if known is None:
                raise NotFound(
                    f"The MCP server {server!r:.60} asks for ${{{found[1]}}}, which the run does"
                    " not have.",
                    "Add it to the variables or secrets of the execution environment.",
                    field="execution_environment.mcp_servers",
                )
            return known

        return _REFERENCE.sub(replace, value)
    if isinstance(value, Mapping):
        return {key: _filled(one, values, server) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, values, server) for one in value]
    return value


def all_secrets(layers: Iterable[Surroundings]) -> tuple[str, ...]:
    """The secrets of several runs together, each once."""
    return tuple(dict.fromkeys(entry for layer in layers for entry in layer.secrets))
