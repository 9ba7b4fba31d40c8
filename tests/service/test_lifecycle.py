"""How jobs end, and begin again: every status, every wish, with its reason and audit row."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from jobs_tui.models.enums import ExecutionStatus, JobStatus, Kind
from jobs_tui.models.errors import InvalidInput, JobsTuiError, NotFound, Refused, WrongStatus
from jobs_tui.models.job import Job
from jobs_tui.service import audit, jobs, lifecycle, runs, starts
from jobs_tui.service.answers import job_response
from jobs_tui.service.context import Context
from jobs_tui.store import lifecycle as store_lifecycle
from tests.service.made import audited, claimed, cron_job, ended, made


def blocked(ctx: Context) -> Job:
    job = cron_job(ctx)
    ctx.store.write(lambda c: c.execute("update jobs set blocked_reason = 'no zone'"))
    return job


def pending(ctx: Context) -> Job:
    return cron_job(ctx, depends_on=[made(ctx, name="A").id])


def in_progress(ctx: Context) -> Job:
    job = cron_job(ctx)
    starts.start(ctx, job.id)
    return job


def failed(ctx: Context) -> Job:
    job = cron_job(ctx)
    fail(ctx, job)
    return job


def fail(ctx: Context, job: Job) -> None:
    """As the engine does it."""

    def operation(connection: Any) -> None:
        store_lifecycle.move(
            connection, job, JobStatus.FAILED, "run #1 failed", ctx.now(), actor="e", face="engine"
        )

    ctx.store.write(operation)


def after(change: Callable[[Context, str], object]) -> Callable[[Context], Job]:
    def make(ctx: Context) -> Job:
        job = cron_job(ctx)
        change(ctx, job.id)
        return job

    return make


MADE: dict[JobStatus, Callable[[Context], Job]] = {
    JobStatus.PENDING: pending,
    JobStatus.ACTIVE: cron_job,
    JobStatus.IN_PROGRESS: in_progress,
    JobStatus.BLOCKED: blocked,
    JobStatus.PAUSED: after(jobs.pause),
    JobStatus.COMPLETED: after(lifecycle.complete),
    JobStatus.FAILED: failed,
    JobStatus.CANCELLED: after(lifecycle.cancel),
    JobStatus.ARCHIVED: after(jobs.archive),
}
"""A job in each status."""

GOING_ON = (JobStatus.PENDING, JobStatus.ACTIVE, JobStatus.IN_PROGRESS, JobStatus.BLOCKED)
ENDED_FOR_GOOD = (JobStatus.COMPLETED, JobStatus.CANCELLED)

WISHES: dict[str, tuple[JobStatus, ...]] = {
    "active": (*GOING_ON, JobStatus.PAUSED, JobStatus.FAILED),
    "paused": (*GOING_ON, JobStatus.PAUSED),
    "completed": (*GOING_ON, JobStatus.PAUSED, JobStatus.FAILED),
    "cancelled": (*GOING_ON, JobStatus.PAUSED, JobStatus.FAILED),
    "archived": (*GOING_ON, JobStatus.PAUSED, JobStatus.FAILED, *ENDED_FOR_GOOD),
}
"""What can be asked for, and of jobs in which status."""
STAYS = {"active": GOING_ON, "paused": (JobStatus.PAUSED,)}
"""Asked for by who has it already: nothing is written, nothing refused."""


@pytest.mark.parametrize(("old", "wish"), list(product(JobStatus, WISHES)))
def test_every_wish_of_every_status(ctx: Context, old: JobStatus, wish: str) -> None:
    job = MADE[old](ctx)
    before, noted = jobs.get(ctx, job.id), audited(ctx)
    assert before.status is old
    if old in WISHES[wish]:
        found = lifecycle.set_status(ctx, job.id, wish, "because").job
        if old in STAYS.get(wish, ()):
            assert (found, audited(ctx)) == (before, noted)
            return
        assert found.status is JobStatus(wish)
        row = audit.entries(ctx, subject=job.id, limit=1)[0]
        assert row.action == store_lifecycle.ACTION[JobStatus(wish)]
        assert (row.detail or "").startswith(f"was {old.value.replace('_', ' ')}")
        if wish in ("paused", "completed", "cancelled"):
            assert found.reason == "because"
            assert row.detail is not None
            assert row.detail.endswith(": because")
        return
    kind = NotFound if old is JobStatus.ARCHIVED else WrongStatus
    with pytest.raises(kind) as caught:
        lifecycle.set_status(ctx, job.id, wish, "because")
    assert caught.value.sentence().endswith(".")
    assert (jobs.get(ctx, job.id), audited(ctx)) == (before, noted)


@pytest.mark.parametrize("old", list(JobStatus))
def test_a_delete_is_taken_back_to_what_it_was(ctx: Context, old: JobStatus) -> None:
    job = MADE[old](ctx)
    if old is not JobStatus.ARCHIVED:
        jobs.archive(ctx, job.id)
    back = jobs.restore(ctx, job.id)
    # What waited ended with the delete, so nothing is in progress any more.
    wanted = JobStatus.ACTIVE if old in (JobStatus.ARCHIVED, JobStatus.IN_PROGRESS) else old
    assert back.status is wanted
    due = wanted in GOING_ON and wanted is not JobStatus.PENDING
    assert (back.next_due_at is not None) == due


@pytest.mark.parametrize("status", ["pending", "in_progress", "blocked", "failed", "on", ""])
def test_what_follows_by_itself_cannot_be_asked_for(ctx: Context, status: str) -> None:
    job = cron_job(ctx)
    with pytest.raises(InvalidInput) as caught:
        lifecycle.set_status(ctx, job.id, status)
    assert caught.value.field == "status"
    assert "active, paused, completed, cancelled, archived" in caught.value.hint


@pytest.mark.parametrize("change", [lifecycle.cancel, lifecycle.complete])
def test_an_end_says_when_why_and_by_whom(
    ctx: Context, change: Callable[..., Job], clock: Any
) -> None:
    job = cron_job(ctx)
    clock.advance(60)
    gone = change(ctx, job.id, "  the invoice\n was paid ")
    assert (gone.enabled, gone.next_due_at, gone.ended_at) == (False, None, ctx.now())
    assert gone.reason == "the invoice was paid"
    answer = job_response(ctx, gone)
    assert answer["status"] in ("cancelled", "completed")
    assert answer["status_reason"] == "the invoice was paid"
    assert answer["ended_at"] == "2026-08-21T14:03:11.000Z"
    unsaid = change(ctx, made(ctx).id)
    assert unsaid.reason == f"{unsaid.status} by ada"
    with pytest.raises(InvalidInput) as caught:
        change(ctx, made(ctx).id, "x" * 501)
    assert caught.value.field == "reason"


def three_runs(ctx: Context) -> tuple[Job, str, list[str]]:
    """A job, its run that is running and those that wait: one in the queue, one for its needs."""
    job = made(ctx, config={"overlap": "allow"})
    ids = [starts.start(ctx, job.id).execution_id for _ in range(3)]
    claimed(ctx, ids[0])
    ctx.store.write(
        lambda c: c.execute("update executions set status = 'blocked' where id = ?", (ids[2],))
    )
    return job, ids[0], ids[1:]


def test_cancel_ends_what_waits_and_asks_what_runs_to_stop(ctx: Context) -> None:
    job, running, waiting = three_runs(ctx)
    assert lifecycle.cancel(ctx, job.id).live == 1
    assert runs.get(ctx, running).cancel_requested_at == ctx.now()
    for execution_id in waiting:
        found = runs.get(ctx, execution_id)
        assert found.status is ExecutionStatus.CANCELLED
        assert found.reason == "the job was cancelled"


def test_complete_ends_what_waits_and_lets_what_runs_go_on(ctx: Context) -> None:
    job, running, waiting = three_runs(ctx)
    done = lifecycle.complete(ctx, job.id)
    assert (done.live, done.status) == (1, JobStatus.COMPLETED)
    assert runs.get(ctx, running).cancel_requested_at is None
    assert {runs.get(ctx, one).reason for one in waiting} == {"the job was completed"}
    ended_well = runs.get(ctx, running)
    assert ended_well.status is ExecutionStatus.RUNNING


@pytest.mark.parametrize("old", [*ENDED_FOR_GOOD, JobStatus.FAILED])
def test_nothing_starts_a_job_that_has_ended(ctx: Context, old: JobStatus) -> None:
    job = cron_job(ctx)
    first = starts.start(ctx, job.id).execution_id
    ended(ctx, first)
    if old is JobStatus.FAILED:
        fail(ctx, job)
    else:
        lifecycle.set_status(ctx, job.id, str(old))
    for again in (
        lambda: starts.start(ctx, job.id, paused_too=True),
        lambda: starts.rerun(ctx, first),
    ):
        with pytest.raises(Refused) as caught:
            again()
        assert f"jobs-tui copy {job.id}" in caught.value.hint or "resume" in caught.value.hint
    assert len(runs.history(ctx, job.id).executions) == 1


class TestEditAfterTheEnd:
    @pytest.mark.parametrize("old", ENDED_FOR_GOOD)
    def test_only_words_change(self, ctx: Context, old: JobStatus) -> None:
        job = MADE[old](ctx)
        words = {"name": "old", "description": "done with", "tags": ["past"]}
        found = jobs.edit(ctx, job.id, words).job
        assert (found.name, found.definition.tags, found.status) == ("old", ("past",), old)
        for wrong in ({"prompt_template": "x"}, {"name": "y", "config": {}}, {"enabled": True}):
            with pytest.raises(WrongStatus):
                jobs.edit(ctx, job.id, wrong)
        assert jobs.get(ctx, job.id) == found
        assert jobs.edit(ctx, job.id, {"enabled": False}).job.status is old

    def test_a_failed_one_is_mended_and_resumed(self, ctx: Context) -> None:
        job = failed(ctx)
        assert jobs.get(ctx, job.id).reason == "run #1 failed"
        jobs.edit(ctx, job.id, {"prompt_template": "echo better"})
        assert jobs.get(ctx, job.id).status is JobStatus.FAILED
        found = jobs.edit(ctx, job.id, {"enabled": True}).job
        assert (found.status, found.reason, found.ended_at) == (JobStatus.ACTIVE, None, None)
        assert found.next_due_at is not None

    def test_fields_and_status_change_together_or_not_at_all(self, ctx: Context) -> None:
        job = cron_job(ctx)
        sent = {"description": "x", "status": "completed", "status_reason": "met"}
        found = lifecycle.change(ctx, job.id, sent).job
        assert (found.definition.description, found.status) == ("x", JobStatus.COMPLETED)
        with pytest.raises(WrongStatus):
            lifecycle.change(ctx, job.id, {"description": "y", "status": "paused"})
        assert jobs.get(ctx, job.id) == found
        with pytest.raises(InvalidInput):
            lifecycle.change(ctx, job.id, {"status": "blocked"})


class TestReasonOfAPause:
    def test_the_engine_says_why(self, ctx: Context) -> None:
        job = cron_job(ctx)
        reason = "3 runs failed one after another"

        def operation(connection: Any) -> None:
            store_lifecycle.move(
                connection, job, JobStatus.PAUSED, reason, ctx.now(), actor="e", face="engine"
            )

        ctx.store.write(operation)
        found = jobs.get(ctx, job.id)
        assert (found.status, found.reason) == (JobStatus.PAUSED, reason)
        assert jobs.resume(ctx, job.id).status_reason is None


class TestCopy:
    @pytest.mark.parametrize("old", [*ENDED_FOR_GOOD, JobStatus.FAILED, JobStatus.PAUSED])
    def test_starts_an_ended_job_again(self, ctx: Context, old: JobStatus) -> None:
        job = MADE[old](ctx)
        saved = lifecycle.copy(ctx, job.id)
        new = saved.job
        assert (new.name, new.status, new.copied_from) == (
            "nightly (copy)",
            JobStatus.ACTIVE,
            job.id,
        )
        assert new.definition.prompt_template == job.definition.prompt_template
        assert new.next_due_at is not None
        assert lifecycle.copy(ctx, job.id).job.name == "nightly (copy 2)"
        assert jobs.get(ctx, job.id).status is old

    def test_keeps_the_whole_definition_and_takes_changes(self, ctx: Context) -> None:
        job = made(
            ctx,
            trigger_type="webhook",
            tags=["a"],
            parameters=[{"name": "day", "default": "mon", "description": "which"}],
            prompt_template="echo {{ day }}",
            config={"timeout": 5},
            execution_environment={"env_vars": {"A": "b"}},
        )
        saved = lifecycle.copy(ctx, job.id, {"name": "other", "enabled": False})
        new = saved.job
        assert (new.name, new.status) == ("other", JobStatus.PAUSED)
        for name in ("tags", "parameters", "prompt_template", "config", "execution_environment"):
            assert getattr(new.definition, name) == getattr(job.definition, name), name
        assert saved.webhook_secret
        assert new.webhook_path != job.webhook_path

    def test_bad_changes_and_deleted_jobs(self, ctx: Context) -> None:
        job = made(ctx)
        with pytest.raises(InvalidInput) as caught:
            lifecycle.copy(ctx, job.id, {"cron_schedule": "61 * * * *"})
        assert caught.value.field == "cron_schedule"
        long = made(ctx, name="x" * 255)
        assert len(lifecycle.copy(ctx, long.id).job.name) == 255
        jobs.archive(ctx, job.id)
        with pytest.raises(NotFound):
            lifecycle.copy(ctx, job.id)


@pytest.mark.parametrize("act", [jobs.pause, jobs.resume, lifecycle.cancel, lifecycle.complete])
def test_unknown_jobs_are_not_found(ctx: Context, act: Callable[..., Job]) -> None:
    with pytest.raises(JobsTuiError):
        act(ctx, "job_none")


class TestOneOffThatIsLate:
    """A one-off job is never lost, only late (SCHEDULING.md 5)."""

    def one_off(self, ctx: Context) -> Job:
        return made(ctx, trigger_type="one_off", run_at="2026-08-21T15:00:00Z")

    def test_resumed_before_its_time_it_waits_for_it(self, ctx: Context) -> None:
        job = self.one_off(ctx)
        jobs.pause(ctx, job.id)
        found = jobs.resume(ctx, job.id)
        assert (found.status, found.next_due_at is not None) == (JobStatus.PENDING, True)

    @pytest.mark.parametrize("stop", [fail, lambda ctx, job: jobs.pause(ctx, job.id)])
    def test_resumed_after_its_time_it_starts_at_once(
        self, ctx: Context, clock: Any, stop: Callable[[Context, Job], object]
    ) -> None:
        job = self.one_off(ctx)
        stop(ctx, job)
        clock.advance(2 * 3600)
        found = jobs.resume(ctx, job.id)
        assert found.status is JobStatus.IN_PROGRESS
        (run,) = runs.history(ctx, job.id).executions
        assert (run.status, run.kind) == (ExecutionStatus.QUEUED, Kind.CATCH_UP)
