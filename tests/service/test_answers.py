"""Jobs and runs as every face prints them."""

from __future__ import annotations

import json

import pytest

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.service import jobs, runs, starts
from jobs_tui.service.answers import history_answer, job_response
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import url_of
from tests.fakes import FakeClock
from tests.service.made import cron_job, ended, job_fields, made

# fmt: off
SPECIFIED = {
    "id", "organization_id", "name", "description", "enabled", "status", "trigger_type",
    "cron_schedule", "cron_timezone", "webhook_url", "webhook_secret", "temporal_schedule_id",
    "planning_mode", "entity_type", "entity_id", "entity_name", "prompt_template",
    "system_prompt", "executor_type", "worker_queue_name", "environment_name", "config",
    "execution_environment", "last_execution_id", "last_execution_at", "next_execution_at",
    "total_executions", "successful_executions", "failed_executions", "execution_history",
    "created_by", "updated_by", "created_by_email", "updated_by_email", "created_at",
    "updated_at", "last_triggered_at",
}
# fmt: on
"""The fields of JobResponse in create_job_api.md."""
OURS = {"problem", "goal", "ended_at", "copied_from", "tags", "parameters", "status_reason"}
WHEN = {
    *("schedule", "run_at", "interval_seconds", "interval_mode", "start_at", "end_at", "max_runs"),
    *("end_condition", "watch", "depends_on", "conversation", "runs_counted", "state"),
    *("deliver_to", "deliver_when"),
}


def test_a_job_has_the_specified_fields_and_ours(ctx: Context) -> None:
    answer = job_response(ctx, cron_job(ctx))
    assert set(answer) == SPECIFIED | OURS | WHEN
    assert json.loads(json.dumps(answer)) == answer
    assert answer["organization_id"] == "local"
    assert answer["temporal_schedule_id"] is None
    assert answer["next_execution_at"] == "2026-08-21T15:00:00.000Z"
    assert answer["created_by"] == "ada"


def test_a_deleted_job_is_not_enabled(ctx: Context) -> None:
    job = jobs.archive(ctx, made(ctx).id)
    answer = job_response(ctx, job)
    assert (answer["enabled"], answer["status"]) == (False, "archived")


def test_counters_and_last_times_are_true(ctx: Context, clock: FakeClock) -> None:
    job = made(ctx)
    ended(ctx, starts.start(ctx, job.id).execution_id, seconds=2)
    clock.advance(60)
    last = starts.start(ctx, job.id).execution_id
    ended(ctx, last, ExecutionStatus.FAILED)
    answer = job_response(ctx, jobs.get(ctx, job.id))
    numbers = ("total_executions", "successful_executions", "failed_executions")
    assert [answer[name] for name in numbers] == [2, 1, 1]
    assert answer["last_execution_id"] == last
    assert answer["last_execution_at"] == "2026-08-21T14:03:11.000Z"
    assert answer["last_triggered_at"] == "2026-08-21T14:03:11.000Z"
    assert [entry["status"] for entry in answer["execution_history"]] == ["failed", "completed"]


def test_the_history_object(ctx: Context) -> None:
    job = made(ctx)
    execution_id = starts.start(ctx, job.id, metadata={"a": 1}).execution_id
    ended(ctx, execution_id, ExecutionStatus.FAILED, error_message="exit 3", exit_code=3, seconds=2)
    answer = history_answer(runs.history(ctx, job.id))
    assert (answer["job_id"], answer["total_count"]) == (job.id, 1)
    entry = answer["executions"][0]
    specified = {
        "execution_id": execution_id,
        "trigger_type": "manual",
        "status": "failed",
        "started_at": "2026-08-21T14:02:11.000Z",
        "completed_at": "2026-08-21T14:02:13.000Z",
        "duration_ms": 2000,
        "error_message": "exit 3",
        "trigger_metadata": {"a": 1},
    }
    assert {name: entry[name] for name in specified} == specified
    assert (entry["exit_code"], entry["number"]) == (3, 1)


class TestWebhookAddress:
    def address(self, ctx: Context) -> str:
        saved = jobs.create(ctx, job_fields(trigger_type="webhook"))
        url: str = job_response(ctx, saved.job)["webhook_url"]
        assert saved.job.webhook_path is not None
        return url.removesuffix(f"/webhooks/{saved.job.webhook_path}")

    def test_without_an_engine_it_is_the_configured_one(self, ctx: Context) -> None:
        assert self.address(ctx) == "http://127.0.0.1:7802"

    def test_with_an_engine_it_is_the_bound_one(self, ctx: Context) -> None:
        ctx.store.write(
            lambda c: c.execute(
                "insert into engine (id, token, mode, host, pid, boot_id, version, started_at,"
                " heartbeat_at, address) values (1, 't', 'serve', 'box', 1, 'b', '0', 'x', 'x',"
                " '127.0.0.1:40123')"
            )
        )
        assert self.address(ctx) == "http://127.0.0.1:40123"

    def test_public_url_wins(self, ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JOBS_TUI_PUBLIC_URL", "https://hooks.example.org/j/")
        assert self.address(ctx) == "https://hooks.example.org/j"


def test_an_encrypted_listener_is_called_so() -> None:
    assert url_of("127.0.0.1:1") == "http://127.0.0.1:1"
    assert url_of("https://box:1") == "https://box:1"
