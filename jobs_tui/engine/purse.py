"""What a run may spend and has spent: budgets in, usage out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from jobs_tui.agents.budgets import Account, Standing, accounts_of, standings
from jobs_tui.agents.usage import total_usage
from jobs_tui.engine.parts import Parts
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.config import JobConfig
from jobs_tui.models.execution import Execution
from jobs_tui.store import spending


@dataclass(slots=True)
class Purse:
    """One per attempt."""

    parts: Parts
    execution: Execution
    config: JobConfig
    booked: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By step: what it had used when it began to wait; that is in the books already."""
    before: Sequence[Mapping[str, Any]] = ()
    """All that the run had used when it began to wait."""
    _spent: list[Mapping[str, Any]] = field(default_factory=list)

    def exhausted(self, agent: AgentInput) -> str:
        """Why an agent may not begin, a sentence; empty when its budgets allow it."""
        return next((one.sentence() for one in self._standings(agent) if one.exhausted), "")

    def allowed(self, agent: AgentInput, step: str) -> AgentInput:
        """The agent with what is left of its budgets as the limit of its part of the run.

        Its limits count the part before a wait too, which the budgets have seen already.
        """
        found = self._standings(agent)
        if not found:
            return agent
        before = self.booked.get(step, {})
        cost = Decimal(str(before.get("cost") or 0))
        tokens = int(before.get("input_tokens") or 0) + int(before.get("output_tokens") or 0)
        limits = agent.limits
        money = [one.left + cost for one in found if one.money]
        counts = [int(one.left) + tokens for one in found if not one.money]
        if limits.cost is not None:
            money.append(limits.cost)
        if limits.tokens is not None:
            counts.append(limits.tokens)
        changed = {"cost": min(money, default=None), "tokens": min(counts, default=None)}
        return agent.model_copy(update={"limits": limits.model_copy(update=changed)})

    def record(self, agent: AgentInput, usage: Mapping[str, Any]) -> None:
        """Book what an agent has used."""
        if not usage.get("input_tokens") and not usage.get("output_tokens"):
            return
        self._spent.append(usage)
        self.parts.store.submit(
            partial(
                spending.record,
                execution_id=self.execution.id,
                job_id=self.execution.job_id,
                agent_id=agent.id,
                at=self.parts.store.clock.now(),
                usage=dict(usage),
            )
        )

    def used(self) -> dict[str, object]:
        """What models have used in this run so far, all steps together."""
        return total_usage([*self.before, *self._spent])

    def _standings(self, agent: AgentInput) -> list[Standing]:
        home, own = self.parts.settings.budget(), self.config.budget
        accounts = accounts_of(home, own, self.execution.job_id, [agent])
        return standings_of(self.parts, accounts) if accounts else []


def standings_of(parts: Parts, accounts: list[Account]) -> list[Standing]:
    """How budgets stand now, in the days and months of the home."""
    store = parts.store
    return standings(store.jobs.reader(), accounts, store.clock.now(), parts.settings.budget_zone())
