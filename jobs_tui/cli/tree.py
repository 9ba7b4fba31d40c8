"""``jobs-tui tree``: who starts whom."""

from __future__ import annotations

import click

from jobs_tui.cli.output import print_json
from jobs_tui.cli.session import opened
from jobs_tui.guard.terminal_text import plain
from jobs_tui.service import dependencies, jobs
from jobs_tui.service.dependencies import Branch


@click.command()
@click.argument("job_ref", metavar="[JOB]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def tree(job_ref: str | None, as_json: bool) -> None:
    """Show jobs that depend on each other as a tree: what comes first stands above.

    With JOB only the tree of which it is a part; its name has a star.
    """
    with opened() as ctx:
        job = None if job_ref is None else jobs.find(ctx, job_ref)
        lines = dependencies.tree(ctx, job)
        if as_json:
            print_json([dependencies.branch_answer(line) for line in lines])
        elif lines:
            for line in lines:
                click.echo(_line(line, job is not None and line.job.id == job.id))
        else:
            click.echo("No job depends on another. `create --after JOB` makes one.", err=True)


def _line(line: Branch, here: bool) -> str:
    name = f"{plain(line.job.name)}{' *' if here else ''}"
    status = line.job.status.value.replace("_", " ")
    reason = f": {plain(line.job.reason)}" if line.job.reason else ""
    how = "" if line.wish is None else f" ({plain(dependencies.words(line.wish))})"
    again = "  (see above)" if line.again else ""
    return f"{dependencies.lead(line)}{name}{how}  {status}{reason}{again}"
