"""Gives work to agents: for a run of one agent, and for teams and workflows step by step."""

from __future__ import annotations

from jobs_tui.agents.directory import Directory
from jobs_tui.agents.doer import doer_of
from jobs_tui.agents.registry import get_runner
from jobs_tui.agents.runner import Runner
from jobs_tui.models.errors import NotFound
from jobs_tui.models.job import Definition


def runner_of(definition: Definition, directory: Directory) -> Runner:
    """The runner that will do a job. Raises NotFound, Refused."""
    doer = doer_of(definition, directory)
    if doer.agent is None:
        raise NotFound(f"Nothing in this home can run {doer.label} yet.", field="entity_id")
    return get_runner(doer.agent.kind)
