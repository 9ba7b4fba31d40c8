"""Runs that wait for approvals."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from jobs_tui.agents.runner import ToolCall
from jobs_tui.models.approval import RUN, Approval
from jobs_tui.service import approvals, starts
from jobs_tui.service.context import Context
from jobs_tui.store import approvals as rows
from tests.service.made import claimed, made

SECONDS = 600
"""How long the approvals of these runs wait."""


def call(number: int = 1, **arguments: Any) -> ToolCall:
    """A call that changes something."""
    return ToolCall(f"call_{number}", "write_file", arguments or {"path": "/etc/x"}, False)


WHOLE_RUN = ToolCall(RUN, RUN, {"prompt": "echo done"}, False)


def waiting_run(ctx: Context, calls: Sequence[ToolCall] = (call(),), **more: Any) -> str:
    """The id of a run that was claimed and now waits for these."""
    job = made(ctx, name=more.pop("name", "nightly"))
    execution_id = starts.start(ctx, job.id).execution_id
    claimed(ctx, execution_id)
    asked_again(ctx, execution_id, calls, **more)
    return execution_id


def asked_again(
    ctx: Context, execution_id: str, calls: Sequence[ToolCall] = (call(),), **more: Any
) -> None:
    """The run begins to wait, as the engine writes it."""
    now = ctx.now()

    def operation(connection: sqlite3.Connection) -> None:
        connection.execute(
            "update executions set status = 'waiting_for_input', reason = 'policy p asks',"
            " lease_token = null, lease_owner = null, lease_expires_at = null where id = ?",
            (execution_id,),
        )
        rows.open_approvals(
            connection,
            execution_id,
            calls,
            **{
                "reason": "policy p asks",
                "agent_id": "dba",
                "now": now,
                "expires": now + timedelta(seconds=SECONDS),
                **more,
            },
        )

    ctx.store.write(operation)


def waiting(ctx: Context, execution_id: str | None = None) -> list[Approval]:
    """What waits for a decision."""
    return approvals.listing(ctx, execution_id=execution_id)
