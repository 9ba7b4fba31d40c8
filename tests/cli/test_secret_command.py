"""``jobs-tui secret``: in by standard input or a prompt, never as an argument, and never out."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from jobs_tui.guard.secrets.resolver import Secrets
from jobs_tui.service.context import Context
from tests.cli.command import Command

VALUE = "hunter22-secret"


@pytest.mark.parametrize("piped", [VALUE, f"{VALUE}\n", f"{VALUE}\r\n"])
def test_a_value_comes_from_standard_input_and_is_shown_nowhere(
    jt: Command, ctx: Context, home: Path, piped: str
) -> None:
    answer = jt.ok("secret", "set", "PW", "--description", "of the database", stdin=piped)
    assert answer.out == "The secret PW is set.\n"
    assert Secrets(ctx.store).resolve("PW") == VALUE
    shown = [jt.ok("secret", *words).out for words in (("list",), ("list", "--json"))]
    shown += [jt.ok("secret", "check", "PW", "--json").out, answer.out]
    assert VALUE not in "".join(shown)
    assert all(VALUE.encode() not in file.read_bytes() for file in home.iterdir())
    (one,) = jt.ok("secret", "list", "--json").json
    assert (one["name"], one["source"], one["ready"]) == ("PW", "store", True)
    assert one["description"] == "of the database"


def test_at_a_terminal_it_is_asked_for_hidden_and_twice(
    jt: Command, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []

    def prompt(text: str, **options: object) -> str:
        asked.append({"text": text, **options})
        return VALUE

    monkeypatch.setattr(click, "prompt", prompt)
    from jobs_tui.cli import secret

    monkeypatch.setattr(secret.sys, "stdin", type("Terminal", (), {"isatty": lambda _: True})())
    assert secret._read_value() == VALUE
    (one,) = asked
    assert one["hide_input"] is True
    assert one["confirmation_prompt"] is True
    assert one["err"] is True


def test_a_value_is_never_an_argument(jt: Command, ctx: Context) -> None:
    assert jt("secret", "set", "PW", VALUE, stdin="").code == 2
    assert jt("secret", "set", "PW", "--value", VALUE, stdin="").code == 2
    assert ctx.store.rows("select name from secrets") == []


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        (["1st"], VALUE, "cannot be the name of a secret"),
        (["PW"], "", "The value is empty"),
        (["PW"], b"\xff\xfe", "not UTF-8"),
        (["PW"], "a\0b", "NUL"),
        (["PW", "--from", "env:"], "", "names nothing"),
        (["PW", "--from", "PW"], "", "refer to itself"),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(
    jt: Command, ctx: Context, arguments: list[str], stdin: str | bytes, says: str
) -> None:
    assert says in jt.refused("secret", "set", *arguments, stdin=stdin)
    assert ctx.store.rows("select name from secrets") == []


def test_a_reference_that_leads_nowhere_is_kept_with_a_warning(jt: Command) -> None:
    answer = jt.ok("secret", "set", "FAR", "--from", "env:NOT_SET_ANYWHERE")
    assert "NOT_SET_ANYWHERE is not set" in answer.err
    assert "missing" in jt.ok("secret", "list").out
    assert jt("secret", "check", "FAR").code == 1


def test_one_in_use_is_deleted_only_by_force(jt: Command) -> None:
    jt.ok("secret", "set", "PW", stdin=VALUE)
    jt.created("dump", "--secret", "PW")
    answer = jt("secret", "delete", "PW")
    assert answer.code != 0
    assert "is used by the job 'dump'" in answer.err
    assert "Deleted" in jt.ok("secret", "delete", "PW", "--force").out
    assert "no secret 'PW'" in jt("secret", "delete", "PW").err
    assert jt.ok("secret", "list").out == ""


def test_a_new_key_opens_all_and_the_old_file_is_gone(
    jt: Command, ctx: Context, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jt.ok("secret", "set", "PW", stdin=VALUE)
    before = (home / "secret.key").read_bytes()
    assert jt.ok("secret", "rotate-key").out == "1 secret sealed with a new key.\n"
    assert (home / "secret.key").read_bytes() != before
    assert (home / "secret.key").stat().st_mode & 0o777 == 0o600
    assert not (home / "secret.key.next").exists()
    assert Secrets(ctx.store).resolve("PW") == VALUE
    monkeypatch.setenv("JOBS_TUI_KEY", before.decode().strip())
    answer = jt("secret", "rotate-key")
    assert answer.code == 1
    assert "JOBS_TUI_KEY" in answer.err
