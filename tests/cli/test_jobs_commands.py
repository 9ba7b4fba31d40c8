"""``jobs-tui list``, ``show``, ``pause``, ``resume``, ``delete``, ``restore``, ``purge``."""

from __future__ import annotations

import re

import pytest

from jobs_tui.service import starts
from jobs_tui.service.context import Context
from tests.cli.command import Command
from tests.service.made import claimed

HOSTILE = "ev\x1b]0;owned\x07il\n\x9b31m\u202e\u200bname\x7f"
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e]")


class TestList:
    def test_json_is_a_bare_list_newest_first(self, jt: Command) -> None:
        assert jt.ok("list", "--json").json == []
        first, second = jt.created("a"), jt.created("b")
        assert jt.ok("list", "--json").json == [second, first]

    def test_filters(self, jt: Command) -> None:
        jt.created("a", "--tag", "db", "--paused")
        jt.created("b", "--cron", "@daily", "--description", "Straße")
        jt.created("c", "--webhook")
        jt.ok("delete", "c")

        def names(*filters: str) -> list[str]:
            return [job["name"] for job in jt.ok("list", "--json", *filters).json]

        assert names() == ["b", "a"]
        assert names("--enabled") == ["b"]
        assert names("--disabled") == ["a"]
        assert names("--trigger-type", "cron") == ["b"]
        assert names("--tag", "db") == ["a"]
        assert names("-q", "strasse") == ["b"]
        assert names("--status", "paused") == ["a"]
        assert names("--status", "archived") == ["c"]
        assert "not a job status" in jt.refused("list", "--status", "busy")
        assert "--trigger-type" in jt.refused("list", "--trigger-type", "sun")

    def test_the_table_is_aligned(self, jt: Command) -> None:
        jt.created("日本語", "--cron", "0 9 * * 1-5")
        jt.created("plain")
        head, plain, wide = jt.ok("list").lines
        assert head.split() == ["ID", "NAME", "STATUS", "TRIGGER", "NEXT", "LAST", "OK"]
        at = head.index("STATUS")
        assert plain[at:].startswith("active")
        assert wide[at - 3 :].startswith("active")  # three letters of two columns each
        assert "Mon-Fri 09:00" in wide
        assert "2d 18h" in wide

    def test_the_table_fits_the_terminal(
        self, jt: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        jt.created("x" * 200)
        monkeypatch.setenv("COLUMNS", "80")
        lines = jt.ok("list").lines
        assert max(map(len, lines)) <= 80
        assert "…" in lines[1]

    def test_an_empty_home_says_what_to_do(self, jt: Command) -> None:
        answer = jt.ok("list")
        assert answer.out == ""
        assert "jobs-tui create" in answer.err


class TestHostileText:
    def test_no_command_lets_a_control_character_through(self, jt: Command) -> None:
        made = jt.ok(
            *("create", "--name", HOSTILE, "--description", HOSTILE, "--tag", HOSTILE),
            *("--manual", "--prompt", f"echo '{HOSTILE}'"),
        )
        job_id = re.search(r"job_[0-9a-f-]{36}", made.out)
        assert job_id is not None
        ref = job_id[0]
        said = [made]
        said += [
            jt(*arguments)
            for arguments in (
                ("list",),
                ("list", "--json"),
                ("show", ref),
                ("show", ref, "--json"),
                ("pause", ref),
                ("run", ref),
                ("run", ref, "-p", f"{HOSTILE}=1"),
                ("history", ref),
                ("history", ref, "--json"),
                ("resume", ref),
                ("status",),
                ("webhook", "url", ref),
                ("show", HOSTILE + "x"),
                ("edit", ref, "--name", "\x1b[2J"),
                ("delete", ref),
                ("run", ref),
                ("purge", ref, "--yes"),
            )
        ]
        for answer in said:
            assert not CONTROLS.search(answer.out), answer.out
            assert not CONTROLS.search(answer.err), answer.err

    def test_json_says_it_exactly_all_the_same(self, jt: Command) -> None:
        assert jt.created(HOSTILE)["name"] == HOSTILE


class TestShow:
    def test_tells_what_when_and_who(self, jt: Command) -> None:
        jt.created("n", "--cron", "0 9 * * *", "--param", "who=me", "--retries", "2")
        text = jt.ok("show", "n").out
        for part in (
            "at 09:00 every day (UTC)",
            "2026-08-22 09:00:00Z  Sat",
            "2026-08-24 09:00:00Z  Mon",
            "shell",
            "echo done",
            'who = "me"',
            "2 retries",
            "overlap skip",
        ):
            assert part in text, part

    def test_deleted_jobs_can_be_looked_at(self, jt: Command) -> None:
        jt.created("n")
        jt.ok("delete", "n")
        assert jt.ok("show", "n", "--json").json["status"] == "archived"

    def test_unknown(self, jt: Command) -> None:
        assert "no job 'nothing'" in jt.refused("show", "nothing")
        assert "JOB" in jt.refused("show")


class TestSwitches:
    def test_pause_and_resume(self, jt: Command) -> None:
        jt.created("n", "--cron", "0 * * * *")
        assert "resume" in jt.ok("pause", "n").out
        assert jt.ok("show", "n", "--json").json["enabled"] is False
        jt.clock.advance(3 * 3600)
        assert "2026-08-21 18:00:00Z (in 57m 49s)" in jt.ok("resume", "n").out
        (skip,) = jt.ok("history", "n", "--json").json["executions"]
        assert (skip["status"], skip["reason"], skip["count"]) == ("skipped", "paused", 3)
        assert jt.ok("pause", "n", "--json").json["status"] == "paused"

    def test_delete_and_restore(self, jt: Command) -> None:
        job = jt.created("n", "--cron", "0 * * * *")
        said = jt.ok("delete", "n").out
        assert f"jobs-tui restore {job['id']}" in said
        assert "is deleted" in jt.refused("run", "n")
        assert "is deleted" in jt.refused("delete", "n")
        assert jt.ok("restore", "n", "--json").json["next_execution_at"] == job["next_execution_at"]
        assert "is not deleted" in jt.refused("restore", "n")

    def test_delete_says_that_a_run_goes_on(self, jt: Command, ctx: Context) -> None:
        job = jt.created("n", "--overlap", "allow")
        assert jt.ok("run", "n", "--json").json["status"] == "started"
        claimed(ctx, starts.start(ctx, job["id"]).execution_id)
        answer = jt.ok("delete", "n", "--json")
        assert answer.json["status"] == "archived"
        assert answer.err.count("\n") == 1
        assert f"A run goes on to the end: `jobs-tui history {job['id']}`" in answer.err
        waiting, running = jt.ok("history", job["id"], "--json").json["executions"][::-1]
        assert (waiting["status"], running["status"]) == ("cancelled", "running")

    def test_delete_of_an_idle_job_says_nothing_of_runs(self, jt: Command) -> None:
        jt.created("n")
        jt.ok("run", "n")
        assert "run" not in jt.ok("delete", "n").err

    def test_restore_by_a_name_that_is_in_use_again(self, jt: Command) -> None:
        old = jt.created("n")
        jt.ok("delete", "n")
        jt.created("n")
        assert jt.ok("restore", "n", "--json").json["id"] == old["id"]


class TestPurge:
    def test_wants_a_yes(self, jt: Command) -> None:
        jt.created("n")
        assert "--yes" in jt.refused("purge", "n")
        assert len(jt.ok("list", "--json").json) == 1

    def test_takes_deleted_jobs_too(self, jt: Command) -> None:
        job = jt.created("n")
        jt.ok("run", "n")
        jt.ok("delete", "n")
        answer = jt.ok("purge", "n", "--yes", "--json").json
        assert answer == {"id": job["id"], "executions": 1}
        assert "no job" in jt.refused("show", job["id"])

    def test_an_ambiguous_name_removes_nothing(self, jt: Command) -> None:
        jt.created("n")
        jt.ok("delete", "n")
        jt.created("n")
        assert "2 jobs" in jt.refused("purge", "n", "--yes")


def test_a_filter_that_leaves_nothing_does_not_say_that_there_are_no_jobs(jt: Command) -> None:
    jt.created()
    assert jt.ok("list", "--tag", "nope").err == "No job matches.\n"
