"""``jobs-tui approval``."""

from __future__ import annotations

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.service import runs
from jobs_tui.service.context import Context
from tests.cli.command import Command
from tests.service.waiting import WHOLE_RUN, call, waiting, waiting_run


class TestList:
    def test_what_waits(self, jt: Command, ctx: Context) -> None:
        run = waiting_run(ctx)
        (found,) = waiting(ctx)
        heads, row = jt.ok("approval", "list").lines
        assert heads.split() == ["ID", "STATUS", "RUN", "JOB", "ABOUT", "EXPIRES", "REASON"]
        assert row.split()[:5] == [found.id[:13], "waiting", "#1", "nightly", "write_file"]
        assert "in 10m 00s" in row
        assert row.endswith("policy p asks")
        (entry,) = jt.ok("approval", "list", "--json").json
        assert entry == {
            "id": found.id,
            "execution_id": run,
            "job_id": found.job_id,
            "job_name": "nightly",
            "number": 1,
            "status": "waiting",
            "about": "tool",
            "tool": "write_file",
            "arguments": {"path": "/etc/x"},
            "agent_id": "dba",
            "step": "",
            "reason": "policy p asks",
            "requested_at": "2026-08-21T14:02:11.000Z",
            "expires_at": "2026-08-21T14:12:11.000Z",
            "decided_at": None,
            "decided_by": None,
            "decided_reason": None,
        }

    def test_decided_ones_with_all(self, jt: Command, ctx: Context) -> None:
        run = waiting_run(ctx)
        jt.ok("approval", "deny", run)
        assert jt.ok("approval", "list").err == "Nothing waits for an approval.\n"
        assert jt.ok("approval", "list", "--json").json == []
        (entry,) = jt.ok("approval", "list", "--all", "--json").json
        assert entry["status"] == "denied"


class TestShow:
    def test_the_exact_call(self, jt: Command, ctx: Context) -> None:
        script = "cd /tmp\nrm -rf \x1b[31mbuild\x1b[0m"
        run = waiting_run(ctx, [call(1, command=script, tries=3, more={"a": [1]})], step="clean")
        shown = jt.ok("approval", "show", run).out
        assert "\ncommand:\n  cd /tmp\n  rm -rf build\n\ntries:\n  3\n" in shown
        assert "about    a call of write_file" in shown
        assert "step     clean" in shown
        assert jt.ok("approval", "show", run, "--json").json["arguments"]["command"] == script

    def test_a_decided_one(self, jt: Command, ctx: Context) -> None:
        run = waiting_run(ctx, [WHOLE_RUN])
        (found,) = waiting(ctx)
        jt.ok("approval", "deny", run, "--reason", "not now")
        shown = jt.ok("approval", "show", found.id).out
        assert "about    the run itself" in shown
        assert "decided  2026-08-21 14:02:11Z by " in shown
        assert "because  not now" in shown


class TestDecide:
    def test_approve(self, jt: Command, ctx: Context) -> None:
        run = waiting_run(ctx)
        answer = jt.ok("approval", "approve", run)
        assert answer.out == "Approved the call of write_file in run #1 of nightly; it goes on.\n"
        assert "No engine is running" in answer.err
        assert runs.get(ctx, run).status is ExecutionStatus.QUEUED

    def test_deny_one_of_two(self, jt: Command, ctx: Context) -> None:
        waiting_run(ctx, [call(1), call(2)])
        answer = jt.ok("approval", "deny", waiting(ctx)[0].id)
        assert (
            answer.out
            == "Denied the call of write_file in run #1 of nightly; it waits for 1 more.\n"
        )
        assert answer.err == ""

    def test_deny_a_run(self, jt: Command, ctx: Context) -> None:
        run = waiting_run(ctx, [WHOLE_RUN])
        entry = jt.ok("approval", "deny", run, "--reason", "no", "--json").json
        assert (entry["status"], entry["decided_reason"]) == ("denied", "no")
        assert runs.get(ctx, run).status is ExecutionStatus.FAILED

    def test_a_step(self, jt: Command, ctx: Context) -> None:
        run = waiting_run(ctx, [WHOLE_RUN], step="clean")
        assert jt.ok("approval", "list").lines[1].split()[4:6] == ["the", "step"]
        assert "about    the step itself" in jt.ok("approval", "show", run).out
        assert jt.ok("approval", "list", "--json").json[0]["about"] == "step"
        said = jt.ok("approval", "deny", run).out
        assert said == "Denied the step clean in run #1 of nightly; it goes on.\n"
        assert runs.get(ctx, run).status is ExecutionStatus.QUEUED

    def test_what_cannot_be_decided(self, jt: Command, ctx: Context) -> None:
        run = waiting_run(ctx, [call(1), call(2)])
        assert "waits for 2 approvals" in jt.refused("approval", "approve", run)
        assert "no approval 'nope'" in jt.refused("approval", "approve", "nope")
        (first, _) = waiting(ctx)
        jt.ok("approval", "approve", first.id)
        assert "is approved already" in jt.refused("approval", "deny", first.id)
        runs.cancel(ctx, run)
        assert "waits for no approval (it is cancelled)" in jt.refused("approval", "deny", run)
