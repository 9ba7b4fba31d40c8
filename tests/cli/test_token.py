"""``jobs-tui token`` and ``jobs-tui audit``."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs_tui.service import first_token
from jobs_tui.service.context import Context
from jobs_tui.service.token_check import TokenCheck
from tests.cli.command import Command
from tests.fakes import FakeClock


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JOBS_TUI_TOKEN", raising=False)


class TestShow:
    def test_the_token_and_nothing_else(self, jt: Command, ctx: Context) -> None:
        answer = jt.ok("token", "show")
        assert answer.err == ""
        (text,) = answer.lines
        assert jt.ok("token", "show", "--json").json == {
            "token": text,
            "name": "default",
            "scope": "admin",
        }
        assert TokenCheck(ctx.store, None).find(text).name == "default"

    def test_the_variable_wins(self, jt: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JOBS_TUI_TOKEN", "open sesame")
        assert jt.ok("token", "show").out == "open sesame\n"
        assert jt.ok("token", "show", "--json").json["name"] == "JOBS_TUI_TOKEN"

    def test_an_engine_with_a_token_of_its_own_is_told(
        self, jt: Command, ctx: Context, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JOBS_TUI_TOKEN", "sesame")
        first_token.prepare(ctx)
        monkeypatch.delenv("JOBS_TUI_TOKEN")
        assert jt.ok("token", "show").err == ""  # no engine runs now
        running = type("State", (), {"running": True})
        monkeypatch.setattr("jobs_tui.cli.token.engine_state", lambda ctx: running)
        answer = jt.ok("token", "show")
        assert "started with JOBS_TUI_TOKEN" in answer.err
        assert "sesame" not in answer.out + answer.err

    def test_revoked(self, jt: Command) -> None:
        jt.ok("token", "show")
        assert "No valid token is left" in jt.ok("token", "revoke", "default").err
        assert "'default' was revoked" in jt.refused("token", "show")


class TestCreate:
    def test_json_has_the_text_once(self, jt: Command, ctx: Context) -> None:
        made = jt.ok("token", "create", "--scope", "trigger", "--name", "ci", "--json").json
        assert TokenCheck(ctx.store, None).find(made["token"]).id == made["id"]
        assert (made["name"], made["scope"], made["expires_at"]) == ("ci", "trigger", None)
        (listed,) = jt.ok("token", "list", "--json").json
        assert "token" not in listed
        del listed["last_used_at"]  # written behind, so perhaps by now
        assert {**made, "status": "valid"}.items() >= listed.items()

    def test_in_words(self, jt: Command) -> None:
        said = jt.ok("token", "create", "--scope", "read", "--expires", "30d").out
        assert "2026-09-20 14:02:11Z" in said
        assert "not shown again" in said

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ([], "--scope"),
            (["--scope", "root"], "root"),
            (["--scope", "read", "--expires", "never"], "neither a duration nor a time"),
            (["--scope", "read", "--expires", "2020-01-01"], "not in the future"),
            (["--scope", "read", "--name", "default"], "kept for tokens"),
            (["--scope", "read", "--name", ""], "name of a token"),
        ],
    )
    def test_bad_input_is_one_sentence(self, jt: Command, arguments: list[str], said: str) -> None:
        assert said in jt.refused("token", "create", *arguments)
        assert jt.ok("token", "list", "--json").json == []


class TestListAndRevoke:
    def test_life_of_a_token(self, jt: Command, clock: FakeClock) -> None:
        jt.ok("token", "create", "--scope", "read", "--name", "old", "--expires", "1h")
        jt.ok("token", "create", "--scope", "admin", "--name", "ops")
        clock.advance(3600)
        assert jt.ok("token", "revoke", "ops", "--json").json["status"] == "revoked"
        states = {one["name"]: one["status"] for one in jt.ok("token", "list", "--json").json}
        assert states == {"old": "expired", "ops": "revoked"}
        shown = jt.ok("token", "list")
        assert "expired" in shown.out
        assert "0ms ago" not in shown.out

    def test_none(self, jt: Command) -> None:
        answer = jt.ok("token", "list")
        assert answer.out == ""
        assert "No token yet" in answer.err
        assert "There is no token 'x'" in jt.refused("token", "revoke", "x")


class TestAudit:
    def test_who_did_what_through_which_face(self, jt: Command, home: Path) -> None:
        assert "Nothing was changed yet" in jt.ok("audit").err
        job = jt.created()
        started = jt.ok("run", job["id"], "--json").json
        jt.ok("token", "create", "--scope", "read", "--name", "ci")
        found = jt.ok("audit", "--json").json
        assert [entry["action"] for entry in found] == ["token.create", "job.start", "job.create"]
        assert {entry["face"] for entry in found} == {"cli"}
        assert (found[1]["subject"], found[1]["detail"]) == (job["id"], started["execution_id"])
        assert len(jt.ok("audit", "-n", "1").lines) == 2
        of_job = jt.ok("audit", "--subject", job["id"], "--json").json
        assert [entry["action"] for entry in of_job] == ["job.start", "job.create"]
        assert "job.start" in jt.ok("audit").out
