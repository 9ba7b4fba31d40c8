"""Starting a job by hand, by program, by delivery, or again."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.enums import ExecutionStatus, Kind, TriggerType
from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.service import jobs, runs, starts
from jobs_tui.service.context import Context
from tests.service.made import claimed, count, cron_job, ended, made

BRANCH = "echo {{ branch }}"


class TestStart:
    def test_queues_a_run_with_all_that_was_given(self, ctx: Context) -> None:
        job = made(ctx, prompt_template=BRANCH, config={"retry": {"max_attempts": 3}})
        started = starts.start(
            ctx,
            job.id,
            {"branch": "main"},
            config_override={"timeout": 9},
            metadata={"why": "test"},
        )
        assert started.answer() == {
            "job_id": job.id,
            "execution_id": started.execution_id,
            "workflow_id": started.execution_id,
            "status": "started",
            "message": "Run #1 of 'nightly' is queued.",
        }
        run = runs.get(ctx, started.execution_id)
        assert (run.status, run.kind) == (ExecutionStatus.QUEUED, Kind.MANUAL)
        assert run.trigger_type is TriggerType.MANUAL
        assert (run.parameters, run.config_override) == ({"branch": "main"}, {"timeout": 9})
        assert (run.trigger_metadata, run.requested_by) == ({"why": "test"}, "ada")
        assert (run.number, run.max_attempts, run.revision) == (1, 3, 1)
        assert run.prompt == "echo main"

    def test_moves_the_counters_of_the_job(self, ctx: Context) -> None:
        job = cron_job(ctx)
        started = starts.start(ctx, job.id)
        again = jobs.get(ctx, job.id)
        assert (again.total_executions, again.live) == (1, 1)
        assert again.last_execution_id == started.execution_id
        assert again.last_triggered_at == ctx.now()
        assert again.next_due_at == job.next_due_at

    def test_waits_while_another_runs_whatever_overlap_says(self, ctx: Context) -> None:
        job = made(ctx, config={"overlap": "skip"})
        claimed(ctx, starts.start(ctx, job.id).execution_id)
        second = starts.start(ctx, job.id)
        assert (second.status, second.number) == ("started", 2)
        assert runs.get(ctx, second.execution_id).status is ExecutionStatus.QUEUED

    def test_a_paused_job_only_for_a_person(self, ctx: Context) -> None:
        job = made(ctx, enabled=False)
        with pytest.raises(Refused, match="disabled"):
            starts.start(ctx, job.id)
        assert "although the job is paused" in starts.start(ctx, job.id, paused_too=True).message

    def test_undeclared_variables_are_required(self, ctx: Context) -> None:
        job = made(ctx, prompt_template=BRANCH)
        with pytest.raises(InvalidInput) as caught:
            starts.start(ctx, job.id)
        assert caught.value.field == "parameters.branch"
        assert count(ctx, "executions") == 0

    def test_defaults_fill_in_and_may_be_overridden(self, ctx: Context) -> None:
        parameters = [{"name": "branch", "default": "main"}]
        job = made(ctx, prompt_template=BRANCH, parameters=parameters)
        first, second = (
            runs.get(ctx, starts.start(ctx, job.id, given).execution_id)
            for given in ({}, {"branch": "dev"})
        )
        assert (first.parameters, second.parameters) == ({"branch": "main"}, {"branch": "dev"})

    @pytest.mark.parametrize(
        ("given", "override", "field"),
        [
            ({"branch": "x", "brunch": "y"}, {}, "parameters.brunch"),
            ({"branch": "x", "run_id": "y"}, {}, "parameters.run_id"),
            ({"branch": "x"}, {"timeout": -1}, "config.timeout"),
            ({"branch": "x"}, {"overlap": "maybe"}, "config.overlap"),
        ],
    )
    def test_bad_input_writes_nothing(
        self, ctx: Context, given: dict[str, Any], override: dict[str, Any], field: str
    ) -> None:
        job = made(ctx, prompt_template=BRANCH)
        with pytest.raises(InvalidInput) as caught:
            starts.start(ctx, job.id, given, config_override=override, known_only=True)
        assert caught.value.field == field
        assert count(ctx, "executions") == 0

    def test_unknown_and_deleted_jobs(self, ctx: Context) -> None:
        job = made(ctx)
        jobs.archive(ctx, job.id)
        for job_id in (job.id, "job_none"):
            with pytest.raises(NotFound):
                starts.start(ctx, job_id)

    def test_a_value_is_never_shell_source_in_what_is_shown(self, ctx: Context) -> None:
        job = made(ctx, prompt_template=BRANCH)
        started = starts.start(ctx, job.id, {"branch": "$(touch pwned)"})
        assert "$(touch pwned)" in runs.get(ctx, started.execution_id).prompt


class TestRerun:
    def test_takes_the_parameters_along(self, ctx: Context) -> None:
        job = made(ctx, prompt_template=BRANCH)
        first = starts.start(ctx, job.id, {"branch": "main"}, config_override={"timeout": 9})
        ended(ctx, first.execution_id)
        again = runs.get(ctx, starts.rerun(ctx, first.execution_id).execution_id)
        assert (again.kind, again.number) == (Kind.RERUN, 2)
        assert (again.parameters, again.config_override) == ({"branch": "main"}, {"timeout": 9})
        assert again.trigger_metadata == {"rerun_of": first.execution_id}

    def test_changed_parameters_win(self, ctx: Context) -> None:
        job = made(ctx, prompt_template=BRANCH)
        first = starts.start(ctx, job.id, {"branch": "main"})
        again = starts.rerun(ctx, first.execution_id, {"branch": "dev"})
        assert runs.get(ctx, again.execution_id).prompt == "echo dev"
        with pytest.raises(InvalidInput):
            starts.rerun(ctx, first.execution_id, {"brunch": "dev"})

    def test_runs_the_present_definition_without_what_it_no_longer_knows(
        self, ctx: Context
    ) -> None:
        job = made(ctx, prompt_template=BRANCH)
        first = starts.start(ctx, job.id, {"branch": "main"})
        jobs.edit(ctx, job.id, {"prompt_template": "echo new"})
        again = runs.get(ctx, starts.rerun(ctx, first.execution_id).execution_id)
        assert (again.prompt, again.parameters, again.revision) == ("echo new", {}, 2)

    def test_of_a_paused_job(self, ctx: Context) -> None:
        job = made(ctx)
        first = starts.start(ctx, job.id)
        jobs.pause(ctx, job.id)
        assert "paused" in starts.rerun(ctx, first.execution_id).message

    def test_of_what_is_not_there(self, ctx: Context) -> None:
        job = made(ctx)
        first = starts.start(ctx, job.id)
        jobs.archive(ctx, job.id)
        for execution_id in (first.execution_id, "exec_none"):
            with pytest.raises(NotFound):
                starts.rerun(ctx, execution_id)


class TestDelivery:
    def request(self, **more: Any) -> starts.Request:
        fields: dict[str, Any] = {"parameters": {}, "config_override": {}, "metadata": {}}
        return starts.Request(kind=Kind.WEBHOOK, **(fields | more))

    def deliver(self, ctx: Context, job: Any, **more: Any) -> starts.Started:
        return ctx.store.write(starts.start_operation(ctx, job, self.request(**more)))

    def test_overlap_skip_leaves_a_row_with_the_reason(self, ctx: Context) -> None:
        job = made(ctx, trigger_type="webhook")
        first, second = self.deliver(ctx, job), self.deliver(ctx, job)
        assert (first.status, second.status) == ("started", "skipped")
        row = runs.get(ctx, second.execution_id)
        assert (row.status, row.reason, row.number) == (ExecutionStatus.SKIPPED, "overlap", 2)
        assert row.completed_at == ctx.now()
        assert jobs.get(ctx, job.id).total_executions == 1

    def test_overlap_allow_queues_all(self, ctx: Context) -> None:
        job = made(ctx, trigger_type="webhook", config={"overlap": "allow", "max_parallel": 1})
        assert {self.deliver(ctx, job).status for _ in range(3)} == {"started"}

    def test_keeps_of_the_payload_only_what_the_prompt_uses(self, ctx: Context) -> None:
        job = made(ctx, trigger_type="webhook", prompt_template="echo {{ payload.ref }}")
        inputs = {"payload": {"ref": "main"}, "headers": {"x": "y"}}
        started = self.deliver(ctx, job, inputs=inputs)
        row = ctx.store.row("select inputs from executions")
        assert row is not None
        assert row[0] == '{"payload":{"ref":"main"}}'
        assert runs.get(ctx, started.execution_id).prompt == "echo main"

    def test_the_job_as_it_stands_at_the_commit_counts(self, ctx: Context) -> None:
        job = made(ctx, trigger_type="webhook")
        operation = starts.start_operation(ctx, job, self.request())
        jobs.edit(ctx, job.id, {"prompt_template": "echo other"})
        assert runs.get(ctx, ctx.store.write(operation).execution_id).prompt == "echo other"
        operation = starts.start_operation(ctx, jobs.get(ctx, job.id), self.request())
        jobs.pause(ctx, job.id)
        with pytest.raises(Refused):
            ctx.store.write(operation)
