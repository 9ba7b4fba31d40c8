"""A new secret, and how long the old one is good."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobs_tui.guard.standard_webhooks import shown_secret
from jobs_tui.models.enums import HookStyle
from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.service import hook_admin, jobs
from jobs_tui.service.context import Context
from tests.fakes import FakeClock
from tests.service.hooks import hook, records
from tests.service.made import audited, made
from tests.service.test_webhook_styles import send

ALLOW = {"overlap": "allow"}


@pytest.mark.parametrize("style", list(HookStyle))
async def test_both_secrets_are_good_for_a_while(
    ctx: Context, clock: FakeClock, style: HookStyle
) -> None:
    old = hook(ctx, config=ALLOW)
    rotated = hook_admin.rotate_secret(ctx, old.id)
    new = replace(old, secret=rotated.secret)
    assert rotated.secret != old.secret
    assert (await send(old, style, {}, "1")).status_code == 200
    assert (await send(new, style, {}, "2")).status_code == 200
    clock.advance(hook_admin.OVERLAP - 1)
    assert (await send(old, style, {}, "3")).status_code == 200
    clock.advance(1)
    answer = await send(old, style, {}, "4")
    assert answer.status_code == 401
    assert "secret before the last one" in answer.body["detail"]
    assert (await send(new, style, {}, "5")).status_code == 200
    assert ("ada", "cli", "webhook.rotate") in audited(ctx)


async def test_no_overlap(ctx: Context) -> None:
    old = hook(ctx)
    new = replace(old, secret=hook_admin.rotate_secret(ctx, old.id, 0).secret)
    assert (await old.send()).status_code == 401
    assert (await new.send()).status_code == 200


async def test_only_one_old_secret_is_good(ctx: Context) -> None:
    first = hook(ctx, config=ALLOW)
    second = replace(first, secret=hook_admin.rotate_secret(ctx, first.id).secret)
    third = replace(first, secret=hook_admin.rotate_secret(ctx, first.id).secret)
    assert [(await one.send()).status_code for one in (first, second, third)] == [401, 200, 200]
    assert "does not fit" in records(ctx, first.id)[-1].reason


async def test_an_edit_keeps_both(ctx: Context) -> None:
    old = hook(ctx, config=ALLOW)
    new = replace(old, secret=hook_admin.rotate_secret(ctx, old.id).secret)
    jobs.edit(ctx, old.id, {"name": "other"})
    assert [(await one.send()).status_code for one in (old, new)] == [200, 200]


@pytest.mark.parametrize("overlap", [-1, float("nan"), float("inf"), 1e12])
def test_impossible_overlaps(ctx: Context, overlap: float) -> None:
    job = hook(ctx)
    with pytest.raises(InvalidInput) as caught:
        hook_admin.rotate_secret(ctx, job.id, overlap)
    assert caught.value.field == "overlap"


def test_jobs_without_a_webhook_have_none_to_change(ctx: Context) -> None:
    with pytest.raises(Refused):
        hook_admin.rotate_secret(ctx, made(ctx).id)
    with pytest.raises(NotFound):
        hook_admin.rotate_secret(ctx, "job_x")


def test_how_it_is_called_is_told_without_the_secret(ctx: Context, clock: FakeClock) -> None:
    job = hook(
        ctx,
        "echo {{ branch }}",
        config={"webhook": {"styles": ["gitlab"], "events": ["Push Hook"]}},
    )
    entry = hook_admin.hook_entry(ctx, jobs.get(ctx, job.id))
    assert (entry["styles"], entry["events"]) == (["gitlab"], ["Push Hook"])
    assert entry["webhook_url"].endswith(job.path)
    assert "X-Gitlab-Token: $SECRET" in entry["curl"]
    assert entry["previous_secret_until"] is None
    rotated = hook_admin.rotate_secret(ctx, job.id, 60)
    entry = hook_admin.hook_entry(ctx, jobs.get(ctx, job.id))
    assert entry["previous_secret_until"].startswith("2026-08-21T14:03:11")
    for secret in (job.secret, rotated.secret):
        assert secret not in str(entry)
        assert shown_secret(secret) not in str(entry)
    clock.advance(60)
    assert hook_admin.hook_entry(ctx, jobs.get(ctx, job.id))["previous_secret_until"] is None
