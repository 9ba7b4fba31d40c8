"""How the known agent programs are called (AGENTS.md 3)."""

from __future__ import annotations

from jobs_tui.models.agent import AgentInput, CommandTemplate

TEMPLATES: dict[str, CommandTemplate] = {}
"""By the name of the program."""


def agent_of(name: str) -> AgentInput:
    """The agent that comes with a known program."""
    return AgentInput(id=name, kind="command", template=name)
