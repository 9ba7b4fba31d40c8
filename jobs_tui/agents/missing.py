"""What a job asks for that this home does not have (yet): told by previews and by the run."""

from __future__ import annotations

from jobs_tui.models.enums import ExecutorType
from jobs_tui.models.job import Definition

DEFAULT_QUEUE = "default"


def not_here(definition: Definition) -> tuple[str, ...]:
    """One sentence for each name that leads nowhere and that a run goes on without.

    A missing agent or team is not among them: such a run fails and says so.
    """
    found = []
    queue, environment = definition.worker_queue_name, definition.environment_name
    if definition.executor_type is ExecutorType.SPECIFIC_QUEUE and queue != DEFAULT_QUEUE:
        found.append(f"There is no worker queue {queue!r:.80} here: it runs on this machine.")
    if definition.executor_type is ExecutorType.ENVIRONMENT:
        found.append(f"There is no environment {environment!r:.80} here: it runs on this machine.")
    wanted = definition.execution_environment or {}
    for kind, key in (
        ("secret", "secrets"),
        ("integration", "integration_ids"),
        ("MCP server", "mcp_servers"),
    ):
        names = list(wanted.get(key) or ())
        if names:
            shown = ", ".join(repr(name)[:80] for name in names[:10])
            more = f" and {len(names) - 10} more" if len(names) > 10 else ""
            plural = "s" if len(names) > 1 else ""
            found.append(f"It runs without the {kind}{plural} {shown}{more}: not known here.")
    return tuple(found)
