"""Limits: of a webhook's deliveries, and of an address's bad ones."""

from __future__ import annotations

import pytest

from jobs_tui.guard.signatures import sign
from jobs_tui.models.enums import Verdict
from jobs_tui.service.context import Context
from jobs_tui.service.hook_limits import Buckets, HookLimits, TooMany
from jobs_tui.service.webhooks import Answer, IncomingDelivery, deliver
from jobs_tui.store import deliveries as rows
from jobs_tui.store.settings import Settings
from tests.fakes import FakeClock
from tests.service.hooks import Hooked, hook, records
from tests.service.made import count

SETTINGS = Settings(hook_burst=5, hook_per_minute=60, refused_per_minute=3)


@pytest.fixture
def limits(clock: FakeClock) -> HookLimits:
    return HookLimits(clock, SETTINGS)


async def send(
    job: Hooked, limits: HookLimits, *, good: bool, path: str = "", remote: str = "10.0.0.1"
) -> Answer:
    headers = {"x-webhook-signature": sign(job.secret if good else "x", b"{}")}
    return await deliver(
        job.ctx, IncomingDelivery(path or job.path, headers, b"{}", remote), limits
    )


def test_a_bucket(clock: FakeClock) -> None:
    buckets = Buckets(clock, 2, 30)
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 2]
    assert buckets.take("b") == 0
    clock.advance(1.9)
    assert buckets.take("a") == 1
    clock.advance(0.2)
    assert buckets.take("a") == 0
    assert buckets.take("a") == 2
    clock.advance(1e6)
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 2]


def test_a_step_of_the_wall_clock_changes_nothing(clock: FakeClock) -> None:
    buckets = Buckets(clock, 1, 60)
    assert buckets.take("a") == 0
    clock.jump(3600)
    assert buckets.take("a") == 1
    clock.jump(-7200)
    assert buckets.take("a") == 1


def test_memory_is_bounded(clock: FakeClock) -> None:
    buckets = Buckets(clock, 1, 1, remembered=3)
    for key in ("a", "b", "c", "a", "d"):
        buckets.take(key)
    assert buckets.take("a") > 0  # asked last, so remembered
    assert buckets.take("b") == 0  # forgotten


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("", "", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_who_counts_as_one_address(clock: FakeClock, one: str, other: str, same: bool) -> None:
    limits = HookLimits(clock, Settings(refused_per_minute=1))
    bad = TooMany("x", 1)
    assert limits.refuse(one, bad) is bad
    assert (limits.refuse(other, bad) is not bad) is same


async def test_a_webhook_takes_a_burst_and_then_so_many(
    ctx: Context, clock: FakeClock, limits: HookLimits
) -> None:
    job, other = hook(ctx), hook(ctx)
    assert [(await send(job, limits, good=True)).status_code for _ in range(5)] == [200] * 5
    answer = await send(job, limits, good=True)
    assert (answer.status_code, answer.retry_after) == (429, 1)
    assert "too many" in answer.body["detail"]
    assert (await send(other, limits, good=True)).status_code == 200
    clock.advance(1)
    assert (await send(job, limits, good=True)).status_code == 200
    assert (await send(job, limits, good=True)).status_code == 429
    limited = [one for one in records(ctx, job.id) if one.verdict is Verdict.LIMITED]
    assert [(one.status_code, one.body, one.headers) for one in limited] == [(429, b"", {})] * 2


async def test_bad_ones_of_an_address_become_429_and_good_ones_never_do(
    ctx: Context, clock: FakeClock, limits: HookLimits
) -> None:
    job = hook(ctx)
    codes = [
        (await send(job, limits, good=False)).status_code,
        (await send(job, limits, good=True, path="nowhere")).status_code,
        (await send(job, limits, good=False)).status_code,
        (await send(job, limits, good=False)).status_code,
        (await send(job, limits, good=True, path="nowhere")).status_code,
    ]
    assert codes == [401, 404, 401, 429, 429]
    assert (await send(job, limits, good=False)).retry_after == 20
    assert (await send(job, limits, good=True)).status_code == 200
    assert (await send(job, limits, good=False, remote="10.0.0.2")).status_code == 401
    clock.advance(20)
    assert (await send(job, limits, good=False)).status_code == 401
    assert (await send(job, limits, good=False)).status_code == 429


async def test_well_signed_mistakes_are_no_bad_ones(ctx: Context, limits: HookLimits) -> None:
    job = hook(ctx, "echo {{ branch }}")
    assert [(await send(job, limits, good=True)).status_code for _ in range(4)] == [422] * 4
    assert (await send(job, limits, good=False)).status_code == 401


async def test_floods_leave_bounded_rows(
    ctx: Context, limits: HookLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "LIMITED_KEPT", 5)
    job = hook(ctx)
    for _ in range(20):
        await send(job, limits, good=False)
    found = records(ctx, job.id)
    assert [one.status_code for one in found] == [429] * 5 + [401] * 3
    assert count(ctx, "deliveries") == 8
