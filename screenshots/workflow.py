"""A workflow at work, for the picture of a log with steps."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import jobs, resources
from jobs_tui.service.context import Context
from jobs_tui.store import steps
from jobs_tui.store.steps import StepRow
from screenshots.home import NOW, start

STEPS = (
    {"name": "fetch", "agent": "shell", "prompt": "git clone --depth 1 git@git:shop"},
    {"name": "lint", "agent": "shell", "prompt": "make lint", "needs": ["fetch"]},
    {"name": "test", "agent": "shell", "prompt": "make test", "needs": ["fetch"]},
    {"name": "notes", "agent": "writer", "prompt": "Sum up {{ steps.test.result }}",
     "needs": ["lint", "test"]},
)  # fmt: skip
LOG = (
    ("fetch", "Cloning into 'shop'..."),
    ("fetch", "1,204 files"),
    ("lint", "checked 311 files, no problem"),
    *(("test", f"tests/test_{name}.py ....... passed") for name in (
        "basket", "checkout", "invoices", "mail", "orders", "prices", "refunds", "search")),
)  # fmt: skip


def release(ctx: Context) -> None:
    """The workflow ``release`` with its job, and a run that is in the middle of it."""
    writer = {
        "id": "writer",
        "model": "qwen3:8b",
        "base_url": "http://127.0.0.1:11434/v1",
        "description": "Writes release notes",
    }
    resources.create(ctx, ResourceKind.AGENT, writer)
    resources.create(ctx, ResourceKind.WORKFLOW, {"id": "release", "steps": list(STEPS)})
    fields = {
        "name": "release-check",
        "enabled": True,
        "trigger_type": "manual",
        "planning_mode": "predefined_workflow",
        "entity_id": "release",
        "prompt_template": "Check the release",
    }
    run = start(ctx, jobs.create(ctx, fields).job, LOG, {})
    began, done = NOW - timedelta(seconds=72), ExecutionStatus.COMPLETED
    fetched, linted = began + timedelta(seconds=9), began + timedelta(seconds=14)
    for row in (
        StepRow("fetch", 0, done, agent_id="shell", started_at=began, completed_at=fetched,
                result="1,204 files"),
        StepRow("lint", 1, done, needs=("fetch",), agent_id="shell", started_at=fetched,
                completed_at=linted, result="checked 311 files, no problem"),
        StepRow("test", 2, ExecutionStatus.RUNNING, needs=("fetch",), agent_id="shell",
                started_at=fetched),
        StepRow("notes", 3, ExecutionStatus.QUEUED, needs=("lint", "test"), agent_id="writer"),
    ):  # fmt: skip
        ctx.store.write(partial(steps.save, execution_id=run, attempt=1, row=row))
