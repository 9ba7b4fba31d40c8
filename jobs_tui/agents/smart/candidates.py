"""Who may be chosen for a task in a home, with load and record from the store."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from jobs_tui.agents.directory import BUILT_IN, OPS, Directory
from jobs_tui.agents.needs import not_ready
from jobs_tui.agents.runner import SHELL
from jobs_tui.agents.smart.ranking import Candidate
from jobs_tui.store import agent_stats

if TYPE_CHECKING:
    from jobs_tui.guard.secrets.resolver import Secrets


def candidates(
    connection: sqlite3.Connection, directory: Directory, secrets: Secrets, prompt: str
) -> list[Candidate]:
    """All agents that Smart may choose among; two queries.

    The built-in shell is none: plain words are no script. The built-in ops is one when it
    understands the task. Programs and packages of this machine are, when they are ready.

    Args:
        secrets: an agent whose key or secret cannot be had is not ready.
        prompt: the task, rendered.
    """
    found = []
    for agent in directory.all_agents():
        made_here = agent.id in directory.agents and agent.id not in BUILT_IN
        understood = None
        if agent.id == SHELL.id:
            continue
        if agent.id == OPS.id:
            understood = ops_understands(prompt)
            if understood is None:
                continue
        problem = not_ready(agent, directory, secrets)
        if problem and not made_here:
            continue
        found.append((agent, problem, made_here, understood))
    stats = agent_stats.by_agent(connection, (agent.id for agent, *_ in found))
    return [
        Candidate(
            agent,
            not_ready=problem,
            made_here=made_here,
            running=figures.running,
            completed=figures.completed,
            failed=figures.failed,
            understood=understood,
        )
        for agent, problem, made_here, understood in found
        for figures in (stats.get(agent.id, agent_stats.NOTHING),)
    ]


def ops_understands(prompt: str) -> float | None:
    """How sure the agent that needs no model is of a task; None when it would refuse it."""
    from jobs_tui.agents.ops.understanding import understand
    from jobs_tui.tools.registry import tools

    found = understand(prompt, tools())
    return None if found.refusal or not found.calls else found.confidence
