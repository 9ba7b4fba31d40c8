"""What takes room in a tree."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest

from jobs_tui.tools import disk_usage, walking
from jobs_tui.tools.walking import Walk, in_thread
from tests.tools.conftest import Use
from tests.tools.trees import put


async def test_the_biggest_come_first_and_links_are_not_followed(use: Use, work: Path) -> None:
    put(work / "big" / "deep" / "a", 50_000)
    put(work / "small" / "b", 5_000)
    os.link(work / "big" / "deep" / "a", work / "small" / "same")
    (work / "link").symlink_to("/usr")
    found = await use("disk_usage", path=".")
    assert [Path(one["path"]).name for one in found.data["biggest"]][:2] == ["big", "small"]
    assert found.data["files"] == 3
    assert found.data["bytes"] < 100_000
    files = await use("disk_usage", path=".", files=True, limit=1, max_bytes=10)
    assert Path(files.data["biggest"][0]["path"]).name in ("a", "same")
    assert "more than 10 B" in files.alarms[0]


async def test_directories_are_told_apart_down_to_a_depth(use: Use, work: Path) -> None:
    put(work / "a" / "b" / "c" / "f", 50_000)
    found = await use("disk_usage", path=".", depth=2)
    names = {os.path.relpath(one["path"], work) for one in found.data["biggest"]}
    assert names == {"a", "a/b"}


async def test_a_sparse_file_counts_with_what_it_takes(use: Use, work: Path) -> None:
    put(work / "sparse", 0)
    os.truncate(work / "sparse", 1 << 30)
    found = await use("disk_usage", path=".")
    assert found.data["bytes"] < 1 << 20
    assert found.data["length"] == 1 << 30
    assert "1.0 GiB long" in found.text


async def test_names_of_files_break_no_line_and_no_report(use: Use, work: Path) -> None:
    (work / "evil\n\x1b[2J").mkdir()
    put(work / os.fsdecode(b"\xff\xfe"), 5000)
    found = await use("disk_usage", path=".")
    assert "evil\\n\\x1b[2J" in found.text
    assert found.text.encode()  # bytes that are no text were shown as escapes
    assert len(found.text.splitlines()) == 3


async def test_another_file_system_is_passed_over_and_told(
    use: Use, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(work / "mine" / "a", 5000)
    monkeypatch.setattr(walking.os, "stat", lambda path: os.lstat("/proc"))
    found = await use("disk_usage", path=".")
    assert found.data["files"] == 0
    assert "1 directory of other file systems passed over" in found.text


async def test_a_walk_that_hangs_does_not_hold_up_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(walking, "GOODBYE", 0.0)
    hangs, begun = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def work() -> None:
        loop.call_soon_threadsafe(begun.set)
        hangs.wait()  # a file system that does not answer

    task = asyncio.ensure_future(in_thread(Walk(), work, leave=True))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    hangs.set()


def test_memory_is_bounded_however_many_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_usage, "_MOST", 10)
    monkeypatch.setattr(disk_usage, "_KEPT", 3)
    sizes = disk_usage._Sizes()
    for number in range(100):
        sizes.add(str(number), number)
    assert len(sizes.places) <= 10
    assert sizes.places.most_common(1) == [("99", 99)]
