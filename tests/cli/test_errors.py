"""Whatever goes wrong ends as one sentence on standard error and an exit code."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from jobs_tui import __version__
from jobs_tui.cli import main
from jobs_tui.cli.main import cli
from jobs_tui.models.errors import Refused
from tests.cli.command import Answer, Command


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException, *, pipe: bool = False) -> Answer:
    """What ``jobs-tui list`` says when it fails so."""

    @click.command("list")
    def list_jobs() -> None:
        raise error

    from jobs_tui.cli import jobs

    monkeypatch.setattr(jobs, "list_jobs", list_jobs)
    result = CliRunner().invoke(cli, ["list"])
    assert isinstance(result.exception, SystemExit), result.exception
    return Answer(result.exit_code, result.stdout, result.stderr)


class TestErrors:
    def test_ours(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        answer = failing(monkeypatch, Refused("No\x1b[2J.", "Wait."))
        assert (answer.code, answer.out, answer.err) == (2, "", "jobs-tui: No. Wait.\n")

    def test_of_the_database(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        answer = failing(monkeypatch, sqlite3.OperationalError("database or disk is full"))
        assert answer.code == 1
        assert "no space left" in answer.err

    def test_unexpected_ones_keep_their_details_for_a_report(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home.mkdir()
        for _ in range(2):
            answer = failing(monkeypatch, ZeroDivisionError("by\nzero"))
        assert answer.code == 1
        crash = home / "crash.log"
        assert answer.err == (
            f"jobs-tui: unexpected error: ZeroDivisionError: by zero (details in {crash})\n"
        )
        assert crash.read_text().count("Traceback") == 2
        assert stat.S_IMODE(crash.stat().st_mode) == 0o600

    def test_unexpected_ones_without_a_place_for_details(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answer = failing(monkeypatch, ZeroDivisionError("x"))
        assert (answer.code, "no place" in answer.err) == (1, True)

    def test_an_interrupt(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        answer = failing(monkeypatch, KeyboardInterrupt())
        assert (answer.code, answer.err.strip()) == (130, "")

    def test_a_reader_that_went_away(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(main, "forget_stdout", lambda: None)
        answer = failing(monkeypatch, BrokenPipeError())
        assert (answer.code, answer.err) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_output_that_is_full(jt: Command) -> None:
    jt.created()
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "jobs_tui", "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "no space left" in done.stderr
    assert done.stderr.count("\n") == 1


class TestHomes:
    @pytest.mark.parametrize(
        "command", [("list",), ("create", "--name", "n", "--manual", "--prompt", "x")]
    )
    def test_a_home_that_cannot_be_made(
        self, jt: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
    ) -> None:
        (tmp_path / "file").write_text("in the way")
        monkeypatch.setenv("JOBS_TUI_HOME", str(tmp_path / "file" / "home"))
        answer = jt(*command)
        assert (answer.code, answer.out) == (1, "")
        assert "JOBS_TUI_HOME" in answer.err
        assert answer.err.count("\n") == 1

    def test_a_damaged_database(self, jt: Command, home: Path) -> None:
        jt.created()
        rubbish = b"no database " * 2000
        (home / "jobs.db").write_bytes(rubbish)
        for command in (("list",), ("run", "nightly"), ("status",)):
            answer = jt(*command)
            assert answer.code == 1
            assert "damaged" in answer.err
            assert answer.err.count("\n") == 1
        assert (home / "jobs.db").read_bytes() == rubbish

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_home_that_is_read_only(self, jt: Command, home: Path) -> None:
        jt.created()
        home.chmod(0o500)
        try:
            answer = jt("create", "--name", "n", "--manual", "--prompt", "x")
        finally:
            home.chmod(0o700)
        assert answer.code == 1
        assert answer.err.count("\n") == 1

    def test_a_bad_configuration_is_named_where_it_matters(self, jt: Command, home: Path) -> None:
        home.mkdir()
        (home / "config.toml").write_text("colour = 'red'\n")
        assert jt.ok("list", "--json").json == []
        answer = jt("create", "--name", "n", "--webhook", "--prompt", "x")
        assert answer.code == 2
        assert "'colour', which is no setting" in answer.err


class TestUsage:
    def test_help_everywhere(self, jt: Command) -> None:
        listing = jt.ok("--help").out
        for name in main.ENTRIES:
            assert f"\n  {name} " in listing
            assert "Usage: " in jt.ok(name, "-h").out
        for group in ("cron", "webhook", "service"):
            answer = jt(group)
            assert (answer.code, "Usage: " in answer.err) == (2, True)

    def test_version(self, jt: Command) -> None:
        assert jt.ok("--version").out == f"jobs-tui {__version__}\n"

    def test_an_unknown_command(self, jt: Command) -> None:
        assert "No such command 'lst'" in jt.refused("lst")

    def test_the_screen_wants_a_terminal(self, jt: Command) -> None:
        assert "needs a terminal" in jt.refused()
