"""What only models are given: a shell, files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jobs_tui.tools.tool import ToolFailed
from tests.tools.conftest import Use


async def test_a_command_gives_its_output_and_exit_code(use: Use, work: Path) -> None:
    found = await use("shell_command", command="pwd; echo oops >&2; exit 3")
    assert found.text == f"exit code 3\nstdout:\n{work}\nstderr:\noops"
    with pytest.raises(ToolFailed, match="longer than"):
        await use("shell_command", command="sleep 60", timeout=0.05)


async def test_much_output_is_cut_and_says_so(use: Use) -> None:
    found = await use("shell_command", command="head -c 200000 /dev/zero | tr '\\0' x")
    assert "output was cut" in found.text
    assert len(found.text) < 60_000


async def test_files_are_read_in_parts_and_written_as_asked(use: Use, work: Path) -> None:
    (work / "a").write_text("".join(f"line {n}\n" for n in range(1, 6)))
    part = await use("read_file", path="a", first_line=2, lines=2)
    assert part.text == "line 2\nline 3\n\n(more follows from line 4)"
    await use("write_file", path="b", content="one\n")
    with pytest.raises(ToolFailed, match="there already"):
        await use("write_file", path="b", content="two\n")
    await use("write_file", path="b", content="two\n", mode="append")
    assert (work / "b").read_text() == "one\ntwo\n"
    (work / "b").chmod(0o600)
    await use("write_file", path="b", content="three", mode="replace")
    assert (work / "b").read_text() == "three"
    assert (work / "b").stat().st_mode & 0o777 == 0o600
    listed = await use("list_directory", path=".")
    assert [line.split()[-1] for line in listed.text.splitlines()] == ["a", "b"]


@pytest.mark.parametrize("name", ["read_file", "list_directory"])
async def test_what_is_not_there_is_said(use: Use, name: str) -> None:
    with pytest.raises(ToolFailed, match="No such file"):
        await use(name, path="gone")


async def test_what_would_never_end_is_no_file(use: Use, work: Path) -> None:
    os.mkfifo(work / "pipe")
    for path in ("pipe", "/dev/zero"):
        with pytest.raises(ToolFailed, match="no regular file"):
            await use("read_file", path=path)
    with pytest.raises(ToolFailed, match="no regular file"):
        await use("write_file", path="pipe", content="x", mode="append")
    (work / "long").write_bytes(b"x" * 1_000_000)
    assert len((await use("read_file", path="long")).text) < 60_000
