"""Creating, changing, pausing, deleting and finding jobs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobs_tui.models.enums import ExecutionStatus, JobStatus
from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.service import jobs, runs, starts
from jobs_tui.service.answers import job_response
from jobs_tui.service.context import Context
from jobs_tui.service.purge import purge_job
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from jobs_tui.store.logs import Chunk, append
from tests.fakes import FakeClock
from tests.service.made import audited, claimed, count, cron_job, ended, job_fields, made

NEXT_HOUR = datetime(2026, 8, 21, 15, 0, tzinfo=UTC)


def history(ctx: Context, job: Job) -> list[Execution]:
    return runs.history(ctx, job.id).executions


class TestCreate:
    def test_keeps_every_field(self, ctx: Context) -> None:
        sent = job_fields(
            description="dumps",
            tags=["db", "db", "night"],
            parameters=[{"name": "day", "default": "mon", "description": "which"}],
            prompt_template="echo {{ day }}",
            system_prompt="be brief",
            config={"timeout": 5, "own": [1]},
            execution_environment={"env_vars": {"A": "b"}},
            executor_type="specific_queue",
            worker_queue_name="production",
            enabled=False,
        )
        answer = job_response(ctx, jobs.get(ctx, jobs.create(ctx, sent).job.id))
        assert answer["tags"] == ["db", "night"]
        assert answer["execution_environment"]["env_vars"] == {"A": "b"}
        for name in ("description", "system_prompt", "config", "worker_queue_name", "enabled"):
            assert answer[name] == sent[name], name
        assert answer["parameters"] == [
            {"name": "day", "default": "mon", "required": False, "description": "which"}
        ]

    def test_is_due_at_the_next_match_in_its_zone(self, ctx: Context) -> None:
        job = cron_job(ctx, "0 9 * * *", cron_timezone="America/New_York")
        assert job.next_due_at == datetime(2026, 8, 22, 13, 0, tzinfo=UTC)
        assert job.status is JobStatus.ACTIVE

    def test_paused_is_not_due(self, ctx: Context) -> None:
        job = cron_job(ctx, enabled=False)
        assert (job.next_due_at, job.status) == (None, JobStatus.PAUSED)

    def test_only_a_webhook_job_gets_a_secret(self, ctx: Context) -> None:
        hook = jobs.create(ctx, job_fields(trigger_type="webhook"))
        assert hook.webhook_secret
        assert hook.job.webhook_path
        assert job_response(ctx, hook.job)["webhook_secret"] is None
        manual = jobs.create(ctx, job_fields())
        assert (manual.webhook_secret, manual.job.webhook_path) == (None, None)

    def test_is_audited_with_its_first_revision(self, ctx: Context) -> None:
        job = made(ctx)
        assert audited(ctx) == [("ada", "cli", "job.create")]
        assert jobs.definition_of(ctx, job.id, 1) == job.definition

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": " \t"}, "name"),
            ({"name": "x" * 256}, "name"),
            ({"name": "a\0b"}, "name"),
            ({"name": 5}, "name"),
            ({"trigger_type": "sometimes"}, "trigger_type"),
            ({"trigger_type": "cron"}, "cron_schedule"),
            ({"trigger_type": "cron", "cron_schedule": "0 0 31 2 *"}, "cron_schedule"),
            ({"cron_timezone": "Mars/Olympus"}, "cron_timezone"),
            ({"prompt_template": "  "}, "prompt_template"),
            ({"prompt_template": "echo {{ a b }}"}, "prompt_template"),
            ({"entity_id": None}, "entity_id"),
            ({"entity_type": "team"}, "entity_type"),
            ({"executor_type": "specific_queue"}, "worker_queue_name"),
            ({"executor_type": "environment"}, "environment_name"),
            ({"config": {"timeout": 0}}, "config.timeout"),
            ({"config": {"retry": {"max_attempts": 0}}}, "config.retry.max_attempts"),
            ({"config": {"overlap": "buffer_one"}}, "config.overlap"),
            ({"parameters": [{"name": "1st"}]}, "parameters"),
            ({"parameters": [{"name": "payload"}]}, "parameters.payload"),
            ({"parameters": [{"name": "a"}, {"name": "a"}]}, "parameters.a"),
            ({"tags": [""]}, "tags.0"),
        ],
    )
    def test_bad_input_is_named_and_nothing_is_written(
        self, ctx: Context, wrong: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(InvalidInput) as caught:
            jobs.create(ctx, job_fields(**wrong))
        assert caught.value.field == field
        assert caught.value.sentence().endswith(".")
        assert (count(ctx, "jobs"), count(ctx, "revisions"), count(ctx, "audit")) == (0, 0, 0)

    def test_a_schedule_cannot_ask_for_a_parameter(self, ctx: Context) -> None:
        with pytest.raises(InvalidInput) as caught:
            cron_job(ctx, prompt_template="echo {{ who }}")
        assert caught.value.field == "parameters.who"

    def test_lone_surrogates_are_refused(self, ctx: Context) -> None:
        with pytest.raises(InvalidInput):
            made(ctx, name="\ud800")


class TestEdit:
    def test_changes_what_is_named_and_nothing_else(self, ctx: Context) -> None:
        job = cron_job(ctx, tags=["a"], config={"timeout": 7}, description="old")
        changed = jobs.edit(ctx, job.id, {"description": None}).job
        assert changed.definition.description is None
        assert changed.definition.tags == ("a",)
        assert changed.definition.config == {"timeout": 7}
        assert (changed.revision, changed.next_due_at) == (2, job.next_due_at)
        assert jobs.definition_of(ctx, job.id, 1).description == "old"

    def test_a_new_schedule_counts_from_now(self, ctx: Context, clock: FakeClock) -> None:
        job = cron_job(ctx)
        clock.advance(1800)
        changed = jobs.edit(ctx, job.id, {"cron_schedule": "*/5 * * * *"}).job
        assert changed.next_due_at == datetime(2026, 8, 21, 14, 35, tzinfo=UTC)
        assert history(ctx, job) == []

    def test_a_new_zone_counts_from_now(self, ctx: Context) -> None:
        job = cron_job(ctx, "30 15 * * *")
        changed = jobs.edit(ctx, job.id, {"cron_timezone": "Europe/Paris"}).job
        assert changed.next_due_at == datetime(2026, 8, 22, 13, 30, tzinfo=UTC)

    def test_becoming_a_webhook_shows_the_secret_once(self, ctx: Context) -> None:
        job = made(ctx)
        first = jobs.edit(ctx, job.id, {"trigger_type": "webhook"})
        again = jobs.edit(ctx, job.id, {"description": "x"})
        assert first.webhook_secret
        assert again.webhook_secret is None
        assert again.job.webhook_path == first.job.webhook_path

    def test_enabled_is_the_same_as_pause_and_resume(self, ctx: Context, clock: FakeClock) -> None:
        job = cron_job(ctx)
        assert jobs.edit(ctx, job.id, {"enabled": False}).job.next_due_at is None
        clock.advance(2 * 3600)
        resumed = jobs.edit(ctx, job.id, {"enabled": True}).job
        assert resumed.next_due_at == datetime(2026, 8, 21, 17, 0, tzinfo=UTC)
        assert [(e.reason, e.count) for e in history(ctx, job)] == [("paused", 2)]

    def test_what_was_due_when_it_is_switched_off_is_recorded(
        self, ctx: Context, clock: FakeClock
    ) -> None:
        job = cron_job(ctx)
        clock.advance(3600)  # 15:00 is due, and no engine has decided it
        jobs.edit(ctx, job.id, {"enabled": False})
        jobs.resume(ctx, job.id)
        assert [(e.reason, e.nominal_at) for e in history(ctx, job)] == [("paused", NEXT_HOUR)]

    def test_a_new_schedule_in_a_pause_first_records_the_old_one(
        self, ctx: Context, clock: FakeClock
    ) -> None:
        job = cron_job(ctx)
        jobs.pause(ctx, job.id)
        clock.advance(3 * 3600)
        jobs.edit(ctx, job.id, {"cron_schedule": "0 0 1 1 *"})
        jobs.resume(ctx, job.id)
        assert [(e.reason, e.count) for e in history(ctx, job)] == [("paused", 3)]

    def test_a_job_whose_zone_went_away_can_be_mended(self, ctx: Context) -> None:
        job = cron_job(ctx, enabled=False)
        ctx.store.write(lambda c: c.execute("update jobs set cron_timezone = 'Atlantis/City'"))
        mended = jobs.edit(ctx, job.id, {"cron_timezone": "UTC", "enabled": True}).job
        assert mended.next_due_at == NEXT_HOUR

    def test_the_same_occurrence_may_be_skipped_again_after_the_clock_went_back(
        self, ctx: Context, clock: FakeClock
    ) -> None:
        job = cron_job(ctx)
        jobs.pause(ctx, job.id)
        clock.advance(3600)
        jobs.resume(ctx, job.id)

        def step_back(connection: Any) -> None:
            connection.execute("insert into facts (name, value) values ('clock_epoch', '1')")
            connection.execute("update jobs set cursor_at = '2026-08-21T14:02:11.000Z'")

        ctx.store.write(step_back)
        jobs.pause(ctx, job.id)
        jobs.resume(ctx, job.id)
        assert [e.nominal_at for e in history(ctx, job)] == [NEXT_HOUR, NEXT_HOUR]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({}, None),
            ({"colour": "red"}, None),
            ({"name": None}, "name"),
            ({"prompt_template": None}, "prompt_template"),
            ({"config": []}, "config"),
            ({"enabled": "yes"}, "enabled"),
            ({"cron_schedule": "61 * * * *"}, "cron_schedule"),
            ({"cron_schedule": None}, "cron_schedule"),
            ({"trigger_type": None}, "trigger_type"),
        ],
    )
    def test_bad_input_changes_nothing(
        self, ctx: Context, wrong: dict[str, Any], field: str | None
    ) -> None:
        job = cron_job(ctx)
        with pytest.raises(InvalidInput) as caught:
            jobs.edit(ctx, job.id, wrong)
        assert caught.value.field == field
        assert jobs.get(ctx, job.id) == job

    def test_deleted_and_unknown_jobs_are_not_found(self, ctx: Context) -> None:
        job = made(ctx)
        jobs.archive(ctx, job.id)
        for job_id in (job.id, "job_none"):
            with pytest.raises(NotFound):
                jobs.edit(ctx, job_id, {"name": "x"})


class TestPause:
    def test_resume_records_what_was_due_as_one_row(self, ctx: Context, clock: FakeClock) -> None:
        job = cron_job(ctx)
        jobs.pause(ctx, job.id)
        clock.advance(3 * 3600)  # 17:02
        resumed = jobs.resume(ctx, job.id)
        (skip,) = history(ctx, job)
        assert (skip.status, skip.reason, skip.count) == (ExecutionStatus.SKIPPED, "paused", 3)
        assert (skip.nominal_at, skip.last_nominal_at) == (
            NEXT_HOUR,
            datetime(2026, 8, 21, 17, 0, tzinfo=UTC),
        )
        assert resumed.next_due_at == datetime(2026, 8, 21, 18, 0, tzinfo=UTC)
        assert resumed.total_executions == 0

    def test_a_pause_in_which_nothing_was_due_leaves_no_row(
        self, ctx: Context, clock: FakeClock
    ) -> None:
        job = cron_job(ctx)
        jobs.pause(ctx, job.id)
        clock.advance(60)
        jobs.resume(ctx, job.id)
        assert history(ctx, job) == []

    def test_repeating_either_changes_nothing(self, ctx: Context, clock: FakeClock) -> None:
        job = cron_job(ctx)
        paused = jobs.pause(ctx, job.id)
        clock.advance(7200)
        assert jobs.pause(ctx, job.id) == paused
        jobs.resume(ctx, job.id)
        jobs.resume(ctx, job.id)
        assert len(history(ctx, job)) == 1
        assert [action for _, _, action in audited(ctx)] == [
            "job.create",
            "job.pause",
            "job.resume",
        ]

    def test_runs_that_wait_stay(self, ctx: Context) -> None:
        job = made(ctx)
        started = starts.start(ctx, job.id)
        jobs.pause(ctx, job.id)
        assert runs.get(ctx, started.execution_id).status is ExecutionStatus.QUEUED


class TestDelete:
    def test_it_can_be_restored_as_it_was(self, ctx: Context, clock: FakeClock) -> None:
        job = cron_job(ctx)
        ended(ctx, starts.start(ctx, job.id).execution_id)
        gone = jobs.archive(ctx, job.id)
        assert (gone.status, gone.next_due_at) == (JobStatus.ARCHIVED, None)
        assert jobs.listing(ctx) == []
        assert [j.id for j in jobs.listing(ctx, status="archived")] == [job.id]
        clock.advance(3 * 3600)
        back = jobs.restore(ctx, job.id)
        assert back.definition == job.definition
        assert back.next_due_at == datetime(2026, 8, 21, 18, 0, tzinfo=UTC)
        assert len(history(ctx, job)) == 1

    def test_waiting_runs_end_and_running_ones_go_on(self, ctx: Context) -> None:
        job = made(ctx, config={"overlap": "allow"})
        going, waiting = (starts.start(ctx, job.id).execution_id for _ in range(2))
        claimed(ctx, going)
        jobs.archive(ctx, job.id)
        assert runs.get(ctx, going).status is ExecutionStatus.RUNNING
        ended_run = runs.get(ctx, waiting)
        assert ended_run.status is ExecutionStatus.CANCELLED
        assert ended_run.error_message == "the job was deleted"

    def test_twice_and_restoring_what_is_there_are_refused(self, ctx: Context) -> None:
        job = made(ctx)
        with pytest.raises(Refused):
            jobs.restore(ctx, job.id)
        jobs.archive(ctx, job.id)
        for change in (jobs.archive, jobs.pause, jobs.resume):
            with pytest.raises(NotFound):
                change(ctx, job.id)


class TestPurge:
    def test_takes_everything_along(self, ctx: Context) -> None:
        job, other = made(ctx), made(ctx, name="other")
        for owner in (job, other):
            execution_id = starts.start(ctx, owner.id).execution_id
            ended(ctx, execution_id)
            line = Chunk(execution_id, 1, 1, "2026-08-21T14:02:11.000Z", "0\x1fo\x1f\x1fhi")
            ctx.store.logs.writer.write(lambda c, line=line: append(c, line))
        jobs.archive(ctx, job.id)
        assert purge_job(ctx, job.id) == 1
        for table in ("jobs", "executions", "attempts", "revisions"):
            assert count(ctx, table) == 1, table
        left = ctx.store.logs.rows("select execution_id from chunks")
        assert [row[0] for row in left] == [history(ctx, other)[0].id]
        with pytest.raises(NotFound):
            jobs.get(ctx, job.id)

    def test_is_refused_while_it_runs(self, ctx: Context) -> None:
        job = made(ctx)
        claimed(ctx, starts.start(ctx, job.id).execution_id)
        with pytest.raises(Refused):
            purge_job(ctx, job.id)
        assert jobs.get(ctx, job.id).live == 1


class TestFind:
    def test_by_id_prefix_and_name(self, ctx: Context) -> None:
        job = made(ctx, name="db backup [bold]")
        made(ctx, name="other")
        for ref in (job.id, job.id[:16], job.id[4:16], "db backup [bold]"):
            assert jobs.find(ctx, ref).id == job.id

    @pytest.mark.parametrize("ref", ["", "nothing", "job_", "%", "db*", "' or 1=1 --", "job_zz"])
    def test_what_matches_nothing(self, ctx: Context, ref: str) -> None:
        made(ctx)
        with pytest.raises(NotFound):
            jobs.find(ctx, ref)

    def test_an_ambiguous_name_lists_the_ids(self, ctx: Context) -> None:
        first, second = made(ctx), made(ctx)
        with pytest.raises(NotFound) as caught:
            jobs.find(ctx, "nightly")
        assert first.id in caught.value.message
        assert second.id in caught.value.message
        assert jobs.same_name(ctx, "nightly", but=first.id) == [second.id]

    def test_an_id_means_its_job_whatever_others_are_called(self, ctx: Context) -> None:
        job = made(ctx)
        made(ctx, name=job.id)
        assert jobs.find(ctx, job.id).id == job.id
        assert jobs.find_any(ctx, job.id).id == job.id

    def test_a_deleted_job_is_found_only_when_it_is_meant(self, ctx: Context) -> None:
        old = made(ctx)
        jobs.archive(ctx, old.id)
        with pytest.raises(NotFound, match="is deleted"):
            jobs.find(ctx, "nightly")
        assert jobs.find(ctx, "nightly", archived=True).id == old.id
        assert jobs.find_any(ctx, "nightly").id == old.id
        new = made(ctx)
        assert jobs.find(ctx, "nightly").id == new.id
        assert jobs.find_any(ctx, "nightly").id == new.id
        assert jobs.find_deleted(ctx, "nightly").id == old.id
        with pytest.raises(NotFound, match="2 jobs"):
            jobs.find(ctx, "nightly", archived=True)


class TestListing:
    def test_newest_first_even_within_a_millisecond(self, ctx: Context) -> None:
        ids = [made(ctx, name=str(number)).id for number in range(5)]
        assert [job.id for job in jobs.listing(ctx)] == ids[::-1]

    def test_filters(self, ctx: Context) -> None:
        made(ctx, name="a", tags=["db"])
        cron_job(ctx, name="b", enabled=False, description="Straße")
        busy = made(ctx, name="c", trigger_type="webhook")
        starts.start(ctx, busy.id)

        def names(**filters: Any) -> list[str]:
            return [job.name for job in jobs.listing(ctx, **filters)]

        assert names(enabled=True) == ["c", "a"]
        assert names(enabled=False) == ["b"]
        assert names(trigger_type="cron") == ["b"]
        assert names(tag="db") == ["a"]
        assert names(query="STRASSE") == ["b"]
        assert names(query="echo DONE") == ["c", "b", "a"]
        assert names(status="in_progress") == ["c"]
        assert names(status="paused") == ["b"]
        assert names(status="active", enabled=False) == []

    def test_an_unknown_status_is_refused(self, ctx: Context) -> None:
        with pytest.raises(InvalidInput) as caught:
            jobs.listing(ctx, status="busy")
        assert caught.value.field == "status"


class HurryingClock(FakeClock):
    """Some milliseconds pass between any two looks at it, as they do."""

    def now(self) -> datetime:
        """The wall time, later each time."""
        self.advance(0.005)
        return super().now()


def test_what_starts_at_once_is_due_however_long_its_checks_take(tmp_path: Path) -> None:
    store = Store(Home(tmp_path, tmp_path / "config.toml"), HurryingClock())
    job = made(Context(store, "ada", "cli"), trigger_type="one_off", run_at="now")
    assert job.next_due_at is not None
    store.close()
