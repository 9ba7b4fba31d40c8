"""The example of an agent of one's own: installed as its users would, and run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.home import LiveHome

pytestmark = pytest.mark.e2e
EXAMPLE = Path(__file__).parents[2] / "examples" / "parrot-agent"


def test_an_agent_of_another_package_is_found_and_does_a_job(
    home: LiveHome, tmp_path: Path
) -> None:
    copy, target = tmp_path / "source", tmp_path / "installed"
    copy.mkdir()
    for file in EXAMPLE.iterdir():
        if file.is_file():
            (copy / file.name).write_bytes(file.read_bytes())
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps",
         "--no-build-isolation", "--disable-pip-version-check", "--target", target, copy],
        check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    home.env["PYTHONPATH"] = str(target)
    assert "parrot" in [one["id"] for one in home.json("agent", "list")]
    home.create("say", "hello {{ who }}", "--agent", "parrot", "--param", "who=world")
    assert home.command("run", "say", "--follow").out == "hello world\n"
    home.command("agent", "create", "twice", "--kind", "parrot", "--set", "options.times=2")
    home.create("more", "again", "--agent", "twice")
    assert home.command("run", "more", "--follow").out == "again\nagain\n"
    home.command("agent", "create", "bad", "--kind", "parrot", "--set", "options.times=often")
    home.create("never", "x", "--agent", "bad")
    assert (
        "options.times is not a whole number"
        in home.command("run", "never", "--follow", status=1).err
    )
