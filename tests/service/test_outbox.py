"""The outbox as faces see it."""

from __future__ import annotations

import sqlite3

import pytest

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.models.result_delivery import OutboxStatus
from jobs_tui.service import jobs, outbox, starts
from jobs_tui.service.context import Context
from jobs_tui.service.run_answers import run_response
from jobs_tui.service.run_detail import run_detail
from jobs_tui.store import jobs as job_rows
from jobs_tui.store import result_deliveries as rows
from tests.service.made import audited, ended, made


def delivered(ctx: Context, when: str = "always") -> str:
    """The id of a run whose result goes to a file and a job."""
    target = made(ctx, name="next")
    job = made(
        ctx,
        name="first",
        deliver_to=[{"type": "file", "path": "a.md"}, {"type": "job", "job": "next"}],
        deliver_when=when,
    )
    started = starts.start(ctx, job.id)
    ended(ctx, started.execution_id, result="x")

    def plan(connection: sqlite3.Connection) -> None:
        found = job_rows.get(connection, job.id)
        assert found is not None
        rows.plan(
            connection, found, found.definition, started.execution_id,
            ExecutionStatus.COMPLETED, None, ctx.now(),
        )  # fmt: skip

    ctx.store.write(plan)
    assert jobs.get(ctx, target.id).live == 0
    return started.execution_id


def test_a_run_tells_where_its_result_went(ctx: Context) -> None:
    run = delivered(ctx)
    first, second = outbox.of_run(ctx, run)
    assert (first.to, second.to) == ("file a.md", "job 'next'")
    ctx.store.write(lambda c: rows.claim(c, first.delivery.id, ctx.now()))
    ctx.store.write(lambda c: rows.not_delivered(c, first.delivery.id, "No space.", ctx.now()))
    ctx.store.write(lambda c: rows.delivered(c, second.delivery.id, "exec_7", ctx.now()))
    one, two = run_response(run_detail(ctx, run))["deliveries"]
    assert (one["status"], one["error"], one["attempts"]) == ("waiting", "No space.", 1)
    assert one["next_at"] == "2026-08-21T14:02:41.000Z"
    assert (two["type"], two["to"], two["where"]) == ("job", "job 'next'", "exec_7")
    assert outbox.of_run(ctx, run)[0].outcome == "1 of 6 tries: No space."


def test_a_run_tells_why_its_result_went_nowhere(ctx: Context) -> None:
    run = delivered(ctx, "failure")
    answer = run_response(run_detail(ctx, run))
    assert (answer["deliveries"], answer["undelivered"]) == ([], rows.NO_FAILURE)


def test_a_delivery_is_tried_again_or_given_up_by_a_person(ctx: Context) -> None:
    first, second = outbox.of_run(ctx, delivered(ctx))
    given_up = outbox.skip(ctx, first.delivery.id)
    assert given_up.delivery.status is OutboxStatus.SKIPPED
    assert rows.due(ctx.store.jobs.reader(), ctx.now(), 9) == [second.delivery.id]
    again = outbox.retry(ctx, first.delivery.id)
    assert (again.delivery.status, again.delivery.attempts) == (OutboxStatus.WAITING, 0)
    assert [action for _, _, action in audited(ctx)][-2:] == ["outbox.skip", "outbox.retry"]
    ctx.store.write(lambda c: rows.delivered(c, first.delivery.id, "/a.md", ctx.now()))
    with pytest.raises(Refused, match="has arrived: it cannot be tried again"):
        outbox.retry(ctx, first.delivery.id)
    with pytest.raises(Refused, match="has arrived: it cannot be given up"):
        outbox.skip(ctx, first.delivery.id)


def test_deliveries_are_found_and_listed(ctx: Context) -> None:
    first, _ = outbox.of_run(ctx, delivered(ctx))
    assert outbox.find(ctx, first.delivery.id[:14]) == first
    assert outbox.find(ctx, first.delivery.id[4:14]) == first
    for ref in ("out_ffffffff", "nothing"):
        with pytest.raises(NotFound, match="in the outbox"):
            outbox.find(ctx, ref)
    outbox.skip(ctx, first.delivery.id)
    total, found = outbox.listing(ctx, statuses=[OutboxStatus.WAITING])
    assert (total, [one.to for one in found]) == (1, ["job 'next'"])
    total, found = outbox.listing(ctx, job_id=first.delivery.job_id, limit=1)
    assert (total, [one.to for one in found]) == (2, ["job 'next'"])
    with pytest.raises(InvalidInput, match="not a status of the outbox"):
        outbox.parse_status("lost")
