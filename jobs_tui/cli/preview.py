"""``jobs-tui preview``: what a start of a job would do; nothing is run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from jobs_tui.cli.definition import values
from jobs_tui.cli.output import print_json
from jobs_tui.cli.session import opened
from jobs_tui.guard.terminal_text import clean_output, plain
from jobs_tui.service import jobs

if TYPE_CHECKING:
    from jobs_tui.service.dry_run import Whole


@click.command()
@click.argument("job_ref", metavar="JOB")
@click.option(
    "-p", "--param", "given", multiple=True, metavar="NAME=VALUE", help="A value of a parameter."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def preview(job_ref: str, given: Sequence[str], as_json: bool) -> None:
    """Show what a start of a job would do now; nothing is run.

    The prompt with its values, who would do it (with the ranking where Smart chooses), the command
    line of an agent program, secrets by name, environment, policies, budgets and queue. The exit
    status says only whether the job could be looked at: `--json` has `checks`.
    """
    from jobs_tui.service import dry_run

    with opened() as ctx:
        show(dry_run.of_job(ctx, jobs.find(ctx, job_ref), values(given)), as_json)


def show(found: Whole, as_json: bool) -> None:
    """Print a dry run."""
    from jobs_tui.service import dry_run
    from jobs_tui.service.preview_words import dry_run_lines

    if as_json:
        print_json(dry_run.answer(found))
        return
    prompt = [f"  {plain(line)}" for line in clean_output(found.prompt).split("\n")]
    lines = [f"Dry run of {plain(found.definition.name)}: nothing was run.", "", "PROMPT", *prompt]
    if found.readings:
        width = max(map(len, found.readings))
        lines += [
            "",
            "READ AS",
            *(f"  {name:<{width}}  {words}" for name, words in found.readings.items()),
        ]
    timing = found.schedule
    if timing is not None:
        starts = (f"  {moment.isoformat(timespec='minutes')}" for moment in timing.next_runs)
        lines += ["", f"STARTS {plain(timing.words)}", *starts]
    lines += ["", *(plain(line) for line in dry_run_lines(found))]
    click.echo("\n".join(lines))
