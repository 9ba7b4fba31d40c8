"""Which agent programs are installed, and which template an agent is called by."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from jobs_tui.agents.command.templates import TEMPLATES
from jobs_tui.models.errors import InvalidInput, Refused

if TYPE_CHECKING:
    from jobs_tui.models.agent import AgentInput, CommandTemplate

_found: dict[tuple[str, str], str] = {}
"""By program and PATH; only what was found, so that what is installed later is found then."""


def template_of(agent: AgentInput) -> CommandTemplate:
    """The agent's own template, else the one it names.

    Raises:
        InvalidInput: it names none, or one that there is not.
    """
    if agent.command is not None:
        return agent.command
    if agent.template is None:
        raise InvalidInput(
            f"The agent {agent.id} names no program.",
            f"Give it a template ({', '.join(TEMPLATES)}) or a command of its own.",
            field="template",
        )
    if agent.template not in TEMPLATES:
        raise InvalidInput(
            f"The agent {agent.id} names the template {agent.template!r:.60}, which there is not.",
            f"Templates: {', '.join(TEMPLATES)}; or give it a command of its own.",
            field="template",
        )
    return TEMPLATES[agent.template]


def find_program(program: str, path: str | None = None) -> str | None:
    """The absolute path of a program by the engine's PATH, or by ``path``."""
    where = os.environ.get("PATH", os.defpath) if path is None else path
    name = os.path.expanduser(program)
    found = _found.get((name, where))
    if found is None or not os.access(found, os.X_OK):
        _found.pop((name, where), None)
        found = shutil.which(name, path=where)
        if found is None:
            return None
        found = _found[name, where] = os.path.abspath(found)
    return found


def program_of(agent: AgentInput, path: str | None = None) -> str:
    """Where the agent's program is.

    Raises:
        InvalidInput: see :func:`template_of`.
        Refused: it is not installed.
    """
    program = template_of(agent).program
    found = find_program(program, path)
    if found is None:
        raise Refused(f"The program {program} was not found on PATH.", f"Install {program}.")
    return found


def detected() -> list[tuple[str, str]]:
    """Known programs that are installed: the template's name and where the program is."""
    found = ((name, find_program(template.program)) for name, template in TEMPLATES.items())
    return [(name, path) for name, path in found if path is not None]
