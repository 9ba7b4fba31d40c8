"""The systemd user unit."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from jobs_tui.models.errors import InvalidInput
from jobs_tui.service.unit import NAME, unit_path, unit_text


def lines(text: str, name: str) -> list[str]:
    return [line.partition("=")[2] for line in text.splitlines() if line.startswith(f"{name}=")]


def test_the_engine_gets_its_time_to_stop() -> None:
    text = unit_text(["/bin/python", "-m", "jobs_tui", "serve"], {"PATH": "/bin"}, 42.4)
    assert lines(text, "ExecStart") == ["/bin/python -m jobs_tui serve"]
    assert lines(text, "Environment") == ["PATH=/bin"]
    assert lines(text, "TimeoutStopSec") == ["42"]
    assert lines(text, "KillMode") == ["mixed"]


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("/a b/python", '"/a b/python"'),
        ("/50%/python", '"/50%%/python"'),
        ("/a$HOME", '"/a$$HOME"'),
        ('/a"b\\c', '"/a\\"b\\\\c"'),
    ],
)
def test_odd_paths_are_quoted(word: str, written: str) -> None:
    assert lines(unit_text([word], {}), "ExecStart") == [written]


def test_a_dollar_means_nothing_in_an_environment() -> None:
    assert lines(unit_text(["/x"], {"A": "$b %c"}), "Environment") == ['"A=$b %%c"']


def test_a_line_break_is_refused() -> None:
    with pytest.raises(InvalidInput):
        unit_text(["/x"], {"A": "b\nExecStart=/evil"})


def test_where_it_lies() -> None:
    assert unit_path({"XDG_CONFIG_HOME": "/c"}) == Path("/c/systemd/user") / NAME
    below_home = Path.home() / ".config/systemd/user" / NAME
    assert unit_path({}) == unit_path({"XDG_CONFIG_HOME": "relative"}) == below_home


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
def test_systemd_finds_nothing_to_complain_about(tmp_path: Path) -> None:
    program = tmp_path / "a $b %c" / "true"
    program.parent.mkdir()
    program.symlink_to("/bin/true")
    unit = tmp_path / NAME
    unit.write_text(unit_text([str(program), "x y"], {"HOME": "/a b%"}))
    said = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert NAME not in said.stderr, said.stderr
