"""Tries out whether an agent or an environment can work, without any job."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from jobs_tui.agents.directory import Directory
from jobs_tui.agents.doer import agent_not_ready
from jobs_tui.agents.registry import get_runner
from jobs_tui.agents.runner import ProcessSpawner, Task
from jobs_tui.agents.surroundings import filled_servers, surroundings_of
from jobs_tui.engine.environments import environment_problem
from jobs_tui.engine.parts import Parts
from jobs_tui.guard.masking import Masker
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.enums import TriggerType
from jobs_tui.models.errors import JobsTuiError, NotFound
from jobs_tui.models.job import Definition

PATIENCE = 10.0
"""Seconds that trying out an agent may take (UX.md 5.6 says five; a cold start needs more)."""
_NO_JOB = Definition(name="", prompt_template="", trigger_type=TriggerType.MANUAL)


async def try_agent(
    parts: Parts, spawner: ProcessSpawner, known: Directory, agent_id: str
) -> dict[str, Any]:
    """Whether an agent can work now: ``id``, ``ready``, ``message``.

    Raises:
        NotFound: there is no such agent.
    """
    agent = known.agent(agent_id)
    masker = Masker(())
    try:
        problem = agent_not_ready(agent)
        if problem:
            raise JobsTuiError(problem)
        task, masker = await asyncio.to_thread(_task, parts, spawner, known, agent)
        async with asyncio.timeout(PATIENCE):
            message, ready = await get_runner(agent.kind).probe(task), True
    except TimeoutError:
        message, ready = f"it did not answer within {PATIENCE:g} s", False
    except JobsTuiError as error:
        message, ready = error.sentence(), False
    return {"id": agent_id, "ready": ready, "message": masker.mask(message)}


def _task(
    parts: Parts, spawner: ProcessSpawner, known: Directory, agent: AgentInput
) -> tuple[Task, Masker]:
    around = surroundings_of(_NO_JOB, known, agent, None)
    secrets = parts.secrets.resolve_entries(around.secrets)
    env = {**around.env_vars, **secrets}
    task = Task("check", "", "check", "", {}, spawner, env=env, agent=agent)
    key = parts.secrets.resolve(agent.api_key) if agent.api_key else None
    task = replace(
        task,
        working_directory=around.working_directory,
        mcp_servers=filled_servers(around.mcp_servers, env),
        api_key=key,
    )
    return task, Masker([*secrets.values(), *([key] if key else [])])


async def try_environment(
    parts: Parts, spawner: ProcessSpawner, known: Directory, environment_id: str
) -> dict[str, Any]:
    """Whether an environment is ready now: ``id``, ``ready``, ``message``.

    Raises:
        NotFound: there is no such environment.
    """
    environment = known.environments.get(environment_id)
    if environment is None:
        raise NotFound(f"There is no environment {environment_id!r:.80}.", field="id")
    problem = await environment_problem(parts, environment, known, spawner, anew=True)
    message = problem or "everything that it needs is there"
    return {"id": environment_id, "ready": not problem, "message": message}
