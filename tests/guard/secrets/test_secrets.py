"""References, the sealed store and its key."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken

from jobs_tui.guard.secrets.entries import SecretEntry, parse_entry
from jobs_tui.guard.secrets.errors import KeyProblem, SecretMissing
from jobs_tui.guard.secrets.resolver import Secrets
from jobs_tui.models.errors import InvalidInput
from jobs_tui.service import secrets as use_cases
from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from tests.fakes import FakeClock


@pytest.fixture
def ctx(tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    store = Store(Home(tmp_path / "home", tmp_path / "home" / "config.toml"), clock)
    yield Context(store, "ada", "cli")
    store.close()


@pytest.mark.parametrize(
    ("text", "variable", "reference"),
    [
        ("PG_URL", "PG_URL", "store:PG_URL"),
        ("openai-key", "OPENAI_KEY", "store:openai-key"),
        ("PW=env:PGPASSWORD", "PW", "env:PGPASSWORD"),
        ("env:PGPASSWORD", "PGPASSWORD", "env:PGPASSWORD"),
        ("file:/run/secrets/api-key.txt", "API_KEY", "file:/run/secrets/api-key.txt"),
        ("op://vault/item/field", "FIELD", "op://vault/item/field"),
        ("T=cmd:pass show x", "T", "cmd:pass show x"),
    ],
)
def test_entries_name_a_variable_and_where_its_value_is(
    text: str, variable: str, reference: str
) -> None:
    assert parse_entry(text) == SecretEntry(variable, reference)


@pytest.mark.parametrize("text", ["", " ", "env:", "a\nb", "12 34", "file:///", "A=vault:x"])
def test_what_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_entry(text)


def test_a_value_comes_back_and_stands_nowhere_in_the_clear(ctx: Context, tmp_path: Path) -> None:
    use_cases.put(ctx, "PW", value="hunter2-äöü")
    assert Secrets(ctx.store).resolve("PW") == "hunter2-äöü"
    assert Secrets(ctx.store).resolve_entries(["PW", "OTHER=PW"]) == {
        "PW": "hunter2-äöü",
        "OTHER": "hunter2-äöü",
    }
    assert ctx.store.home.data.joinpath("secret.key").stat().st_mode & 0o777 == 0o600
    for path in ctx.store.home.data.iterdir():
        assert b"hunter2" not in path.read_bytes()


def test_references_lead_to_variables_files_and_commands(ctx: Context, tmp_path: Path) -> None:
    file = tmp_path / "pw"
    file.write_text("from file\n")
    file.chmod(0o600)
    secrets = Secrets(ctx.store, {"X": "from env", "PATH": os.environ["PATH"]})
    assert secrets.resolve("env:X") == "from env"
    assert secrets.resolve(f"file:{file}") == "from file"
    assert secrets.resolve("cmd:printf '%s\\n' 'two words'") == "two words"
    use_cases.put(ctx, "ALIAS", reference="env:X")
    assert secrets.resolve("ALIAS") == "from env"
    assert all(secrets.problem(one) == "" for one in ("env:X", f"file:{file}", "cmd:true", "ALIAS"))


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("NOPE", "no secret 'NOPE'. Set it with `jobs-tui secret set NOPE`"),
        ("env:NOT_SET_ANYWHERE", "NOT_SET_ANYWHERE is not set"),
        ("file:/nowhere/x", "No such file"),
        ("cmd:no-such-program-here", "was not found on PATH"),
        ("cred:x", "no systemd credentials"),
        ("op://a/b", "'op' was not found"),
    ],
)
def test_what_cannot_be_had_says_which_and_what_to_do(
    ctx: Context, reference: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    secrets = Secrets(ctx.store)
    assert words in secrets.problem(reference)
    with pytest.raises(SecretMissing) as caught:
        secrets.resolve(reference)
    assert words in caught.value.sentence()


def test_a_file_that_others_can_read_is_refused_with_the_way_out(
    ctx: Context, tmp_path: Path
) -> None:
    file = tmp_path / "pw"
    file.write_text("x")
    file.chmod(0o644)
    with pytest.raises(SecretMissing, match="chmod 600"):
        Secrets(ctx.store).resolve(f"file:{file}")


def test_a_command_that_fails_tells_no_more_than_its_first_line(ctx: Context) -> None:
    with pytest.raises(SecretMissing, match=r"exit 3: first\)") as caught:
        Secrets(ctx.store).resolve("cmd:sh -c 'echo first >&2; echo second >&2; exit 3'")
    assert "second" not in caught.value.message


def test_secrets_that_refer_to_each_other_are_told_as_a_circle(ctx: Context) -> None:
    use_cases.put(ctx, "A", reference="store:B")
    use_cases.put(ctx, "B", reference="store:A")
    with pytest.raises(SecretMissing, match="A -> B -> A"):
        Secrets(ctx.store).resolve("A")
    assert "circle" in Secrets(ctx.store).problem("A")


def test_a_new_key_seals_everything_anew_and_the_old_one_opens_nothing(ctx: Context) -> None:
    for number in range(3):
        use_cases.put(ctx, f"S{number}", value=f"value {number}")
    use_cases.put(ctx, "R", reference="env:X")
    old = Fernet(ctx.store.home.data.joinpath("secret.key").read_bytes().strip())
    assert use_cases.rotate_key(ctx) == 3
    assert Secrets(ctx.store).resolve("S2") == "value 2"
    assert not ctx.store.home.data.joinpath("secret.key.next").exists()
    (sealed,) = ctx.store.row("select sealed from secrets where name = 'S1'") or ()
    with pytest.raises(InvalidToken):
        old.decrypt(sealed)


def test_a_change_of_the_key_that_was_interrupted_loses_nothing(ctx: Context) -> None:
    use_cases.put(ctx, "S", value="kept")
    secrets = Secrets(ctx.store)
    secrets.ring.begin_change()  # and here the power went
    assert Secrets(ctx.store).resolve("S") == "kept"
    use_cases.put(ctx, "T", value="sealed with the new one")
    assert use_cases.rotate_key(ctx) == 2
    assert Secrets(ctx.store).resolve_entries(["S", "T"]) == {
        "S": "kept",
        "T": "sealed with the new one",
    }


def test_a_key_that_is_gone_bad_or_open_to_others_is_said(ctx: Context) -> None:
    use_cases.put(ctx, "S", value="x-value")
    key = ctx.store.home.data / "secret.key"
    raw = key.read_bytes()
    key.chmod(0o640)
    with pytest.raises(KeyProblem, match="Others can read"):
        Secrets(ctx.store).resolve("S")
    key.chmod(0o600)
    key.write_bytes(b"nonsense")
    with pytest.raises(KeyProblem, match="does not hold a key"):
        Secrets(ctx.store).resolve("S")
    key.write_bytes(Fernet.generate_key())
    with pytest.raises(KeyProblem, match="another key"):
        Secrets(ctx.store).resolve("S")
    key.unlink()
    with pytest.raises(KeyProblem, match="is gone"):
        Secrets(ctx.store).resolve("S")
    assert Secrets(ctx.store, {"JOBS_TUI_KEY": raw.decode()}).resolve("S") == "x-value"


def test_what_uses_a_secret_is_named_before_it_is_deleted(ctx: Context) -> None:
    from jobs_tui.models.errors import Refused
    from tests.service.made import made

    use_cases.put(ctx, "PW", value="x-value")
    made(ctx, name="nightly", execution_environment={"secrets": ["DB=store:PW"]})
    assert use_cases.get(ctx, "PW").used_by == ("the job 'nightly'",)
    with pytest.raises(Refused, match="'nightly'"):
        use_cases.delete(ctx, "PW")
    use_cases.delete(ctx, "PW", force=True)
    assert use_cases.listing(ctx) == []


@pytest.mark.parametrize(
    "more",
    [{}, {"value": ""}, {"value": "a\x00b"}, {"value": "a", "reference": "env:X"},
     {"reference": "env:"}, {"reference": "store:N"}],
)  # fmt: skip
def test_bad_secrets_are_refused_and_nothing_is_kept(ctx: Context, more: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        use_cases.put(ctx, "N", **more)
    for name in ("", "a b", "1x", "x" * 200, "a\n"):
        with pytest.raises(InvalidInput):
            use_cases.put(ctx, name, value="v")
    assert use_cases.listing(ctx) == []


def test_what_is_not_ready_says_why_and_never_raises(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_cases.put(ctx, "S", value="x-value")
    secrets = Secrets(ctx.store)
    assert secrets.problem("S") == ""
    monkeypatch.setattr("jobs_tui.guard.secrets.outside.find_spec", lambda name: None)
    assert "need the package keyring" in secrets.problem("keyring:a/b")
    secrets.ring.file.write_bytes(Fernet.generate_key())
    assert "another key" in secrets.problem("S")
    secrets.ring.file.unlink()
    assert "is gone" in secrets.problem("S")
    assert use_cases.get(ctx, "S").answer()["ready"] is False
    for bad in ("", "env:", "file:a\0b", "cmd:'", "cmd: ", "file:~no-such-user/x", "a\nb"):
        assert secrets.problem(bad), bad


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("yes", "printed more than 100,000 bytes"),
        (r"printf '\377'", "not UTF-8"),
        ("echo", "printed nothing"),
    ],
)
def test_what_a_command_prints_is_bounded_and_is_text(
    ctx: Context, script: str, words: str
) -> None:
    with pytest.raises(SecretMissing, match=words):
        Secrets(ctx.store).resolve(f'cmd:sh -c "{script}"')


def test_blanks_around_what_a_command_prints_are_no_part_of_it(ctx: Context) -> None:
    assert Secrets(ctx.store).resolve("cmd:printf ' word \\n\\n'") == "word"


def test_a_command_that_takes_too_long_is_ended_with_all_that_it_started(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs_tui.guard.secrets.outside.PATIENCE", 0.3)
    script = tmp_path / "slow"
    script.write_text(f"sleep 600 & echo $! > {tmp_path}/pid; wait")
    with pytest.raises(SecretMissing, match="within"):
        Secrets(ctx.store).resolve(f"cmd:sh {script}")
    stat = Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/stat")
    assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def test_a_long_secret_file_is_refused(ctx: Context, tmp_path: Path) -> None:
    file = tmp_path / "pw"
    file.write_bytes(b"x" * 100_001)
    file.chmod(0o600)
    with pytest.raises(SecretMissing, match="more than 100,000 bytes"):
        Secrets(ctx.store).resolve(f"file:{file}")


@pytest.mark.parametrize("description", ["x" * 1001, "a\x1b[31mb", "a\0b"])
def test_bad_descriptions_are_refused(ctx: Context, description: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        use_cases.put(ctx, "N", value="v", description=description)
    assert caught.value.field == "description"


def test_a_setting_that_uses_a_secret_is_named(ctx: Context) -> None:
    use_cases.put(ctx, "PW", value="x-value")
    ctx.store.home.config_file.write_text('embeddings_key = "PW"\n')
    assert use_cases.get(ctx, "PW").used_by == ("the setting embeddings_key",)
