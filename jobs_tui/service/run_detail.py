"""Everything there is to say about one run: who does it, why it waits, its steps and its cost.

The one read model of a run for all faces; ``run_answers`` makes JSON of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs_tui.models.approval import Approval, ApprovalStatus
from jobs_tui.models.execution import Attempt, Execution, Step
from jobs_tui.models.job import Definition
from jobs_tui.models.usage import Usage
from jobs_tui.service import approvals, jobs, outbox, runs
from jobs_tui.service.context import Context
from jobs_tui.service.step_tree import Branch, tree
from jobs_tui.service.waiting import Waiting
from jobs_tui.store import answers, spending, steps


@dataclass(frozen=True, slots=True)
class Place:
    """One candidate of Smart's ranking, best first."""

    id: str
    name: str
    score: float
    """0 to 1."""
    ready: bool
    reason: str
    """In words: fit, load, record, why it is not ready."""


@dataclass(frozen=True, slots=True)
class Choice:
    """How Smart chose."""

    chosen: str | None
    reason: str
    """Sentences."""
    unclear: bool
    """Whether the lead was too small to be sure of it."""
    engine: str
    ranked: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class RunDetail:
    """One run at one moment."""

    execution: Execution
    """With ``queue``, ``agent_id``, ``selection`` and ``plan`` as they are kept."""
    definition: Definition
    """The job as this run follows it: with ``planning_mode``, ``entity_type``, ``entity_id``."""
    waiting_reason: str | None
    """Why it does not start or go on; None when it runs, has ended or starts in a moment."""
    attempts: list[Attempt]
    """Oldest first."""
    steps: list[Step]
    """Of the newest attempt that has any, in their order; empty for a run of one agent."""
    approvals: list[Approval]
    """Waiting ones first, then decided ones, newest first."""
    deliveries: list[outbox.Sent]
    """Where its result went, in the order of the job's targets."""
    undelivered: str | None
    """Why its result goes nowhere although the job has targets."""
    stored_usage: Mapping[str, Any]
    """As it is kept: of an ended run its usage, else what it has used so far."""
    answer: str | None = None
    """The whole answer, where something follows from it: then it was kept."""

    @property
    def usage(self) -> Usage:
        """What it has used of models; of a run that goes on, so far."""
        return Usage.of(self.stored_usage)

    @property
    def choice(self) -> Choice | None:
        """How Smart chose; None where it was not asked."""
        kept = self.execution.selection
        return None if kept is None else _choice(kept)

    @property
    def tree(self) -> list[Branch]:
        """The steps as a tree."""
        return tree(self.steps)

    @property
    def asked(self) -> list[Approval]:
        """What a person is asked now, each with the exact call."""
        return [one for one in self.approvals if one.status is ApprovalStatus.WAITING]


def run_detail(ctx: Context, execution_id: str) -> RunDetail:
    """The run of an id. Raises NotFound."""
    return detail_of(ctx, runs.get(ctx, execution_id))


def detail_of(ctx: Context, execution: Execution) -> RunDetail:
    """What belongs to a run that was read already."""
    connection = ctx.store.jobs.reader()
    used: Mapping[str, Any] = execution.usage
    if execution.status.live:
        used = spending.of_run(connection, execution.job_id, execution.id, execution.created_at)
    return RunDetail(
        execution=execution,
        definition=jobs.definition_of(ctx, execution.job_id, execution.revision),
        waiting_reason=Waiting(ctx).reason(execution),
        attempts=runs.attempts(ctx, execution.id),
        steps=steps.listing(connection, execution.id),
        approvals=approvals.listing(ctx, statuses=(), execution_id=execution.id),
        deliveries=outbox.of_run(ctx, execution.id),
        undelivered=outbox.why_none(ctx, execution.id),
        stored_usage=used,
        answer=answers.get(connection, execution.id),
    )


def _choice(kept: Mapping[str, Any]) -> Choice:
    return Choice(
        chosen=kept["chosen"],
        reason=kept["reason"],
        unclear=kept["unclear"],
        engine=kept["engine"],
        ranked=tuple(
            Place(one["id"], one["name"], one["score"], one["ready"], one["reason"])
            for one in kept["ranked"]
        ),
    )
