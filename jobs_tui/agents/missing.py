"""What a job asks for that this home does not have (yet): told by previews and by the run."""

from __future__ import annotations

from jobs_tui.agents.directory import Directory
from jobs_tui.models.enums import ExecutorType
from jobs_tui.models.job import Definition

DEFAULT_QUEUE = "default"


def not_here(definition: Definition, directory: Directory) -> tuple[str, ...]:
    """One sentence for each name that leads nowhere and that a run goes on without.

    A missing agent, team, secret or integration is not among them: such a run fails and says so.
    """
    found = []
    queue, environment = definition.worker_queue_name, definition.environment_name
    if (
        definition.executor_type is ExecutorType.SPECIFIC_QUEUE
        and queue != DEFAULT_QUEUE
        and queue not in directory.queues
    ):
        found.append(f"There is no worker queue {queue!r:.80} here: it runs on this machine.")
    if (
        definition.executor_type is ExecutorType.ENVIRONMENT
        and environment not in directory.environments
    ):
        found.append(f"There is no environment {environment!r:.80} here: it runs on this machine.")
    return tuple(found)


def queue_of(definition: Definition) -> str:
    """The queue in which runs of a job wait (DESIGN 12, routing)."""
    if definition.executor_type is ExecutorType.SPECIFIC_QUEUE:
        return definition.worker_queue_name or DEFAULT_QUEUE
    if definition.executor_type is ExecutorType.ENVIRONMENT:
        return f"env:{definition.environment_name}"
    return DEFAULT_QUEUE
