"""Whether a budget still allows a run: per job, per agent and for the home."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

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

    def sentence(self) -> str:
        """How it stands, in words."""
        used, limit = (self._amount(amount) for amount in (self.used, self.limit))
        verb = "is exhausted" if self.exhausted else "is nearly used up"
        return f"The budget of {self.account.label} {verb}: {used} of {limit} {self.period}."

    def _amount(self, amount: Decimal) -> str:
        if not self.money:
            return f"{int(amount):,} tokens"
        return f"${amount:.2f}" if amount >= Decimal("0.01") or not amount else f"${amount:f}"


def standings(
    connection: sqlite3.Connection,
    accounts: Iterable[Account],
    now: datetime,
    zone: tzinfo = UTC,
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
                used = spent.cost if name.startswith("cost") else Decimal(spent.tokens)
                found.append(Standing(account, name, Decimal(limits[name]), used))
    return found
