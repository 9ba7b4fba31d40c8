"""``jobs-tui approval``: what runs wait for, and deciding it."""

from __future__ import annotations

import click

from jobs_tui.cli.output import at_second, fields, json_text, print_json, relative, table
from jobs_tui.cli.session import NO_ENGINE, opened
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.approval import Approval, ApprovalStatus
from jobs_tui.service import approvals
from jobs_tui.service.engine_state import engine_state

_ref_argument = click.argument("ref", metavar="APPROVAL")
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_reason_option = click.option("--reason", metavar="TEXT", help="Why; kept, and told to the agent.")


@click.group()
def approval() -> None:
    """Approvals: what runs wait for.

    APPROVAL is its id, the beginning of one, or a run that waits for one approval.
    """


@approval.command("list")
@click.option("--all", "everything", is_flag=True, help="Decided ones too.")
@_json_option
def list_approvals(everything: bool, as_json: bool) -> None:
    """List what waits for a decision, first what expires first."""
    with opened() as ctx:
        statuses = () if everything else (ApprovalStatus.WAITING,)
        found, now = approvals.listing(ctx, statuses=statuses), ctx.now()
    if as_json:
        print_json([approvals.entry(one) for one in found])
    elif found:
        rows = [
            [
                one.id[:13],
                str(one.status),
                f"#{one.number}",
                one.job_name,
                one.tool if one.about == "tool" else f"the {one.about}",
                relative(one.expires_at, now) if one.status is ApprovalStatus.WAITING else "--",
                one.reason,
            ]
            for one in found
        ]
        heads = ("ID", "STATUS", "RUN", "JOB", "ABOUT", "EXPIRES", "REASON")
        click.echo(table(heads, rows, flexible=6))
    else:
        click.echo("Nothing waits for an approval.", err=True)


@approval.command()
@_ref_argument
@_json_option
def show(ref: str, as_json: bool) -> None:
    """Show the exact call that is asked about."""
    with opened() as ctx:
        found = approvals.find(ctx, ref)
    if as_json:
        print_json(approvals.entry(found))
        return
    decided = None
    if found.decided_at is not None:
        decided = f"{at_second(found.decided_at)} by {found.decided_by or 'nobody'}"
    shown = {
        "id": found.id,
        "status": f"{found.status} ({found.status.sentence})",
        "run": f"#{found.number} of {found.job_name} ({found.execution_id})",
        "step": found.step or None,
        "agent": found.agent_id,
        "about": f"a call of {found.tool}"
        if found.about == "tool"
        else f"the {found.about} itself",
        "reason": found.reason,
        "asked": at_second(found.requested_at),
        "expires": at_second(found.expires_at),
        "decided": decided,
        "because": found.decided_reason,
    }
    click.echo(fields(shown))
    for name, value in found.arguments.items():
        text = value if isinstance(value, str) else json_text(value)
        click.echo(f"\n{plain(name)}:")
        click.echo("\n".join(f"  {plain(line)}" for line in text.splitlines()))


@approval.command()
@_ref_argument
@_reason_option
@_json_option
def approve(ref: str, reason: str | None, as_json: bool) -> None:
    """Let it be done: the run goes on."""
    _decide(ref, "approve", reason, as_json)


@approval.command()
@_ref_argument
@_reason_option
@_json_option
def deny(ref: str, reason: str | None, as_json: bool) -> None:
    """Forbid it: the agent is told and goes on without it; a denied run fails."""
    _decide(ref, "deny", reason, as_json)


def _decide(ref: str, choice: approvals.Choice, reason: str | None, as_json: bool) -> None:
    with opened() as ctx:
        decided = approvals.decide(ctx, approvals.find(ctx, ref).id, choice, reason)
        left = len(approvals.listing(ctx, execution_id=decided.execution_id))
        running = engine_state(ctx).running
    if as_json:
        print_json(approvals.entry(decided))
        return
    click.echo(_sentence(decided, left))
    if not running and not left:
        click.echo(NO_ENGINE, err=True)


def _sentence(decided: Approval, left: int) -> str:
    verb = "Approved" if decided.status is ApprovalStatus.APPROVED else "Denied"
    run = f"run #{decided.number} of {plain(decided.job_name)}"
    if decided.whole_run:
        return f"{verb} {run}."
    about = f"the call of {plain(decided.tool)}"
    if decided.about == "step":
        about = f"the step {plain(decided.step)}"
    what = f"{verb} {about} in {run}"
    return f"{what}; it waits for {left} more." if left else f"{what}; it goes on."
