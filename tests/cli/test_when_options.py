"""When a job starts, on the command line."""

from __future__ import annotations

import pytest

from tests.cli.command import Command

P = ("--prompt", "echo done")


class TestCreate:
    def test_once_says_how_the_time_was_read(self, jt: Command) -> None:
        answer = jt.ok(
            *("create", "--name", "n", "--at", "tomorrow 9am", "--tz", "Europe/Berlin", *P)
        )
        assert (
            answer.err == "jobs-tui: --at is read as Sat 22 Aug 2026 09:00 CEST (in 16 h 57 min).\n"
        )
        assert "once, Sat 22 Aug 2026 09:00 CEST" in answer.out
        assert "2026-08-22 09:00:00+02:00" in answer.out
        assert jt.ok("show", "n", "--json").json["run_at"] == "2026-08-22T07:00:00.000Z"

    def test_a_dry_run_writes_nothing_and_has_the_reading(self, jt: Command) -> None:
        answer = jt.ok("create", "--name", "n", "--at", "next friday", "--dry-run", *P)
        assert "run_at  Fri 28 Aug 2026 09:00 UTC (in 6 days 18 h)" in answer.out
        assert "STARTS once, Fri 28 Aug 2026 09:00 UTC" in answer.out
        assert jt.ok("list", "--json").json == []

    def test_at_an_interval_within_limits(self, jt: Command) -> None:
        job = jt.created(
            *("n", "--every", "2h30m", "--after-end", "--start-at", "2026-09-01"),
            *("--end-at", "2026-10-01T00:00Z", "--max-runs", "7", "--watch"),
            *("--continue-conversation", "--pause-on-failure", "3"),
        )
        expected = {
            "trigger_type": "recurring",
            "interval_seconds": 9000,
            "interval_mode": "fixed_delay",
            "start_at": "2026-09-01T00:00:00.000Z",
            "end_at": "2026-10-01T00:00:00.000Z",
            "max_runs": 7,
            "conversation": "continue",
            "config": {"pause_on_failure": 3},
            "next_execution_at": "2026-09-01T00:00:00.000Z",
        }
        assert {name: job[name] for name in expected} == expected
        assert job["watch"]["what"] == "answer"

    def test_until_a_goal(self, jt: Command) -> None:
        job = jt.created(
            "n", "--until", "the invoice is paid", "--until", "exit:3", "--delay", "10 minutes"
        )
        assert (job["trigger_type"], job["interval_seconds"]) == ("ongoing", 600)
        assert job["end_condition"] == {
            "any": [
                {"type": "verdict", "goal": "the invoice is paid"},
                {"type": "exit_code", "equals": 3},
            ]
        }
        assert "until the agent says done: the invoice is paid or exit code 3" in job["schedule"]

    def test_a_limit_within_the_condition_is_one(self, jt: Command) -> None:
        job = jt.created("n", "--until", '{"any": [{"text": "green"}, {"max_runs": 5}]}')
        assert job["max_runs"] == 5
        assert job["end_condition"] == {"any": [{"type": "text", "contains": "green"}]}

    def test_a_time_that_has_passed(self, jt: Command) -> None:
        said = jt.refused("create", "--name", "n", "--at", "2026-08-21 09:00", *P)
        assert "is past: Fri 21 Aug 2026 09:00 UTC (5 h 2 min ago)" in said
        job = jt.created("n", "--at", "2026-08-21 09:00", "--now-if-past")
        assert job["run_at"] == "2026-08-21T14:02:11.001Z"
        assert "now, by the engine" in jt.ok("edit", "n", "--description", "d").out

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--at", "now", "--every", "5m"], "--at and --every exclude each other"),
            (["--cron", "* * * * *", "--until", "x"], "--cron and --until exclude each other"),
            (["--manual", "--at", "now"], "exclude each other"),
            (["--every", "5m", "--delay", "3s"], "--delay goes with --until, not with --every"),
            (["--cron", "* * * * *", "--after-end"], "--after-end goes with --every"),
            (["--every", "5m", "--now-if-past"], "--now-if-past goes with --at"),
            (["--delay", "5m"], "--delay goes with --until"),
            (["--after-end"], "--after-end goes with --every"),
            (["--max-runs", "3"], "Say when it starts"),
            (["--at", ""], "no time is given"),
            (["--at", "in 3 dayz"], "not a time that can be read"),
            (["--at", "every monday"], "again and again"),
            (["--at", "yesterday"], "lies in the past"),
            (["--at", "2300-01-01"], "between the years"),
            (["--at", "9am", "--tz", "Nowhere"], "time zone"),
            (["--every", "0"], "not between 1 second and 366 days"),
            (["--every", "-1"], "not between"),
            (["--every", "0.5"], "not between"),
            (["--every", "1e400"], "no length of time"),
            (["--every", "abc"], "no length of time"),
            (["--every", ""], "it is empty"),
            (["--every", "5m", "--max-runs", "0"], "max_runs"),
            (["--every", "5m", "--max-runs", "many"], "not a whole number"),
            (["--every", "5m", "--max-runs", "9" * 19], "max_runs"),
            (["--every", "5m", "--end-at", "yesterday"], "lies in the past"),
            (["--every", "5m", "--start-at", "in 2 days", "--end-at", "in 1 day"], "is before"),
            (["--until", ""], "end_condition"),
            (["--until", "exit:many"], "no exit code"),
            (["--until", "exit:999"], "end_condition"),
            (["--until", "text:"], "end_condition"),
            (["--until", "match:("], "end_condition"),
            (["--until", "json:$["], "end_condition"),
            (["--until", "expr:1 +"], "end_condition"),
            (["--until", "{"], "not JSON"),
            (["--until", '{"what": 1}'], "end_condition"),
            (["--until", "x", "--delay", "0"], "not between"),
            (["--manual", "--pause-on-failure", "-1"], "--pause-on-failure"),
        ],
    )
    def test_bad_input_is_one_sentence_and_nothing_is_written(
        self, jt: Command, arguments: list[str], said: str
    ) -> None:
        assert said in jt.refused("create", "--name", "n", *arguments, *P)
        assert jt.ok("list", "--json").json == []


