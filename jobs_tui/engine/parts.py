"""What all runs of an engine share."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from jobs_tui.agents.job_tools import JobTools
from jobs_tui.engine.launcher.client import Launcher
from jobs_tui.engine.places import Places
from jobs_tui.guard.policy.engine import PolicyEngine
from jobs_tui.guard.secrets.resolver import Secrets
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.execution import Execution
from jobs_tui.store.database import Store
from jobs_tui.store.settings import Settings


@dataclass(slots=True)
class Parts:
    """One for each process that runs something."""

    store: Store
    settings: Settings
    rng: random.Random = field(default_factory=random.Random)
    launcher: Launcher | None = None
    """Starts processes; None until it has started, and while a dead one is replaced."""
    owner: str = ""
    """The identity that goes with leases taken here, see :mod:`jobs_tui.engine.identity`."""
    secrets: Secrets = field(init=False)
    policies: PolicyEngine = field(init=False)
    places: Places = field(default_factory=Places)
    job_tools: Callable[[Store, Execution, AgentInput], JobTools] | None = None
    """Makes the tools by which an agent plans jobs within a run; None: there are none here."""

    def __post_init__(self) -> None:
        self.secrets = Secrets(self.store)
        self.policies = PolicyEngine()

    def close(self) -> None:
        """End what was started for them."""
        self.policies.close()
