"""Every change is one row: who, through which face, what, from where (DESIGN 9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.service import engine_state, examples, hook_admin, jobs, replays, runs, starts, tokens
from jobs_tui.service.audit import Entry, entries
from jobs_tui.service.context import Context
from jobs_tui.service.purge import purge_job
from tests.fakes import FakeClock
from tests.service.hooks import hook, records
from tests.service.made import job_fields, made

Change = Callable[[Context, str], object]


def paused(ctx: Context, job_id: str) -> None:
    jobs.pause(Context(ctx.store, "before", "cli"), job_id)


def deleted(ctx: Context, job_id: str) -> None:
    jobs.archive(Context(ctx.store, "before", "cli"), job_id)


def queued(ctx: Context, job_id: str) -> str:
    return starts.start(Context(ctx.store, "before", "cli"), job_id).execution_id


CHANGES: list[tuple[str, Change, Callable[[Context, str], object] | None]] = [
    ("job.create", lambda ctx, job: jobs.create(ctx, job_fields()), None),
    ("job.edit", lambda ctx, job: jobs.edit(ctx, job, {"name": "x", "tags": []}), None),
    ("job.pause", lambda ctx, job: jobs.pause(ctx, job), None),
    ("job.resume", lambda ctx, job: jobs.resume(ctx, job), paused),
    ("job.delete", lambda ctx, job: jobs.archive(ctx, job), None),
    ("job.restore", lambda ctx, job: jobs.restore(ctx, job), deleted),
    ("job.purge", lambda ctx, job: purge_job(ctx, job), None),
    ("job.start", lambda ctx, job: starts.start(ctx, job), None),
    ("job.rerun", lambda ctx, job: starts.rerun(ctx, last_run(ctx)), queued),
    ("execution.cancel", lambda ctx, job: runs.cancel(ctx, last_run(ctx)), queued),
    ("webhook.rotate", lambda ctx, job: hook_admin.rotate_secret(ctx, job), None),
    ("token.create", lambda ctx, job: tokens.create(ctx, "read", name="ci"), None),
    ("engine.stop", lambda ctx, job: engine_state.request_stop(ctx), None),
]


def last_run(ctx: Context) -> str:
    row = ctx.store.row("select id from executions order by seq desc limit 1")
    assert row is not None
    return str(row["id"])


@pytest.mark.parametrize(("action", "change", "before"), CHANGES, ids=[c[0] for c in CHANGES])
def test_a_change_is_one_row(
    ctx: Context,
    clock: FakeClock,
    action: str,
    change: Change,
    before: Callable[[Context, str], object] | None,
) -> None:
    job = hook(ctx)
    if before is not None:
        before(ctx, job.id)
    known = len(entries(ctx))
    clock.advance(7)
    change(Context(ctx.store, "ci", "api", "192.0.2.7"), job.id)
    entry, *older = entries(ctx)
    assert len(older) == known
    assert (entry.actor, entry.face, entry.origin) == ("ci", "api", "192.0.2.7")
    assert (entry.action, entry.at) == (action, clock.now())
    assert entry.subject


@pytest.mark.parametrize("change", [jobs.pause, jobs.resume, jobs.archive, jobs.restore])
def test_what_changed_nothing_is_no_row(ctx: Context, change: Change) -> None:
    job = made(ctx)
    for _ in range(3):
        known = len(entries(ctx))
        before = ctx.store.row("select updated_at, enabled, archived_at from jobs")
        try:
            change(ctx, job.id)
        except JobsTuiError:
            assert len(entries(ctx)) == known
        after = ctx.store.row("select updated_at, enabled, archived_at from jobs")
        assert before is not None
        assert after is not None
        changed = tuple(before)[1:] != tuple(after)[1:]
        assert len(entries(ctx)) == known + changed


def test_examples_are_a_row_each(ctx: Context) -> None:
    loaded = examples.load(ctx)
    assert [entry.action for entry in entries(ctx)] == ["job.create"] * len(loaded)
    examples.load(ctx)
    assert len(entries(ctx)) == len(loaded)


async def test_a_delivery_is_a_row_when_it_is_accepted_and_again_when_it_is_replayed(
    ctx: Context,
) -> None:
    job = hook(ctx, config={"overlap": "allow"})
    known = len(entries(ctx))
    sender = replace(job, ctx=Context(ctx.store, "webhook", "webhook"))
    assert (await sender.raw(b"{}", {})).status_code == 401
    assert len(entries(ctx)) == known
    answer = await sender.send()
    assert answer.status_code == 200
    entry: Entry = entries(ctx)[0]
    assert (entry.actor, entry.face, entry.action) == ("webhook", "webhook", "job.start")
    assert (entry.subject, entry.detail) == (job.id, answer.body["execution_id"])
    assert entry.origin == "127.0.0.1"
    stored, *_ = records(ctx, job.id)
    again = replays.replay(ctx, stored.id)
    assert len(entries(ctx)) == known + 2
    entry = entries(ctx)[0]
    assert (entry.actor, entry.action) == (ctx.actor, "delivery.replay")
    assert (entry.subject, entry.detail) == (job.id, again.answer["execution_id"])


def test_pages_and_subjects(ctx: Context) -> None:
    first, second = made(ctx, name="a"), made(ctx, name="b")
    jobs.pause(ctx, first.id)
    assert [e.action for e in entries(ctx, subject=first.id)] == ["job.pause", "job.create"]
    page = entries(ctx, limit=2)
    rest = entries(ctx, limit=2, before=page[-1].seq)
    assert [e.subject for e in (*page, *rest)] == [first.id, second.id, first.id]
    assert entries(ctx, subject="' or 1=1 --") == []


def test_what_was_not_done_is_no_row(ctx: Context) -> None:
    job = made(ctx, prompt_template="echo {{ needed }}")
    known = len(entries(ctx))
    with pytest.raises(JobsTuiError):
        starts.start(ctx, job.id)
    with pytest.raises(JobsTuiError):
        jobs.edit(ctx, job.id, {"name": ""})
    with pytest.raises(JobsTuiError):
        tokens.revoke(ctx, "nobody")
    assert len(entries(ctx)) == known
