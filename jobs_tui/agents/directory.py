"""Everything a home knows of who can do a job and with what, at one moment (DESIGN 8).

A snapshot that never changes: read once for as long as nothing of it is changed in the store.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from jobs_tui.agents.runner import SHELL
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import NotFound
from jobs_tui.models.resource import ResourceKind
from jobs_tui.models.surroundings import (
    EnvironmentInput,
    IntegrationInput,
    PolicyInput,
    QueueInput,
)
from jobs_tui.models.team import TeamInput, WorkflowInput
from jobs_tui.store import resources

if TYPE_CHECKING:
    import sqlite3

    from pydantic import BaseModel

    from jobs_tui.store.database import Store

MODELS: Mapping[ResourceKind, type[BaseModel]] = MappingProxyType(
    {
        ResourceKind.AGENT: AgentInput,
        ResourceKind.TEAM: TeamInput,
        ResourceKind.WORKFLOW: WorkflowInput,
        ResourceKind.ENVIRONMENT: EnvironmentInput,
        ResourceKind.QUEUE: QueueInput,
        ResourceKind.INTEGRATION: IntegrationInput,
        ResourceKind.POLICY: PolicyInput,
    }
)
"""What may be sent and is kept, by kind."""

OPS = AgentInput(
    id="ops",
    name="Ops",
    kind="ops",
    description="Does everyday operations in plain English, with no model and no key: system "
    "health, disks, services, certificates, ports, backups, clean-up, logs, reports.",
)
BUILT_IN: Mapping[str, AgentInput] = MappingProxyType({SHELL.id: SHELL, OPS.id: OPS})
"""Always there; nothing can take their ids."""

_Empty = MappingProxyType[str, Any]({})


@dataclass(frozen=True, slots=True)
class Directory:
    """What there is, by id."""

    agents: Mapping[str, AgentInput] = field(default_factory=lambda: _Empty)
    """Those that were made here; built-in ones and those of installed programs and packages are
    found by :meth:`agent` as well."""
    teams: Mapping[str, TeamInput] = field(default_factory=lambda: _Empty)
    workflows: Mapping[str, WorkflowInput] = field(default_factory=lambda: _Empty)
    environments: Mapping[str, EnvironmentInput] = field(default_factory=lambda: _Empty)
    queues: Mapping[str, QueueInput] = field(default_factory=lambda: _Empty)
    integrations: Mapping[str, IntegrationInput] = field(default_factory=lambda: _Empty)
    policies: Mapping[str, PolicyInput] = field(default_factory=lambda: _Empty)

    def agent(self, agent_id: str) -> AgentInput:
        """The agent of an id: built-in, made here, an installed program, or a package's.

        Raises:
            NotFound: no such agent; the hint names those that there are.
        """
        found = BUILT_IN.get(agent_id) or self.agents.get(agent_id)
        if found is not None:
            return found
        from jobs_tui.agents import registry

        found = registry.implied_agent(agent_id)
        if found is not None:
            return found
        known = sorted({*BUILT_IN, *self.agents, *registry.third_party_ids()})
        raise NotFound(
            f"There is no agent {agent_id!r:.80}.",
            f"Known agents: {', '.join(known[:20])}{' ...' if len(known) > 20 else ''}.",
            field="agent",
        )

    def all_agents(self) -> Iterator[AgentInput]:
        """Built-in ones first, then those made here, then programs and packages, by id."""
        from jobs_tui.agents import registry

        yield from BUILT_IN.values()
        yield from (self.agents[one] for one in sorted(self.agents))
        yield from (one for one in registry.implied_agents() if one.id not in self.agents)


EMPTY = Directory()
"""A home in which nothing was made."""

_lock = threading.Lock()
_known: dict[str, tuple[int, Directory]] = {}


def directory(store: Store) -> Directory:
    """What a home knows now; costs one look at a counter while nothing changes.

    Raises:
        StoreError: the store cannot be read.
    """
    row = store.row("select value from facts where name = 'resources'")
    return _at(store.jobs.reader(), str(store.home.data), 0 if row is None else int(row[0]))


def _at(connection: sqlite3.Connection, home: str, version: int) -> Directory:
    with _lock:
        kept = _known.get(home)
    if kept is not None and kept[0] == version:
        return kept[1]
    found = read(connection)
    with _lock:
        if len(_known) > 100:
            _known.clear()
        _known[home] = (version, found)
    return found


def read(connection: sqlite3.Connection) -> Directory:
    """What the rows of a connection say."""
    kinds: dict[ResourceKind, dict[str, Any]] = {kind: {} for kind in ResourceKind}
    for one in resources.listing(connection):
        kinds[one.kind][one.id] = MODELS[one.kind].model_validate(one.spec)
    return Directory(
        agents=MappingProxyType(kinds[ResourceKind.AGENT]),
        teams=MappingProxyType(kinds[ResourceKind.TEAM]),
        workflows=MappingProxyType(kinds[ResourceKind.WORKFLOW]),
        environments=MappingProxyType(kinds[ResourceKind.ENVIRONMENT]),
        queues=MappingProxyType(kinds[ResourceKind.QUEUE]),
        integrations=MappingProxyType(kinds[ResourceKind.INTEGRATION]),
        policies=MappingProxyType(kinds[ResourceKind.POLICY]),
    )
