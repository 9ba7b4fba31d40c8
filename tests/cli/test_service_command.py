"""``jobs-tui service``: the unit file and what is asked of systemd."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.command import Command


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for units, and a ``systemctl`` that notes what it is asked."""
    programs = tmp_path / "bin"
    programs.mkdir()
    systemctl = programs / "systemctl"
    systemctl.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\necho active\n'
        f'if [ -e {tmp_path}/broken ]; then echo "no bus" >&2; exit 1; fi\n'
    )
    systemctl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/bin:/usr/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def asked(machine: Path) -> list[str]:
    return (machine / "asked").read_text().splitlines()


def unit(machine: Path) -> Path:
    return machine / "config" / "systemd" / "user" / "jobs-tui.service"


def test_install_writes_enables_and_starts(jt: Command, machine: Path, home: Path) -> None:
    answer = jt.ok("service", "install")
    text = unit(machine).read_text()
    assert f"ExecStart={sys.executable} -P -m jobs_tui serve\n" in text
    assert f"Environment=JOBS_TUI_HOME={home}\n" in text
    assert asked(machine) == ["--user daemon-reload", "--user enable --now jobs-tui.service"]
    assert "enable-linger" in answer.err
    assert jt.ok("service", "show").out == text
    assert jt.ok("service", "status", "--json").json == {
        "unit": str(unit(machine)),
        "installed": True,
        "state": "active",
    }


def test_install_without_starting(jt: Command, machine: Path) -> None:
    jt.ok("service", "install", "--no-start")
    assert unit(machine).exists()
    assert not (machine / "asked").exists()


def test_uninstall(jt: Command, machine: Path) -> None:
    assert "nothing to remove" in jt.ok("service", "uninstall").out
    jt.ok("service", "install", "--no-start")
    jt.ok("service", "uninstall")
    assert not unit(machine).exists()
    assert asked(machine) == ["--user disable --now jobs-tui.service", "--user daemon-reload"]
    answer = jt("service", "status")
    assert (answer.code, "not installed" in answer.out) == (3, True)


def test_what_systemd_says_is_passed_on(jt: Command, machine: Path) -> None:
    (machine / "broken").touch()
    answer = jt("service", "install")
    assert answer.code == 1
    assert "no bus" in answer.err
    assert unit(machine).exists()


def test_without_systemd(jt: Command, machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    answer = jt("service", "install")
    assert answer.code == 1
    assert "systemctl was not found" in answer.err
