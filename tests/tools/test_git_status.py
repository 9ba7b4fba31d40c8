"""What git knows, and that nothing of a repository is run to learn it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from jobs_tui.tools.tool import ToolFailed
from tests.tools.conftest import Use
from tests.tools.trees import put


def git(path: Path, *words: str) -> None:
    who = ["-c", "user.email=a@b", "-c", "user.name=n", "-c", "protocol.file.allow=always"]
    subprocess.run(["git", "-C", str(path), *who, *words], check=True, capture_output=True)


def repository(path: Path) -> Path:
    path.mkdir()
    git(path, "init", "-q", "-b", "main")
    git(path, "commit", "-qm", "first", "--allow-empty")
    return path


async def test_repositories_with_changes_are_told(use: Use, work: Path) -> None:
    for name in ("clean", "dirty"):
        repository(work / name)
    put(work / "dirty" / "new")
    found = await use("git_status", path=".", dirty_is_alarm=True)
    assert found.summary == "1 of 2 repositories with uncommitted changes"
    assert found.alarms == (f"{work / 'dirty'} has 1 uncommitted change.",)
    with pytest.raises(ToolFailed, match="no git repository"):
        await use("git_status", path="dirty/.git")


async def test_every_kind_of_repository_is_told_as_what_it_is(use: Use, work: Path) -> None:
    base = repository(work / "base")
    git(work, "clone", "-q", "--bare", "base", "bare.git")
    git(work, "clone", "-q", "bare.git", "copy")
    git(work / "copy", "commit", "-qm", "mine", "--allow-empty")
    git(base, "commit", "-qm", "theirs", "--allow-empty")
    git(base, "push", "-q", str(work / "bare.git"), "main")
    git(work / "copy", "fetch", "-q")
    git(base, "worktree", "add", "-q", "--detach", str(work / "tree"))
    (work / "broken").mkdir()
    (work / "broken" / ".git").write_text("gitdir: /nowhere\n")
    found = await use("git_status", path=".", unpushed_is_alarm=True, behind_is_alarm=True)
    told = {
        Path(one["path"]).name: (one["branch"], one["dirty"], one["ahead"], one["behind"])
        for one in found.data["repositories"]
    }
    assert told == {
        "bare.git": ("main", None, None, None),
        "base": ("main", 0, None, None),
        "broken": ("--", None, None, None),
        "copy": ("main", 0, 1, 1),
        "tree": ("(detached)", 0, None, None),
    }
    assert found.alarms == (
        f"{work}/broken cannot be read: not a git repository: /nowhere.",
        f"{work}/copy has 1 commit not pushed.",
        f"{work}/copy lacks 1 commit of origin/main.",
    )


async def test_a_branch_without_an_upstream_has_what_no_remote_has(use: Use, work: Path) -> None:
    repository(work / "base")
    git(work, "clone", "-q", "base", "copy")
    git(work / "copy", "switch", "-qc", "own")
    git(work / "copy", "commit", "-qm", "mine", "--allow-empty")
    found = await use("git_status", path="copy", unpushed_is_alarm=True)
    assert found.alarms == (f"{work}/copy has 1 commit not pushed.",)


async def test_a_hostile_repository_runs_nothing(use: Use, work: Path) -> None:
    evil, ran = repository(work / "evil"), work / "ran"
    put(evil / "a.txt")
    git(evil, "add", "a.txt")
    git(evil, "commit", "-qm", "file")
    script = work / "evil.sh"
    script.write_text(f"#!/bin/sh\necho $0 $* >> {ran}\ncat\n")
    script.chmod(0o755)
    (evil / ".git" / "info" / "attributes").write_text("* filter=x=y\n")
    for name in (
        "core.fsmonitor", "core.pager", "core.sshCommand", "gpg.program", "filter.x=y.clean",
        "filter.x=y.process", "diff.external", "core.editor",
    ):  # fmt: skip
        git(evil, "config", name, str(script))
    git(evil, "config", "log.showSignature", "true")
    for hook in ("post-index-change", "reference-transaction"):
        (evil / ".git" / "hooks" / hook).symlink_to(script)
    ran.unlink(missing_ok=True)
    (evil / "a.txt").write_text("yyyyyyyyyy")  # of the same length: git has to look inside
    found = await use("git_status", path="evil")
    assert found.data["repositories"][0]["dirty"] == 1
    assert not ran.exists(), ran.read_text()


async def test_one_that_belongs_to_another_is_said_in_words(
    use: Use, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(work / "theirs")
    real, fake = shutil.which("git"), work / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {real} "$@"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:/usr/bin:/bin")
    found = await use("git_status", path="theirs")
    assert "belongs to another user" in found.alarms[0]
    assert "safe.directory" in found.alarms[0]
