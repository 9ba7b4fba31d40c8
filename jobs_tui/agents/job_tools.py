"""Tools by which an agent plans jobs from within a run: what a runner is given, if anything.

Who has them made is above this layer; see ``server/mcp/for_agents.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class JobToolOffer:
    """One tool as a model is offered it."""

    name: str
    description: str
    schema: dict[str, Any]
    """JSON schema of its arguments, an object."""
    read_only: bool


class JobToolFailed(Exception):
    """What the model is told in place of an answer; nothing was changed."""


class JobTools(Protocol):
    """The tools of one agent in one run."""

    def offered(self) -> Sequence[JobToolOffer]:
        """All of them."""
        ...

    async def call(self, name: str, arguments: Mapping[str, Any]) -> str:
        """The answer, in lines. Raises JobToolFailed."""
        ...
