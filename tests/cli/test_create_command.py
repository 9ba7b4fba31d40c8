"""``jobs-tui create`` and ``edit``."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from tests.cli.command import Command


class TestCreate:
    def test_every_option(self, jt: Command) -> None:
        job = jt.created(
            "nightly dump",
            *("--cron", "0 9 * * 1-5", "--tz", "Europe/Paris", "--description", "dumps"),
            *("--tag", "db", "--tag", "night", "--agent", "shell", "--prompt", "dump {{ day }}"),
            *("--param", "day=mon=1", "--timeout", "90", "--retries", "2", "--overlap", "allow"),
            "--paused",
        )
        expected = {
            "name": "nightly dump",
            "description": "dumps",
            "enabled": False,
            "status": "paused",
            "trigger_type": "cron",
            "cron_schedule": "0 9 * * 1-5",
            "cron_timezone": "Europe/Paris",
            "planning_mode": "predefined_agent",
            "entity_type": "agent",
            "entity_id": "shell",
            "prompt_template": "dump {{ day }}",
            "config": {"timeout": 90, "retry": {"max_attempts": 3}, "overlap": "allow"},
            "tags": ["db", "night"],
            "next_execution_at": None,
            "webhook_secret": None,
        }
        assert {name: job[name] for name in expected} == expected
        assert [(p["name"], p["default"], p["required"]) for p in job["parameters"]] == [
            ("day", "mon=1", False)
        ]

    def test_without_an_agent_it_is_the_shell(self, jt: Command) -> None:
        job = jt.created()
        assert (job["planning_mode"], job["entity_id"]) == ("predefined_agent", "shell")

    def test_the_summary_says_when_it_runs(self, jt: Command) -> None:
        answer = jt.ok(
            *("create", "--name", "n", "--cron", "0 9 * * 1-5", "--tz", "Europe/Paris"),
            *("--prompt", "true"),
        )
        assert "at 09:00, Monday to Friday (Europe/Paris)" in answer.out
        assert "2026-08-24 09:00:00+02:00 (in 2d 16h)" in answer.out
        assert "job_" in answer.out
        assert "secret" not in answer.out

    def test_a_webhook_secret_is_shown_this_once(self, jt: Command) -> None:
        job = jt.created("hook", "--webhook")
        assert job["webhook_secret"]
        assert job["webhook_url"].startswith("http://127.0.0.1:")
        assert jt.ok("show", "hook", "--json").json["webhook_secret"] is None
        text = jt.ok("create", "--name", "b", "--webhook", "--prompt", "true").out
        assert "secret" in text
        assert "shown this once" in text

    def test_the_prompt_from_a_file_or_stdin(self, jt: Command, tmp_path: Path) -> None:
        file = tmp_path / "script.sh"
        file.write_text("echo ü\n", encoding="utf-8")
        base = ("create", "--name", "n", "--manual", "--json", "--prompt-file")
        assert jt.ok(*base, str(file)).json["prompt_template"] == "echo ü\n"
        assert jt.ok(*base, "-", stdin="echo in\n").json["prompt_template"] == "echo in\n"
        file.write_bytes(b"\xff\xfe")
        assert "not UTF-8" in jt.refused(*base, str(file))
        assert "cannot be read" in jt.refused(*base, str(tmp_path / "none"))
        assert "cannot be read" in jt.refused(*base, str(tmp_path))

    def test_warnings_go_to_standard_error(self, jt: Command) -> None:
        jt.created("same")
        answer = jt.ok(
            *("create", "--name", "same", "--manual", "--prompt", "x", "--queue", "gpu"),
            "--json",
        )
        assert answer.json["worker_queue_name"] == "gpu"
        assert "no worker queue 'gpu'" in answer.err
        assert "Another job is called 'same'" in answer.err

    @pytest.mark.parametrize("option", ["--agent", "--team", "--workflow"])
    def test_whoever_does_not_exist_is_refused(self, jt: Command, option: str) -> None:
        answer = jt("create", "--name", "n", "--manual", "--prompt", "x", option, "nobody")
        assert answer.code == 2
        assert "nobody" in answer.err
        assert jt("list", "--json").json == []

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--manual", "--prompt", "x"], "--name"),
            (["--name", "n", "--prompt", "x"], "--until CONDITION, --webhook, --after JOB or"),
            (["--name", "n", "--manual"], "--prompt TEXT or --prompt-file"),
            (["--name", "n", "--manual", "--webhook", "--prompt", "x"], "exclude each other"),
            (["--name", "n", "--cron", "* * * * *", "--manual", "--prompt", "x"], "exclude"),
            (["--name", "n", "--manual", "--prompt", "x", "--prompt-file", "y"], "exclude"),
            (["--name", "", "--manual", "--prompt", "x"], "name"),
            (["--name", "x" * 256, "--manual", "--prompt", "x"], "name"),
            (["--name", "n", "--manual", "--prompt", " "], "prompt is empty"),
            (["--name", "n", "--cron", "", "--prompt", "x"], "cron_schedule"),
            (["--name", "n", "--cron", "0 0 31 2 *", "--prompt", "x"], "never fires"),
            (["--name", "n", "--cron", "* * * * *", "--tz", "X", "--prompt", "x"], "time zone"),
            (["--name", "n", "--manual", "--prompt", "x", "--timeout", "soon"], "--timeout"),
            (["--name", "n", "--manual", "--prompt", "x", "--timeout", "0"], "config.timeout"),
            (["--name", "n", "--manual", "--prompt", "x", "--timeout", "nan"], "config.timeout"),
            (["--name", "n", "--manual", "--prompt", "x", "--timeout", "inf"], "config.timeout"),
            (["--name", "n", "--manual", "--prompt", "x", "--retries", "-1"], "--retries"),
            (["--name", "n", "--manual", "--prompt", "x", "--retries", "500"], "max_attempts"),
            (["--name", "n", "--manual", "--prompt", "x", "--overlap", "maybe"], "config.overlap"),
            (["--name", "n", "--manual", "--prompt", "x", "--param", "1x"], "not a name"),
            (["--name", "n", "--manual", "--prompt", "echo {{ x"], "not closed by }}"),
            (["--name", "n", "--cron", "* * * * *", "--prompt", "echo {{ x }}"], "no default"),
            (["--name", "n\udcff", "--manual", "--prompt", "x"], "Unicode"),
            (["n", "--manual"], "n"),
        ],
    )
    def test_bad_input_is_one_sentence_and_nothing_is_written(
        self, jt: Command, arguments: list[str], said: str
    ) -> None:
        assert said in jt.refused("create", *arguments)
        assert jt.ok("list", "--json").json == []


class TestEdit:
    def test_changes_only_what_is_given(self, jt: Command) -> None:
        before = jt.created(
            *("n", "--cron", "0 9 * * *", "--tag", "a", "--retries", "3", "--timeout", "5"),
        )
        after = jt.ok("edit", "n", "--timeout", "6.5", "--description", "d", "--json").json
        assert after["config"] == {"retry": {"max_attempts": 4}, "timeout": 6.5}
        changed = {name for name in before if before[name] != after[name]}
        assert changed <= {"config", "description", "updated_at"}

    def test_a_parameter_is_set_or_dropped_beside_the_others(self, jt: Command) -> None:
        jt.created("n", "--prompt", "echo {{ a }} {{ b }}", "--param", "a=1", "--param", "b")
        changed = jt.ok("edit", "n", "--param", "b=2", "--param", "c=3", "--json").json
        assert [(p["name"], p["default"]) for p in changed["parameters"]] == [
            ("a", "1"),
            ("b", "2"),
            ("c", "3"),
        ]
        changed = jt.ok("edit", "n", "--drop-param", "c", "--json").json
        assert [p["name"] for p in changed["parameters"]] == ["a", "b"]
        assert "no parameter 'z'" in jt.refused("edit", "n", "--drop-param", "z")

    def test_keeps_what_this_command_cannot_say(self, jt: Command, ctx: Context) -> None:
        job_id = jt.created("n")["id"]
        jobs.edit(ctx, job_id, {"config": {"on_lost": "retry", "retry": {"delay": 9}}})
        config = jt.ok("edit", "n", "--retries", "1", "--json").json["config"]
        assert config == {"on_lost": "retry", "retry": {"delay": 9, "max_attempts": 2}}

    def test_another_trigger(self, jt: Command) -> None:
        jt.created("n")
        hook = jt.ok("edit", "n", "--webhook", "--json").json
        assert hook["webhook_secret"]
        cron = jt.ok("edit", "n", "--cron", "@daily", "--tz", "Asia/Tokyo", "--json").json
        assert cron["next_execution_at"] == "2026-08-21T15:00:00.000Z"
        assert cron["webhook_secret"] is None

    def test_bad_input_changes_nothing(self, jt: Command) -> None:
        before = jt.created("n", "--cron", "0 9 * * *")
        assert "Nothing to change" in jt.refused("edit", "n")
        assert "minute field" in jt.refused("edit", "n", "--cron", "61 * * * *")
        assert "no job 'm'" in jt.refused("edit", "m", "--name", "x")
        assert jt.ok("show", "n", "--json").json == before
