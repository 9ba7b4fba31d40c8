"""``jobs-tui run``, ``rerun`` and ``history``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from jobs_tui.cli.definition import seconds, values
from jobs_tui.cli.output import at_second, duration, fields, print_json, table
from jobs_tui.cli.session import NO_ENGINE, opened, warn
from jobs_tui.cli.shown import outcome, status_words
from jobs_tui.models.execution import Execution
from jobs_tui.service import jobs, runs, starts
from jobs_tui.service.answers import history_answer
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import engine_state

SHOWN = 50
MOST = 2**62
"""SQLite counts in 64 bits; there is no other limit."""
_parameter_option = click.option(
    "-p", "--param", "given", multiple=True, metavar="NAME=VALUE", help="A parameter of the prompt."
)
_follow_option = click.option(
    "--follow", is_flag=True, help="Print the log and exit with the run's status."
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.argument("job_ref", metavar="JOB")
@_parameter_option
@click.option("--timeout", type=float, metavar="S", help="Seconds per attempt, for this run.")
@_follow_option
@_json_option
def run(
    job_ref: str, given: Sequence[str], timeout: float | None, follow: bool, as_json: bool
) -> None:
    """Start a job now, a paused one too.

    With --follow it stays until the run has ended, says why it waits, and exits with its status:
    0 completed, 1 failed, lost or skipped, 124 timed out, 130 cancelled, 2 when it was refused;
    Ctrl-C cancels the run. Where no engine is running this command carries the run itself. With
    --json the log goes to standard error.
    """
    override: dict[str, Any] = {} if timeout is None else {"timeout": seconds(timeout)}
    with opened() as ctx:
        job = jobs.find(ctx, job_ref)
        started = starts.start(
            ctx,
            job.id,
            values(given),
            config_override=override,
            paused_too=True,
            known_only=True,
        )
        _after_start(ctx, started, follow, as_json)


@click.command()
@click.argument("execution", metavar="EXECUTION")
@_parameter_option
@_follow_option
@_json_option
def rerun(execution: str, given: Sequence[str], follow: bool, as_json: bool) -> None:
    """Start the job of a run again, with the run's parameters or changed ones."""
    with opened() as ctx:
        started = starts.rerun(ctx, runs.find(ctx, execution).id, values(given))
        _after_start(ctx, started, follow, as_json)


@click.command()
@click.argument("job_ref", metavar="JOB")
@click.option(
    "-n", "number", type=click.IntRange(1, MOST), default=SHOWN, show_default=True, metavar="N"
)
@_json_option
def history(job_ref: str, number: int, as_json: bool) -> None:
    """Show the runs of a job, newest first, skipped and lost ones too."""
    with opened() as ctx:
        page = runs.history(ctx, jobs.find_any(ctx, job_ref).id, limit=number)
    if as_json:
        print_json(history_answer(page))
        return
    heads = ("#", "STATUS", "AT", "TOOK", "WHY", "EXECUTION", "RESULT")
    click.echo(table(heads, [_line(execution) for execution in page.executions], flexible=6))
    if page.total_count > number:
        warn(f"{page.total_count - number} older runs are not shown; -n {page.total_count} shows.")


def _after_start(ctx: Context, started: starts.Started, follow: bool, as_json: bool) -> None:
    if as_json:
        print_json(started.answer())
    if follow:
        if not as_json:
            warn(started.message)
        from jobs_tui.cli.follow import stay

        sys.stdout.flush()
        click.get_current_context().exit(stay(ctx, started.execution_id, all_to_stderr=as_json))
    if not as_json:
        click.echo(fields({"Started": started.message, "id": started.execution_id}))
    if not engine_state(ctx).running:
        warn(f"{NO_ENGINE} The run waits until then.")


def _line(execution: Execution) -> list[str]:
    took = execution.duration_ms
    began = execution.started_at or execution.nominal_at or execution.created_at
    return [
        f"#{execution.number}",
        status_words(execution.status),
        at_second(began),
        "--" if took is None or execution.started_at is None else duration(took / 1000),
        execution.kind.value.replace("_", " "),
        execution.id[:13],
        outcome(execution),
    ]
