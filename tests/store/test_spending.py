"""What models have used: exact sums, and what is not known stays not known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from jobs_tui.store import spending
from jobs_tui.store.database import Store

AT = datetime(2026, 8, 21, 14, 0, tzinfo=UTC)


def record(store: Store, at: datetime = AT, job: str = "job_1", **usage: object) -> None:
    agent = str(usage.pop("agent", "bot"))
    store.write(lambda c: spending.record(c, "exec_1", job, agent, at, usage))


def test_cents_add_up(store: Store) -> None:
    for _ in range(10):
        record(store, input_tokens=100, output_tokens=20, cost="0.1")
    found = spending.since(store.jobs.reader(), AT)
    assert found == spending.Spent(tokens=1200, cost=Decimal(1), unknown=0)


def test_a_cost_that_is_not_known_is_counted_and_not_taken_for_nothing(store: Store) -> None:
    record(store, input_tokens=5, cost=None)
    record(store, input_tokens=5, cost="0.000000001")
    found = spending.since(store.jobs.reader(), AT)
    assert (found.tokens, found.unknown) == (10, 1)
    assert found.cost == Decimal("0.000000001")


@pytest.mark.parametrize("usage", [{}, {"max_rss_bytes": 5}, {"input_tokens": 0, "cost": "x"}])
def test_a_run_without_a_model_is_no_spending(store: Store, usage: dict[str, object]) -> None:
    record(store, **usage)
    assert spending.since(store.jobs.reader(), AT) == spending.Spent()


def test_sums_are_by_time_job_and_agent(store: Store) -> None:
    record(store, AT - timedelta(days=2), input_tokens=1)
    record(store, AT, input_tokens=10)
    record(store, AT, "job_2", input_tokens=100, agent="other")
    reader = store.jobs.reader()
    assert spending.since(reader, spending.day_start(AT, UTC)).tokens == 110
    assert spending.since(reader, spending.month_start(AT, UTC)).tokens == 111
    assert spending.since(reader, AT, job_id="job_2").tokens == 100
    assert spending.since(reader, AT, agent_id="bot").tokens == 10


def test_days_and_months_begin_in_utc() -> None:
    assert spending.day_start(AT, UTC) == datetime(2026, 8, 21, tzinfo=UTC)
    assert spending.month_start(AT, UTC) == datetime(2026, 8, 1, tzinfo=UTC)
