"""What is deleted, what never is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobs_tui.tools import clean_up_files
from jobs_tui.tools.tool import ToolContext, ToolFailed, ToolResult
from tests.tools.conftest import Use
from tests.tools.trees import put

Old = Callable[[str], Path]


@pytest.fixture
def old(work: Path, context: ToolContext) -> Old:
    """``old("x/a")``: a file of 40 days."""
    now = context.store.clock.now().timestamp()
    return lambda name: put(work / name, 10, 40, now)


async def _really(use: Use, **arguments: Any) -> ToolResult:
    return await use(
        "clean_up_files", **{"path": "x", "older_than_days": 30, "dry_run": False, **arguments}
    )


async def test_old_files_are_only_named_unless_one_insists(
    use: Use, work: Path, context: ToolContext, old: Old
) -> None:
    log, other = old("x/old.log"), old("x/old.txt")
    new = put(work / "x" / "new.log", 10, 1, context.store.clock.now().timestamp())
    (work / "x" / "link.log").symlink_to(new)
    dry = await use("clean_up_files", path="x", older_than_days=30, patterns=["*.log"])
    assert (dry.data["files"], dry.data["deleted"], dry.data["bytes"]) == (1, 0, 10)
    assert "nothing was deleted" in dry.summary
    assert log.exists()
    done = await _really(use, patterns=["*.log"])
    assert done.data["deleted"] == 1
    assert (log.exists(), other.exists(), new.exists()) == (False, True, True)


@pytest.mark.parametrize("path", ["/", "~", "/home", "/usr", "~/..", "/var/log", "/var/lib/.."])
async def test_what_is_too_much_to_clean_up_is_refused(use: Use, path: str) -> None:
    with pytest.raises(ToolFailed, match="too much"):
        await _really(use, path=path)


@pytest.mark.parametrize("path", ["/usr/lib", "/etc/ssl", "/proc/self", "/dev/shm"])
async def test_trees_of_the_system_are_refused(use: Use, path: str) -> None:
    with pytest.raises(ToolFailed, match="belongs to the system"):
        await _really(use, path=path)


async def test_our_own_data_is_refused_from_above_and_below(
    use: Use, work: Path, context: ToolContext
) -> None:
    (work / "x").symlink_to(context.store.home.data)
    (work / "up").symlink_to(context.store.home.data.parent)
    for path in ("x", "up", str(context.store.home.data)):
        with pytest.raises(ToolFailed, match="the data of jobs-tui"):
            await _really(use, path=path)


async def test_a_directory_exchanged_for_a_link_meanwhile_leads_nowhere(
    use: Use, work: Path, old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, outside = old("x/sub/a"), old("precious/a")
    real, exchanged = os.open, []

    def exchange(path: str, flags: int, *rest: int, dir_fd: int | None = None) -> int:
        if path == "sub" and not exchanged:
            os.rename(work / "x" / "sub", work / "moved")
            (work / "x" / "sub").symlink_to(work / "precious")
            exchanged.append(path)
        return real(path, flags, *rest, dir_fd=dir_fd)

    monkeypatch.setattr(clean_up_files.os, "open", exchange)
    found = await _really(use)
    assert exchanged
    assert (outside.exists(), (work / "moved" / inside.name).exists()) == (True, True)
    assert found.alarms == ("1 directory could not be read.",)


async def test_only_directories_that_became_empty_go_and_only_when_asked(
    use: Use, work: Path, old: Old
) -> None:
    old("x/a/b/one")
    old("x/kept/one")
    put(work / "x" / "kept" / "new")
    (work / "x" / "was-empty").mkdir()
    await _really(use, patterns=["nothing"], empty_directories=True)
    assert (work / "x" / "was-empty").exists()
    found = await _really(use, empty_directories=True)
    assert found.data["directories_removed"] == 2
    assert sorted(path.name for path in (work / "x").iterdir()) == ["kept", "was-empty"]
    assert found.alarms == ()


async def test_a_file_that_is_gone_is_fine_and_one_that_cannot_go_is_not(
    use: Use, work: Path, old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    old("x/gone")
    stays = old("x/stays")

    def unlink(name: str, *, dir_fd: int) -> None:
        raise FileNotFoundError(2, "gone") if name == "gone" else PermissionError(13, "Not allowed")

    monkeypatch.setattr(clean_up_files.os, "unlink", unlink)
    found = await _really(use)
    assert found.alarms == (f"{stays} could not be deleted: Not allowed.",)
    assert found.data["deleted"] == 0
