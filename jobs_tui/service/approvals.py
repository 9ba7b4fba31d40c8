"""The inbox of approvals: what runs wait for, and deciding it (DESIGN 9)."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection
from typing import Any, Literal

from jobs_tui.models.approval import Approval, ApprovalStatus
from jobs_tui.models.errors import InvalidInput, NotFound, Refused
from jobs_tui.models.times import maybe_to_text, to_text
from jobs_tui.service import runs
from jobs_tui.service.context import Context
from jobs_tui.store import approvals as rows

Choice = Literal["approve", "deny"]

LONGEST_REASON = 2000
_STATUS = {"approve": ApprovalStatus.APPROVED, "deny": ApprovalStatus.DENIED}


def listing(
    ctx: Context,
    *,
    statuses: Collection[ApprovalStatus] = (ApprovalStatus.WAITING,),
    execution_id: str | None = None,
    limit: int = 1000,
) -> list[Approval]:
    """Waiting ones first, those that expire soonest at the top; then decided ones, newest first.

    Args:
        statuses: only these; empty for all.
    """
    return rows.listing(
        ctx.store.jobs.reader(), statuses=statuses, execution_id=execution_id, limit=limit
    )


def waiting_count(ctx: Context) -> int:
    """How many wait for a decision."""
    row = ctx.store.row("select count(*) from approvals where status = 'waiting'")
    assert row is not None
    return int(row[0])


def get(ctx: Context, approval_id: str) -> Approval:
    """The approval of an id. Raises NotFound."""
    found = rows.get(ctx.store.jobs.reader(), approval_id)
    if found is None:
        raise _missing(approval_id)
    return found


def find(ctx: Context, ref: str) -> Approval:
    """The approval that a person means: its id, the beginning of it, or a run that waits for one.

    Raises:
        NotFound: nothing or several things match.
    """
    connection = ctx.store.jobs.reader()
    found = rows.get(connection, ref)
    if found is not None:
        return found
    if re.fullmatch(r"(appr_)?[0-9a-f-]{4,36}", ref):
        prefix = ref if ref.startswith("appr_") else f"appr_{ref}"
        matches = connection.execute(
            f"{rows.SELECT} where approvals.id >= ? and approvals.id < ? limit 2",
            (prefix, prefix + "g"),
        ).fetchall()
        if len(matches) > 1:
            raise NotFound(f"Several approvals begin with {ref!r:.80}.", "Give more of the id.")
        if matches:
            return rows.approval_from(matches[0])
    try:
        execution = runs.find(ctx, ref)
    except NotFound:
        raise _missing(ref) from None
    return of_run(ctx, execution.id)


def of_run(ctx: Context, execution_id: str) -> Approval:
    """The one approval that a run waits for.

    Raises:
        NotFound: no such run, or it waits for none or for several.
    """
    execution = runs.get(ctx, execution_id)
    waiting = listing(ctx, execution_id=execution_id)
    name = f"Run #{execution.number} of {execution.job_name!r:.80}"
    if not waiting:
        status = execution.status.value.replace("_", " ")
        raise NotFound(
            f"{name} waits for no approval (it is {status}).",
            "`jobs-tui approval list` shows what is waited for.",
        )
    if len(waiting) > 1:
        ids = ", ".join(one.id for one in waiting[:5])
        raise NotFound(f"{name} waits for {len(waiting)} approvals.", f"Name one of {ids}.")
    return waiting[0]


def decide(ctx: Context, approval_id: str, choice: Choice, reason: str | None = None) -> Approval:
    """Approve or deny; the run goes on at once when it waits for nothing else.

    A denied call is told to its agent, and the run goes on without it. A denied run has failed.

    Raises:
        InvalidInput: the reason is too long.
        NotFound: no such approval.
        Refused: it is decided already, or its run has ended.
    """
    said = (reason or "").strip() or None
    if said is not None and len(said) > LONGEST_REASON:
        raise InvalidInput(
            f"The reason has {len(said)} characters.",
            f"Give at most {LONGEST_REASON}.",
            field="reason",
        )
    status, now = _STATUS[choice], ctx.now()

    def operation(connection: sqlite3.Connection) -> Approval:
        found = rows.get(connection, approval_id)
        if found is None:
            raise _missing(approval_id)
        if found.status is ApprovalStatus.WAITING and found.expires_at <= now:
            raise Refused(
                f"The time to decide about {found.tool!r:.80} is over.",
                "It counts as denied; start the run again.",
            )
        if not rows.decide(connection, approval_id, status, now=now, by=ctx.actor, reason=said):
            raise Refused(
                f"The call of {found.tool!r:.80} is {found.status.value} already"
                + (f" (by {found.decided_by})." if found.decided_by else "."),
                "Nothing was changed.",
            )
        ctx.audit(
            connection, f"approval.{choice}", found.execution_id, f"{found.tool} ({found.id})"
        )
        decided = rows.get(connection, approval_id)
        assert decided is not None
        return decided

    return ctx.store.write(operation)


def entry(approval: Approval) -> dict[str, Any]:
    """An approval as faces print it."""
    return {
        "id": approval.id,
        "execution_id": approval.execution_id,
        "job_id": approval.job_id,
        "job_name": approval.job_name,
        "number": approval.number,
        "status": str(approval.status),
        "about": approval.about,
        "tool": approval.tool,
        "arguments": approval.arguments,
        "agent_id": approval.agent_id,
        "step": approval.step,
        "reason": approval.reason,
        "requested_at": to_text(approval.requested_at),
        "expires_at": to_text(approval.expires_at),
        "decided_at": maybe_to_text(approval.decided_at),
        "decided_by": approval.decided_by,
        "decided_reason": approval.decided_reason,
    }


def _missing(ref: str) -> NotFound:
    return NotFound(
        f"There is no approval {ref!r:.80}.", "`jobs-tui approval list` shows what is waited for."
    )
