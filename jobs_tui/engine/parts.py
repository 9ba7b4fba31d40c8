"""What all runs of an engine share."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from jobs_tui.engine.places import Places
from jobs_tui.guard.policy.engine import PolicyEngine
from jobs_tui.guard.secrets.resolver import Secrets
from jobs_tui.store.database import Store
from jobs_tui.store.settings import Settings


@dataclass(slots=True)
class Parts:
    """One for each dispatcher."""

    store: Store
    settings: Settings
    rng: random.Random = field(default_factory=random.Random)
    secrets: Secrets = field(init=False)
    policies: PolicyEngine = field(init=False)
    places: Places = field(default_factory=Places)

    def __post_init__(self) -> None:
        self.secrets = Secrets(self.store)
        self.policies = PolicyEngine()

    def close(self) -> None:
        """End what was started for them."""
        self.policies.close()
