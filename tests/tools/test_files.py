"""Trees of files: what takes room, what is old, what logs say, what git knows."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from jobs_tui.tools.tool import ToolContext, ToolFailed
from tests.tools.conftest import Use


def put(path: Path, size: int = 10, age_days: float = 0, now: float = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    if now:
        os.utime(path, (now - age_days * 86_400,) * 2)
    return path


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


async def test_old_files_are_only_named_unless_one_insists(
    use: Use, work: Path, context: ToolContext
) -> None:
    now = context.store.clock.now().timestamp()
    old = put(work / "x" / "old.log", 10, 40, now)
    other = put(work / "x" / "old.txt", 10, 40, now)
    new = put(work / "x" / "new.log", 10, 1, now)
    (work / "x" / "link.log").symlink_to(new)
    dry = await use("clean_up_files", path="x", older_than_days=30, patterns=["*.log"])
    assert (dry.data["files"], dry.data["deleted"]) == (1, 0)
    assert "nothing was deleted" in dry.summary
    assert old.exists()
    done = await use(
        "clean_up_files", path="x", older_than_days=30, patterns=["*.log"], dry_run=False
    )
    assert done.data["deleted"] == 1
    assert (old.exists(), other.exists(), new.exists()) == (False, True, True)


@pytest.mark.parametrize("path", ["/", "~", "/home", "/usr", "~/.."])
async def test_what_is_too_much_to_clean_up_is_refused(use: Use, path: str) -> None:
    with pytest.raises(ToolFailed, match=r"too much|no directory"):
        await use("clean_up_files", path=path, older_than_days=1, dry_run=False)


async def test_errors_of_logs_are_counted_with_examples(use: Use, work: Path) -> None:
    (work / "a.log").write_text("fine\nERROR one\n2020-01-01 10:00:00 error old\nterror\n")
    (work / "b.txt").write_text("error\n")
    found = await use("log_scan", paths=["*.log"], max_matches=1)
    assert found.data["matches"] == 2
    assert found.alarms == ("2 matches, more than 1.",)
    assert "a.log:2: ERROR one" in found.text
    own = await use("log_scan", paths=["."], pattern="t[e]rror")
    assert own.data["matches"] == 1
    with pytest.raises(ToolFailed, match="no regular expression"):
        await use("log_scan", paths=["."], pattern="(")
    with pytest.raises(ToolFailed, match="No file"):
        await use("log_scan", paths=["nothing*"])


async def test_lines_before_the_asked_time_do_not_count(
    use: Use, work: Path, context: ToolContext
) -> None:
    now = context.store.clock.now()
    (work / "a.log").write_text(
        f"{now:%Y-%m-%d %H:%M:%S} error now\n2001-01-01T00:00:00 error then\n"
    )
    os.utime(work / "a.log", (now.timestamp(),) * 2)
    assert (await use("log_scan", paths=["a.log"], hours=1)).data["matches"] == 1


def repository(path: Path) -> None:
    path.mkdir()
    git = ["git", "-C", str(path), "-c", "user.email=a@b", "-c", "user.name=n"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-qm", "first", "--allow-empty"], check=True)


async def test_repositories_with_changes_are_told(use: Use, work: Path) -> None:
    for name in ("clean", "dirty"):
        repository(work / name)
    put(work / "dirty" / "new")
    found = await use("git_status", path=".", dirty_is_alarm=True)
    assert found.summary == "1 of 2 repositories with uncommitted changes"
    assert found.alarms == (f"{work / 'dirty'} has 1 uncommitted change.",)
    with pytest.raises(ToolFailed, match="no git repository"):
        await use("git_status", path="dirty/.git")
