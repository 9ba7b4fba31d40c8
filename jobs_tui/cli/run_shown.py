"""One run in the plain output of commands: who, why it waits, Smart's choice, steps, cost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jobs_tui.cli.output import at_second, duration, fields, json_text, table
from jobs_tui.cli.shown import status_words
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.approval import Approval, ApprovalStatus
from jobs_tui.models.enums import EntityType
from jobs_tui.models.execution import Attempt, Execution
from jobs_tui.models.result_delivery import OutboxStatus
from jobs_tui.models.usage import Usage
from jobs_tui.service.outbox import Sent
from jobs_tui.service.run_detail import Choice, RunDetail
from jobs_tui.service.step_tree import Branch

RANKED = 5
"""Of Smart's candidates that are shown."""
ANSWERED = 40
"""Lines of an answer that are shown."""
_WORTH = {True: "worth reporting", False: "not worth reporting"}


def described(detail: RunDetail, now: datetime) -> str:
    """Everything about a run but its log."""
    run, choice = detail.execution, detail.choice
    kind, named = detail.definition.entity_type, detail.definition.entity_id
    skipped = run.reason if not run.status.live and run.reason != run.error_message else None
    shown = {
        "run": f"#{run.number} of {run.job_name}",
        "id": run.id,
        "job": run.job_id,
        "status": f"{status_words(run.status)} ({run.status.sentence})",
        "waits": detail.waiting_reason,
        "asks": "\n".join(_asked(one) for one in detail.asked) or None,
        "reason": skipped,
        "queue": run.queue,
        "team": named if kind is EntityType.TEAM else None,
        "workflow": named if kind is EntityType.WORKFLOW else None,
        "agent": run.agent_id,
        "smart": None if choice is None else choice.reason,
        "ranking": None if choice is None else _ranking(choice),
        "plan": _planned(run.plan),
        "started": f"{run.kind.sentence}; {at_second(run.created_at)}"
        f" by {run.requested_by or 'the schedule'}",
        "due": None if run.nominal_at is None else at_second(run.nominal_at),
        "began": None if run.started_at is None else at_second(run.started_at),
        "took": None
        if run.duration_ms is None or run.started_at is None
        else duration(run.duration_ms / 1000),
        "attempts": _attempts(detail.attempts, run.max_attempts),
        "parameters": "\n".join(
            f"{name} = {json.dumps(value, ensure_ascii=False)}"
            for name, value in run.parameters.items()
        )
        or None,
        "prompt": run.prompt,
        "usage": _used(detail.usage),
        "result": run.result,
        "verdict": _verdict(run),
        "goal": run.goal,
        "problem": run.problem,
        "worth": None if run.worth_reporting is None else _WORTH[run.worth_reporting],
        "change": run.change,
        "answer": _answer(detail),
        "error": run.error_message,
        "results": "\n".join(_delivered(one) for one in detail.deliveries) or detail.undelivered,
        "decided": "\n".join(_decided(one) for one in detail.approvals if one not in detail.asked)
        or None,
    }
    steps = step_table(detail, now)
    return fields(shown) + (f"\n\n{steps}" if steps else "")


def _verdict(run: Execution) -> str | None:
    if run.verdict is None:
        return None
    words = run.verdict.replace("_", " ")
    return f"{words}: {run.verdict_reason}" if run.verdict_reason else words


def _answer(detail: RunDetail) -> str | None:
    """The beginning of an answer of several lines; one line is the result already."""
    answer = (detail.answer or "").rstrip()
    if not answer or answer.strip() == detail.execution.result:
        return None
    lines = answer.splitlines()
    if len(lines) <= ANSWERED:
        return answer
    more = f"({len(lines) - ANSWERED:,} more lines: --json has all of them)"
    return "\n".join([*lines[:ANSWERED], more])


def step_table(detail: RunDetail, now: datetime) -> str:
    """The steps as a tree; empty for a run of one agent."""
    if not detail.steps:
        return ""
    heads = ("STEP", "STATUS", "AGENT", "TOOK", "USED", "WHAT")
    return table(heads, [_step(branch, now) for branch in detail.tree], flexible=5)


def call_words(approval: Approval) -> str:
    """What is asked about, word for word."""
    if approval.about == "run":
        return "the run itself"
    if approval.about == "step":
        return f"the step {approval.step}"
    within = f" in {approval.step}" if approval.step else ""
    return f"{approval.tool} {json_text(approval.arguments, indent=None)}{within}"


def _step(branch: Branch, now: datetime) -> list[str]:
    step = branch.step
    took = "--"
    if step.started_at is not None:
        took = duration(((step.completed_at or now) - step.started_at).total_seconds())
    what = (step.error_message or step.result or "").split("\n", 1)[0]
    if len(step.needs) > 1:
        what = f"needs {', '.join(step.needs)}" + (f"; {what}" if what else "")
    used = Usage.of(step.usage)
    tokens = f"{used.tokens:,} tokens, {used.cost_words()}" if not used.nothing else "--"
    return [
        branch.lines + step.name,
        status_words(step.status),
        step.agent_id or "--",
        took,
        tokens,
        what,
    ]


def _asked(approval: Approval) -> str:
    return (
        f"{call_words(approval)}\n"
        f"  by {at_second(approval.expires_at)}: `jobs-tui approval approve {approval.id}`"
    )


def _decided(approval: Approval) -> str:
    by = f" by {approval.decided_by}" if approval.decided_by else ""
    said = f": {approval.decided_reason}" if approval.decided_reason else ""
    if approval.status is ApprovalStatus.EXPIRED:
        by = ""
    return f"{approval.status}{by}: {call_words(approval)}{said}"


def _delivered(sent: Sent) -> str:
    one = sent.delivery
    tried = f"; again {at_second(one.next_at)}" if one.error and one.next_at else ""
    said = f": {sent.outcome.rstrip('.') if tried else sent.outcome}" if sent.outcome else ""
    failed = one.status is OutboxStatus.FAILED
    hint = f"\n  `jobs-tui outbox retry {one.id[:12]}` tries again" if failed else ""
    return f"{one.status} {sent.to}{said}{tried}{hint}"


def _ranking(choice: Choice) -> str:
    best = choice.ranked[:RANKED]
    width = max((len(place.id) for place in best), default=0)
    places = [f"{place.score:.2f}  {place.id:<{width}}  {place.reason}" for place in best]
    return "\n".join([f"{choice.engine}:", *places])


def _planned(plan: Mapping[str, Any] | None) -> str | None:
    if plan is None:
        return None
    return ", ".join(f"{step['name']} ({step['agent']})" for step in plan["steps"])


def _attempts(attempts: list[Attempt], most: int) -> str | None:
    if most == 1 and len(attempts) < 2:
        return None
    lines = [f"{len(attempts)} of {most}"]
    for one in attempts:
        took = duration((one.completed_at - one.started_at).total_seconds())
        said = f": {plain(one.error_message)}" if one.error_message else ""
        lines.append(f"{one.number}. {status_words(one.status)} after {took}{said}")
    return "\n".join(lines)


def _used(usage: Usage) -> str | None:
    words = usage.words()
    return f"{words} ({usage.model})" if words and usage.model else words or None
