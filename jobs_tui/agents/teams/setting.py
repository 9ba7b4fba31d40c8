"""What teams, workflows and plans have in common: a crew, and the job's prompt as a text."""

from __future__ import annotations

from jobs_tui.agents.crew import Crew
from jobs_tui.agents.directory import Directory
from jobs_tui.agents.plain import TextPrompts
from jobs_tui.agents.runner import Task
from jobs_tui.models.errors import JobsTuiError

_SILENT = frozenset(("shell", "ops"))
"""Kinds whose prompt is a script or a request in fixed forms: nothing may be added to it."""


def crew_of(task: Task) -> Crew:
    """The crew of a task.

    Raises:
        TypeError: it has none; that is a mistake of ours.
    """
    if task.crew is None:
        raise TypeError("several agents need a crew")
    return task.crew


def readable_prompt(task: Task) -> str:
    """The job's prompt, filled in; what ``{{ prompt }}`` stands for. Raises InvalidInput."""
    return TextPrompts().readable(task.prompt, task.values)


def talks(agent_id: str, directory: Directory) -> bool:
    """Whether the answers of others may be put behind an agent's prompt."""
    try:
        return directory.agent(agent_id).kind not in _SILENT
    except JobsTuiError:
        return False
