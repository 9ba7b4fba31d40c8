"""Whether a budget still allows a run: per job, per agent and for the home."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from jobs_tui.models.agent import AgentInput
from jobs_tui.models.budget import Budget
from jobs_tui.store import spending


@dataclass(frozen=True, slots=True)
class Account:
    """Whose budget: of one job, of one agent, or of the home when both are None."""

    label: str
    """``the job``, ``the agent backup-bot``, ``this home``."""
    budget: Budget
    job_id: str | None = None
    agent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One limit of an account, and what is used of it."""

    account: Account
    name: str
    """``cost_per_day``, ``tokens_per_month``..."""
    limit: Decimal
    used: Decimal
    unknown: int = 0
    """Runs within the period whose cost is not known, so not in ``used``; of money only."""

    @property
    def money(self) -> bool:
        """US dollars, else tokens."""
        return self.name.startswith("cost")

    @property
    def period(self) -> str:
        """``today`` or ``this month``."""
        return "today" if self.name.endswith("day") else "this month"

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left."""
        return self.used >= self.limit

    @property
    def near(self) -> bool:
        """Whether a warning is due."""
        return not self.exhausted and self.used >= self.limit * Decimal(
            str(self.account.budget.warn_at)
        )

    @property
    def left(self) -> Decimal:
        """What may still be used."""
        return max(Decimal(0), self.limit - self.used)

    def left_words(self) -> str:
        """What is left, whether that is much or little: ``$3.00 of $5.00 is left today``."""
        return f"{self._of(self.left)} {'is' if self.money else 'are'} left {self.period}"

    def sentence(self) -> str:
        """How it stands, in words."""
        verb = "is exhausted" if self.exhausted else "is nearly used up"
        return f"The budget of {self.account.label} {verb}: {self.amounts} {self.period}."

    @property
    def amounts(self) -> str:
        """``$4.10 of $5.00``, ``1,200 of 5,000 tokens``."""
        return self._of(self.used)

    def _of(self, part: Decimal) -> str:
        if not self.money:
            return f"{int(part):,} of {int(self.limit):,} tokens"
        return f"{self._dollars(part)} of {self._dollars(self.limit)}"

    @staticmethod
    def _dollars(amount: Decimal) -> str:
        return f"${amount:.2f}" if amount >= Decimal("0.01") or not amount else f"${amount:f}"


def accounts_of(
    home: Budget | None, job: Budget | None, job_id: str, agents: Iterable[AgentInput]
) -> list[Account]:
    """The budgets that a run is charged to: the home's, the job's, its agents'.

    Args:
        job_id: empty for a job that does not exist yet and has spent nothing.
    """
    found = []
    if home is not None:
        found.append(Account("this home", home))
    if job is not None:
        found.append(Account("the job", job, job_id=job_id))
    found += [
        Account(f"the agent {agent.id}", agent.budget, agent_id=agent.id)
        for agent in agents
        if agent.budget is not None
    ]
    return found


def standings(
    connection: sqlite3.Connection,
    accounts: Iterable[Account],
    now: datetime,
    zone: tzinfo,
) -> list[Standing]:
    """Every limit of these accounts with what is used of it now.

    Args:
        zone: in which days and months begin.
    """
    found = []
    for account in accounts:
        limits = account.budget.limits()
        for period, start in (("day", spending.day_start), ("month", spending.month_start)):
            names = [name for name in limits if name.endswith(period)]
            if not names:
                continue
            spent = spending.since(
                connection, start(now, zone), job_id=account.job_id, agent_id=account.agent_id
            )
            for name in names:
                money = name.startswith("cost")
                used = spent.cost if money else Decimal(spent.tokens)
                unknown = spent.unknown if money else 0
                found.append(Standing(account, name, Decimal(limits[name]), used, unknown))
    return found
