"""Runs with steps, for the tests of the screens that show them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from jobs_tui.agents.runner import ToolCall
from jobs_tui.models.enums import ExecutionStatus, Stream
from jobs_tui.models.execution import Execution
from jobs_tui.service.context import Context
from jobs_tui.store import approvals, steps
from jobs_tui.store.steps import StepRow

S = ExecutionStatus
USED = {"requests": 2, "tool_calls": 1, "input_tokens": 1200, "output_tokens": 88, "model": "m"}


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


def chosen(ctx: Context, make_job: Any, make_run: Any) -> Execution:
    """A run that Smart gave to an agent, in a queue of its own, with a planner's steps."""
    log = [(Stream.AGENT, "The report was sent.", "write")]
    job = make_job("weekly-report")
    run: Execution = make_run(job, S.COMPLETED, ago=300, took=42, result="sent", log=log)
    places = [("writer", 0.81, "fits best: report, mail"), ("ops", 0.42, "knows report"),
              ("shell", 0.05, "not ready: [x]")]  # fmt: skip
    selection = {
        "chosen": "writer", "unclear": True, "engine": "lexical",
        "reason": "writer leads by little: its description names reports and mail.",
        "ranked": [
            {"id": one, "name": one, "score": score, "ready": one != "shell", "reason": why}
            for one, score, why in places
        ],
    }  # fmt: skip
    usage = {**USED, "cost": "0.0042"}
    plan = {"id": "plan", "steps": [{"name": "gather", "prompt": "a"}]}
    columns = {"queue": "production", "agent_id": "writer", "selection": json.dumps(selection),
               "usage": json.dumps(usage), "plan": json.dumps(plan)}  # fmt: skip
    update(ctx, run, columns)
    at = run.created_at
    save_steps(
        ctx,
        run,
        [
            StepRow("plan", 0, S.COMPLETED, agent_id="planner", started_at=at, completed_at=at),
            StepRow("gather", 1, S.COMPLETED, agent_id="ops", started_at=at, completed_at=at),
            StepRow("write", 2, S.COMPLETED, needs=("gather",), agent_id="writer", usage=usage,
                    started_at=at, completed_at=at),
        ],
    )  # fmt: skip
    return run


def asking(ctx: Context, make_job: Any, make_run: Any, arguments: Mapping[str, Any]) -> Execution:
    """A run that waits until a person allows a call."""
    run: Execution = make_run(make_job("clean-up"), S.WAITING_FOR_INPUT, ago=30)
    update(ctx, run, {"reason": "policy careful", "agent_id": "ops"})
    call = ToolCall("1", "delete_files", arguments, False)
    ask = partial(
        approvals.open_approvals,
        execution_id=run.id,
        calls=[call],
        reason="policy careful wants this approved",
        now=ctx.now(),
        expires=ctx.now() + timedelta(hours=1),
        agent_id="ops",
    )
    ctx.store.write(lambda connection: ask(connection))
    return run


def update(ctx: Context, run: Execution, columns: Mapping[str, Any]) -> None:
    """Set columns of a run."""
    names = ", ".join(f"{name} = ?" for name in columns)

    def operation(connection: sqlite3.Connection) -> None:
        connection.execute(
            f"update executions set {names} where id = ?", (*columns.values(), run.id)
        )

    ctx.store.write(operation)
