"""What logs say: lines that match, counted by a process of its own."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

from pydantic import Field

from jobs_tui.tools import log_reading
from jobs_tui.tools.arguments import PathText, ToolArguments
from jobs_tui.tools.tool import Tool, ToolContext, ToolFailed, ToolResult
from jobs_tui.tools.words import count, rows, short

_GRACE = 10.0
"""Seconds after its own deadline after which the process is killed."""
_ANSWER = 20_000_000
_TOLD = 10


class LogScan(ToolArguments):
    """Which files, what to look for, how much of it is too much."""

    paths: Annotated[list[PathText], Field(min_length=1, max_length=50)] = Field(
        description="files, directories or globs: /var/log/*.log; gz, bz2, xz and zst are unpacked"
    )
    pattern: str = Field(
        r"\b(error|fatal|critical|panic|exception|traceback|failed|failure)\b",
        min_length=1,
        max_length=500,
        description="regular expression, letters of any case",
    )
    hours: Annotated[float, Field(gt=0, le=24 * 366)] | None = Field(
        None, description="only files changed within so many hours, and lines of that time"
    )
    max_matches: Annotated[int, Field(ge=0)] | None = Field(
        None, description="alarm when there are more"
    )
    min_matches: Annotated[int, Field(ge=0)] | None = Field(
        None, description="alarm when there are fewer"
    )
    examples: Annotated[int, Field(ge=0, le=100)] = Field(10, description="lines to show")
    seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        300.0, description="time it may take; what was not read by then is an alarm"
    )


async def _logs(arguments: LogScan, context: ToolContext) -> ToolResult:
    answer = await _read(arguments, context)
    if answer["bad"]:
        raise ToolFailed(f"The pattern is no regular expression that can be used: {answer['bad']}.")
    found, unread = answer["files"], answer["unread"]
    if unread and not found and not answer["old"]:
        first = unread[0]
        raise ToolFailed(f"{first['path']} cannot be read: {first['why']}.", "Check the path.")
    if not (found or answer["old"] or answer["binary"] or answer["late"]):
        raise ToolFailed(
            f"No file of {', '.join(arguments.paths)[:200]} is there.", "Check the paths."
        )
    total = sum(one["matches"] for one in found)
    shown = [f"{one['path']}:{number}: {text}" for one in found for number, text in one["examples"]]
    shown = shown[-arguments.examples :] if arguments.examples else []
    notes = [f"{one['path']} could not be read: {one['why']}" for one in unread[:_TOLD]]
    if len(unread) > _TOLD:
        notes.append(f"{len(unread) - _TOLD:,} more could not be read")
    if answer["old"]:
        notes.append(f"{count(answer['old'], 'file')} not changed in that time")
    if answer["binary"]:
        notes.append(f"{count(answer['binary'], 'file')} that holds no text passed over")
    table = [("MATCHES", "LINES", "FILE")] + [
        (f"{one['matches']:,}", f"{one['lines']:,}", one["path"])
        for one in sorted(found, key=lambda one: -one["matches"])
    ]
    unreadable = f", {len(unread):,} unreadable" if unread else ""
    return ToolResult(
        text="\n".join([rows(table, right=(0, 1)), *(short(line, 400) for line in shown), *notes]),
        summary=f"{count(total, 'match', 'matches')} in {count(len(found), 'file')}{unreadable}",
        data={
            "matches": total,
            "files": [{k: one[k] for k in ("path", "lines", "matches")} for one in found],
            "unreadable": [one["path"] for one in unread],
            "examples": shown,
        },
        alarms=_alarms(arguments, answer, total),
    )


def _alarms(arguments: LogScan, answer: dict[str, Any], total: int) -> tuple[str, ...]:
    alarms = []
    said = count(total, "match", "matches")
    if arguments.max_matches is not None and total > arguments.max_matches:
        alarms.append(f"{said}, more than {arguments.max_matches:,}.")
    if arguments.min_matches is not None and total < arguments.min_matches:
        alarms.append(f"{said}, fewer than {arguments.min_matches:,}.")
    # a file that one named must be looked at; one that a glob found is told in the report
    alarms += [
        f"{one['path']} could not be read: {one['why']}."
        for one in answer["unread"]
        if one["named"]
    ]
    if answer["late"]:
        alarms.append(
            f"Not everything was read within {arguments.seconds:g} s: it came to {answer['late']}."
        )
    if answer["more"]:
        alarms.append(f"There are more than {log_reading.FILE_LIMIT} files: name fewer.")
    return tuple(alarms)


async def _read(arguments: LogScan, context: ToolContext) -> dict[str, Any]:
    asked = {
        "pattern": arguments.pattern,
        "examples": arguments.examples,
        "now": context.store.clock.now().timestamp(),
        "hours": arguments.hours,
        "seconds": arguments.seconds,
    }
    paths = [context.path(one) for one in arguments.paths]
    done = await context.processes.run(
        [sys.executable, "-I", log_reading.__file__, json.dumps(asked), *paths],
        timeout=arguments.seconds + _GRACE,
        limit=_ANSWER,
    )
    if done.exit_code:
        last = done.stderr.strip().splitlines()
        why = short(last[-1]) if last else f"exit code {done.exit_code}"
        raise ToolFailed(f"The logs could not be read: {why.rstrip('.')}.")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


LOG_SCAN = Tool(
    name="log_scan",
    title="Log scan",
    description="Counts lines of log files that look like errors, and shows examples.",
    arguments=LogScan,
    run=_logs,
    read_only=True,
    phrases=(
        "scan /var/log/*.log for errors",
        "find errors in the logs of the last 24 hours",
        "check the log file for exceptions",
        "search the logs for timeout",
        "count error lines in the log",
    ),
)
