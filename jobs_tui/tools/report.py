"""A report over our own history: what ran, what failed, how long it took, what it cost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from jobs_tui.store import reports, spending
from jobs_tui.tools.arguments import Percent, ToolArguments
from jobs_tui.tools.tool import Tool, ToolContext, ToolResult
from jobs_tui.tools.words import count, rows, short, span


class JobReport(ToolArguments):
    """Which time, and what is bad enough for an alarm."""

    days: Annotated[int, Field(ge=1, le=366)] = Field(7, description="days up to now")
    limit: Annotated[int, Field(ge=1, le=200)] = Field(20, description="jobs to list")
    min_success_percent: Percent | None = Field(
        None, description="alarm when fewer runs have completed"
    )


async def _report(arguments: JobReport, context: ToolContext) -> ToolResult:
    return await asyncio.to_thread(partial(_made, arguments, context))


def _made(arguments: JobReport, context: ToolContext) -> ToolResult:
    connection = context.store.jobs.reader()
    until = context.store.clock.now()
    since = until - timedelta(days=arguments.days)
    jobs = reports.by_job(connection, since, until)
    before = reports.by_job(connection, since - timedelta(days=arguments.days), since)
    now, earlier = _sums(jobs), _sums(before)
    ended = now["completed"] + now["failed"]
    share = 100 * now["completed"] / ended if ended else 100.0
    spent = spending.since(connection, since)
    lines = [
        f"{since:%Y-%m-%d} to {until:%Y-%m-%d} (UTC), {count(arguments.days, 'day')}",
        "",
        rows(
            [
                ("runs", f"{now['runs']:,}", _change(now["runs"], earlier["runs"])),
                ("completed", f"{now['completed']:,}", f"{share:.1f} %"),
                ("failed", f"{now['failed']:,}", _change(now["failed"], earlier["failed"])),
                ("cancelled", f"{now['cancelled']:,}", ""),
                ("skipped", f"{now['skipped']:,}", ""),
                ("tokens", f"{spent.tokens:,}", ""),
                (
                    "cost",
                    f"${spent.cost:.2f}",
                    f"{spent.unknown} not known" if spent.unknown else "",
                ),
            ],
            right=(1,),
        ),
    ]
    if jobs:
        table = [("JOB", "RUNS", "OK", "FAILED", "SKIPPED", "AVERAGE", "LONGEST")] + [
            (
                str(one["name"])[:40],
                f"{one['runs']:,}",
                f"{one['completed']:,}",
                f"{one['failed']:,}",
                f"{one['skipped']:,}",
                _took(one["average_ms"]),
                _took(one["longest_ms"]),
            )
            for one in jobs[: arguments.limit]
        ]
        lines += ["", rows(table, right=(1, 2, 3, 4, 5, 6))]
    days = reports.by_day(connection, since, until)
    if len(days) > 1:
        most = max(day["runs"] for day in days)
        lines += ["", "runs a day"]
        lines += [
            f"{day['day']}  {'#' * max(1, round(30 * day['runs'] / most)):<30}"
            f"  {day['runs']:,}" + (f", {day['failed']} failed" if day["failed"] else "")
            for day in days
        ]
    why = reports.reasons(connection, since, until, 5)
    if why:
        lines += ["", "why runs failed"]
        lines += [f"{one['runs']:,} x {one['name']}: {short(one['reason'], 100)}" for one in why]
    alarms: tuple[str, ...] = ()
    if arguments.min_success_percent is not None and share < arguments.min_success_percent:
        alarms = (
            f"{share:.1f} % of the runs completed, below {arguments.min_success_percent:g} %.",
        )
    return ToolResult(
        text="\n".join(lines),
        summary=f"{count(now['runs'], 'run')} of {count(len(jobs), 'job')} in"
        f" {count(arguments.days, 'day')}"
        + (f": {share:.0f} % ok, {now['failed']:,} failed" if ended else ": nothing has ended"),
        data={
            "since": since.isoformat(),
            "until": until.isoformat(),
            **now,
            "success_percent": round(share, 2),
            "tokens": spent.tokens,
            "cost": str(spent.cost),
            "jobs": jobs[: arguments.limit],
        },
        alarms=alarms,
    )


def _sums(jobs: list[dict[str, Any]]) -> dict[str, int]:
    names = ("runs", "completed", "failed", "cancelled", "skipped")
    return {name: sum(int(one[name] or 0) for one in jobs) for name in names}


def _change(now: int, earlier: int) -> str:
    if not earlier:
        return "none before" if now else ""
    return f"{100 * (now - earlier) / earlier:+.0f} % to the time before"


def _took(milliseconds: float | None) -> str:
    return "--" if milliseconds is None else span(milliseconds / 1000)


JOB_REPORT = Tool(
    name="job_report",
    title="Report of all jobs",
    description="Reports on the runs of all jobs here: how many, how good, how long, at what cost.",
    arguments=JobReport,
    run=_report,
    read_only=True,
    phrases=(
        "generate weekly analytics report",
        "report of all jobs of the last month",
        "daily summary of job runs",
        "which jobs failed this week",
        "statistics of the runs",
        "monthly report",
    ),
)
