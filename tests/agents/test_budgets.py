"""Budgets: what is left, when it warns, when it is exhausted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from jobs_tui.agents.budgets import Account, Standing, standings
from jobs_tui.models.budget import Budget
from jobs_tui.store import spending
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from tests.fakes import FakeClock

AT = datetime(2026, 8, 21, 14, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    store = Store(Home(tmp_path / "home", tmp_path / "home" / "config.toml"), clock)
    yield store
    store.close()


def spend(store: Store, tokens: int, cost: str, job: str = "job_1") -> None:
    usage = {"input_tokens": tokens, "output_tokens": 0, "cost": cost}
    store.write(lambda c: spending.record(c, "exec_1", job, "bot", AT, usage))


def look(store: Store, budget: Budget, **whose: str) -> list[Standing]:
    return standings(store.jobs.reader(), [Account("the job", budget, **whose)], AT, UTC)


def test_every_limit_has_its_standing(store: Store) -> None:
    spend(store, 900, "1.5")
    budget = Budget(cost_per_day=Decimal(2), tokens_per_month=1000)
    day, month = look(store, budget)
    assert (day.name, day.used, day.left, day.near) == (
        "cost_per_day", Decimal("1.5"), Decimal("0.5"), False,
    )  # fmt: skip
    assert (month.name, month.near, month.exhausted) == ("tokens_per_month", True, False)
    assert month.sentence() == (
        "The budget of the job is nearly used up: 900 of 1,000 tokens this month."
    )


def test_an_exhausted_one_says_so_in_money(store: Store) -> None:
    spend(store, 1, "2.5")
    (day,) = look(store, Budget(cost_per_day=Decimal("2.50")))
    assert day.exhausted
    assert day.left == 0
    assert day.sentence() == "The budget of the job is exhausted: $2.50 of $2.50 today."


def test_a_budget_of_one_job_is_not_charged_for_others(store: Store) -> None:
    spend(store, 1, "5", job="job_2")
    (day,) = look(store, Budget(cost_per_day=Decimal(1)), job_id="job_1")
    assert day.used == 0
    (day,) = look(store, Budget(cost_per_day=Decimal(1)), agent_id="bot")
    assert day.exhausted


def test_a_budget_of_nothing_is_exhausted_from_the_start(store: Store) -> None:
    (day,) = look(store, Budget(tokens_per_day=0))
    assert day.exhausted


@pytest.mark.parametrize("wrong", [{"cost_per_day": True}, {"tokens_per_day": -1}, {"x": 1}])
def test_a_budget_that_is_none_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Budget.model_validate(wrong)
