"""Runs with steps, for the tests of the screens that show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from jobs_tui.models.enums import ExecutionStatus, Stream
from jobs_tui.models.execution import Execution
from jobs_tui.service.context import Context
from jobs_tui.store import steps
from jobs_tui.store.steps import StepRow

S = ExecutionStatus
USED = {"requests": 2, "tool_calls": 1, "input_tokens": 1200, "output_tokens": 88, "model": "m"}
Part = tuple[str, S, tuple[str, ...], str]


def save_steps(ctx: Context, run: Execution, rows: Sequence[StepRow]) -> None:
    """As the engine keeps them."""
    for row in rows:
        ctx.store.write(partial(steps.save, execution_id=run.id, attempt=1, row=row))


def diamond(ctx: Context, make_job: Any, make_run: Any, *, live: bool = False) -> Execution:
    """Fetch, then lint (failed) and test, then a report that was skipped, or waits."""
    job = make_job("release-check", entity_id="shell")
    log = [
        (Stream.SYSTEM, "workflow release", ""),
        (Stream.STDOUT, "cloning", "fetch"),
        (Stream.STDOUT, "42 files", "fetch"),
        (Stream.STDERR, "ERROR line 3 is too long", "lint"),
        *((Stream.STDOUT, f"test {n} passed", "test") for n in range(1, 30)),
        (Stream.AGENT, "all tests passed", "test"),
        (Stream.SYSTEM, "skipped: lint failed", "report"),
    ]
    run: Execution = make_run(
        job,
        S.RUNNING if live else S.FAILED,
        ago=75,
        took=70,
        error=None if live else "lint failed: exit 1",
        log=log,
    )
    at = run.created_at
    ended = None if live else at + timedelta(seconds=61)
    save_steps(
        ctx,
        run,
        [
            StepRow("fetch", 0, S.COMPLETED, agent_id="shell", started_at=at,
                    completed_at=at + timedelta(seconds=9), result="42 files"),
            StepRow("lint", 1, S.FAILED, needs=("fetch",), agent_id="shell",
                    started_at=at + timedelta(seconds=9),
                    completed_at=at + timedelta(seconds=11), error_message="exit 1"),
            StepRow("test", 2, S.RUNNING if live else S.COMPLETED, needs=("fetch",),
                    agent_id="tester", started_at=at + timedelta(seconds=9), completed_at=ended,
                    result=None if live else "all tests passed",
                    usage={**USED, "cost": None if live else "0.0042"}),
            StepRow("report", 3, S.QUEUED if live else S.SKIPPED, needs=("lint", "test"),
                    agent_id="smart", error_message=None if live else "lint failed"),
        ],
    )  # fmt: skip
    return run
