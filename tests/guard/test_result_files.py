"""Files that results are written to: no name and no link leads elsewhere."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from jobs_tui.guard import result_files
from jobs_tui.guard.result_files import NoPlace, append, place_of, replace, safe_name

VALUES = {"date": "2026-08-21", "run": "7", "job": "../../etc/passwd"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The directory of a home."""
    path = tmp_path / "home"
    path.mkdir()
    return path


def test_names_become_safe_parts_of_a_path(data: Path, tmp_path: Path) -> None:
    found = place_of(f"{tmp_path}/{{job}}/{{date}}-{{run}}.md", VALUES, data)
    assert found == tmp_path / "etc_passwd" / "2026-08-21-7.md"
    assert safe_name("..") == "_"
    assert safe_name("nightly report: £5") == "nightly_report_5"
    assert len(safe_name("x" * 500)) == 100


def test_a_path_that_is_not_absolute_lies_in_the_home(
    data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert place_of("a/b.txt", VALUES, data) == data / "results" / "a" / "b.txt"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert place_of("~/x.txt", VALUES, data) == tmp_path / "x.txt"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("../x", "leads upwards"),
        ("/srv/../etc/x", "leads upwards"),
        ("/srv/{user}.md", "It may hold {date}, {run}, {job}"),
        ("~root/x", "home of another user"),
        ("/dev/null", "no place for files"),
        ("/proc/self/mem", "no place for files"),
        ("dir/", "is a directory"),
        ("/", "is a directory"),
        ("/tmp", "is a directory"),
    ],
)
def test_paths_that_no_result_may_take(data: Path, path: str, says: str) -> None:
    with pytest.raises(NoPlace) as caught:
        place_of(path, VALUES, data)
    assert says in caught.value.sentence()


def test_the_files_of_the_home_are_out_of_reach(data: Path, tmp_path: Path) -> None:
    with pytest.raises(NoPlace, match="among the files of jobs-tui"):
        place_of(str(data / "jobs.db"), VALUES, data)
    (tmp_path / "way").symlink_to(data)
    with pytest.raises(NoPlace, match="among the files of jobs-tui"):
        place_of(str(tmp_path / "way" / "jobs.db"), VALUES, data)
    assert place_of(str(data / "results" / "x.md"), VALUES, data)


def test_links_are_no_way_out_of_the_results(data: Path, tmp_path: Path) -> None:
    (data / "results").mkdir()
    (data / "results" / "out").symlink_to(tmp_path)
    with pytest.raises(NoPlace, match="leads out of"):
        place_of("out/x.md", VALUES, data)
    (data / "results" / "file.md").symlink_to(tmp_path / "victim")
    with pytest.raises(NoPlace, match="symbolic link"):
        place_of("file.md", VALUES, data)


def test_entries_are_put_behind_each_other_once(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.txt"
    append(path, b"one out_1\n", "out_1")
    append(path, b"two out_2\n", "out_2")
    append(path, b"one out_1\n", "out_1")  # a try after one that nobody heard of
    assert path.read_text() == "one out_1\ntwo out_2\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("old")
    replace(path, b"new", "out_1")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["x.txt"]


@pytest.mark.parametrize("put", [append, replace])
def test_links_and_pipes_that_were_laid_meanwhile_are_refused(tmp_path: Path, put: object) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "link").symlink_to(victim)
    os.link(victim, tmp_path / "hard")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "hard", "pipe"):
        with pytest.raises(NoPlace):
            put(tmp_path / name, b"x", "out_1")  # type: ignore[operator]
    assert victim.read_text() == "precious"


@pytest.mark.parametrize("put", [append, replace])
def test_a_full_disk_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put: object
) -> None:
    path = tmp_path / "x.txt"
    path.write_text("old\n")
    written = os.write

    def full(file: int, data: bytes) -> int:
        if len(data) < 5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return written(file, data[: len(data) - 4])  # type: ignore[index]

    monkeypatch.setattr(result_files.os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        put(path, b"a new entry", "out_1")  # type: ignore[operator]
    assert path.read_text() == "old\n"
    assert os.listdir(tmp_path) == ["x.txt"]
