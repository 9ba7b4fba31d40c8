"""Asking the policies when a job is created or changed (DESIGN 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jobs_tui.agents.doer import doer_of
from jobs_tui.guard.policy.engine import policy_engine
from jobs_tui.guard.policy.questions import job_question
from jobs_tui.guard.secrets.resolver import Secrets
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.enums import Decision
from jobs_tui.models.errors import Forbidden, JobsTuiError
from jobs_tui.models.job import Definition, Job
from jobs_tui.models.job_input import JobPatch
from jobs_tui.models.surroundings import PolicyInput
from jobs_tui.service.around import around
from jobs_tui.service.checks import check
from jobs_tui.service.context import Context
from jobs_tui.store import jobs as job_rows


def enabled_policies(ctx: Context) -> list[PolicyInput]:
    """The policies that are asked, by id."""
    known = ctx.directory.policies
    return [known[name] for name in sorted(known) if known[name].enabled]


def refuse_denied(
    ctx: Context,
    action: Literal["create", "update"],
    definition: Definition,
    job_id: str | None = None,
) -> tuple[str, ...]:
    """Ask whether a job may be kept as it is; not for the writer's thread, a policy takes time.

    Returns:
        What the caller is to be warned of: that its runs will wait for an approval.

    Raises:
        Forbidden: a policy denies it, or could not be asked.
    """
    policies = enabled_policies(ctx)
    if not policies:
        return ()
    question = job_question(
        action,
        definition,
        now=ctx.now(),
        user=ctx.actor,
        face=ctx.face,
        job_id=job_id,
        agent=_agent(ctx, definition),
    )
    verdict = policy_engine().decide(policies, question, Secrets(ctx.store).resolve)
    if verdict.decision is Decision.DENY:
        raise Forbidden(
            f"The job may not be {action}d: {verdict.reason}.",
            "`jobs-tui policy list` shows the policies.",
        )
    if verdict.decision is Decision.ASK:
        return (f"A person would have to approve this: {verdict.reason}.",)
    return ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the policies say of a change of a job."""

    warnings: tuple[str, ...] = ()
    revision: int | None = None
    """The one that is to be changed; None when no policy had to be asked."""

    def covers(self, job: Job) -> bool:
        """Whether the job, as it stands now, is the one that they were asked about."""
        return self.revision is None or self.revision == job.revision


def ask_about_change(ctx: Context, job_id: str, sent: JobPatch) -> Asked:
    """As :func:`refuse_denied`, for the change of a job; says nothing of one that is not there.

    Raises:
        InvalidInput: the change is bad.
        Forbidden: a policy denies it, or could not be asked.
    """
    if not enabled_policies(ctx):
        return Asked()
    job = job_rows.get(ctx.store.jobs.reader(), job_id)
    if job is None or job.archived_at is not None:
        return Asked()
    definition = check(sent, ctx.directory, around(ctx, job_id), job.definition).definition
    return Asked(refuse_denied(ctx, "update", definition, job_id), job.revision)


def _agent(ctx: Context, definition: Definition) -> AgentInput | None:
    try:
        return doer_of(definition, ctx.directory).agent
    except JobsTuiError:
        return None  # an agent that is not here yet; the job's own checks say so
