"""Why a run does not start or go on now, in words."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.execution import Execution
from jobs_tui.models.times import to_text
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import engine_state

if TYPE_CHECKING:
    from jobs_tui.agents.directory import Directory


class Waiting:
    """Knows it of any number of runs at one moment: each thing is looked up once, when needed.

    Args:
        carried: the runs do not need an engine, for somebody carries them (``run --follow``).
    """

    def __init__(self, ctx: Context, *, carried: bool = False) -> None:
        self._ctx = ctx
        self._carried = carried

    def reason(self, execution: Execution) -> str | None:
        """Why a run waits; None for one that runs, has ended, or starts in a moment."""
        if execution.status in (ExecutionStatus.BLOCKED, ExecutionStatus.WAITING_FOR_INPUT):
            return execution.reason
        if execution.status is not ExecutionStatus.QUEUED:
            return None
        return (
            self._closed(execution.queue)
            or self._later(execution)
            or self._busy(execution.queue, execution.agent_id, execution.job_id, execution.parallel)
        )

    def of_start(
        self, queue: str, agent_id: str | None, job_id: str | None, parallel: int
    ) -> str | None:
        """Why a run that were queued now would wait; None when it would start in a moment.

        Args:
            job_id: None for a job that does not exist yet.
            parallel: runs of the job at once.
        """
        return self._closed(queue) or self._busy(queue, agent_id, job_id or "", parallel)

    def _closed(self, queue_name: str) -> str | None:
        """What has nothing to do with other runs."""
        queue = self._directory.queues.get(queue_name)
        if queue is not None and queue.remote:
            return f"waits for a remote worker of the queue {queue.id}"
        if queue is not None and queue.paused:
            return f"the queue {queue.id} is paused"
        if not self._engine_runs:
            return "no engine is running"
        return None

    def _later(self, execution: Execution) -> str | None:
        again = execution.not_before
        if again is not None and again > self._ctx.now():
            if execution.attempt == 0:
                return f"begins at {to_text(again)[:19]}Z"
            number = f"{execution.attempt + 1} of {execution.max_attempts}"
            return f"attempt {number} begins at {to_text(again)[:19]}Z"
        return None

    def _busy(
        self, queue_name: str, agent_id: str | None, job_id: str, parallel: int
    ) -> str | None:
        """What is taken by runs that go on, in the order in which the engine looks."""
        if self._running["job", job_id] >= parallel:
            if parallel == 1:
                return "another run of the job goes on"
            return f"{parallel} runs of the job go on, as many as may"
        queue = self._directory.queues.get(queue_name)
        limit = None if queue is None else queue.concurrency
        if limit is not None and self._running["queue", queue_name] >= limit:
            return f"the queue {queue_name} is full: {limit} at once"
        agent = self._directory.agents.get(agent_id or "")
        limit = None if agent is None else agent.max_running
        if limit is not None and self._running["agent", agent_id or ""] >= limit:
            return f"the agent {agent_id} is busy: {limit} at once"
        going_on = self._running["all", ""]
        if going_on and going_on >= self._places:
            return f"the engine is full: {self._places} at once"
        return None

    @cached_property
    def _directory(self) -> Directory:
        return self._ctx.directory

    @cached_property
    def _engine_runs(self) -> bool:
        return self._carried or engine_state(self._ctx).running

    @cached_property
    def _places(self) -> int:
        from jobs_tui.store.settings import load_settings  # slow to load, and seldom needed

        return load_settings(self._ctx.store.home).max_running

    @cached_property
    def _running(self) -> Counter[tuple[str, str]]:
        found = Counter[tuple[str, str]]()
        for row in self._ctx.store.rows(
            "select job_id, queue, agent_id, count(*) as n from executions"
            " where status = 'running' group by job_id, queue, agent_id"
        ):
            found["job", row["job_id"]] += row["n"]
            found["queue", row["queue"]] += row["n"]
            found["agent", row["agent_id"] or ""] += row["n"]
            found["all", ""] += row["n"]
        return found
