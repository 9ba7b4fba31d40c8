"""What a home holds besides jobs: agents, teams, workflows and what they need (DESIGN 4).

Each kind has a model that says what may be sent; what is kept is the validated data, by kind and
id. An id is a short name that a person types: ``backup-bot``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, StrictStr

from jobs_tui.models.enums import Described

ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,126}[A-Za-z0-9_])?\Z")


def _resource_id(text: str) -> str:
    if not ID.match(text):
        raise ValueError(
            f"{text!r:.60} is not an id: letters, digits, '-', '_', '.' and ':', at most 128"
        )
    return text


ResourceId = Annotated[StrictStr, AfterValidator(_resource_id)]
"""How a person names an agent, a team, a queue...: no blanks, nothing a shell would touch."""


class ResourceKind(Described):
    """The families of things that are kept by an id."""

    AGENT = "agent", "who does a job"
    TEAM = "team", "agents that do a job together"
    WORKFLOW = "workflow", "named steps with needs, run as a graph"
    ENVIRONMENT = "environment", "variables, secrets, servers and tools that a run needs"
    QUEUE = "queue", "where runs wait, with a limit of its own"
    INTEGRATION = "integration", "a named bundle of variables and secrets"
    POLICY = "policy", "rules that allow, deny or ask"

    @property
    def plural(self) -> str:
        """As lists, addresses and files call it."""
        return "policies" if self is ResourceKind.POLICY else f"{self.value}s"


@dataclass(frozen=True, slots=True)
class Resource:
    """One row of ``resources``. Times are aware UTC datetimes."""

    kind: ResourceKind
    id: str
    spec: dict[str, Any]
    """The validated data of its kind's model, ``id`` and ``name`` included."""
    created_at: datetime
    created_by: str | None
    updated_at: datetime
    updated_by: str | None

    @property
    def name(self) -> str:
        """For people; the id when none was given."""
        return str(self.spec.get("name") or self.id)
