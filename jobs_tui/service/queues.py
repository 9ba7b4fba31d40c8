"""Worker queues: pausing them, and why a queued run waits."""

from __future__ import annotations

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.execution import Execution
from jobs_tui.models.resource import Resource, ResourceKind
from jobs_tui.service import resources
from jobs_tui.service.context import Context


def set_paused(ctx: Context, queue_id: str, *, paused: bool) -> Resource:
    """Pause or resume a queue; one that nobody has made is made by it.

    Raises:
        InvalidInput: the id is none.
    """
    if queue_id in ctx.directory.queues:
        return resources.update(ctx, ResourceKind.QUEUE, queue_id, {"paused": paused})
    return resources.create(ctx, ResourceKind.QUEUE, {"id": queue_id, "paused": paused})


def why_it_waits(ctx: Context, execution: Execution) -> str | None:
    """Why a queued run does not start, as far as its queue and agent are the reason."""
    if execution.status is not ExecutionStatus.QUEUED:
        return None
    known = ctx.directory
    queue = known.queues.get(execution.queue)
    if queue is not None:
        if queue.remote:
            return f"waits for a remote worker of the queue {queue.id}"
        if queue.paused:
            return f"the queue {queue.id} is paused"
        if queue.concurrency is not None and _running(ctx, "queue", queue.id) >= queue.concurrency:
            return f"the queue {queue.id} is full: {queue.concurrency} at once"
    agent = known.agents.get(execution.agent_id or "")
    if agent is None or agent.max_running is None:
        return None
    busy = _running(ctx, "agent_id", agent.id) >= agent.max_running
    return f"the agent {agent.id} is busy: {agent.max_running} at once" if busy else None


def _running(ctx: Context, column: str, value: str) -> int:
    row = ctx.store.row(
        f"select count(*) from executions where status = 'running' and {column} = ?", (value,)
    )
    assert row is not None
    return int(row[0])
