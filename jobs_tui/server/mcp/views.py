"""Jobs and runs as the tools answer them."""

from __future__ import annotations

from typing import Any

from jobs_tui.models.enums import Kind, TriggerType
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Definition
from jobs_tui.models.job import Job as KeptJob
from jobs_tui.models.times import maybe_to_text, to_text
from jobs_tui.server.mcp.results import Job, Run
from jobs_tui.server.mcp.who import who_words
from jobs_tui.service import dashboard, runs
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import engine_state
from jobs_tui.service.run_detail import detail_of
from jobs_tui.service.waiting import Waiting

NEXT = 3
"""Coming starts in an answer."""
JOBS = "jobs://jobs"
RUNS = "jobs://executions"

TYPES = {
    TriggerType.ONE_OFF: "ONE_OFF",
    TriggerType.CRON: "SCHEDULED",
    TriggerType.RECURRING: "RECURRING",
    TriggerType.ONGOING: "ONGOING",
}
"""The words of reference/jobs_module.md; other triggers go by their own name."""

TIMING = {
    TriggerType.ONE_OFF: ("run_at",),
    TriggerType.CRON: ("cron_schedule", "start_at", "end_at", "max_runs"),
    TriggerType.RECURRING: ("interval_seconds", "interval_mode", "start_at", "end_at", "max_runs"),
    TriggerType.ONGOING: ("interval_seconds", "end_condition", "start_at", "end_at", "max_runs"),
}
"""Which fields of a job say when it runs; all know ``cron_timezone``."""

_STARTED_BY = {
    Kind.SCHEDULED: "its schedule",
    Kind.CATCH_UP: "its schedule, late",
    Kind.WEBHOOK: "a webhook",
    Kind.MANUAL: "hand",
    Kind.API: "a program",
    Kind.RERUN: "a repeat of an earlier run",
    Kind.CHAIN: "a run of another job",
}

NO_ENGINE = (
    "No engine is running for this home: nothing starts until the user starts `jobs-tui` or"
    " `jobs-tui serve`."
)


def type_of(definition: Definition) -> str:
    """``ONE_OFF``..."""
    return TYPES.get(definition.trigger_type, definition.trigger_type.upper())


def job_uri(job_id: str) -> str:
    """The resource of a job."""
    return f"{JOBS}/{job_id}"


def run_uri(execution_id: str) -> str:
    """The resource of a run; its log lies below."""
    return f"{RUNS}/{execution_id}"


def engine_warnings(ctx: Context) -> list[str]:
    """What to say when nothing will start by itself."""
    return [] if engine_state(ctx).running else [NO_ENGINE]


def job_view(ctx: Context, job: KeptJob) -> Job:
    """One job."""
    definition = job.definition
    newest = runs.newest(ctx, job.id, 1)
    return Job(
        job_id=job.id,
        title=job.name,
        description=definition.description,
        job_type=type_of(definition),
        status=job.status.upper(),
        status_reason=job.status_reason or job.blocked_reason or job.waiting_on,
        schedule=dashboard.trigger_words(ctx, job),
        timezone=definition.cron_timezone or "UTC",
        next_runs=[
            moment.isoformat(timespec="seconds") for moment in dashboard.next_runs(ctx, job, NEXT)
        ],
        who=who_words(ctx, definition),
        instructions=definition.prompt_template,
        trigger_config=trigger_config(definition),
        tags=list(definition.tags),
        depends_on=[dict(one) for one in definition.depends_on],
        runs=job.total_executions,
        failed_runs=job.failed_executions,
        last_run=run_view(ctx, newest[0]) if newest else None,
        created_at=to_text(job.created_at),
        uri=job_uri(job.id),
    )


def trigger_config(definition: Definition) -> dict[str, Any]:
    """When it runs, as it was given; only what belongs to its type."""
    names = (*TIMING.get(definition.trigger_type, ()), "cron_timezone")
    found = {name: getattr(definition, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def answer_of(ctx: Context, run: Execution) -> str | None:
    """The answer of a run that has ended: whole where it was kept, else shortened."""
    return None if run.status.live else detail_of(ctx, run).answer or run.result


def run_view(ctx: Context, run: Execution, waiting: Waiting | None = None) -> Run:
    """One run."""
    reason = (waiting or Waiting(ctx)).reason(run) if run.status.live else None
    return Run(
        execution_id=run.id,
        job_id=run.job_id,
        title=run.job_name,
        number=run.number,
        status=run.status.upper(),
        started_by=_STARTED_BY.get(run.kind, str(run.kind)),
        reason=reason or run.reason or run.error_message or run.problem,
        scheduled_for=maybe_to_text(run.nominal_at),
        created_at=to_text(run.created_at),
        started_at=maybe_to_text(run.started_at),
        ended_at=maybe_to_text(run.completed_at),
        duration_seconds=None if run.duration_ms is None else run.duration_ms / 1000,
        result=run.result,
        verdict=run.verdict.upper() if run.verdict else None,
        verdict_reason=run.verdict_reason,
        goal=run.goal,
        worth_reporting=run.worth_reporting,
        change=run.change,
        uri=run_uri(run.id),
    )
