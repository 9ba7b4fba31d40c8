"""What the hooks screen reads: counts of today, filters, searches, pages."""

from __future__ import annotations

import pytest

from jobs_tui.models.enums import Verdict
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.service import hook_admin, hook_overview, jobs
from jobs_tui.service.context import Context
from jobs_tui.service.hook_overview import Found
from jobs_tui.service.hook_records import IncomingDelivery
from jobs_tui.service.webhooks import deliver
from tests.fakes import FakeClock
from tests.service.hooks import Hooked, hook, records

ALLOW = {"overlap": "allow"}


async def some(ctx: Context) -> tuple[Hooked, Hooked]:
    """Accepted, repeated, badly signed and unknown."""
    deploy = hook(ctx, "echo {{ branch }}", name="Deploy_100%", config=ALLOW)
    alarm = hook(ctx, name="alarm", config=ALLOW)
    body = {"parameters": {"branch": "main"}}
    await deploy.send(body, **{"x-delivery-id": "1"})
    await deploy.send(body, **{"x-delivery-id": "1"})
    await deploy.raw(b"{}", {"x-webhook-signature": "sha256=00"})
    await alarm.send()
    await deliver(ctx, IncomingDelivery("nowhere", {}, b"", "10.0.0.9"))
    records(ctx)
    return deploy, alarm


async def test_today_is_counted_by_verdict_and_by_hook(ctx: Context, clock: FakeClock) -> None:
    deploy, alarm = await some(ctx)
    clock.advance(86_400)
    assert hook_overview.overview(ctx).today_total == 0
    await some_more(deploy, alarm)
    seen = hook_overview.overview(ctx)
    assert (seen.today_total, seen.refused_today) == (3, 1)
    assert seen.today == {Verdict.ACCEPTED: 2, Verdict.REFUSED: 1}
    lines = [(line.job.name, line.today, line.refused_today, line.armed) for line in seen.hooks]
    assert lines == [("alarm", 1, 0, True), ("Deploy_100%", 2, 1, True)]
    jobs.pause(ctx, alarm.id)
    assert [line.armed for line in hook_overview.overview(ctx).hooks] == [False, True]
    jobs.archive(ctx, alarm.id)
    assert [line.path for line in hook_overview.overview(ctx).hooks] == [deploy.path]


async def some_more(deploy: Hooked, alarm: Hooked) -> None:
    await alarm.send()
    await deploy.raw(b"{}", {"x-webhook-signature": "sha256=00"})
    await deploy.send({"parameters": {"branch": "x"}})
    records(deploy.ctx)


async def test_an_old_secret_is_named_while_it_is_good(ctx: Context, clock: FakeClock) -> None:
    job = hook(ctx)
    made = hook_admin.rotate_secret(ctx, job.id, 3_600)
    assert hook_overview.overview(ctx).hooks[0].previous_until == made.previous_until
    clock.advance(3_600)
    assert hook_overview.overview(ctx).hooks[0].previous_until is None


async def test_filters_and_searches(ctx: Context) -> None:
    await some(ctx)
    refused = hook_overview.TURNED_AWAY
    assert hook_overview.find(ctx) == Found(5, 5, None)
    assert hook_overview.find(ctx, refused) == Found(5, 2, None)
    for query, n in {"deploy_100%": 3, "100_": 0, "10.0.0": 1, "does not FIT": 1, "!": 0}.items():
        assert hook_overview.find(ctx, query=query).shown == n, query
    both = hook_overview.find(ctx, refused, "DEPLOY")
    (line,) = hook_overview.page(ctx, both, refused, 0, 10)
    assert (line.verdict, line.status_code, line.job_name) == (
        Verdict.REFUSED,
        401,
        "Deploy_100%",
    )


@pytest.mark.parametrize("query", ["", "webhook", "accepted"])
async def test_pages_hold_each_once_in_either_order(ctx: Context, query: str) -> None:
    job = hook(ctx, name="webhook", config=ALLOW)
    for n in range(7):
        await job.send({"n": n})
    newest = [delivery.id for delivery in records(ctx)]
    for oldest_first, wanted in ((False, newest), (True, newest[::-1])):
        found = hook_overview.find(ctx, query=query, oldest_first=oldest_first)
        lines = [
            line
            for offset in range(0, found.shown, 3)
            for line in hook_overview.page(ctx, found, (), offset, 3, oldest_first=oldest_first)
        ]
        assert [line.id for line in lines] == wanted
    assert [line.run_number for line in lines] == list(range(1, 8))
    assert {line.body_bytes for line in lines} == {len(b'{"n": 0}')}


async def test_unknown_addresses_and_deleted_jobs(ctx: Context) -> None:
    deploy, _ = await some(ctx)
    jobs.archive(ctx, deploy.id)
    lines = hook_overview.page(ctx, hook_overview.find(ctx), (), 0, 10)
    assert [(line.job_name, line.deleted) for line in lines] == [
        (None, False),
        ("alarm", False),
        *[("Deploy_100%", True)] * 3,
    ]
    assert lines[0].path == "nowhere"


async def test_what_a_replay_would_run(ctx: Context) -> None:
    await some(ctx)
    unknown, _, bad, again, first = records(ctx)
    assert hook_overview.would_run(ctx, first) == "echo main"
    assert hook_overview.would_run(ctx, again) == "echo main"
    assert hook_overview.would_run(ctx, unknown) is None
    with pytest.raises(JobsTuiError, match="branch"):
        hook_overview.would_run(ctx, bad)
