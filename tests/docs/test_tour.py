"""The tour of the README, typed word for word."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.documents import commands

PATIENCE = 120
"""Seconds after which a command that hangs is given up."""

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        not (shutil.which("curl") and shutil.which("openssl")), reason="needs curl and openssl"
    ),
]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home of its own, and `jobs-tui` on PATH."""
    programs = Path(sys.executable).parent
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("JOBS_TUI")},
        "JOBS_TUI_HOME": str(tmp_path / "home"),
        "JOBS_TUI_PORT": "0",
        "JOBS_TUI_MCP_PORT": "0",
        "PATH": f"{programs}:{os.environ['PATH']}",
        "no_proxy": "127.0.0.1",
    }


@pytest.fixture
def engine(environment: dict[str, str]) -> Iterator[None]:
    """`jobs-tui serve`, in the place of the open screen."""
    process = subprocess.Popen(
        [sys.executable, "-m", "jobs_tui", "serve"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            assert "listening" in process.stdout.readline()
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest.mark.usefixtures("engine")
def test_the_tour_works_word_for_word(tmp_path: Path, environment: dict[str, str]) -> None:
    def shell(script: str) -> str:
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    seen = shell("\n".join(command.text for command in commands() if command.tour))
    assert "saving users\ndone\n" in seen
    answer = re.search(r'^\{"job_id".*\}', seen, re.MULTILINE)
    assert answer is not None
    run = json.loads(answer[0])
    assert run["status"] == "started"
    assert shell(f"jobs-tui logs --follow --stream stdout {run['execution_id']}") == (
        "hello world $(id)\n"
    )
    assert "accepted" in seen
