"""One run with everything that is known of it, as the API and ``--json`` print it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jobs_tui.models.execution import Attempt, Execution, Step
from jobs_tui.models.times import maybe_to_text, to_text
from jobs_tui.service import approvals, outbox
from jobs_tui.service.answers import execution_response
from jobs_tui.service.context import Context
from jobs_tui.service.run_detail import RunDetail
from jobs_tui.service.waiting import Waiting


def run_response(detail: RunDetail) -> dict[str, Any]:
    """One run."""
    definition = detail.definition
    return {
        **execution_response(detail.execution, detail.waiting_reason),
        "planning_mode": str(definition.planning_mode),
        "entity_type": str(definition.entity_type) if definition.entity_type else None,
        "entity_id": definition.entity_id,
        "usage": dict(detail.stored_usage),
        "answer": detail.answer,
        "change": detail.execution.change,
        "selection": detail.execution.selection,
        "plan": detail.execution.plan,
        "attempts": [_attempt(one) for one in detail.attempts],
        "steps": [step_entry(one) for one in detail.steps],
        "approvals": [approvals.entry(one) for one in detail.approvals],
        "deliveries": [outbox.entry(one) for one in detail.deliveries],
        "undelivered": detail.undelivered,
    }


def run_responses(ctx: Context, found: Sequence[Execution]) -> list[dict[str, Any]]:
    """A page of a list of runs."""
    waiting = Waiting(ctx)
    return [execution_response(one, waiting.reason(one)) for one in found]


def step_entry(step: Step) -> dict[str, Any]:
    """One member's or step's part of a run."""
    return {
        "name": step.name,
        "attempt": step.attempt,
        "position": step.position,
        "parent": step.parent or None,
        "needs": list(step.needs),
        "agent_id": step.agent_id,
        "role": step.role or None,
        "status": str(step.status),
        "started_at": maybe_to_text(step.started_at),
        "completed_at": maybe_to_text(step.completed_at),
        "result": step.result,
        "error_message": step.error_message,
        "usage": step.usage,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "status": str(attempt.status),
        "started_at": to_text(attempt.started_at),
        "completed_at": to_text(attempt.completed_at),
        "exit_code": attempt.exit_code,
        "error_message": attempt.error_message,
    }
