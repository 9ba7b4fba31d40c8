"""Running a stored delivery again."""

from __future__ import annotations

import pytest

from jobs_tui.models.enums import HookStyle, Kind, Verdict
from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.service import hook_admin, hook_records, jobs, runs
from jobs_tui.service.context import Context
from jobs_tui.service.hook_limits import TooMany
from jobs_tui.service.replays import replay
from jobs_tui.store import deliveries as rows
from tests.service.hooks import hook, records
from tests.service.made import audited, count
from tests.service.test_webhook_styles import send

ALLOW = {"overlap": "allow"}


async def test_the_stored_body_runs_under_a_new_id(ctx: Context) -> None:
    job = hook(ctx, "echo {{ branch }} {{ headers.host }}", config=ALLOW)
    body = {"parameters": {"branch": "main"}, "metadata": {"by": "ci"}}
    first = await job.send(body, **{"x-delivery-id": "8f31c2", "host": "staging"})
    (old,) = records(ctx, job.id)
    done = replay(ctx, old.id)
    assert done.started
    assert done.entry()["status"] == "started"
    assert done.entry()["replay_of"] == old.id
    assert done.answer["execution_id"] != first.body["execution_id"]
    run = runs.get(ctx, done.answer["execution_id"])
    assert (run.kind, run.parameters, run.requested_by) == (Kind.WEBHOOK, {"branch": "main"}, "ada")
    assert "staging" in run.prompt
    assert run.trigger_metadata == {"by": "ci", "replay_of": old.id}
    new, _ = records(ctx, job.id)
    assert (new.id, new.replay_of, new.verdict, new.body) == (
        done.delivery_id,
        old.id,
        Verdict.ACCEPTED,
        old.body,
    )
    assert (new.sender_id, new.style, new.execution_id) == (None, HookStyle.GENERIC, run.id)
    assert old.id in new.reason
    assert "ada" in new.reason
    assert ("ada", "cli", "delivery.replay") in audited(ctx)
    # The sender's own repeats still lead to the first run.
    again = await job.send(body, **{"x-delivery-id": "8f31c2"})
    assert again.body["execution_id"] == first.body["execution_id"]
    replay(ctx, done.delivery_id)
    assert count(ctx, "executions") == 3


async def test_a_mistake_that_is_mended(ctx: Context) -> None:
    """Well signed and refused for its content: the job is changed, and it runs."""
    job = hook(ctx, "echo {{ branch }}")
    assert (await send(job, HookStyle.GITHUB, {"ref": "main"})).status_code == 422
    (old,) = records(ctx, job.id)
    with pytest.raises(InvalidInput):
        replay(ctx, old.id)
    refused = records(ctx, job.id)[0]
    assert (refused.verdict, refused.status_code, refused.replay_of) == (
        Verdict.REFUSED,
        422,
        old.id,
    )
    jobs.edit(ctx, job.id, {"config": {"webhook": {"mapping": {"branch": "payload.ref"}}}})
    done = replay(ctx, old.id)
    assert runs.get(ctx, done.answer["execution_id"]).parameters == {"branch": "main"}


async def test_what_nobody_vouched_for_needs_a_word(ctx: Context) -> None:
    job = hook(ctx)
    await job.raw(b'{"a": 1}', {"x-webhook-signature": "0" * 64})
    (old,) = records(ctx, job.id)
    with pytest.raises(Refused, match="did not prove itself"):
        replay(ctx, old.id)
    assert count(ctx, "executions") == 0
    done = replay(ctx, old.id, unverified=True)
    run = runs.get(ctx, done.answer["execution_id"])
    assert run.trigger_metadata == {"replay_of": old.id, "unverified": True}
    new = records(ctx, job.id)[0]
    assert "never proven" in new.reason
    with pytest.raises(Refused):  # a replay of a replay does not make it any better
        replay(ctx, new.id)


async def test_what_was_not_kept_cannot_run(ctx: Context) -> None:
    job = hook(ctx)
    long = b'{"a": "' + b"x" * hook_records.REFUSED_BODY + b'"}'
    await job.raw(long, {"x-webhook-signature": "0", "content-length": str(len(long))})
    await job.raw(None, {"x-webhook-signature": "0"})
    for old in records(ctx, job.id):
        with pytest.raises(Refused, match="not kept"):
            replay(ctx, old.id, unverified=True)
    incoming = hook_records.IncomingDelivery(job.path, {}, b"{}", "10.0.0.1")
    limited = hook_records.refused(ctx, incoming, job.id, HookStyle.GENERIC, TooMany("x", 1))
    ctx.store.write(lambda connection: rows.insert(connection, limited))
    with pytest.raises(Refused, match="not kept"):
        replay(ctx, limited.id)


async def test_where_it_leads_nowhere(ctx: Context) -> None:
    job = hook(ctx, config=ALLOW)
    await job.send()
    (old,) = records(ctx, job.id)
    with pytest.raises(NotFound):
        replay(ctx, "dlv_x")
    jobs.pause(ctx, job.id)
    with pytest.raises(Refused, match="disabled"):
        replay(ctx, old.id)
    jobs.resume(ctx, job.id)
    jobs.edit(ctx, job.id, {"trigger_type": "manual"})
    with pytest.raises(Refused, match="no job with a webhook"):
        replay(ctx, old.id)
    jobs.edit(ctx, job.id, {"trigger_type": "webhook"})
    jobs.archive(ctx, job.id)
    with pytest.raises(Refused, match="no job with a webhook"):
        replay(ctx, old.id)


async def test_a_skip_and_an_ignored_event(ctx: Context) -> None:
    job = hook(ctx)
    await job.send()
    (old,) = records(ctx, job.id)
    done = replay(ctx, old.id)
    assert (done.answer["status"], done.started) == ("skipped", False)
    await send(job, HookStyle.GITHUB, {}, **{"x-github-event": "ping"})
    ping = records(ctx, job.id)[0]
    done = replay(ctx, ping.id)
    assert (done.answer["status"], done.answer["execution_id"]) == ("ignored", None)
    assert records(ctx, job.id)[0].verdict is Verdict.IGNORED


async def test_finding_and_listing(ctx: Context) -> None:
    job, other = hook(ctx, config=ALLOW), hook(ctx)
    for number in range(3):
        await job.send({"n": number})
    await job.raw(b"x" * 3000, {})
    await other.send()
    found = hook_admin.deliveries(ctx, job.id, limit=2, offset=1)
    assert [one.body for one in found] == [b'{"n": 2}', b'{"n": 1}']
    refused = hook_admin.deliveries(ctx, verdicts=[Verdict.REFUSED, Verdict.LIMITED])
    assert [one.status_code for one in refused] == [401]
    assert hook_admin.delivery_count(ctx) == 5
    assert hook_admin.delivery_count(ctx, job.id, [Verdict.ACCEPTED]) == 3
    entry = hook_admin.delivery_entry(refused[0], 2048)
    assert (len(entry["body"]), entry["body_bytes"], entry["body_truncated"]) == (2048, 3000, True)
    one = found[0]
    assert hook_admin.find_delivery(ctx, one.id) == one
    assert hook_admin.find_delivery(ctx, one.id[4:20]) == one
    for nothing in ("", "dlv_", "dlv_zzzzzzzz", "%"):
        with pytest.raises(NotFound):
            hook_admin.find_delivery(ctx, nothing)
