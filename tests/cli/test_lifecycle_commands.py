"""``jobs-tui cancel``, ``complete`` and ``copy``."""

from __future__ import annotations

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.service import lifecycle, runs, starts
from jobs_tui.service.context import Context
from tests.cli.command import Command
from tests.service.made import claimed


class TestCancel:
    def test_a_job_ends_for_good_with_its_runs(self, jt: Command, ctx: Context) -> None:
        job = jt.created()
        waiting = starts.start(ctx, job["id"]).execution_id
        out = jt.ok("cancel", "nightly", "--reason", "not needed").out
        assert "Cancelled  nightly" in out
        assert "not needed" in out
        assert f"jobs-tui copy {job['id']}" in out
        assert runs.get(ctx, waiting).status is ExecutionStatus.CANCELLED
        shown = jt.ok("show", "nightly").out
        assert "cancelled: not needed" in shown
        assert "already" in jt.refused("cancel", "nightly")
        assert "copy" in jt.refused("run", "nightly")
        assert "copy" in jt.refused("resume", "nightly")
        assert "cannot become paused" in jt.refused("pause", "nightly")
        assert "only its name" in jt.refused("edit", "nightly", "--prompt", "echo x")
        assert [one["name"] for one in jt.ok("list", "--status", "cancelled", "--json").json] == [
            "nightly"
        ]

    def test_a_run_is_named_by_its_id(self, jt: Command, ctx: Context) -> None:
        job = jt.created()
        run = starts.start(ctx, job["id"]).execution_id
        assert "A run takes no --reason" in jt.refused("cancel", run, "--reason", "x")
        assert jt.ok("cancel", run[:14]).out == "Cancelled run #1 of 'nightly'.\n"
        other = starts.start(ctx, job["id"]).execution_id
        assert "run #2" in jt.ok("cancel", other.removeprefix("exec_")).out
        assert jt.ok("list", "--json").json[0]["status"] == "active"

    def test_the_beginning_of_two_ids_is_refused(self, jt: Command, ctx: Context) -> None:
        job = jt.created()
        run = starts.start(ctx, job["id"]).execution_id
        same = job["id"].replace("job_", "exec_")
        ctx.store.write(
            lambda c: c.execute("update executions set id = ? where id = ?", (same, run))
        )
        said = jt.refused("cancel", job["id"].removeprefix("job_")[:8])
        assert job["id"] in said
        assert same in said
        jt.ok("cancel", same)
        jt.ok("cancel", job["id"][:12])

    def test_nothing_is_meant(self, jt: Command) -> None:
        for ref in ("none", "exec_1234", "job_1234", "abcd"):
            assert jt.refused("cancel", ref).startswith("There is no ")

    def test_json_is_the_job(self, jt: Command) -> None:
        jt.created()
        answer = jt.ok("cancel", "nightly", "--json").json
        assert (answer["status"], answer["enabled"]) == ("cancelled", False)
        assert answer["status_reason"].startswith("cancelled by ")
        assert answer["ended_at"] == "2026-08-21T14:02:11.000Z"

    def test_a_run_that_goes_on_is_asked_to_stop(self, jt: Command, ctx: Context) -> None:
        job = jt.created()
        run = starts.start(ctx, job["id"]).execution_id
        claimed(ctx, run)
        answer = jt.ok("cancel", job["id"])
        assert "1 of its runs is asked to stop" in answer.out
        assert "No engine" in answer.err


class TestComplete:
    def test_ends_a_job_whose_goal_is_met(self, jt: Command) -> None:
        job = jt.created("watch")
        out = jt.ok("complete", "watch", "--reason", "paid").out
        assert "Completed  watch" in out
        assert jt.ok("complete", jt.created("b")["id"], "--json").json["status"] == "completed"
        assert "already" in jt.refused("complete", job["id"])


class TestCopy:
    def test_an_ended_job_starts_again(self, jt: Command, ctx: Context) -> None:
        job = jt.created("nightly", "--cron", "@daily")
        lifecycle.complete(ctx, job["id"])
        out = jt.ok("copy", "nightly").out
        assert "nightly (copy)" in out
        copied = jt.ok("show", "nightly (copy)", "--json").json
        assert (copied["status"], copied["copied_from"]) == ("active", job["id"])
        assert job["id"] in jt.ok("show", "nightly (copy)").out

    def test_options_change_the_copy(self, jt: Command) -> None:
        jt.created("a", "--param", "x=1", "--prompt", "echo {{ x }}")
        made = jt.ok(
            "copy", "a", "--name", "b", "--cron", "@hourly", "--param", "x=2", "--json"
        ).json
        assert (made["name"], made["trigger_type"]) == ("b", "cron")
        assert made["parameters"][0]["default"] == "2"
        assert jt.refused("copy", "a", "--cron", "61 * * * *")
