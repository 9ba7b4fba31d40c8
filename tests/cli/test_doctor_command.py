"""``jobs-tui doctor``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Command


def states(jt: Command) -> dict[str, str]:
    return {check["name"]: check["state"] for check in jt("doctor", "--json").json["checks"]}


def test_a_healthy_home(jt: Command) -> None:
    answer = jt.ok("doctor", "--json").json
    assert answer["ok"] is True
    found = {check["name"]: check for check in answer["checks"]}
    assert found["engine"]["state"] == "note"
    assert {"ok"} == {c["state"] for name, c in found.items() if name not in ("engine", "disk")}
    assert "in order" in jt.ok("doctor").out


def test_a_damaged_database_is_named(jt: Command, home: Path) -> None:
    jt.created()
    (home / "jobs.db").write_bytes(b"this is no database at all, it only lies in its place" * 99)
    answer = jt("doctor")
    assert answer.code == 1
    assert "damaged" in answer.out
    assert "Something is wrong" in answer.out


def test_open_permissions_are_named(jt: Command, home: Path) -> None:
    jt.created()
    (home / "jobs.db").chmod(0o644)
    answer = jt("doctor")
    assert answer.code == 1
    assert f"chmod 600 {home / 'jobs.db'}" in answer.out


def test_a_bad_setting_is_named(jt: Command, home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text("max_running = 0\n")
    answer = jt("doctor")
    assert answer.code == 1
    assert "max_running" in answer.out
    assert ".. " not in answer.out


def test_no_bash_is_a_problem(jt: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from jobs_tui.agents import registry

    monkeypatch.setenv("PATH", "/nonexistent")
    registry._ours.cache_clear()
    try:
        assert states(jt)["agent shell"] == "problem"
    finally:
        registry._ours.cache_clear()


def test_the_key_and_the_secrets_are_looked_at(
    jt: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jt.ok("secret", "set", "PW", stdin="hunter22")
    assert (states(jt)["secret key"], states(jt)["secrets"]) == ("ok", "ok")
    key = home / "secret.key"
    key.chmod(0o644)
    assert f"chmod 600 {key}" in jt("doctor").out
    key.chmod(0o600)
    jt.ok("secret", "set", "FAR", "--from", "env:NOT_SET_ANYWHERE")
    answer = jt("doctor")
    assert answer.code == 1
    assert "FAR cannot be had" in answer.out
    monkeypatch.setenv("NOT_SET_ANYWHERE", "found")
    assert states(jt)["secrets"] == "ok"
    key.unlink()
    answer = jt("doctor")
    assert "is gone: no sealed secret opens" in answer.out
    assert "jobs-tui secret set PW" in answer.out
    assert "hunter22" not in answer.out
