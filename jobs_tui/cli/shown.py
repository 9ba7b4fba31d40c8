"""How jobs and runs look in the plain output of commands."""

from __future__ import annotations

from jobs_tui.cli.output import at_second, relative
from jobs_tui.models.enums import ExecutionStatus
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job
from jobs_tui.schedule.timing import INSTANT, is_timed
from jobs_tui.schedule.zones import zone
from jobs_tui.service.context import Context


def next_run(ctx: Context, job: Job) -> str | None:
    """The next start in the job's zone and how far it is; None for a job without a schedule."""
    if not is_timed(job.definition):
        return None
    if job.next_due_at is None:
        return "-- (paused)" if not job.enabled else "--"
    if job.next_due_at <= ctx.now() + INSTANT:
        return "now, by the engine"
    local = job.next_due_at.astimezone(zone(job.definition.cron_timezone or "UTC"))
    return f"{at_second(local)} ({relative(job.next_due_at, ctx.now())})"


def status_words(status: ExecutionStatus) -> str:
    """``timed out`` for ``timed_out``."""
    return status.value.replace("_", " ")


def outcome(execution: Execution) -> str:
    """What there is to say about a run beyond its status."""
    if execution.status is ExecutionStatus.SKIPPED:
        many = f", {execution.count} occurrences" if execution.count > 1 else ""
        return f"{execution.reason or ''}{many}"
    return execution.error_message or execution.result or ""
