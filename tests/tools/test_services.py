"""Whether services run, with systemd and without it."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from jobs_tui.tools import services
from jobs_tui.tools.tool import ToolFailed
from tests.tools.conftest import Use


def program(path: Path, script: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


async def test_services_are_asked_of_systemd(
    use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    fake = programs / "systemctl"
    fake.write_text(
        "#!/bin/sh\ncase $* in *ssh*) state=active sub=running load=loaded;;"
        " *gone*) state=inactive sub=dead load=not-found;;"
        " *) state=failed sub=failed load=loaded;; esac\n"
        'echo "Id=$6"; echo "LoadState=$load"; echo "ActiveState=$state"; echo "SubState=$sub"\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    found = await use("service_status", services=["ssh", "gone", "web"])
    assert found.alarms == (
        "The service gone does not exist.",
        "The service web is failed (failed).",
    )


async def test_a_systemd_that_fails_says_why(
    use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin" / "systemctl", "echo Access denied. >&2; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    with pytest.raises(ToolFailed, match="systemd does not answer: Access denied"):
        await use("service_status", services=["ssh"])


@pytest.mark.parametrize("installed", [False, True])
async def test_without_systemd_other_signs_are_looked_for(
    use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    if installed:  # as in a container
        said = "echo System has not been booted with systemd as init system >&2; exit 1"
        program(tmp_path / "bin" / "systemctl", said)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin")
    monkeypatch.setattr(services, "INIT", tmp_path / "init.d")
    monkeypatch.setattr(services, "PID_FILES", (f"{tmp_path}/{{name}}.pid",))
    program(tmp_path / "init.d" / "good", "exit 0")
    program(tmp_path / "init.d" / "dead", "exit 3")
    (tmp_path / "alive.pid").write_text(f"{os.getpid()}\n")
    (tmp_path / "gone.pid").write_text("999999999\n")
    me = psutil.Process().name()
    names = ["good", "dead", "alive.service", "gone", me, "no-such-thing"]
    found = await use("service_status", services=names)
    states = {one["name"]: one["state"] for one in found.data["services"]}
    assert states == {
        "good": "running",
        "dead": "stopped",
        "alive.service": "running",
        "gone": "stopped",
        me: "running",
        "no-such-thing": "not found",
    }
    assert [alarm.split(":")[0] for alarm in found.alarms] == [
        "The service dead is stopped",
        "The service gone is stopped",
        "Nothing of a service no-such-thing can be found",
    ]
    assert "no systemd here" in found.text
