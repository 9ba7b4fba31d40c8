"""Health, disks, processes of this machine."""

from __future__ import annotations

import os

import psutil
import pytest

from jobs_tui.tools import system
from jobs_tui.tools.tool import ToolFailed
from tests.tools.conftest import Use


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "SAMPLE", 0.0)


async def test_a_threshold_that_is_crossed_is_an_alarm(
    use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "cpu_percent", lambda interval=None: 91.0)
    calm = await use("system_health", cpu_percent=95, disk_percent=100)
    assert calm.alarms == ()
    assert calm.summary.startswith("healthy: CPU 91 %")
    busy = await use("system_health", cpu_percent=80, disk_percent=100)
    assert busy.alarms == ("CPU is at 91 %, above 80 %.",)
    assert busy.data["cpu_percent"] == 91.0


async def test_a_threshold_that_is_just_reached(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "cpu_percent", lambda interval=None: 100.0)
    above = await use("system_health", cpu_percent=100, disk_percent=100)
    assert above.alarms == ()
    at = await use("system_health", cpu_percent=100, disk_percent=100, reached=["cpu_percent"])
    assert at.alarms == ("CPU is at 100 %, at or above 100 %.",)
    found = await use("disk_space", path="/", disk_percent=0, reached=["disk_percent"])
    assert "at or above 0 %" in found.alarms[0]


async def test_memory_and_load_have_thresholds_too(use: Use) -> None:
    found = await use("system_health", memory_percent=0, load_per_core=1000, disk_percent=100)
    assert [alarm.split()[0] for alarm in found.alarms] == ["Memory"]


async def test_disks_are_told_with_what_is_free(use: Use) -> None:
    found = await use("disk_space", path="/", disk_percent=100)
    (disk,) = found.data["disks"]
    assert disk["mount"] == "/"
    assert disk["total"] == psutil.disk_usage("/").total
    full = await use("disk_space", path="/", disk_percent=100, free_bytes=10**18)
    assert "less than" in full.alarms[0]
    with pytest.raises(ToolFailed, match="does not exist"):
        await use("disk_space", path="/nowhere/at/all")


async def test_processes_are_found_by_name_and_a_missing_one_is_an_alarm(use: Use) -> None:
    found = await use("processes", sort="memory", limit=3)
    memory = [one["memory"] for one in found.data["processes"]]
    assert len(memory) == 3
    assert memory == sorted(memory, reverse=True)
    assert (
        os.getpid() in {one["pid"] for one in (await use("processes", limit=100)).data["processes"]}
        or found.data["count"] > 100
    )
    gone = await use("processes", name="no such process", must_run=True)
    assert gone.alarms == ("No process is called 'no such process'.",)
