"""The journal where the disk is full or its writer was killed: nothing unfinished stays behind."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import NoReturn

import pytest

from jobs_tui.engine.launcher.journal import add_to_journal, forget_journal, read_journal


def test_a_full_disk_leaves_the_journal_as_it_was_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = tmp_path / "launched-t.json"
    add_to_journal(str(journal), ["exec_a"])

    def full(_: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            add_to_journal(str(journal), ["exec_b"])

    assert list(tmp_path.iterdir()) == [journal]
    assert read_journal(str(journal), os.getpid()) == {"exec_a"}


def test_forgetting_takes_along_what_a_killed_writer_left(tmp_path: Path) -> None:
    journal = tmp_path / "launched-[t].json"
    add_to_journal(str(journal), ["exec_a"])
    (tmp_path / f"{journal.name}.4711").touch()
    other = tmp_path / "launched-t.json.12"
    other.touch()

    forget_journal(str(journal))

    assert list(tmp_path.iterdir()) == [other]