class TestEdit:
    def test_another_trigger(self, jt: Command) -> None:
        jt.created("n", "--cron", "0 9 * * *")
        job = jt.ok("edit", "n", "--every", "90s", "--json").json
        assert (job["trigger_type"], job["schedule"]) == ("recurring", "every 90 seconds")
        answer = jt.ok("edit", "n", "--at", "in 3 days", "--json")
        assert answer.json["trigger_type"] == "one_off"
        assert "--at is read as Mon 24 Aug 2026 14:02:11 UTC (in 3 days)" in answer.err

    def test_limits_are_set_and_taken_away(self, jt: Command) -> None:
        jt.created("n", "--every", "5m")
        job = jt.ok("edit", "n", "--max-runs", "3", "--end-at", "in 2 days", "--json").json
        assert (job["max_runs"], job["end_at"]) == (3, "2026-08-23T14:02:11.000Z")
        job = jt.ok("edit", "n", "--max-runs", "none", "--end-at", "none", "--json").json
        assert (job["max_runs"], job["end_at"]) == (None, None)

    def test_the_pause_of_an_ongoing_job(self, jt: Command) -> None:
        jt.created("n", "--until", "changed")
        job = jt.ok("edit", "n", "--delay", "2m", "--json").json
        assert (job["trigger_type"], job["interval_seconds"]) == ("ongoing", 120)

    def test_what_is_refused_changes_nothing(self, jt: Command) -> None:
        before = jt.created("n", "--every", "5m")
        for bad in (["--at", "yesterday"], ["--every", "0"], ["--end-at", "2020-01-01"]):
            jt.refused("edit", "n", *bad)
        assert jt.ok("show", "n", "--json").json == before


def test_a_job_that_has_ended_is_refused_in_one_sentence(jt: Command) -> None:
    jt.created("n", "--every", "5m")
    jt.ok("cancel", "n")
    assert "cancelled" in jt.refused("edit", "n", "--at", "tomorrow 9am")


def test_lists_and_single_jobs_say_when(jt: Command) -> None:
    jt.created("once", "--at", "2026-11-27 09:00")
    jt.created("often", "--every", "90s")
    jt.created("goal", "--until", "text:green")
    text = jt.ok("list").out
    assert "27 Nov 09:00" in text
    assert "every 90s" in text
    assert "1m until done" in text
    assert jt.ok("list", "--trigger-type", "one_off", "--json").json[0]["name"] == "once"
    shown = jt.ok("show", "often").out
    assert "every 90 seconds" in shown
    assert "2026-08-21 14:03:41Z" in shown


def test_what_is_exported_can_be_applied(jt: Command) -> None:
    jt.created("once", "--at", "2026-11-27 09:00", "--tz", "Europe/Berlin")
    jt.created("often", "--every", "90s", "--after-end", "--max-runs", "3", "--watch")
    jt.created("goal", "--until", "json:$.a=1", "--delay", "5m", "--end-at", "in 3 days")
    jt.created("both", "--cron", "0 9 * * *", "--start-at", "next month", "--new-conversation")
    document = jt.ok("export").out
    assert set(jt.ok("apply", "-f", "-", stdin=document).lines) == {
        f"job {name} unchanged" for name in ("once", "often", "goal", "both")
    }
    before = {job["name"]: job for job in jt.ok("list", "--json").json}
    for name in before:
        jt.ok("purge", name, "--yes")
    jt.ok("apply", "-f", "-", stdin=document)
    after = {job["name"]: job for job in jt.ok("list", "--json").json}
    for name, job in before.items():
        same = set(job) - {"id"}
        assert {key: after[name][key] for key in same} == {key: job[key] for key in same}
