"""``jobs-tui run --follow`` as a person has it: a process, a log, an exit status, Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jobs_tui.service import jobs, runs
from jobs_tui.service.context import Context
from tests.service.made import job_fields

pytestmark = pytest.mark.e2e
PATIENCE = 30


def follow(*arguments: str) -> subprocess.Popen[str]:
    """``jobs-tui run j --follow`` in a process group of its own, as a terminal gives it one."""
    return subprocess.Popen(
        [sys.executable, "-m", "jobs_tui", "run", "j", "--follow", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def job(ctx: Context) -> str:
    """Says something on both streams, and ends as it is told."""
    script = "echo out; echo err >&2; if [ {{ s }} -gt 0 ]; then sleep {{ s }}; fi; exit {{ c }}"
    parameters = [{"name": "c", "default": 0}, {"name": "s", "default": 0}]
    return jobs.create(
        ctx, job_fields(name="j", prompt_template=script, parameters=parameters)
    ).job.id


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["-p", "c=0"], 0), (["-p", "c=3"], 1), (["-p", "s=600", "--timeout", "0.2"], 124)],
)
def test_it_carries_the_run_itself_and_exits_with_its_status(
    job: str, ctx: Context, arguments: list[str], code: int
) -> None:
    process = follow(*arguments)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == code, err
    assert out == "out\n"
    assert "err\n" in err
    assert "Run #1 of 'j'" in err
    assert not runs.history(ctx, job).executions[0].status.live


def test_with_json_standard_output_is_the_answer_alone(job: str, ctx: Context) -> None:
    out, err = follow("--json").communicate(timeout=PATIENCE)
    assert runs.history(ctx, job).executions[0].id in out
    assert out.startswith("{")
    assert "\nout\n" not in out
    assert "out\n" in err


def interrupted(process: subprocess.Popen[str], times: int) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "out\n"
    for _ in range(times):
        os.killpg(process.pid, signal.SIGINT)


def test_ctrl_c_cancels_the_run_and_waits_for_its_end(job: str, ctx: Context) -> None:
    process = follow("-p", "s=600")
    interrupted(process, 1)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert runs.history(ctx, job).executions[0].status == "cancelled"


def test_a_reader_that_goes_away_does_not_end_the_run(job: str, ctx: Context) -> None:
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "jobs_tui", "run", "j", "--follow"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writing)
    os.close(reading)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    assert runs.history(ctx, job).executions[0].status == "completed"
    assert "Traceback" not in err


def test_an_engine_that_is_killed_ends_the_wait_with_1(job: str, ctx: Context, home: Path) -> None:
    engine = subprocess.Popen(
        [sys.executable, "-m", "jobs_tui", "serve"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert engine.stdout is not None
        assert "listening on http://127.0.0.1:" in engine.stdout.readline()
        process = follow("-p", "s=600")
        assert process.stdout is not None
        assert process.stdout.readline() == "out\n"
    finally:
        engine.kill()
        engine.communicate(timeout=PATIENCE)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, err
    assert runs.history(ctx, job).executions[0].status == "lost"
