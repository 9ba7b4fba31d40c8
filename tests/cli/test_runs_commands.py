"""``jobs-tui run``, ``rerun``, ``history``, ``cancel`` where no engine is running."""

from __future__ import annotations

import pytest

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.service import runs, starts
from jobs_tui.service.context import Context
from tests.cli.command import Command
from tests.service.made import claimed, ended


class TestRun:
    def test_json_is_the_trigger_answer(self, jt: Command) -> None:
        job = jt.created("n")
        answer = jt.ok("run", "n", "--json")
        assert set(answer.json) == {"job_id", "execution_id", "workflow_id", "status", "message"}
        assert answer.json["job_id"] == job["id"]
        assert answer.json["status"] == "started"
        assert "No engine is running" in answer.err

    def test_says_that_it_waits(self, jt: Command) -> None:
        jt.created("n")
        answer = jt.ok("run", "n")
        assert "Run #1 of 'n' is queued." in answer.out
        assert "exec_" in answer.out
        assert "No engine is running" in answer.err

    def test_parameters_and_timeout(self, jt: Command, ctx: Context) -> None:
        jt.created("n", "--prompt", "echo {{ a }} {{ b }}", "--param", "b=2")
        answer = jt.ok("run", "n", "-p", "a=x=y", "--timeout", "5", "--json").json
        run = runs.get(ctx, answer["execution_id"])
        assert run.parameters == {"a": "x=y", "b": "2"}
        assert run.config_override == {"timeout": 5}

    def test_a_paused_job_is_started_and_it_says_so(self, jt: Command) -> None:
        jt.created("n", "--paused")
        assert "although the job is paused" in jt.ok("run", "n").out

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["nothing"], "no job"),
            (["n"], "{{ a }} has no value"),
            (["n", "-p", "a"], "NAME=VALUE"),
            (["n", "-p", "=x"], "NAME=VALUE"),
            (["n", "-p", "a=1", "-p", "a=2"], "there twice"),
            (["n", "-p", "a=1", "-p", "c=2"], "no parameter 'c'"),
            (["n", "-p", "a=1", "-p", "run_id=2"], "run_id"),
            (["n", "-p", "a=1", "--timeout", "-1"], "config.timeout"),
            (["n", "--follow"], "{{ a }} has no value"),
        ],
    )
    def test_a_refused_start_writes_nothing(
        self, jt: Command, ctx: Context, arguments: list[str], said: str
    ) -> None:
        job = jt.created("n", "--prompt", "echo {{ a }}")
        assert said in jt.refused("run", *arguments)
        assert runs.history(ctx, job["id"]).total_count == 0


class TestRerun:
    def test_with_changed_parameters(self, jt: Command, ctx: Context) -> None:
        jt.created("n", "--prompt", "echo {{ a }}")
        first = jt.ok("run", "n", "-p", "a=1", "--json").json["execution_id"]
        again = jt.ok("rerun", first[:18], "-p", "a=2", "--json").json["execution_id"]
        assert runs.get(ctx, again).parameters == {"a": "2"}
        assert "no run 'exec_0000'" in jt.refused("rerun", "exec_0000")


class TestHistory:
    def test_json_is_the_history_object(self, jt: Command, ctx: Context) -> None:
        job = jt.created("n")
        ids = [starts.start(ctx, job["id"]).execution_id for _ in range(60)]
        ended(ctx, ids[-1], ExecutionStatus.LOST, error_message="the engine died")
        answer = jt.ok("history", "n", "--json").json
        assert (answer["job_id"], answer["total_count"]) == (job["id"], 60)
        assert [run["execution_id"] for run in answer["executions"]] == ids[:9:-1]
        assert answer["executions"][0]["status"] == "lost"
        assert len(jt.ok("history", "n", "-n", "1000000", "--json").json["executions"]) == 60
        assert len(jt.ok("history", "n", "-n", "2", "--json").json["executions"]) == 2

    def test_the_table(self, jt: Command, ctx: Context) -> None:
        job = jt.created("n")
        done = starts.start(ctx, job["id"]).execution_id
        ended(ctx, done, ExecutionStatus.FAILED, error_message="exit 3: \x1b[31mno", seconds=65)
        starts.start(ctx, job["id"])
        answer = jt.ok("history", "n")
        head, newest, oldest = answer.lines
        assert head.split()[:2] == ["#", "STATUS"]
        assert newest.split()[:2] == ["#2", "queued"]
        assert "1m 05s" in oldest
        assert "exit 3: no" in oldest
        assert "1 older runs" in jt.ok("history", "n", "-n", "1").err

    def test_bad_input(self, jt: Command) -> None:
        jt.created("n")
        assert "-n" in jt.refused("history", "n", "-n", "0")
        assert "no job" in jt.refused("history", "m")


class TestCancel:
    def test_a_waiting_run(self, jt: Command) -> None:
        jt.created("n")
        execution_id = jt.ok("run", "n", "--json").json["execution_id"]
        assert "Cancelled run #1 of 'n'." in jt.ok("cancel", execution_id).out
        assert "already ended" in jt.refused("cancel", execution_id)
        assert "no run" in jt.refused("cancel", "exec_0000")

    def test_a_running_one_without_its_engine(self, jt: Command, ctx: Context) -> None:
        job = jt.created("n")
        execution_id = starts.start(ctx, job["id"]).execution_id
        claimed(ctx, execution_id)
        answer = jt.ok("cancel", execution_id, "--json")
        assert answer.json["status"] == "running"
        assert "No engine is running" in answer.err
